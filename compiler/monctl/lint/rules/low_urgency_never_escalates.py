"""ROUTE017."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import calls
from monctl.lint.rule import found, rule
from monctl.lint.shared import faults
from monctl.program import Delivery, Program


@rule("ROUTE017", "low-urgency-never-escalates", level=Level.WARNING)
def low_urgency_never_escalates(program: Program, context: Context) -> Iterator[Finding]:
    """A monitor or route hands an alert of low urgency to an escalation, whose later levels will never be called.

    Low urgency wakes nobody, and PagerDuty does not escalate it. ROUTE011 says the same of the severity's own escalation. Told
    once for a route.

    **Why.** The escalation looks like the safety net for alerts nobody answers. For these there is none.

    **Example**

        severities:
          minor: {urgency: low, notify: [slack]}
        monitors:
          queue: {metric: queue-length, alert: {minor: "> 100"}, escalation: on-call}

    **Instead**

        monitors:
          queue: {metric: queue-length, alert: {major: "> 100"}, escalation: on-call}

    with a severity of high urgency, or without `escalation:`.

    **Source.** "Low-urgency incidents will not be automatically moved through the assigned escalation policy":
    https://support.pagerduty.com/docs/configurable-service-settings (read 2026-11-21)
    """
    idle = (
        way
        for way in context.ways(program)
        if program.severities[way.severity].urgency == "low" and _escalation(program, context, way.severity, way.deliveries) is not None
    )
    for fault in faults(program, context, idle):
        escalation = _escalation(program, context, fault.severity, fault.alerts[0][1].deliveries)
        yield found(
            f"'{fault.severity}' is of low urgency, and '{escalation}' does not escalate it{fault.concerned}",
            fault.origin,
            help="give the alert a severity of high urgency, or let it go to channels only",
            address=fault.address,
            on_key=True,
            same=fault.same,
        )


def _escalation(program: Program, context: Context, severity: str, deliveries: tuple[Delivery, ...]) -> str | None:
    """The escalation that calls people and is not the severity's own; None where there is none."""
    own = context.defaults.get(severity)
    for one in deliveries:
        escalation = program.escalations.get(one.escalation or "")
        if escalation is None or (own is not None and own.escalation == escalation.name):
            continue
        if any(calls(program, recipient) for step in escalation.steps for recipient in step.recipients):
            return escalation.name
    return None
