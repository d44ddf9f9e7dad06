"""MON007."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("MON007", "belongs-to-no-service", level=Level.INFO)
def belongs_to_no_service(program: Program, context: Context) -> Iterator[Finding]:
    """A monitor is about no service, in an estate that has services.

    **Why.** Dependencies, routes by service, the picture of what fails with what, and maintenance of a service pass it by.

    **Example**

        monitors:
          certificate: {tls: example.com, alert: {warning: "certificate_expires_in < 30d"}}

    **Instead**

        monitors:
          certificate: {tls: example.com, service: website, alert: {warning: "certificate_expires_in < 30d"}}

    **Source.** The meaning of `services` in the spec language (2026-11-21)
    """
    if not program.services:
        return
    for monitor in program.monitors.values():
        if monitor.service is None and monitor.alerts:
            yield found(
                f"'{monitor.name}' belongs to no service",
                monitor.origin,
                help="add `service:` here or to its metric",
                address=monitor.address,
                on_key=True,
            )
