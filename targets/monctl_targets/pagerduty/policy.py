"""Escalations as escalation policies: our levels count from the start of the alert, PagerDuty's rules until they are left."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from monctl import finding
from monctl.program import Escalation, Recipient
from monctl.resource import Json, Ref, Resource
from monctl_targets.pagerduty.naming import Naming
from monctl_targets.pagerduty.rotation import seat_key

MOST_TARGETS = 10
"""At one level. REST reference of /escalation_policies (read 2026-11-20)."""
EASY_TARGETS = 5
"""Seen as the most in an older account: terraform-provider-pagerduty #344 (read 2026-11-20)."""
SHORTEST_SHARED_MIN = 3
"""What the pages ask of a level with several targets; the API took 1: terraform-provider-pagerduty #630 (read 2026-11-20)."""
Level = tuple[float, list[Json]]
"""Seconds from the start of the alert, and who is called."""


def policies(naming: Naming) -> Iterator[Resource]:
    """A policy for every escalation that calls somebody."""
    for escalation in naming.program.escalations.values():
        levels = _levels(escalation, naming)
        if levels:
            yield _policy(escalation, levels, naming)
        else:
            naming.notes.dropped(f"escalation.{escalation.name}", "levels", "it calls channels only; PagerDuty calls people and schedules")


def callable_escalations(naming: Naming) -> frozenset[str]:
    """Names of the escalations that become policies."""
    return frozenset(
        escalation.name
        for escalation in naming.program.escalations.values()
        if any(recipient.kind != "channel" for step in escalation.steps for recipient in step.recipients)
    )


def _policy(escalation: Escalation, levels: list[Level], naming: Naming) -> Resource:
    address = f"escalation.{escalation.name}"
    name = naming.name(escalation.title, address)
    first = levels[0][0]
    if first > 0:
        how = f"PagerDuty calls the first level at once, not after {first / 60:g} minutes: later levels keep their distance from it"
        naming.notes.approximated(address, "levels.1.after", how)
    minutes = _delays(escalation, levels, naming)
    _crowded(escalation, levels, minutes, naming)
    body: dict[str, Json] = {
        "type": "escalation_policy",
        "name": name,
        "description": naming.description(escalation.description, address),
        "num_loops": escalation.repeat,
        "on_call_handoff_notifications": "if_has_services",
        "teams": [] if escalation.team is None else [{"id": Ref("team", escalation.team), "type": "team_reference"}],
        "escalation_rules": [
            {"escalation_delay_in_minutes": delay, "targets": targets} for delay, (_, targets) in zip(minutes, levels, strict=True)
        ],
    }
    return Resource("pagerduty", "escalation_policy", escalation.name, name, body, address, escalation.origin)


def _delays(escalation: Escalation, levels: list[Level], naming: Naming) -> list[int]:
    """Minutes each level has before the next one is called: the distance of ours, and `repeat_after` for the last.

    At least 1, whole: terraform-provider-pagerduty #401 (read 2026-11-20).
    """
    ends = escalation.steps[-1].after_s + escalation.repeat_after_s
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(levels)] + [ends - levels[-1][0]]
    whole = [max(1, round(gap / 60)) for gap in gaps]
    if any(minutes * 60 != gap for minutes, gap in zip(whole, gaps, strict=True)):
        naming.notes.approximated(f"escalation.{escalation.name}", "levels.after", "PagerDuty counts whole minutes, at least one: rounded")
    return whole


def _crowded(escalation: Escalation, levels: list[Level], minutes: list[int], naming: Naming) -> None:
    """Levels that the API has taken and PagerDuty's own pages do not: whoever edits the policy there cannot save it."""
    for number, (delay, (_, targets)) in enumerate(zip(minutes, levels, strict=True), 1):
        if EASY_TARGETS < len(targets) <= MOST_TARGETS:
            message, help = (
                f"level {number} calls {len(targets)} at once; some accounts take {EASY_TARGETS}",
                "call a rotation, or spread them over two levels",
            )
        elif len(targets) > 1 and delay < SHORTEST_SHARED_MIN:
            message = (
                f"level {number} calls {len(targets)} at once and gives them {delay} min; PagerDuty's pages ask for {SHORTEST_SHARED_MIN}"
            )
            help = f"let the next level begin {SHORTEST_SHARED_MIN} minutes later"
        else:
            continue
        naming.notes.fault(
            "PAGERDUTY112",
            message,
            escalation.origin.at("levels"),
            address=f"escalation.{escalation.name}",
            help=help,
            level=finding.Level.INFO,
        )


def _levels(escalation: Escalation, naming: Naming) -> list[Level]:
    """The levels with somebody PagerDuty can call, each target once."""
    address, levels = f"escalation.{escalation.name}", list[Level]()
    for number, step in enumerate(escalation.steps, start=1):
        where = f"levels.{number}.notify"
        targets: list[Json] = []
        for recipient in step.recipients:
            found = list(_targets(recipient, escalation, naming, where))
            targets += [target for target in found if target not in targets]
        if len(targets) > MOST_TARGETS:
            naming.notes.fault(
                "PAGERDUTY104",
                f"level {number} calls {len(targets)} at once; PagerDuty takes {MOST_TARGETS}",
                escalation.origin.at("levels", number - 1, "notify"),
                address=address,
                help="call a rotation, or spread them over two levels",
            )
        if targets:
            levels.append((step.after_s, targets))
    return levels


def _targets(recipient: Recipient, escalation: Escalation, naming: Naming, where: str) -> Iterator[Json]:
    address, program, name = f"escalation.{escalation.name}", naming.program, recipient.name
    match recipient.kind:
        case "rotation":
            layer = recipient.layer or program.rotations[name].layers[0].name
            yield {"id": Ref("schedule", seat_key(name, layer)), "type": "schedule_reference"}
        case "person":
            yield from _people((name,), escalation, naming)
        case "team":
            members = program.teams[name].members
            naming.notes.approximated(address, where, f"PagerDuty calls no team: the {len(members)} members of '{name}' are called at once")
            yield from _people(members, escalation, naming)
        case "channel":
            naming.notes.dropped(address, where, f"PagerDuty calls people and schedules: the message to '{name}' is the runner's")


def _people(names: tuple[str, ...], escalation: Escalation, naming: Naming) -> Iterator[Json]:
    for name in names:
        user = naming.user(name, escalation.origin, f"escalation.{escalation.name}")
        if user is not None:
            yield user
