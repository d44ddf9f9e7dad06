"""SQL007."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tree import column_of, outer_select
from monctl.lint.window import window_s
from monctl.quantity import Duration


@query_rule("SQL007", "window-shorter-than-schedule", level=Level.WARNING, nodes=("GT", "GTE", "LT", "LTE", "Between"))
def window_shorter_than_schedule(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query looks back less far than the time between two of its runs.

    The window is what a condition such as `created_at > NOW() - INTERVAL '5 minutes'` leaves open. It should be as long as `every`, and
    longer by the `lag` the datasource declares. Only values that an alert depends on are looked at: a figure for a dashboard may be a sample,
    and without `values:` only the first column is read.

    **Why.** What happens between the end of one window and the beginning of the next is never counted. Alerts on it come by luck.

    **Example**

        every: 10m
        query: SELECT COUNT(*) AS failed FROM jobs WHERE failed_at > NOW() - INTERVAL '5 minutes'

    **Instead**

        every: 5m
        query: SELECT COUNT(*) AS failed FROM jobs WHERE failed_at > NOW() - INTERVAL '5 minutes'

    **Source.** Gaps between evaluations, described for Prometheus: https://cloudflare.github.io/pint/checks/group/interval.html (read 2026-11-21)
    """
    if query.every_s is None or not query.is_watched() or (length_s := window_s(node)) is None:
        return
    if length_s <= 0 or _is_unwatched(node, query):
        return
    lag_s = query.datasource.lag_s if query.datasource is not None else 0.0
    if length_s >= query.every_s + lag_s:
        return
    runs = f"the query looks back {Duration.of(length_s)} and runs every {Duration.of(query.every_s)}"
    late = f", and its data is up to {Duration.of(lag_s)} late" if lag_s else ""
    way_out = f"look back {Duration.of(query.every_s + lag_s)} or more" + (
        f", or run it every {Duration.of(length_s - lag_s)}" if length_s - lag_s >= 60 else ""
    )
    yield query.fault(runs + late, node, help=way_out)


def _is_unwatched(node: exp.Expr, query: Query) -> bool:
    """Whether the window belongs to one column of the query that no alert looks at."""
    select = outer_select(query.tree)
    if select is not None and not query.source.values and query.source.mode == "value":
        return any(below is node for column in select.expressions[1:] for below in column.walk())
    name = column_of(node, select) if select is not None else None
    return name is not None and name in query.source.values and not query.is_watched(name)
