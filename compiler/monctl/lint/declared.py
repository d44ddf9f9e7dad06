"""The tables a datasource declares, as the names of a query see them: which columns each of its sources has. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import expressions as exp

from monctl.lint.cte import part_of_with
from monctl.lint.tree import columns

if TYPE_CHECKING:
    from monctl.lint.queries import Query
    from monctl.program import Datasource

_SYSTEM_SCHEMAS = frozenset({"information_schema", "pg_catalog", "performance_schema", "mysql", "sys", "temp", "pg_temp"})
_USUAL_SCHEMAS = frozenset({"public", "main"})
"""What PostgreSQL, SQLite and DuckDB call the schema that is meant when none is named. In MySQL it is the database, whatever its name."""
_UNNAMED = frozenset({"", *_USUAL_SCHEMAS})
_WHOLE_CATALOGUE = 100
"""Tables of pg_catalog from which it is taken to be declared as a whole: PostgreSQL 15 has 139 (asked 2026-11-21), by hand nobody writes so many."""
# what PostgreSQL has had in pg_catalog since 13, each named in "System Catalogs" or "The Cumulative Statistics System" of its manual; those of 16 to 18
# were asked for (2026-11-21). A view of any other such name may be an extension's, in any schema: pg_stat_statements
_NEW_IN_CATALOGUE = frozenset(
    {
        "pg_aios", "pg_backend_memory_contexts", "pg_ident_file_mappings", "pg_parameter_acl", "pg_publication_namespace", "pg_shmem_allocations",
        "pg_shmem_allocations_numa", "pg_stat_checkpointer", "pg_stat_io", "pg_stat_progress_analyze", "pg_stat_progress_basebackup",
        "pg_stat_progress_copy", "pg_stat_recovery_prefetch", "pg_stat_replication_slots", "pg_stat_slru", "pg_stat_subscription_stats",
        "pg_stat_wal", "pg_stats_ext_exprs", "pg_wait_events",
    }
)  # fmt: skip
_NOT_NULL = re.compile(r"\s+not\s+null\s*\Z", re.IGNORECASE)
_IN_FILES = re.compile(r"[./*]")
"""In the name of what DuckDB reads as a file: `FROM 'jobs.parquet'`."""
_PLAIN_CTE = frozenset({"this", "alias", "materialized"})
"""What a part of WITH consists of; SEARCH and CYCLE give it columns more."""


@dataclass(frozen=True, slots=True)
class Column:
    """A declared column."""

    name: str
    type: str
    """Lower case, without `not null`."""
    not_null: bool


class Declared:
    """The declared tables, compared without regard to case."""

    def __init__(self, datasource: Datasource) -> None:
        self.tables = tuple(datasource.schema)
        parts = [table.lower().rpartition(".") for table in datasource.schema]
        self._schemas = frozenset(schema for schema, _, _ in parts)
        """Those of which something is declared; empty for the usual one."""
        self._has_catalogue = sum(schema == "pg_catalog" for schema, _, _ in parts) >= _WHOLE_CATALOGUE
        self._columns: Mapping[str, Mapping[str, Column]] = {
            table.lower(): {name.lower(): _column(name, kind) for name, kind in columns.items()}
            for table, columns in datasource.schema.items()
        }

    def lacks(self, table: exp.Table) -> bool:
        """Whether a table is neither declared nor the database's own, and others of its schema are declared: of a schema nobody has read nothing is known."""
        name, schema = table.name.lower(), table.db.lower()
        if not isinstance(table.this, exp.Identifier) or table.catalog or name == "dual" or _IN_FILES.search(name):
            return False  # a function that gives rows, another database, a file
        if schema == "pg_catalog" or (not schema and name in _NEW_IN_CATALOGUE):
            return self._has_catalogue and self.columns(table) is None
        if schema in _SYSTEM_SCHEMAS or name.startswith(("pg_", "sqlite_", "duckdb_")) or self.columns(table) is not None:
            return False
        return schema in self._schemas or (schema in _UNNAMED and not self._schemas.isdisjoint(_UNNAMED))

    def columns(self, table: exp.Table) -> Mapping[str, Column] | None:
        """The columns of a table, by their names in lower case; None where they are not declared."""
        if not isinstance(table.this, exp.Identifier) or table.catalog:
            return None
        name, schema = table.name.lower(), table.db.lower()
        if schema:
            return self._columns.get(f"{schema}.{name}") or (self._columns.get(name) if schema in _USUAL_SCHEMAS else None)
        # PostgreSQL looks into pg_catalog before it looks anywhere else
        known = self._columns
        return known.get(name) or known.get(f"pg_catalog.{name}") or known.get(f"public.{name}") or known.get(f"main.{name}")


_last: tuple[Datasource, Declared] | None = None


def declared(datasource: Datasource) -> Declared:
    """The declared tables of a datasource; those of the last one are kept, for many queries in a row ask the same."""
    global _last  # noqa: PLW0603  # a cache of one, by identity: the mappings of a datasource have no hash
    last = _last
    if last is None or last[0] is not datasource:
        _last = last = datasource, Declared(datasource)
    return last[1]


def sources(select: exp.Select) -> list[tuple[str, exp.Expr]] | None:
    """What stands in FROM and the joins of a select, each under its name in the query; None where it is joined in brackets."""
    from_ = select.args.get("from_")
    all_ = [
        *([from_.this] if from_ is not None else ()),
        *(one.this for one in select.args.get("joins") or ()),
        *(select.args.get("laterals") or ()),
    ]
    if any(
        one.args.get("joins") or one.args.get("pivots") or (isinstance(one, exp.Subquery) and isinstance(one.this, exp.Table))
        for one in all_
    ):
        return None
    return [(one.alias_or_name, one) for one in all_]


def columns_of(source: exp.Expr, query: Query) -> tuple[str, ...] | None:
    """The columns of a source of a select: a table, a part of WITH, or a select under a name; None where they are not known."""
    alias = source.args.get("alias")
    renamed = [one.name for one in alias.args.get("columns") or ()] if isinstance(alias, exp.TableAlias) else []
    found: tuple[str, ...] | None = None
    part = part_of_with(source)
    if part is not None:
        found = _of_part(part, query)
    elif isinstance(source, exp.Table):
        found = _of_table(source, query)
    elif isinstance(source, exp.Subquery):
        found = _of_query(source.this, query)
    elif isinstance(source, exp.Lateral) and isinstance(source.this, exp.Subquery):
        found = _of_query(source.this.this, query)
    return (*renamed, *found[len(renamed) :]) if found is not None else None


def _of_table(table: exp.Table, query: Query) -> tuple[str, ...] | None:
    known = declared(query.datasource).columns(table) if query.datasource is not None else None
    return tuple(one.name for one in known.values()) if known else None


def _of_part(part: exp.CTE, query: Query) -> tuple[str, ...] | None:
    if any(value for key, value in part.args.items() if key not in _PLAIN_CTE) or part.parent is None or part.parent.args.get("search"):
        return None
    found = _of_query(part.this, query)
    renamed = [one.name for one in part.args["alias"].args.get("columns") or ()]
    return (*renamed, *found[len(renamed) :]) if found is not None else None


def _of_query(node: exp.Expr, query: Query) -> tuple[str, ...] | None:
    while isinstance(node, exp.Subquery | exp.SetOperation):
        node = node.this
    if not isinstance(node, exp.Select) or node.args.get("kind"):
        return None
    names: list[str] = []
    for name, _ in columns(node, query):
        if name is None or name == "*":
            return None
        names.append(name or "?column?")
    return tuple(names)


def is_alias(column: exp.Column, select: exp.Select, query: Query) -> bool:
    """Whether it may be the name of a column of the result: ORDER BY, GROUP BY and HAVING know them, in SQLite and DuckDB all of the select."""
    if query.dialect == "postgres" and column.find_ancestor(exp.Order, exp.Group, exp.Having, exp.Qualify, exp.Distinct) is None:
        return False
    name = column.name.lower()
    return any(one is None or one == "*" or one.lower() == name for one, _ in columns(select, query))


def _column(name: str, kind: str) -> Column:
    plain = _NOT_NULL.sub("", kind)
    return Column(name, plain.lower(), plain != kind)
