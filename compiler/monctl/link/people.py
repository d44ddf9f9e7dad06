"""Links severities, people, teams, rotations and escalations."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from monctl.link.scope import Scope
from monctl.program import Escalation, Hours, Layer, Override, Person, Recipient, Restriction, Rotation, Severity, Step, Team
from monctl.source import Origin
from monctl.spec import oncall as spec_oncall
from monctl.spec import people as spec_people
from monctl.suggest import closest, did_you_mean

_COLORS = ("#d62728", "#ff7f0e", "#e6c229", "#1f77b4")
"""By rank: red, orange, yellow, blue."""
_EVENTS = ("critical", "error", "warning", "info")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ANY_DAY = tuple(range(1, 8))


def severities(scope: Scope) -> dict[str, Severity]:
    """Most severe first, in the order of declaration."""
    linked: dict[str, Severity] = {}
    for rank, (name, item) in enumerate(scope.all("severities").items()):
        spec = item.spec
        assert isinstance(spec, spec_people.Severity)
        scope.every("channels", spec.notify, item.origin.at("notify"), address=item.address)
        scope.known("escalations", spec.escalation, item.origin.at("escalation"), address=item.address)
        scope.known("calendars", spec.during, item.origin.at("during"), address=item.address)
        urgency = spec.urgency or ("high" if rank == 0 or spec.escalation else "low")
        linked[name] = Severity(
            name,
            rank,
            spec.title or name,
            spec.description,
            spec.response.seconds if spec.response else None,
            urgency,
            spec.pages if spec.pages is not None else urgency == "high" and spec.during is None and spec.digest is None,
            spec.digest,
            spec.emoji,
            spec.color or _COLORS[min(rank, len(_COLORS) - 1)],
            spec.event or _EVENTS[min(rank, len(_EVENTS) - 1)],  # type: ignore[arg-type]  # the table holds nothing else
            spec.labels,
            item.origin,
        )
    return linked


def people(scope: Scope) -> dict[str, Person]:
    """Sorted by name."""
    linked = {}
    for name, item in sorted(scope.all("people").items()):
        spec = item.spec
        assert isinstance(spec, spec_people.Person)
        if spec.time_zone is not None:
            time_zone(scope, spec.time_zone, item.origin.at("time_zone"), item.address)
        linked[name] = Person(
            name, spec.title or name, spec.email, spec.phone, spec.slack, spec.pagerduty, spec.sentry, spec.time_zone, item.origin
        )
    return linked


def teams(scope: Scope) -> dict[str, Team]:
    """Sorted by name."""
    linked = {}
    for name, item in sorted(scope.all("teams").items()):
        spec = item.spec
        assert isinstance(spec, spec_people.Team)
        members = scope.every("people", spec.members, item.origin.at("members"), address=item.address)
        lead = scope.known("people", spec.lead, item.origin.at("lead"), address=item.address)
        linked[name] = Team(
            name, spec.title or name, spec.description, members, lead, spec.slack, spec.email, spec.sentry, item.origin
        )
    return linked


def rotations(scope: Scope) -> dict[str, Rotation]:
    """Sorted by name; layers in the order of declaration."""
    linked = {}
    for name, item in sorted(scope.all("rotations").items()):
        spec = item.spec
        assert isinstance(spec, spec_oncall.Rotation)
        layers = tuple(_layers(scope, spec, item.origin, item.address))
        seats = [layer.name for layer in layers]
        overrides = []
        for index, override in enumerate(spec.overrides):
            where = item.origin.at("overrides", index)
            if override.layer is not None and override.layer not in seats:
                scope.fault("SPEC040", f"the rotation has no layer '{override.layer}'", where.at("layer"), help=did_you_mean(override.layer, seats), address=item.address)
            person = scope.known("people", override.person, where.at("person"), address=item.address)
            start, end = local_time(scope, override.start, where.at("start"), item.address), local_time(scope, override.end, where.at("end"), item.address)
            if person and start and end and seats:
                if end <= start:
                    scope.fault("SPEC044", "the override ends before it begins", where.at("end"), address=item.address)
                overrides.append(Override(override.layer or seats[0], person, start, end))
        team = scope.known("teams", spec.team, item.origin.at("team"), address=item.address)
        zone = time_zone(scope, spec.time_zone, item.origin.at("time_zone"), item.address)
        linked[name] = Rotation(name, spec.title or name, spec.description, team, zone, layers, tuple(overrides), item.origin)
    return linked


def _layers(scope: Scope, spec: spec_oncall.Rotation, origin: Origin, address: str) -> list[Layer]:
    seats: dict[str, tuple[spec_oncall.RotationLayer, Origin]] = {}
    if spec.members:
        seats["primary"] = (spec_oncall.RotationLayer(members=spec.members), origin.at("members"))
    for name, layer in spec.layers.items():
        where = origin.at("layers", name)
        if isinstance(layer, list):
            if not layer:
                scope.fault("SPEC032", f"layer '{name}' has nobody in it", where, address=address)
                continue
            seats[name] = (spec_oncall.RotationLayer(members=layer), where)
        else:
            seats[name] = (layer, where.at("members"))
    if not seats:
        scope.fault("SPEC031", "the rotation has nobody in it", origin, help="add `members:`, or `layers:` with a list of people each", address=address, on_key=True)
    made = []
    for name, (layer, where) in seats.items():
        members = scope.every("people", layer.members, where, address=address)
        shift = layer.shift or spec.shift
        start = layer.start or spec.start
        if shift is None or shift.ms <= 0:
            scope.fault("SPEC031", f"layer '{name}' does not say how long a turn is", origin, help="add `shift: 1w`", address=address, on_key=True)
            continue
        if start is None:
            scope.fault("SPEC031", f"layer '{name}' does not say when the first turn begins", origin, help="add `start: 2027-01-04T09:00`", address=address, on_key=True)
            continue
        begins = local_time(scope, start, origin.at("start"), address)
        if begins is not None:
            restrictions = tuple(Restriction(h.days, h.start_min, h.end_min) for h in weekly(layer.restrictions or spec.restrictions))
            made.append(Layer(name, members, shift.seconds, begins, restrictions))
    return made


def escalations(scope: Scope, linked_rotations: Mapping[str, Rotation]) -> dict[str, Escalation]:
    """Sorted by name; steps by time."""
    linked = {}
    for name, item in sorted(scope.all("escalations").items()):
        spec = item.spec
        assert isinstance(spec, spec_oncall.Escalation)
        steps = []
        for index, level in enumerate(spec.levels):
            where = item.origin.at("levels", index)
            found = [_recipient(scope, said, where.at("notify", at), linked_rotations, item.address) for at, said in enumerate(level.notify)]
            steps.append(Step(level.after.seconds, tuple(recipient for recipient in found if recipient is not None)))
        for index, (earlier, later) in enumerate(itertools.pairwise(steps), 1):
            if later.after_s <= earlier.after_s:
                scope.fault(
                    "SPEC046",
                    "a level comes no later than the one before it",
                    item.origin.at("levels", index, "after"),
                    help="`after` counts from the start of the alert, not from the level before",
                    address=item.address,
                )
        last_gap = steps[-1].after_s - steps[-2].after_s if len(steps) > 1 else 900.0
        repeat_after = spec.repeat_after.seconds if spec.repeat_after else max(last_gap, 60.0)
        team = scope.known("teams", spec.team, item.origin.at("team"), address=item.address)
        linked[name] = Escalation(
            name, spec.title or name, spec.description, team, tuple(steps), spec.repeat, repeat_after, item.origin
        )
    return linked


def _recipient(scope: Scope, said: str, origin: Origin, linked_rotations: Mapping[str, Rotation], address: str) -> Recipient | None:
    head, _, rest = said.partition(".")
    words = {"rotation": "rotations", "person": "people", "team": "teams", "channel": "channels"}
    if head in words and rest:
        kinds, name = [head], rest
    else:
        kinds, name = list(words), said
    layer = None
    matches = [kind for kind in kinds if scope.has(words[kind], name)]
    if not matches and "rotation" in kinds and "." in name:
        name, layer = name.rsplit(".", 1)
        matches = ["rotation"] if scope.has("rotations", name) else []
    if not matches:
        names = [other for kind in kinds for other in scope.all(words[kind])]
        scope.fault("SPEC040", f"nobody and nothing is called '{said}'", origin, help=did_you_mean(said, names, noun="rotations, people, teams and channels"), address=address)
        return None
    if len(matches) > 1:
        ways = " or ".join(f"'{kind}.{name}'" for kind in matches)
        scope.fault("SPEC041", f"'{said}' is a {' and a '.join(matches)}", origin, help=f"write {ways}", address=address)
        return None
    kind = matches[0]
    if kind == "rotation" and name in linked_rotations:
        seats = [seat.name for seat in linked_rotations[name].layers]
        if layer is not None and layer not in seats:
            scope.fault("SPEC040", f"rotation '{name}' has no layer '{layer}'", origin, help=did_you_mean(layer, seats, noun="layers"), address=address)
            return None
        layer = layer or next(iter(seats), None)
    return Recipient(kind, name, layer)  # type: ignore[arg-type]  # one of the four words above


def weekly(hours: list[spec_oncall.WeeklyHours]) -> tuple[Hours, ...]:
    """Weekly hours as numbers. An end at or before the start stays so: it is on the next day."""
    return tuple(Hours(days(one.days), minutes(one.start), minutes(one.end)) for one in hours)


def days(text: str) -> tuple[int, ...]:
    """`mon-fri`, `sat,sun`, `weekdays`, `weekend`, `daily` as numbers, 1 Monday … 7 Sunday, sorted."""
    found: set[int] = set()
    for part in text.lower().split(","):
        if part == "daily":
            return _ANY_DAY
        if part in {"weekdays", "weekend"}:
            found.update(range(1, 6) if part == "weekdays" else (6, 7))
            continue
        first, _, last = part.partition("-")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        found.update((start + step) % 7 + 1 for step in range((end - start) % 7 + 1))
    return tuple(sorted(found))


def minutes(clock: str) -> int:
    """`09:30` as minutes since midnight."""
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def local_time(scope: Scope, text: str, origin: Origin, address: str) -> datetime | None:
    """A wall time; a date that does not exist is a finding."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        scope.fault("SPEC044", f"'{text}' is not a date: {error}", origin, help="write a date such as 2027-01-04T09:00", address=address)
        return None


def time_zone(scope: Scope, name: str, origin: Origin, address: str) -> str:
    """The name of a zone; an unknown one is a finding."""
    if name not in _zones():
        near = closest(name, _zones())
        scope.fault("SPEC044", f"'{name}' is not a time zone", origin, help=f"did you mean '{near}'?" if near else "write an IANA name such as Europe/Berlin", address=address)
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads the zone folder: once
