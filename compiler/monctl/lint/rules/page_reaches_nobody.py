"""ROUTE001."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import arrives
from monctl.lint.rule import found, rule
from monctl.lint.shared import faults
from monctl.program import Program


@rule("ROUTE001", "page-reaches-nobody", level=Level.ERROR)
def page_reaches_nobody(program: Program, context: Context) -> Iterator[Finding]:
    """An alert that must wake somebody is sent nowhere.

    Its severity pages, and neither the monitor, nor a route, nor the severity gives it an escalation or a channel that takes this severity.
    Where the severity or a route is at fault it is told once, there, with the monitors it concerns.

    **Why.** The failure is noticed, on time, by a machine that tells nobody.

    **Example**

        severities:
          critical: {pages: true}
        monitors:
          api: {http: https://api.example.com, alert: {critical: down}}

    **Instead**

        severities:
          critical: {pages: true, notify: [pagerduty]}

    **Source.** A routing tree that sent an important alert nowhere for almost two months: https://github.com/prometheus/alertmanager/issues/2213 (read 2026-11-20)
    """
    lost = (way for way in context.ways(program) if program.severities[way.severity].pages and not arrives(program, way))
    for fault in faults(program, context, lost):
        yield found(
            f"'{fault.severity}' must wake somebody, but goes nowhere{fault.concerned}",
            fault.origin,
            help=f"add `notify:` or `escalation:` to severity.{fault.severity}, a route, or the monitor",
            address=fault.address,
            on_key=True,
            same=fault.same,
        )
