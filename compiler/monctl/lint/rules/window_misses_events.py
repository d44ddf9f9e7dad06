"""MON004."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import Comparison
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import sentence
from monctl.measure import Log, Sentry
from monctl.program import Monitor, Program
from monctl.quantity import Duration
from monctl.source import Origin


@rule("MON004", "window-misses-events", level=Level.WARNING)
def window_misses_events(program: Program, context: Context) -> Iterator[Finding]:
    """Events are counted over less time than passes between two counts.

    Either the `window` of a log source or the `in` of a threshold is shorter than `every`. Sentry counts by itself, all the time.

    **Why.** What happens in the gap is in no count. A burst of errors is seen only if it comes at the right minute.

    **Example**

        every: 10m
        log: {datasource: app-log, where: {level: error}, window: 5m}
        alert: {warning: "> 10"}

    **Instead**

        every: 5m
        log: {datasource: app-log, where: {level: error}, window: 5m}

    **Source.** Gaps between evaluations, described for Prometheus: https://cloudflare.github.io/pint/checks/group/interval.html (read 2026-11-21)
    """
    for monitor in program.monitors.values():
        if not monitor.alerts or isinstance(monitor.source, Sentry):
            continue
        if isinstance(monitor.source, Log) and monitor.source.window_s is not None and monitor.source.window_s < monitor.every_s:
            window, every = Duration.of(monitor.source.window_s), Duration.of(monitor.every_s)
            way_out = f"count over {every}, or every {window}; without `window` nothing is missed"
            yield found(f"the last {window} are counted every {every}", _source(monitor, program), help=way_out, address=monitor.address)
        for alert in monitor.alerts:
            for term in alert.condition:
                if isinstance(term, Comparison) and term.window_s is not None and term.window_s < monitor.every_s:
                    window, every = Duration.of(term.window_s), Duration.of(monitor.every_s)
                    yield found(
                        f"'in {window}' is shorter than the {every} between two counts",
                        sentence(alert, context),
                        help=f"count at least every {window}, or write `in {every}`",
                        address=monitor.address,
                    )


def _source(monitor: Monitor, program: Program) -> Origin:
    origin = program.metrics[monitor.metric].origin if monitor.metric is not None else monitor.origin
    return origin.at("log", "window")
