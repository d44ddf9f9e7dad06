"""SQL021."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Fix, Level
from monctl.lint import sql_fix
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tree import ago_s, is_negated, number


@query_rule("SQL021", "range-backwards", level=Level.ERROR, nodes=("Between",), fixes=True)
def range_backwards(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query asks for what is between two bounds of which the first is the greater.

    **Why.** BETWEEN takes the lower bound first. The other way round it is never true: the query counts 0, and a monitor that waits for more is quiet.
    NOT BETWEEN is always true then, and leaves nothing out.

    **Example**

        SELECT COUNT(*) AS failed FROM jobs WHERE failed_at BETWEEN NOW() AND NOW() - INTERVAL '1 hour'

    **Instead**

        SELECT COUNT(*) AS failed FROM jobs WHERE failed_at BETWEEN NOW() - INTERVAL '1 hour' AND NOW()

    **Source.** Always false, and BETWEEN SYMMETRIC swaps them: https://www.postgresql.org/message-id/201101252126.p0PLQ2t05227@momjian.us (read 2026-11-21)
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
        yield query.fault(
            f"the first bound of BETWEEN is the greater: this is {'always' if is_negated(node) else 'never'} true",
            node,
            help="write the lower bound first",
            fix=_fix(node, query),
        )


def _fix(node: exp.Expr, query: Query) -> Fix | None:
    """The two bounds in each other's place."""
    low, high = sql_fix.written(query, node.args["low"]), sql_fix.written(query, node.args["high"])
    if low is None or high is None:
        return None

    def meant(same: exp.Expr) -> exp.Expr:
        first, second = same.args["low"], same.args["high"]
        same.set("low", second)
        same.set("high", first)
        return same

    return sql_fix.fix("write the lower bound first", query, node, meant, (low[0], low[1], high[2]), (high[0], high[1], low[2]))
