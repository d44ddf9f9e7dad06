"""SQL010."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import expressions as exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule
from monctl.program import Datasource
from monctl.suggest import did_you_mean

_SYSTEM_SCHEMAS = frozenset({"information_schema", "pg_catalog", "performance_schema", "mysql", "sys", "temp", "pg_temp"})
_HIDDEN_COLUMNS = frozenset({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid", "rowid", "_rowid_"})
"""Columns every table has and no schema lists (PostgreSQL, SQLite)."""


@query_rule("SQL010", "unknown-column", level=Level.ERROR, nodes=(ROOT,))
def unknown_column(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query names a table or column its datasource does not declare.

    Checked where the datasource has `tables:`. Catalogues of the database (`pg_…`, `information_schema`) need no declaration, and a column is
    only called unknown where every table it could come from is known.

    **Why.** The query fails on its first run, after the pull request is merged, and says so where nobody looks.

    **Example**

        datasources:
          shop: {type: postgresql, tables: {orders: {id: uuid, paid_at: timestamptz}}}
        …
        query: SELECT COUNT(*) AS unpaid FROM orders WHERE payed_at IS NULL

    **Instead**

        query: SELECT COUNT(*) AS unpaid FROM orders WHERE paid_at IS NULL

    **Source.** The meaning of `tables` in the spec language (2026-11-21)
    """
    if query.datasource is None or not query.datasource.schema or not isinstance(node, exp.Query):
        return
    try:
        scopes = traverse_scope(node)
    except (SqlglotError, RecursionError):
        return  # names that clash: the database will say it better
    schema = _Schema(query.datasource)
    reported: set[int] = set()
    for scope in scopes:
        for source in scope.sources.values():
            if isinstance(source, exp.Table) and id(source) not in reported and schema.lacks(source):
                reported.add(id(source))
                yield query.fault(
                    f"datasource '{query.datasource.name}' declares no table '{source.name}'",
                    source.this,
                    help=did_you_mean(source.name, schema.tables, noun="tables"),
                )
        for column in scope.columns:
            if id(column) not in reported and (known := _choices(column, scope, schema)) is not None:
                reported.add(id(column))
                yield query.fault(
                    f"no table of the query has a column '{column.name}'",
                    column.this,
                    help=did_you_mean(column.name, known, noun="columns"),
                )


class _Schema:
    """The declared tables, compared without regard to case."""

    def __init__(self, datasource: Datasource) -> None:
        self.tables = tuple(datasource.schema)
        self._columns: Mapping[str, tuple[str, ...]] = {name.lower(): tuple(columns) for name, columns in datasource.schema.items()}

    def lacks(self, table: exp.Table) -> bool:
        """Whether a table is neither declared nor the database's own."""
        if not isinstance(table.this, exp.Identifier) or table.db.lower() in _SYSTEM_SCHEMAS:
            return False  # a function that gives rows, or a catalogue
        return not table.name.lower().startswith(("pg_", "sqlite_", "duckdb_")) and self.columns(table) is None

    def columns(self, table: exp.Table) -> tuple[str, ...] | None:
        """The columns of a table; None where they are not declared."""
        if not isinstance(table.this, exp.Identifier):
            return None
        found = self._columns.get(f"{table.db}.{table.name}".lower()) if table.db else None
        found = found or self._columns.get(table.name.lower())
        aliases = table.args.get("alias")
        return None if aliases is not None and aliases.args.get("columns") else found or None


def _choices(column: exp.Column, scope: Scope, schema: _Schema) -> list[str] | None:
    """The columns there are when this one is none of them; None when it is there, or when that is not known."""
    if column.args.get("db") or not isinstance(column.this, exp.Identifier) or column.name.lower() in _HIDDEN_COLUMNS:
        return None
    if not column.table and _is_alias(column, scope):
        return None
    known: list[str] = []
    here: Scope | None = scope
    while here is not None:
        for name, source in here.sources.items():
            if column.table and name.lower() != column.table.lower():
                continue
            columns = _columns(source, schema)
            if (
                columns is None
                or column.name.lower() in {one.lower() for one in columns}
                or (not column.table and name.lower() == column.name.lower())
            ):
                return None
            known.extend(columns)
        if column.table and known:
            break
        here = here.parent
    return known or None


def _columns(source: exp.Expr | Scope, schema: _Schema) -> tuple[str, ...] | None:
    if isinstance(source, exp.Table):
        return schema.columns(source)
    if not isinstance(source, Scope) or not isinstance(source.expression, exp.Query):
        return None
    alias = source.expression.parent.args.get("alias") if source.expression.parent is not None else None
    if source.expression.is_star or (isinstance(alias, exp.TableAlias) and alias.args.get("columns")):
        return None
    return tuple(source.expression.named_selects)


def _is_alias(column: exp.Column, scope: Scope) -> bool:
    """ORDER BY, GROUP BY and HAVING may name a column of the result."""
    if column.find_ancestor(exp.Order, exp.Group, exp.Having, exp.Qualify) is None:
        return False
    return isinstance(scope.expression, exp.Query) and column.name.lower() in {name.lower() for name in scope.expression.named_selects}
