"""The tables a datasource declares, as the names of a query see them: which columns each of its sources has. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import expressions as exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from monctl.program import Datasource

_SYSTEM_SCHEMAS = frozenset({"information_schema", "pg_catalog", "performance_schema", "mysql", "sys", "temp", "pg_temp"})


def scopes(tree: exp.Expr) -> list[Scope]:
    """The scopes of a query, inner ones first; none where names clash: the database will say it better."""
    try:
        return traverse_scope(tree)
    except (SqlglotError, RecursionError):
        return []


class Declared:
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


def columns_of(source: exp.Expr | Scope, declared: Declared) -> tuple[str, ...] | None:
    """The columns of a source of a scope: a table, or a select under a name; None where they are not known."""
    if isinstance(source, exp.Table):
        return declared.columns(source)
    if not isinstance(source, Scope) or not isinstance(source.expression, exp.Query):
        return None
    alias = source.expression.parent.args.get("alias") if source.expression.parent is not None else None
    if source.expression.is_star or (isinstance(alias, exp.TableAlias) and alias.args.get("columns")):
        return None
    return tuple(source.expression.named_selects)


def is_alias(column: exp.Column, scope: Scope) -> bool:
    """ORDER BY, GROUP BY and HAVING may name a column of the result."""
    if column.find_ancestor(exp.Order, exp.Group, exp.Having, exp.Qualify) is None:
        return False
    return isinstance(scope.expression, exp.Query) and column.name.lower() in {name.lower() for name in scope.expression.named_selects}
