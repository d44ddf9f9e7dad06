"""MON012."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.shared import again
from monctl.lint.sources import meaning
from monctl.measure import Http
from monctl.program import Monitor, Program


@rule("MON012", "same-request-twice", level=Level.INFO)
def same_request_twice(program: Program, context: Context) -> Iterator[Finding]:
    """Two monitors send the same request and expect the same answer.

    Same URL, method, headers, body and expectations; they differ in their alerts only. Requests that look for another keyword are two checks.

    **Why.** The service answers twice, the provider charges twice, and one failure is two incidents. Several severities fit in one monitor.

    **Example**

        monitors:
          site-down: {http: https://example.com, alert: {critical: down}}
          site-slow: {http: https://example.com, alert: {warning: "response_time > 2s for 10m"}}

    **Instead**

        monitors:
          site: {http: https://example.com, alert: {critical: down, warning: "response_time > 2s for 10m"}}

    **Source.** Each monitor is a check of its own at the vendors, and counts towards the plan: https://uptimerobot.com/api/v3/ (read 2026-11-20)
    """
    alike: dict[tuple[object, ...], list[Monitor]] = {}
    for monitor in program.monitors.values():
        if monitor.metric is not None or not isinstance(monitor.source, Http):
            continue
        alike.setdefault((meaning(monitor.source), monitor.every_s, monitor.targets, monitor.phases), []).append(monitor)
    for several in alike.values():
        for monitor, other in again(several, lambda one: context.is_ignored(one.origin.at("http"), on_key=False)):
            if _conditions(monitor) == _conditions(other):
                continue
            yield found(
                f"'{other.name}' sends the same request",
                monitor.origin.at("http"),
                help="put both alerts into one monitor",
                address=monitor.address,
                same="",
                elsewhere=((other.address,),),
            )


def _conditions(monitor: Monitor) -> set[tuple[object, ...]]:
    return {(alert.severity, alert.condition) for alert in monitor.alerts}
