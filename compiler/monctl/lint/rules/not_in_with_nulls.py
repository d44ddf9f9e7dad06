"""SQL008."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tree import columns, conjuncts

_KEYS = frozenset({"id", "oid", "rowid"})
"""Columns that are keys by their very name."""


@query_rule("SQL008", "not-in-with-nulls", level=Level.WARNING, nodes=("In",))
def not_in_with_nulls(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query uses NOT IN with a subquery whose column may be NULL.

    One NULL among the rows of the subquery, and `x NOT IN (…)` is true for no x at all. A column called `id` or `oid`, and one that the subquery
    itself keeps from NULL (IS NOT NULL, COALESCE, COUNT), is taken as safe.

    **Why.** The query that looks for orphans finds none from the day the first NULL is stored, and the monitor reports good health.

    **Example**

        SELECT COUNT(*) FROM tracks WHERE id NOT IN (SELECT track_id FROM posts)

    **Instead**

        SELECT COUNT(*) FROM tracks t WHERE NOT EXISTS (SELECT 1 FROM posts p WHERE p.track_id = t.id)

    **Source.** NOT IN in the PostgreSQL manual: http://www.network-theory.co.uk/docs/postgresql9/vol1a/NOTIN.html (read 2026-11-21)
    """
    if not (node.args.get("negate") or isinstance(node.parent, exp.Not)) or not isinstance(node.args.get("query"), exp.Subquery):
        return
    select = node.args["query"].this
    if not isinstance(select, exp.Select) or len(select.expressions) != 1:
        return
    ((name, column),) = columns(select)
    if isinstance(column, exp.Column) and name.lower() not in _KEYS and not _is_kept(column, select):
        yield query.fault(
            f"NOT IN is true for nothing once '{name}' is NULL in one row",
            column,
            help=f"use NOT EXISTS, or add WHERE {name} IS NOT NULL to the subquery",
        )


def _is_kept(column: exp.Column, select: exp.Select) -> bool:
    """Whether WHERE keeps NULL away: by IS NOT NULL, or by any comparison with the column, which no NULL passes."""
    where = select.args.get("where")
    for part in conjuncts(where.this if where is not None else None):
        inside = part.this if isinstance(part, exp.Not) else part
        if isinstance(inside, exp.Is) and inside.this == column and (inside is not part or part.args.get("negate")):
            return True
        if isinstance(part, exp.GT | exp.GTE | exp.LT | exp.LTE | exp.EQ | exp.NEQ | exp.In | exp.Like) and part.this == column:
            return True
    return False
