"""ROUTE012."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import WAKING, first_call_s
from monctl.lint.rule import found, rule
from monctl.lint.shared import faults
from monctl.program import Delivery, Program, Severity
from monctl.quantity import Duration

_WAY_OUT = "let the first level of the escalation begin earlier"


@rule("ROUTE012", "called-too-late", level=Level.WARNING)
def called_too_late(program: Program, context: Context) -> Iterator[Finding]:
    """A severity promises a response before its escalation calls the first person.

    Said of severities that page and whose own channels do not ring, and of routes and monitors that send their alerts to another escalation.

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
        if severity is not None and (told := _late(program, severity, delivery)) is not None:
            yield found(told, severity.origin.at("response"), help=_WAY_OUT, address=f"severity.{name}", same=name)
    promising = {name for name, severity in program.severities.items() if severity.pages and severity.response_s is not None}
    late = (
        way for way in context.ways(program) if way.severity in promising and _first_late(program, way.severity, way.deliveries) is not None
    )
    for fault in faults(program, context, late):
        message = _first_late(program, fault.severity, fault.alerts[0][1].deliveries)
        if message is not None and not fault.culprit.startswith("severity."):
            yield found(f"{message}{fault.concerned}", fault.origin, help=_WAY_OUT, address=fault.address, on_key=True, same=fault.same)


def _first_late(program: Program, severity: str, deliveries: tuple[Delivery, ...]) -> str | None:
    """What is late of an alert that has nothing else to ring for it."""
    if any(_rings(program, one) for one in deliveries):
        return None
    told = [_late(program, program.severities[severity], one) for one in deliveries if one.escalation]
    return told[0] if told and None not in told else None


def _late(program: Program, severity: Severity, delivery: Delivery) -> str | None:
    escalation = program.escalations.get(delivery.escalation or "")
    if escalation is None or not severity.pages or severity.response_s is None or _rings(program, delivery):
        return None
    first_s = first_call_s(program, escalation)
    if first_s is None or first_s <= severity.response_s:
        return None
    first, response = Duration.of(first_s), Duration.of(severity.response_s)
    return f"'{severity.name}' promises a response in {response}, but '{escalation.name}' first calls somebody after {first}"


def _rings(program: Program, delivery: Delivery) -> bool:
    return any(program.channels[channel].kind in WAKING for channel in delivery.channels if channel in program.channels)
