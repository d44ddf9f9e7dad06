"""MON012."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.sources import meaning
from monctl.measure import Http
from monctl.program import Program


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
    first: dict[tuple[object, ...], str] = {}
    for monitor in program.monitors.values():
        if monitor.metric is not None or not isinstance(monitor.source, Http):
            continue
        key = (meaning(monitor.source), monitor.every_s, monitor.targets, monitor.phases)
        other = first.setdefault(key, monitor.name)
        conditions = {(alert.severity, alert.condition) for alert in monitor.alerts}
        if other != monitor.name and conditions != {(alert.severity, alert.condition) for alert in program.monitors[other].alerts}:
            yield found(
                f"'{other}' sends the same request",
                monitor.origin.at("http"),
                help="put both alerts into one monitor",
                address=monitor.address,
            )
