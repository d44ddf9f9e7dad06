"""ROUTE020."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import can_be_reached, people, reaches_somebody, ways
from monctl.lint.rule import found, rule
from monctl.program import Program, Recipient


@rule("ROUTE020", "on-call-unreachable", level=Level.ERROR)
def on_call_unreachable(program: Program, context: Context) -> Iterator[Finding]:
    """Somebody is called by an escalation in their turn, and there is no way to reach them.

    A member of a rotation, somebody who stands in for one, or a person of a level with others, without e-mail, without a phone where the estate has
    a channel that sends text messages, and without a PagerDuty account where PagerDuty holds the escalation. Where a whole level reaches nobody,
    ROUTE005 speaks.

    **Why.** In that person's week the first level is silence. In the weeks in which it was tested it was not.

    **Example**

        people:
          ana: {email: ana@example.com}
          ben: {title: Ben}
        rotations:
          oncall: {members: [ana, ben], shift: 1w, start: 2026-01-05T09:00}

    **Instead**

        people:
          ben: {title: Ben, email: ben@example.com, phone: "+12025550102"}

    **Source.** A second level had no notification method: https://github.com/grafana-cold-storage/oncall/issues/1326 (read 2026-11-20)
    """
    told: set[str] = set()
    for escalation in program.escalations.values():
        for step in escalation.steps:
            if not reaches_somebody(program, escalation, step):
                continue
            for recipient in step.recipients:
                for name in _called(program, recipient):
                    person = program.people.get(name)
                    if person is None or name in told or can_be_reached(program, person, escalation):
                        continue
                    told.add(name)
                    yield found(
                        f"'{name}' is called by '{escalation.name}', and cannot be reached",
                        person.origin,
                        help=f"add {ways(program)}",
                        address=f"person.{name}",
                        on_key=True,
                        same=name,
                    )


def _called(program: Program, recipient: Recipient) -> tuple[str, ...]:
    """The members of a seat and those who stand in for them, or the person."""
    if recipient.kind not in {"rotation", "person"}:
        return ()
    rotation = program.rotations.get(recipient.name) if recipient.kind == "rotation" else None
    overrides = rotation.overrides if rotation is not None else ()
    return (*people(program, recipient), *(one.person for one in overrides if one.layer == recipient.layer))
