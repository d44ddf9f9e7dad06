"""MON008."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from monctl.condition import Term
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import sentence
from monctl.measure import Heartbeat, Sql
from monctl.program import Monitor, Program
from monctl.quantity import Duration


@rule("MON008", "detected-too-late", level=Level.ERROR)
def detected_too_late(program: Program, context: Context) -> Iterator[Finding]:
    """A monitor cannot keep the time in which its service promises to notice a failure.

    The worst case is a failure just after a measurement: one interval until it is measured, then `for`, rounded up to whole intervals,
    and the lag of the datasource. Checked for alerts of the most severe level, by the quickest of their conditions, against
    `promise: {detect: …}` of the service.

    **Why.** The promise is written down where customers and colleagues read it, and no run of luck can keep it.

    **Example**

        services:
          api: {promise: {detect: 2m}}
        monitors:
          api-down: {service: api, http: https://api.example.com, every: 5m, alert: {critical: down}}

    **Instead**

        monitors:
          api-down: {service: api, http: https://api.example.com, every: 1m, alert: {critical: down for 1m}}

    **Source.** The meaning of `every`, `for` and `promise` in the spec language; `for` is judged at evaluations:
    https://grafana.com/docs/grafana/v11.6/alerting/fundamentals/alert-rule-evaluation (read 2026-11-21)
    """
    for monitor in program.monitors.values():
        service = program.services.get(monitor.service or "")
        if service is None or service.detect_s is None:
            continue
        for alert in monitor.alerts:
            if alert.severity != program.most_severe:
                continue
            worst_s = min(_worst_s(term, monitor) for term in alert.condition) + _lag_s(monitor, program)
            if worst_s > service.detect_s:
                worst, promised = Duration.of(worst_s), Duration.of(service.detect_s)
                yield found(
                    f"'{alert.severity}' may take {worst} to notice, but '{service.name}' promises {promised}",
                    sentence(alert, context),
                    help="measure more often, shorten `for`, or change `promise.detect` of the service",
                    address=monitor.address,
                )


def _worst_s(term: Term, monitor: Monitor) -> float:
    """Seconds from the failure to the alert, when the failure comes at the worst moment."""
    grace_s = monitor.source.grace_s if isinstance(monitor.source, Heartbeat) else 0.0
    return monitor.every_s + grace_s + ceil(term.for_s / monitor.every_s) * monitor.every_s


def _lag_s(monitor: Monitor, program: Program) -> float:
    source = monitor.source
    return program.datasources[source.datasource].lag_s if isinstance(source, Sql) and source.datasource in program.datasources else 0.0
