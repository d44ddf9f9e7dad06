"""SQL022."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule


@query_rule("SQL022", "count-of-condition", level=Level.ERROR, nodes=("Count",))
def count_of_condition(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query counts a condition, and so counts every row.

    COUNT takes whatever is not NULL, and false is not NULL.

    **Why.** The share of failures is 100 %, the number of failures that of all jobs.

    **Example**

        SELECT COUNT(state = 'failed') AS failed FROM jobs

    **Instead**

        SELECT COUNT(*) FILTER (WHERE state = 'failed') AS failed FROM jobs

    or, where the dialect has no FILTER,

        SELECT SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) AS failed FROM jobs

    **Source.** "computes the number of input rows in which the input value is not null":
    https://www.postgresql.org/docs/current/functions-aggregate.html (from memory, 2026-11-21)
    """
    counted = node.this
    while isinstance(counted, exp.Paren):
        counted = counted.this
    if isinstance(
        counted,
        exp.EQ
        | exp.NEQ
        | exp.GT
        | exp.GTE
        | exp.LT
        | exp.LTE
        | exp.Is
        | exp.In
        | exp.Between
        | exp.Like
        | exp.ILike
        | exp.And
        | exp.Or
        | exp.Not,
    ):
        yield query.fault(
            "COUNT counts rows where this is false, too",
            counted,
            help="write COUNT(*) FILTER (WHERE …), or SUM(CASE WHEN … THEN 1 ELSE 0 END)",
        )
