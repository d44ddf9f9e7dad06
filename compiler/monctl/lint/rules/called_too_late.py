"""ROUTE012."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import WAKING, first_call_s
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.quantity import Duration


@rule("ROUTE012", "called-too-late", level=Level.WARNING)
def called_too_late(program: Program, context: Context) -> Iterator[Finding]:
    """A severity promises a response before its escalation calls the first person.

    Said of severities that page and whose own channels do not ring.

    **Why.** With `response: 15m` and a first call after 30 minutes the promise is broken before anybody knows of the failure.

    **Example**

        severities:
          critical: {response: 15m, pages: true, notify: [slack], escalation: on-call}
        escalations:
          on-call: {levels: [{after: 30m, notify: [oncall]}]}

    **Instead**

        escalations:
          on-call: {levels: [{after: 0m, notify: [oncall]}]}

    **Source.** The meaning of `response` and `after` in the spec language (2026-11-21)
    """
    for name, delivery in context.defaults.items():
        severity = program.severities.get(name)
        escalation = program.escalations.get(delivery.escalation or "")
        if severity is None or escalation is None or not severity.pages or severity.response_s is None:
            continue
        if any(program.channels[channel].kind in WAKING for channel in delivery.channels if channel in program.channels):
            continue
        first_s = first_call_s(program, escalation)
        if first_s is not None and first_s > severity.response_s:
            first, response = Duration(round(first_s * 1000)), Duration(round(severity.response_s * 1000))
            yield found(
                f"'{name}' promises a response in {response}, but '{escalation.name}' first calls somebody after {first}",
                severity.origin.at("response"),
                help="let the first level of the escalation begin earlier",
                address=f"severity.{name}",
            )
