"""ROUTE028."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import WAKING, calls, escalations_of, people
from monctl.lint.rule import found, rule
from monctl.program import Escalation, Program


@rule("ROUTE028", "called-by-mail", level=Level.WARNING)
def called_by_mail(program: Program, context: Context) -> Iterator[Finding]:
    """An escalation that must wake somebody can do so by e-mail only.

    No PagerDuty service holds it, and nobody on it gets a text message: they have no phone number, or the estate has no channel that sends texts. Not said
    where a pager rings besides.

    **Why.** The levels follow one another on time, and each of them is a mail that is read in the morning.

    **Example**

        people:
          ana: {email: ana@example.com, phone: "+12025550101"}
        escalations:
          on-call: {levels: [{after: 0m, notify: [ana]}]}
        severities:
          critical: {notify: [slack], escalation: on-call}

    **Instead**

        channels:
          text: {sms: {to: [ana], account: "${env:TWILIO_ACCOUNT}", token: "${env:TWILIO_TOKEN}", sender: "+12025550100"}}

    or a PagerDuty channel with `escalation: on-call`.

    **Source.** How the runner reaches people: a text where they have a phone and the severity pages, e-mail always (docs/runner.md, 2026-11-21)
    """
    held = set(escalations_of(program.channels.values()))
    silent = {name for name, one in program.escalations.items() if name not in held and not _rings(program, one)}
    told: set[str] = set()
    for way in context.ways(program) if silent else ():
        if not program.severities[way.severity].pages:
            continue
        if any(program.channels[name].kind in WAKING for one in way.deliveries for name in one.channels if name in program.channels):
            continue
        for name in dict.fromkeys(one.escalation for one in way.deliveries):
            if name in silent and name not in told:
                told.add(name)
                yield found(
                    f"'{name}' must wake somebody for '{way.severity}', and calls people by e-mail only",
                    program.escalations[name].origin,
                    help="declare a channel that sends text messages and give them `phone:`, or let a PagerDuty channel hold it",
                    address=f"escalation.{name}",
                    on_key=True,
                    same=name,
                )


def _rings(program: Program, escalation: Escalation) -> bool:
    """Whether any level rings: a channel that does, or somebody who gets a text. One that calls nobody is ROUTE003's."""
    recipients = [one for step in escalation.steps for one in step.recipients if calls(program, one)]
    if not recipients or any(one.kind == "channel" for one in recipients):
        return True
    texts = any(channel.kind == "sms" for channel in program.channels.values())
    return texts and any(program.people[name].phone for one in recipients for name in people(program, one) if name in program.people)
