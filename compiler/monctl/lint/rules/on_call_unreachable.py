"""ROUTE020."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import can_be_reached, people, reaches_somebody
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE020", "on-call-unreachable", level=Level.ERROR)
def on_call_unreachable(program: Program, context: Context) -> Iterator[Finding]:
    """Somebody is called by an escalation in their turn, and there is no way to reach them.

    A member of a rotation, or a person of a level with others, without e-mail, phone, Slack and PagerDuty account. Where a whole level reaches
    nobody, ROUTE005 speaks.

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
            if not reaches_somebody(program, step):
                continue
            for recipient in step.recipients:
                for name in people(program, recipient) if recipient.kind in {"rotation", "person"} else ():
                    person = program.people.get(name)
                    if person is None or name in told or can_be_reached(person):
                        continue
                    told.add(name)
                    yield found(
                        f"'{name}' is called by '{escalation.name}', and cannot be reached",
                        person.origin,
                        help="add `email:`, `phone:`, `slack:` or `pagerduty:`",
                        address=f"person.{name}",
                        on_key=True,
                    )
