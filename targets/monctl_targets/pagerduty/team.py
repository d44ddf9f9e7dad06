"""Teams: those that own a rotation or an escalation, with their members."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.program import Team
from monctl.resource import Json, Resource
from monctl_targets.pagerduty.naming import LONGEST_TEAM, Naming


def teams(naming: Naming, *, members: bool) -> Iterator[Resource]:
    """A team for every one that is named by what PagerDuty holds. Without `members`, who is in it is left to PagerDuty."""
    program = naming.program
    owners = {rotation.team for rotation in program.rotations.values()} | {escalation.team for escalation in program.escalations.values()}
    for team in program.teams.values():
        if team.name in owners:
            yield _team(team, naming, members=members)
        else:
            naming.notes.dropped(f"team.{team.name}", "team", "owns no rotation and no escalation, so PagerDuty has no use for it")


def _team(team: Team, naming: Naming, *, members: bool) -> Resource:
    address = f"team.{team.name}"
    name = naming.name(team.title, address, most=LONGEST_TEAM)
    body: dict[str, Json] = {"type": "team", "name": name, "description": naming.description(team.description, address)}
    if members:
        people = dict.fromkeys((*team.members, *([team.lead] if team.lead else [])))
        found = [(person, naming.user(person, team.origin, address)) for person in people]
        body["members"] = [
            {"user": user, "role": "manager" if person == team.lead else "responder"} for person, user in found if user is not None
        ]
    else:
        naming.notes.dropped(address, "members", "left to PagerDuty by `members: false`")
    return Resource("pagerduty", "team", team.name, name, body, address, team.origin)
