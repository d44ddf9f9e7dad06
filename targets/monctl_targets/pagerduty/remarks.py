"""What a plan says beside its changes of PagerDuty: who is on call before and after, and keys that senders have to be given. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from monctl.live import LiveState
from monctl.plan import Action, Change, Problem
from monctl.program import Channel, Program
from monctl.resolve import resolved
from monctl.resource import Live, Lookup, Resource, SecretRef
from monctl_targets.pagerduty.normalize import normalize
from monctl_targets.pagerduty.preview import People, Turn, Value, differing, kept_start, turns

_CHANGED = frozenset({Action.UPDATE, Action.REPLACE, Action.ADOPT})
_NEW = frozenset({Action.CREATE, Action.REPLACE})


def remarks(
    changes: Sequence[Change], resources: Sequence[Resource], state: LiveState, *, program: Program, now: datetime
) -> Iterator[Problem]:
    """One for each schedule that has others on call than before, and one for each integration whose new key somebody has to copy."""
    wanted = {(resource.kind, resource.key): resource for resource in resources}
    lives = {(live.kind, live.remote_id): live for live in state.lives}
    names = _names(state.lookups, program)
    for change in changes:
        resource = wanted.get((change.kind, change.key))
        if resource is None:
            continue
        live = lives.get((change.kind, change.remote_id or ""))
        if change.kind == "schedule" and change.action in _CHANGED and live is not None:
            yield from _on_call(change, live, resource, state, names, now)
            yield from _form(change, live, resource)
        if change.kind == "integration" and change.action in _NEW:
            yield from _key(change, program, "gets")


def afterwards(made: Sequence[Change], *, program: Program) -> Iterator[Problem]:
    """What is left to do by hand once these have been made: keys to be copied."""
    for change in made:
        if change.kind == "integration":
            yield from _key(change, program, "has")


def _on_call(
    change: Change, live: Live, resource: Resource, state: LiveState, names: Mapping[str, str], now: datetime
) -> Iterator[Problem]:
    after = normalize("schedule", resolved(resource.body, {}, state.lookups))
    before = live.body if "layers" in live.body or "events" in live.body else normalize("schedule", live.body)
    before = {**before, "time_zone": before.get("time_zone") or after["time_zone"]}
    if len(before.get("layers") or ()) > 1:
        # which of them wins is not to be known by their order (terraform-provider-pagerduty #610, read 2026-11-20)
        message = f"'{change.name}': who is on call may change: it has {len(before['layers'])} layers now and one afterwards"
        yield Problem(change.target, change.address, message, "look at it in PagerDuty before it is applied", change.id)
        return
    found = turns(_worded(before), _worded(after), now)
    if all(one.before == one.after for one in found):
        return
    told = {**_summaries(state.lives), **names}
    first, local = found[0], ZoneInfo(after["time_zone"])
    present = (
        f"on call changes now: {_change(first, told)}" if first.before != first.after else f"on call now stays {_said(first.after, told)}"
    )
    rows = "; ".join(f"{one.at.astimezone(local):%Y-%m-%d %H:%M} {_change(one, told)}" for one in differing(found))
    message = f"'{change.name}': {present}" + (f"; then, in {after['time_zone']}: {rows}" if rows else "")
    yield Problem(change.target, change.address, message, _keep(_worded(before), _worded(after), first, told, now), change.id)


def _form(change: Change, live: Live, resource: Resource) -> Iterator[Problem]:
    """A schedule cannot go from one API to the other in place; PagerDuty's own upgrade keeps its id, and then the specs are behind."""
    upgraded, wanted = "v3" in (live.body.get("api"), str(live.body.get("type"))[-2:]), resource.body["type"] == "schedule_v3"
    if change.action is not Action.REPLACE or upgraded == wanted:
        return
    forms = ("v3", "v2") if upgraded else ("v2", "v3")
    message = f"'{change.name}' is a {forms[0]} schedule at PagerDuty and {forms[1]} in the specs: a new one takes its place, without the overrides that people entered"
    help = (
        "write `schedules: v3` at `targets.pagerduty` to keep the one that was upgraded"
        if upgraded
        else "tell those who swapped to enter it again"
    )
    yield Problem(change.target, change.address, message, help, change.id)


def _keep(before: Value, after: Value, first: Turn, told: Mapping[str, str], now: datetime) -> str:
    """How to write the spec so that the present holder stays."""
    if first.before == first.after or len(first.before) != 1:
        return ""
    start = kept_start(before, after, first.before[0], now)
    if start is None:
        return ""
    clock = start.isoformat().removesuffix(":00")
    return f"to leave {_said(first.before, told)} on call until the next hand-off, write `start: {clock}`"


def _worded(value: Value) -> Value:
    """The value with text in the places of people who have no id yet."""
    if "layers" in value:
        return {**value, "layers": [{**layer, "users": [str(user) for user in layer["users"]]} for layer in value["layers"]]}
    return {**value, "events": [{**event, "members": [str(one) for one in event["members"]]} for event in value["events"]]}


def _names(lookups: Mapping[Lookup, str], program: Program) -> dict[str, str]:
    """User id → the person's name in the specs."""
    people = {(person.pagerduty or person.email or "").lower(): name for name, person in program.people.items()}
    return {
        found: people.get(dict(wanted.query).get("email", ""), "") or found for wanted, found in lookups.items() if wanted.kind == "user"
    }


def _summaries(lives: Sequence[Live]) -> dict[str, str]:
    """User id → name, as layers of live schedules tell them: for those no spec names any more."""
    seats = (
        seat["user"]
        for live in lives
        if live.kind == "schedule"
        for layer in live.body.get("schedule_layers") or ()
        for seat in layer.get("users") or ()
    )
    return {user["id"]: str(user["summary"]) for user in seats if user.get("summary")}


def _change(turn: Turn, told: Mapping[str, str]) -> str:
    before, after = _said(turn.before, told), _said(turn.after, told)
    return before if before == after else f"{before} → {after}"


def _said(people: People, told: Mapping[str, str]) -> str:
    return " and ".join(told.get(one, one) for one in people) or "nobody"


def _key(change: Change, program: Program, verb: str) -> Iterator[Problem]:
    """The key is made by PagerDuty: senders that were given it by reference have to be given the new one."""
    service = change.name.removesuffix(": monctl")
    channels = [program.channels[address.partition(".")[2]] for address in (change.parts or (change.address,)) if _known(address, program)]
    references = sorted({reference for channel in channels if (reference := _reference(channel))})
    where = f"PagerDuty → Services → {service} → Integrations → monctl → Integration Key"
    message = f"'{service}' {verb} a new integration key" + (" and the old one stops" if change.action is Action.REPLACE else "")
    if references:
        copied = " and ".join(f"`${{{reference}}}`" for reference in references)
        yield Problem(
            change.target,
            change.address,
            f"{message}: {copied} must hold it before anything is sent",
            f"after the apply copy it from {where}",
            change.id,
        )
    elif change.action is Action.REPLACE:
        yield Problem(change.target, change.address, message, f"senders that have the old one need the new one, from {where}", change.id)


def _known(address: str, program: Program) -> bool:
    return address.partition(".")[2] in program.channels


def _reference(channel: Channel) -> str:
    key = channel.settings.get("integration_key")
    return key.reference if isinstance(key, SecretRef) else ""
