"""ROUTE021."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE021", "person-nobody-calls", level=Level.INFO)
def person_nobody_calls(program: Program, context: Context) -> Iterator[Finding]:
    """A person is in no team, no rotation, no escalation and no channel.

    **Why.** They are believed to be on call by whoever reads the file. Or they have left, and their phone number stays in the repository.

    **Example**

        people:
          ana: {email: ana@example.com}
          carl: {email: carl@example.com, phone: "+12025550103"}
        teams:
          platform: {members: [ana]}

    **Instead**

        teams:
          platform: {members: [ana, carl]}

    or no Carl.

    **Source.** Data that is no longer needed: https://gdpr-info.eu/art-5-gdpr/, paragraph 1 (e) (read in a copy 2026-11-21)
    """
    used = {name for team in program.teams.values() for name in (*team.members, team.lead)}
    for rotation in program.rotations.values():
        used |= {name for layer in rotation.layers for name in layer.members}
        used |= {override.person for override in rotation.overrides}
    for escalation in program.escalations.values():
        used |= {one.name for step in escalation.steps for one in step.recipients if one.kind == "person"}
    written = {one for channel in program.channels.values() for one in channel.settings.get("to") or ()}
    for person in program.people.values():
        if person.name not in used and not {person.email, person.phone} & written:
            yield found(
                f"nobody ever calls '{person.name}'",
                person.origin,
                help="put them into a team or rotation, or remove them",
                address=f"person.{person.name}",
                on_key=True,
            )
