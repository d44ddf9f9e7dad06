"""SQL010."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp
from sqlglot.optimizer.scope import Scope

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.declared import Declared, columns_of, is_alias, scopes
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule
from monctl.suggest import did_you_mean

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
    schema = Declared(query.datasource)
    reported: set[int] = set()
    made = {part.alias.lower() for part in node.find_all(exp.CTE)}  # a DELETE … RETURNING makes rows as well, and has no scope
    for scope in scopes(node):
        for source in scope.sources.values():
            if (
                isinstance(source, exp.Table)
                and id(source) not in reported
                and schema.lacks(source)
                and (source.db or source.name.lower() not in made)
            ):
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


def _choices(column: exp.Column, scope: Scope, schema: Declared) -> list[str] | None:
    """The columns there are when this one is none of them; None when it is there, or when that is not known."""
    if column.args.get("db") or not isinstance(column.this, exp.Identifier) or column.name.lower() in _HIDDEN_COLUMNS:
        return None
    if not column.table and is_alias(column, scope):
        return None
    known: list[str] = []
    here: Scope | None = scope
    while here is not None:
        for name, source in here.sources.items():
            if column.table and name.lower() != column.table.lower():
                continue
            columns = columns_of(source, schema)
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
