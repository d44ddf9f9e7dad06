"""ROUTE015."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import WAKING
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE015", "low-urgency-to-pager-only", level=Level.WARNING)
def low_urgency_to_pager_only(program: Program, context: Context) -> Iterator[Finding]:
    """A severity of low urgency is sent to nothing but pagers.

    SMS rings whatever the urgency, and PagerDuty neither rings nor escalates for a low one.

    **Why.** Either somebody is woken by what can wait, or the alert lies where nobody looks unless something else has rung.

    **Example**

        severities:
          minor: {urgency: low, notify: [pagerduty]}

    **Instead**

        severities:
          minor: {urgency: low, notify: [slack]}

    **Source.** "Low-urgency incidents will not be automatically moved through the assigned escalation policy":
    https://support.pagerduty.com/docs/configurable-service-settings (read 2026-11-21)
    """
    for name, delivery in context.defaults.items():
        severity = program.severities.get(name)
        channels = [program.channels[one] for one in delivery.channels if one in program.channels]
        if severity is not None and severity.urgency == "low" and channels and all(one.kind in WAKING for one in channels):
            yield found(
                f"'{name}' is of low urgency, and '{channels[0].name}' is a pager",
                severity.origin.at("notify"),
                help="add a channel that is read, or write `urgency: high`",
                address=f"severity.{name}",
            )
