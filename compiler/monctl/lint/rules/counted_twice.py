"""SQL027."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.condition import Comparison
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, found, query_rule
from monctl.lint.terms import sentence
from monctl.lint.window import window_s
from monctl.quantity import Duration


@query_rule("SQL027", "counted-twice", level=Level.WARNING, nodes=(ROOT,))
def counted_twice(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """Events are counted over a window by the query, and once more over another one.

    The query counts what happened in the last hour, and runs every five minutes. An `in` of an alert takes its mean over
    more runs, and an SLO adds the runs up: the same event is in twelve of them.

    **Why.** The alert compares its limit with a figure that is none of the two: neither the last hour nor the sum. The budget of the SLO is used
    up by one failure as if it had been twelve.

    **Example**

        every: 5m
        query: SELECT COUNT(*) AS failed FROM jobs WHERE failed_at > NOW() - INTERVAL '1 hour'
        alert: {critical: "> 100 in 1h"}

    **Instead**

        alert: {critical: "> 100"}

    For an SLO, look back as long as `every`.

    **Source.** What `in` takes: the mean of what is not counted since the last run (spec language, 2026-11-21)
    """
    monitors = {one.name: one for watching in query.watchers.values() for one in watching}.values()
    windows = [
        (monitor, alert, term.window_s)
        for monitor in monitors
        for alert in monitor.alerts
        for term in alert.condition
        if isinstance(term, Comparison) and term.window_s
    ]
    length_s = _longest_s(node) if windows or query.objectives else None
    if length_s is None or query.every_s is None:
        return
    for monitor, alert, window in windows:
        if query.every_s < window:
            yield found(
                f"the query counts the last {Duration.of(length_s)} already, and `in {Duration.of(window)}` takes the mean of such counts",
                sentence(alert, context),
                help="leave `in` out, and let the query look back as far as is meant",
                address=monitor.address,
            )
    for slo, field in query.objectives if length_s > query.every_s * 1.5 else ():
        name = query.address.partition(".")[2]
        yield found(
            f"'{name}' counts the last {Duration.of(length_s)} every {Duration.of(query.every_s)}, so an event is counted {round(length_s / query.every_s)} times",
            slo.origin.at(field),
            help=f"let it look back {Duration.of(query.every_s)}, or run it every {Duration.of(length_s)}",
            address=f"slo.{slo.name}",
        )


def _longest_s(tree: exp.Expr) -> float | None:
    """The longest window a query counts over; None where no window is known."""
    if tree.find(exp.Count, exp.Sum) is None:
        return None
    lengths = (window_s(node) for node in tree.find_all(exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between))
    return max((length for length in lengths if length is not None and length > 0), default=None)
