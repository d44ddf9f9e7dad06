"""Links rotations and escalations."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from monctl.link.clock import local_time, time_zone, weekly
from monctl.link.scope import Scope
from monctl.loaded import Item
from monctl.program import Escalation, Layer, Override, Recipient, Restriction, Rotation, Step
from monctl.source import Origin
from monctl.spec import oncall as spec
from monctl.suggest import did_you_mean

_RECIPIENTS: dict[Literal["rotation", "person", "team", "channel"], str] = {
    "rotation": "rotations",
    "person": "people",
    "team": "teams",
    "channel": "channels",
}
_LAST_S = 900.0
"""Time the last level has before the whole begins again, when it is the only one."""
_LEAST_LAST_S = 60.0


def rotations(scope: Scope) -> dict[str, Rotation]:
    """Sorted by name; layers in the order of declaration."""
    linked = {}
    for name, item in sorted(scope.all("rotations").items()):
        said = item.spec
        assert isinstance(said, spec.Rotation)
        seats = _seats(scope, said, item)
        linked[name] = Rotation(
            name=name,
            title=said.title or name,
            description=said.description,
            team=scope.known("teams", said.team, item.origin, "team", address=item.address),
            time_zone=time_zone(scope, said.time_zone, item.origin.at("time_zone"), item.address),
            layers=tuple(_layers(scope, said, seats, item)),
            overrides=tuple(_overrides(scope, said, list(seats), item)),
            origin=item.origin,
        )
    return linked


def _seats(scope: Scope, said: spec.Rotation, item: Item) -> dict[str, tuple[spec.RotationLayer, Origin]]:
    """Layer → what is said of it, and where its members stand."""
    seats: dict[str, tuple[spec.RotationLayer, Origin]] = {}
    if said.members:
        seats["primary"] = (spec.RotationLayer(members=said.members), item.origin.at("members"))
    for name, layer in said.layers.items():
        where = item.origin.at("layers", name)
        if name in seats:
            message = "`members` are layer 'primary', and there is one under `layers` too"
            scope.fault("SPEC036", message, where, help="keep one of them", address=item.address, on_key=True)
        elif isinstance(layer, spec.RotationLayer):
            seats[name] = (layer, where.at("members"))
        elif layer:
            seats[name] = (spec.RotationLayer(members=layer), where)
        else:
            scope.fault("SPEC031", f"layer '{name}' has nobody in it", where, help="name people", address=item.address)
    if not seats and not said.layers:
        help = "add `members:`, or `layers:` with a list of people each"
        scope.fault("SPEC031", "the rotation has nobody in it", item.origin, help=help, address=item.address, on_key=True)
    return seats


def _layers(scope: Scope, said: spec.Rotation, seats: Mapping[str, tuple[spec.RotationLayer, Origin]], item: Item) -> Iterator[Layer]:
    origin, address = item.origin, item.address
    for name, (layer, where) in seats.items():
        members = scope.every("people", layer.members, where, address=address)
        shift, start = layer.shift or said.shift, layer.start or said.start
        if shift is None:
            message = f"layer '{name}' does not say how long a turn is"
            scope.fault("SPEC031", message, origin, help="add `shift: 1w`", address=address, on_key=True)
        elif shift.ms <= 0:
            path = ("layers", name, "shift") if layer.shift else ("shift",)
            scope.fault("SPEC033", "a turn must be longer than nothing", origin.at(*path), help="write `shift: 1w`", address=address)
        if start is None:
            message = f"layer '{name}' does not say when the first turn begins"
            scope.fault("SPEC031", message, origin, help="add `start: 2027-01-04T09:00`", address=address, on_key=True)
            continue
        begins = local_time(scope, start, origin.at("layers", name, "start") if layer.start else origin.at("start"), address)
        if begins is not None and shift is not None:
            hours = weekly(layer.restrictions or said.restrictions)
            yield Layer(name, members, shift.seconds, begins, tuple(Restriction(one.days, one.start_min, one.end_min) for one in hours))


def _overrides(scope: Scope, said: spec.Rotation, seats: Sequence[str], item: Item) -> Iterator[Override]:
    address = item.address
    for index, one in enumerate(said.overrides):
        where = item.origin.at("overrides", index)
        if one.layer is not None and one.layer not in seats:
            help = did_you_mean(one.layer, seats, noun="layers")
            scope.fault("SPEC040", f"the rotation has no layer '{one.layer}'", where.at("layer"), help=help, address=address)
        person = scope.known("people", one.person, where, "person", address=address)
        start = local_time(scope, one.start, where.at("start"), address)
        end = local_time(scope, one.end, where.at("end"), address)
        if start and end and end <= start:
            message = f"the override ends at {one.end}, before it begins"
            scope.fault("SPEC044", message, where.at("end"), help="write an end after `start`", address=address)
        if person and start and end and seats:
            yield Override(one.layer or seats[0], person, start, end)


def escalations(scope: Scope, linked_rotations: Mapping[str, Rotation]) -> dict[str, Escalation]:
    """Sorted by name; steps by time."""
    linked = {}
    for name, item in sorted(scope.all("escalations").items()):
        said = item.spec
        assert isinstance(said, spec.Escalation)
        steps = [_step(scope, level, item.origin.at("levels", index), linked_rotations, item) for index, level in enumerate(said.levels)]
        for index, (earlier, later) in enumerate(itertools.pairwise(steps), 1):
            if later.after_s <= earlier.after_s:
                message = f"this level comes after {said.levels[index].after}, no later than the one before it"
                help = "`after` counts from the start of the alert, not from the level before"
                scope.fault("SPEC046", message, item.origin.at("levels", index, "after"), help=help, address=item.address)
        last_gap = steps[-1].after_s - steps[-2].after_s if len(steps) > 1 else _LAST_S
        linked[name] = Escalation(
            name=name,
            title=said.title or name,
            description=said.description,
            team=scope.known("teams", said.team, item.origin, "team", address=item.address),
            steps=tuple(steps),
            repeat=said.repeat,
            repeat_after_s=said.repeat_after.seconds if said.repeat_after else max(last_gap, _LEAST_LAST_S),
            origin=item.origin,
        )
    return linked


def _step(scope: Scope, level: spec.EscalationLevel, where: Origin, linked_rotations: Mapping[str, Rotation], item: Item) -> Step:
    found = [_recipient(scope, said, where.at("notify", at), linked_rotations, item) for at, said in enumerate(level.notify)]
    return Step(level.after.seconds, tuple(recipient for recipient in found if recipient is not None))


def _recipient(scope: Scope, said: str, origin: Origin, linked_rotations: Mapping[str, Rotation], item: Item) -> Recipient | None:
    """`oncall`, `oncall.backup`, `rotation.oncall`, `rotation.oncall.backup`, `person.ana`: the one thing a text means."""
    head, _, rest = said.partition(".")
    asked = [kind for kind in _RECIPIENTS if kind == head and rest]
    name = rest if asked else said
    kinds = asked or list(_RECIPIENTS)
    layer: str | None = None
    meant = [kind for kind in kinds if scope.has(_RECIPIENTS[kind], name)]
    if not meant and "rotation" in kinds and "." in name:
        name, layer = name.rsplit(".", 1)
        meant = ["rotation"] if scope.has("rotations", name) else []
    if not meant:
        if not any(scope.excused(_RECIPIENTS[kind], name) for kind in kinds):
            names = [other for kind in kinds for other in scope.names(_RECIPIENTS[kind])]
            help = did_you_mean(name, names, noun="rotations, people, teams and channels" if not asked else _RECIPIENTS[asked[0]])
            what = f"no {asked[0]} is called '{name}'" if asked else f"nobody and nothing is called '{said}'"
            scope.fault("SPEC040", what, origin, help=help, address=item.address)
        return None
    if len(meant) > 1:
        ways = " or ".join(f"'{kind}.{name}'" for kind in meant)
        scope.fault("SPEC041", f"'{said}' is a {' and a '.join(meant)}", origin, help=f"write {ways}", address=item.address)
        return None
    if meant[0] != "rotation":
        return Recipient(meant[0], name)
    seats = [seat.name for seat in linked_rotations[name].layers]
    if layer is not None and layer not in seats:
        help = did_you_mean(layer, seats, noun="layers")
        scope.fault("SPEC040", f"rotation '{name}' has no layer '{layer}'", origin, help=help, address=item.address)
        return None
    return Recipient("rotation", name, layer or next(iter(seats), None))
