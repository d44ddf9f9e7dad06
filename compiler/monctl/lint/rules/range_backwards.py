"""SQL021."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tree import ago_s, number


@query_rule("SQL021", "range-backwards", level=Level.ERROR, nodes=("Between",))
def range_backwards(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query asks for what is between two bounds of which the first is the greater.

    **Why.** BETWEEN takes the lower bound first. The other way round it is never true: the query counts 0, and a monitor that waits for more is quiet.

    **Example**

        SELECT COUNT(*) AS failed FROM jobs WHERE failed_at BETWEEN NOW() AND NOW() - INTERVAL '1 hour'

    **Instead**

        SELECT COUNT(*) AS failed FROM jobs WHERE failed_at BETWEEN NOW() - INTERVAL '1 hour' AND NOW()

    **Source.** https://www.postgresql.org/docs/current/functions-comparison.html (from memory, 2026-11-21)
    """
    if not isinstance(node, exp.Between) or node.args.get("symmetric"):
        return
    low, high = node.args["low"], node.args["high"]
    numbers = number(low), number(high)
    times = ago_s(low), ago_s(high)
    backwards = (numbers[0] is not None and numbers[1] is not None and numbers[0] > numbers[1]) or (
        times[0] is not None and times[1] is not None and times[0] < times[1]
    )
    if backwards:
        yield query.fault("the first bound of BETWEEN is the greater: this is never true", node, help="write the lower bound first")
