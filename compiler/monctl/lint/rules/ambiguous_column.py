"""SQL025."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.declared import columns_of, is_alias, sources
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule
from monctl.lint.tree import is_comma

_ONE_SIDED = frozenset({"SEMI", "ANTI"})
"""Joins that show the columns of one side only."""


@query_rule("SQL025", "ambiguous-column", level=Level.ERROR, nodes=(ROOT,))
def ambiguous_column(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query names a column that two of its tables have, and does not say whose.

    Checked where the datasource has `tables:`. Columns that the tables are joined by with USING or NATURAL are one column,
    a subquery sees the columns of its own tables before those of the query around it, and ON those of the tables joined
    so far, but in SQLite, which looks at all.

    **Why.** The database refuses the query. Often it did not yesterday: the second table got a column of that name.

    **Example**

        SELECT COUNT(*) AS late FROM posts JOIN tracks ON tracks.id = posts.track_id WHERE created_at < NOW() - INTERVAL '1 day'

    **Instead**

        SELECT COUNT(*) AS late FROM posts JOIN tracks ON tracks.id = posts.track_id WHERE posts.created_at < NOW() - INTERVAL '1 day'

    **Source.** PostgreSQL 15 answers "column reference is ambiguous", SQLSTATE 42702 (tried 2026-11-21). PostgreSQL 16 and DuckDB take a name in ON
    that a later table has, too, SQLite 3.40 says "ambiguous column name" (tried 2026-11-21)
    """
    if query.datasource is None or not query.datasource.schema or not isinstance(node, exp.Query):
        return
    reported: set[str] = set()
    for select in node.find_all(exp.Select):
        joins = select.args.get("joins") or ()
        read = (
            sources(select) if joins and not any(join.args.get("method") or join.args.get("kind") in _ONE_SIDED for join in joins) else None
        )
        if read is None:
            continue
        shared = {one.name.lower() for join in joins for one in join.args.get("using") or ()}
        known = [(name, {one.lower() for one in columns_of(source, query) or ()}) for name, source in read]
        for column in select.find_all(exp.Column):
            name = column.name.lower()
            if column.table or name in shared or name in reported:
                continue
            if sum(name in columns for _, columns in known) < 2 or column.find_ancestor(exp.Query) is not select:
                continue
            owners = [table for table, columns in known[_seen(column, select, query)] if name in columns]
            if len(owners) > 1 and not is_alias(column, select, query):
                reported.add(name)
                yield query.fault(
                    f"'{column.name}' is a column of '{owners[0]}' and of '{owners[1]}'",
                    column.this,
                    help=f"write {owners[0]}.{column.name} or {owners[1]}.{column.name}",
                )


def _seen(column: exp.Column, select: exp.Select, query: Query) -> slice:
    """Which of the sources of a select a column may be of where it stands: in FROM those before it, in ON those joined since the last comma."""
    node: exp.Expr = column
    part = node.parent
    while part is not None and part is not select and part.parent is not select:
        node, part = part, part.parent
    if not isinstance(part, exp.From | exp.Join) or query.dialect == "sqlite":
        return slice(None)
    joins = select.args.get("joins") or []
    at = next((at for at, join in enumerate(joins, 1) if join is part), 0)
    if node.arg_key != "on":
        return slice(at)
    commas = [before for before, join in enumerate(joins[:at], 1) if is_comma(join)]
    return slice(max(commas, default=0), at + 1)
