"""MON009."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("MON009", "promise-nobody-watches", level=Level.WARNING)
def promise_nobody_watches(program: Program, context: Context) -> Iterator[Finding]:
    """A service promises to notice failures, and no monitor of it has an alert.

    **Why.** `promise: {detect: 5m}` is checked against the monitors of the service. With none there is nothing to check, and nothing
    that could notice.

    **Example**

        services:
          payments: {promise: {detect: 5m}}

    **Instead**

        services:
          payments: {promise: {detect: 5m}}
        monitors:
          failed-payments: {service: payments, metric: failed-payments, alert: {critical: "> 2%"}}

    **Source.** The meaning of `promise` in the spec language (2026-11-21)
    """
    watched = {monitor.service for monitor in program.monitors.values() if monitor.alerts}
    for service in program.services.values():
        if service.detect_s is not None and service.name not in watched:
            yield found(
                f"'{service.name}' promises to notice failures, but nothing watches it",
                service.origin.at("promise", "detect"),
                help=f"add a monitor with `service: {service.name}`",
                address=f"service.{service.name}",
            )
