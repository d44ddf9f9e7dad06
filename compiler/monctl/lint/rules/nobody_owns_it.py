"""MON006."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("MON006", "nobody-owns-it", level=Level.WARNING)
def nobody_owns_it(program: Program, context: Context) -> Iterator[Finding]:
    """A monitor belongs to no team.

    Neither the monitor, nor its metric, nor its service has a `team`. Said only in an estate that has teams.

    **Why.** When it is noisy nobody mends it, when it is wrong nobody notices, and when people leave nobody inherits it.

    **Example**

        monitors:
          queue: {metric: queue-length, alert: {warning: "> 100"}}

    **Instead**

        monitors:
          queue: {metric: queue-length, service: worker, alert: {warning: "> 100"}}

    **Source.** Reports by owner, and the owner as a rule of its own: https://cloudflare.github.io/pint/checks/rule/owner.html (read 2026-11-21)
    """
    if not program.teams:
        return
    for monitor in program.monitors.values():
        if monitor.team is None and monitor.alerts:
            service = program.services.get(monitor.service or "")
            way_out = f"add `team:` to service.{service.name}" if service is not None else "add `service:` or `team:`"
            yield found(f"no team owns '{monitor.name}'", monitor.origin, help=way_out, address=monitor.address, on_key=True)
