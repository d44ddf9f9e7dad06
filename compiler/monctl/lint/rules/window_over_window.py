"""MON025."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import Comparison
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import sentence
from monctl.measure import Log
from monctl.program import Program
from monctl.quantity import Duration


@rule("MON025", "window-over-window", level=Level.WARNING)
def window_over_window(program: Program, context: Context) -> Iterator[Finding]:
    """Lines of a log are counted over a window of the source, and once more over one of the alert.

    A source with `window` counts that far back each time, so a line is in several counts. An `in` of an alert then takes the mean of the counts;
    without `window` it adds up what came since the last run.

    **Why.** The alert compares its limit with a figure that is neither the lines of the last hour nor those of ten minutes.

    **Example**

        every: 5m
        log: {datasource: app-log, where: {level: error}, window: 10m}
        alert: {warning: "> 100 in 1h"}

    **Instead**

        every: 5m
        log: {datasource: app-log, where: {level: error}}
        alert: {warning: "> 100 in 1h"}

    **Source.** The meaning of `window` and `in` in the spec language (2026-11-21)
    """
    for monitor in program.monitors.values():
        source = monitor.source
        if not isinstance(source, Log) or source.measure != "count" or source.window_s is None:
            continue
        for alert in monitor.alerts:
            window = max((term.window_s for term in alert.condition if isinstance(term, Comparison) and term.window_s), default=None)
            if window is not None and window > monitor.every_s:
                inner, outer = Duration.of(source.window_s), Duration.of(window)
                yield found(
                    f"each count is of the last {inner} already, and `in {outer}` takes the mean of such counts",
                    sentence(alert, context),
                    help="leave `window` out of the source, or `in` out of the alert",
                    address=monitor.address,
                )
