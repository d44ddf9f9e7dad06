"""ROUTE017."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import calls
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE017", "low-urgency-never-escalates", level=Level.WARNING)
def low_urgency_never_escalates(program: Program, context: Context) -> Iterator[Finding]:
    """A monitor or route hands an alert of low urgency to an escalation, whose later levels will never be called.

    Low urgency wakes nobody, and PagerDuty does not escalate it. ROUTE011 says the same of the severity's own escalation.

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
    for monitor in program.monitors.values():
        for alert in monitor.alerts:
            if program.severities[alert.severity].urgency != "low":
                continue
            own = context.defaults.get(alert.severity)
            for one in alert.deliveries:
                escalation = program.escalations.get(one.escalation or "")
                if escalation is None or (own is not None and own.escalation == escalation.name):
                    continue
                if any(calls(program, recipient) for step in escalation.steps for recipient in step.recipients):
                    yield found(
                        f"'{alert.severity}' is of low urgency, and '{escalation.name}' does not escalate it",
                        alert.origin,
                        help="give the alert a severity of high urgency, or let it go to channels only",
                        address=monitor.address,
                        on_key=True,
                    )
                    break
