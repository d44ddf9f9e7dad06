"""Who is reached: people behind escalations, and channels that wake somebody. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monctl.lint.ways import Way
from monctl.program import Channel, Delivery, Escalation, Person, Program, Recipient, Step

WAKING = frozenset({"pagerduty", "sms"})
"""Kinds of channel that ring somewhere; the others wait to be read."""


def arrives(program: Program, way: Way) -> bool:
    """Whether alerts get anywhere: to an escalation, or to a channel that takes their severity."""
    return any(one.escalation or any(_takes(program.channels.get(name), way.severity) for name in one.channels) for one in way.deliveries)


def _takes(channel: Channel | None, severity: str) -> bool:
    return channel is not None and (not channel.severities or severity in channel.severities)


def wakes(program: Program, delivery: Delivery) -> bool:
    """Whether a delivery rings somebody: by a channel, or by its escalation sooner or later."""
    if any(program.channels[name].kind in WAKING for name in delivery.channels if name in program.channels):
        return True
    escalation = program.escalations.get(delivery.escalation or "")
    return escalation is not None and first_call_s(program, escalation) is not None


def first_call_s(program: Program, escalation: Escalation) -> float | None:
    """When an escalation first calls a person, in seconds from the start of the alert; None where it never does."""
    return next((step.after_s for step in escalation.steps if any(calls(program, one) for one in step.recipients)), None)


def calls(program: Program, recipient: Recipient) -> bool:
    """Whether a recipient is somebody, or a channel that rings."""
    if recipient.kind == "channel":
        channel = program.channels.get(recipient.name)
        return channel is not None and channel.kind in WAKING
    return True


def people(program: Program, recipient: Recipient) -> tuple[str, ...]:
    """Everybody who may be behind a recipient: all members of a rotation's layer, of a team."""
    match recipient.kind:
        case "person":
            return (recipient.name,)
        case "team":
            team = program.teams.get(recipient.name)
            return team.members if team is not None else ()
        case "rotation":
            rotation = program.rotations.get(recipient.name)
            layers = rotation.layers if rotation is not None else ()
            return tuple(member for layer in layers if layer.name == recipient.layer for member in layer.members)
        case "channel":
            return ()


def can_be_reached(program: Program, person: Person, escalation: Escalation) -> bool:
    """Whether an escalation has any way to a person: e-mail, a text where the estate can send one, PagerDuty where it holds the escalation.

    Nobody is called by Slack: a member id is for mentions.
    """
    return bool(
        person.email
        or (person.phone and _texts(program))
        or (person.pagerduty and escalation.name in escalations_of(program.channels.values()))
    )


def reaches_somebody(program: Program, escalation: Escalation, step: Step) -> bool:
    """Whether a level of an escalation gets to anybody at all."""
    return any(_reached(program, escalation, recipient) for recipient in step.recipients)


def ways(program: Program) -> str:
    """What to write for somebody who cannot be reached."""
    return "`email:` or `phone:`" if _texts(program) else "`email:`, or `phone:` and declare a channel that sends text messages"


def _texts(program: Program) -> bool:
    return any(channel.kind == "sms" for channel in program.channels.values())


def _reached(program: Program, escalation: Escalation, recipient: Recipient) -> bool:
    if recipient.kind == "channel":
        return True
    team = program.teams.get(recipient.name) if recipient.kind == "team" else None
    if team is not None and team.email and "runner" not in program.targets:
        return True  # UptimeRobot writes to the team; the runner calls its members
    return any(can_be_reached(program, program.people[name], escalation) for name in people(program, recipient) if name in program.people)


def escalations_of(channels: Iterable[Channel]) -> Iterator[str]:
    """Escalations that channels hand their alerts to (PagerDuty services)."""
    for channel in channels:
        named = channel.settings.get("escalation")
        if isinstance(named, str):
            yield named


def rotations_texted(channel: Channel) -> Iterator[str]:
    """Rotations whose person on call gets an SMS channel's messages."""
    for number in channel.settings.get("to", ()):
        if isinstance(number, str) and number.startswith("rotation:"):
            yield number.removeprefix("rotation:")
