"""SQL010."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.declared import columns_of, declared, is_alias, sources
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule
from monctl.suggest import did_you_mean

Seen = tuple[str, Mapping[str, str] | None]
"""The name of a source, and its columns by their names in lower case; None where they are not known."""

_NO_COLUMNS = frozenset(
    {
        "ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid", "rowid", "_rowid_",
        "user", "current_user", "session_user", "system_user", "current_role", "current_catalog", "current_schema", "localtime", "localtimestamp",
    }
)  # fmt: skip
"""Columns every table has and no schema lists (PostgreSQL, SQLite), and words that are read as columns and are none."""


@query_rule("SQL010", "unknown-column", level=Level.ERROR, nodes=(ROOT,))
def unknown_column(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query names a table or column its datasource does not declare.

    Checked where the datasource has `tables:`, and schema by schema: of a schema of which no table is declared nothing is known, and nothing is
    said. Catalogues of the database (`pg_…`, `information_schema`) need no declaration; where all of `pg_catalog` is declared, what is not in it is told.
    A column is only called unknown where every table it could come from is known.

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
    schema = declared(query.datasource)
    made = {part.alias.lower() for part in node.find_all(exp.CTE)}
    for table in node.find_all(exp.Table):
        if isinstance(table.parent, exp.From | exp.Join) and (table.db or table.name.lower() not in made) and schema.lacks(table):
            name = f"{table.db}.{table.name}" if table.db else table.name
            yield query.fault(
                f"datasource '{query.datasource.name}' declares no table '{name}'",
                table.this,
                help=did_you_mean(name, schema.tables, noun="tables"),
            )
    sees: dict[int, list[Seen] | None] = {}
    for column in node.find_all(exp.Column):
        known = _choices(column, query, sees)
        if known is not None and column.find_ancestor(exp.Partition) is None:  # PARTITION (p0) of MySQL names no column
            yield query.fault(
                f"no table of the query has a column '{column.name}'",
                column.this,
                help=did_you_mean(column.name, known, noun="columns"),
            )


def _choices(column: exp.Column, query: Query, sees: dict[int, list[Seen] | None]) -> list[str] | None:
    """The columns there are when this one is none of them; None when it is there, or when that is not known."""
    name, table = column.name.lower(), column.table.lower()
    if column.args.get("db") or not isinstance(column.this, exp.Identifier) or name in _NO_COLUMNS:
        return None
    if query.dialect == "sqlite" and column.this.args.get("quoted"):
        return None  # a text, where no column has that name: https://www.sqlite.org/quirks.html (read in a copy 2026-11-21)
    known: list[str] = []
    select = column.find_ancestor(exp.Query, exp.DML)
    if isinstance(select, exp.Select) and not table and is_alias(column, select, query):
        return None
    while select is not None:
        if not isinstance(select, exp.Select):
            return None  # ORDER BY of a UNION, or a statement that writes
        if id(select) not in sees:
            sees[id(select)] = _seen(select, query)
        seen = sees[id(select)]
        if seen is None:
            return None
        for source, names in seen:
            if table and source != table:
                continue
            if names is None or name in names or (not table and source == name):
                return None
            known.extend(names.values())
        if table and known:
            break
        select = _around(select, query)
    return known or None


def _seen(select: exp.Select, query: Query) -> list[Seen] | None:
    """The sources of a select, with the columns of each."""
    read = sources(select)
    if read is None:
        return None
    return [
        (name.lower(), {one.lower(): one for one in names} if (names := columns_of(one, query)) is not None else None) for name, one in read
    ]


def _around(select: exp.Expr, query: Query) -> exp.Expr | None:
    """The select whose columns a subquery may use as well: the next around it.

    Not one that has it in WITH, nor one that has it in FROM without LATERAL, which only DuckDB leaves out.
    """
    node, hidden = select, False
    while node.parent is not None:
        in_from = isinstance(node, exp.Subquery) and isinstance(node.parent, exp.From | exp.Join) and query.dialect != "duckdb"
        hidden = hidden or isinstance(node, exp.CTE) or in_from
        node = node.parent
        if isinstance(node, exp.Select | exp.DML):
            if not hidden:
                return node
            hidden = False
        elif isinstance(node, exp.SetOperation) and hidden:
            hidden = not isinstance(node.args.get("with_"), exp.With)  # WITH of a UNION
    return None
