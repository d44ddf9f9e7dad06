"""SQL023."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tree import conjuncts


@query_rule("SQL023", "outer-join-undone", level=Level.WARNING, nodes=("Select",))
def outer_join_undone(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query keeps rows without a partner by LEFT JOIN, and WHERE drops them again.

    The columns of the joined table are NULL in such rows, and a comparison with NULL is never true.

    **Why.** Somebody wanted to see what has no partner: tracks without a post. These are the rows that are missing, and the count looks good.

    **Example**

        SELECT COUNT(*) AS tracks FROM tracks t LEFT JOIN posts p ON p.track_id = t.id WHERE p.created_at > NOW() - INTERVAL '1 hour'

    **Instead**

        SELECT COUNT(*) AS tracks FROM tracks t LEFT JOIN posts p ON p.track_id = t.id AND p.created_at > NOW() - INTERVAL '1 hour'

    or JOIN, where the others are not wanted.

    **Source.** "a restriction placed in the ON clause is processed before the join, while a restriction placed in the WHERE clause is processed after":
    https://www.postgresql.org/docs/current/queries-table-expressions.html (read in a copy 2026-11-21)
    """
    where = node.args.get("where")
    if where is None:
        return
    joins = {join.this.alias_or_name.lower() for join in node.args.get("joins") or () if str(join.args.get("side") or "").upper() == "LEFT"}
    for part in conjuncts(where.this) if joins else ():
        if not isinstance(part, exp.EQ | exp.GT | exp.GTE | exp.LT | exp.LTE):
            continue
        column = next((side for side in (part.left, part.right) if isinstance(side, exp.Column) and side.table.lower() in joins), None)
        if column is not None:
            yield query.fault(
                f"'{column.table}' is joined by LEFT JOIN, and rows without one are dropped here",
                part,
                help="move the condition to ON, or write JOIN",
            )
            return
