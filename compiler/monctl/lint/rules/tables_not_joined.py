"""SQL013."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule


@query_rule("SQL013", "tables-not-joined", level=Level.WARNING, nodes=("Select",))
def tables_not_joined(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query names two tables and joins them by nothing.

    `FROM a, b` without any WHERE pairs every row of one with every row of the other. A CROSS JOIN that is written out is meant, and
    what WITH makes and the database's own views (`pg_…`) often have one row.

    **Why.** Counts are multiplied, and a monitor on tables of 10,000 rows asks its database for 100 million, every few minutes.

    **Example**

        SELECT COUNT(*) FROM posts, tracks

    **Instead**

        SELECT COUNT(*) FROM posts JOIN tracks ON tracks.id = posts.track_id

    **Source.** Cross joins: https://www.postgresql.org/docs/current/queries-table-expressions.html (from memory, 2026-11-21)
    """
    first = node.args["from_"].this if node.args.get("from_") is not None else None
    if node.args.get("where") is not None or not _has_rows(first, query):
        return
    for join in node.args.get("joins") or ():
        written = join.args.get("kind") or join.args.get("side") or join.args.get("method") or join.args.get("on") or join.args.get("using")
        if not written and _has_rows(join.this, query):
            yield query.fault(
                f"'{join.this.name}' is joined by nothing: every row is paired with every row",
                join.this,
                help="say how they belong together: JOIN … ON …",
            )


def _has_rows(source: exp.Expr | None, query: Query) -> bool:
    """Whether it is a table that may have many rows: no function, no part of WITH, none of the database's own."""
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier) or source.name.lower().startswith("pg_"):
        return False
    return all(part.alias.lower() != source.name.lower() for part in query.tree.find_all(exp.CTE))
