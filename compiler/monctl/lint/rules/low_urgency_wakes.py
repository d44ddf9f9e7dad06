"""ROUTE011."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import first_call_s
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE011", "low-urgency-wakes", level=Level.WARNING)
def low_urgency_wakes(program: Program, context: Context) -> Iterator[Finding]:
    """A severity of low urgency has an escalation that calls people.

    Low urgency means that nobody is woken. An escalation of mails and channels may stay.

    **Why.** The two contradict each other, and each target decides in its own way: PagerDuty does not escalate low urgency at all.

    **Example**

        severities:
          minor: {urgency: low, escalation: on-call}

    **Instead**

        severities:
          minor: {urgency: low, notify: [slack]}

    **Source.** Urgency and escalation at PagerDuty: https://support.pagerduty.com/docs/configurable-service-settings (read 2026-11-21)
    """
    for name, delivery in context.defaults.items():
        severity = program.severities.get(name)
        escalation = program.escalations.get(delivery.escalation or "")
        if severity is not None and severity.urgency == "low" and escalation is not None and first_call_s(program, escalation) is not None:
            yield found(
                f"'{name}' is of low urgency, but '{escalation.name}' calls people",
                severity.origin.at("escalation"),
                help="remove the escalation, or write `urgency: high`",
                address=f"severity.{name}",
            )
