"""Who is on call by the layers of a v2 schedule, as PagerDuty renders them: one person at a time, the higher layer wins.

Turns of whole days and restrictions follow the wall clock of the schedule's zone across daylight saving.
Source: https://support.pagerduty.com/main/docs/schedule-basics (read 2026-11-20)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from monctl_targets.pagerduty.zone import moment

Layer = Mapping[str, Any]
_DAY = timedelta(days=1)


def on_call(schedule: Mapping[str, Any], at: datetime, stand_ins: Sequence[Mapping[str, Any]] = ()) -> str | None:
    """The id of the user on call at an instant, or None. The last layer of the list is the highest; the last made of the stand-ins is above all."""
    for one in reversed(stand_ins):
        if moment(one["start"]) <= at < moment(one["end"]):
            return str(one["user"])
    zone = ZoneInfo(schedule["time_zone"])
    return next((user for layer in reversed(schedule["schedule_layers"]) if (user := _sitting(layer, at, zone)) is not None), None)


def entries(
    schedule: Mapping[str, Any], since: datetime, until: datetime, stand_ins: Sequence[Mapping[str, Any]] = ()
) -> list[tuple[datetime, datetime, str]]:
    """(start, end, user id) from `since` to `until`, without the gaps."""
    zone = ZoneInfo(schedule["time_zone"])
    marks = {since, until}
    marks.update(at for one in stand_ins for at in (moment(one["start"]), moment(one["end"])) if since < at < until)
    for layer in schedule["schedule_layers"]:
        marks.update(at for at in _changes(layer, since, until, zone) if since < at < until)
    found: list[tuple[datetime, datetime, str]] = []
    for start, end in pairwise(sorted(marks)):
        user = on_call(schedule, start, stand_ins)
        if user is None:
            continue
        goes_on = bool(found) and found[-1][1:] == (start, user)
        found.append((found.pop()[0] if goes_on else start, end, user))
    return found


def _sitting(layer: Layer, at: datetime, zone: ZoneInfo) -> str | None:
    if at < moment(layer["start"]) or (layer.get("end") and at >= moment(layer["end"])):
        return None
    if layer["restrictions"] and not any(_within(restriction, at, zone) for restriction in layer["restrictions"]):
        return None
    turn = (_clock(at, layer, zone) - _clock(moment(layer["rotation_virtual_start"]), layer, zone)) // _turn(layer)
    users: list[str] = layer["users"]
    return users[turn % len(users)]


def _turn(layer: Layer) -> timedelta:
    return timedelta(seconds=layer["rotation_turn_length_seconds"])


def _clock(at: datetime, layer: Layer, zone: ZoneInfo) -> datetime:
    """The clock turns are counted on: the wall's for whole days, else UTC; without a zone."""
    return (at.astimezone(zone) if _turn(layer) % _DAY == timedelta() else at.astimezone(UTC)).replace(tzinfo=None)


def _within(restriction: Mapping[str, Any], at: datetime, zone: ZoneInfo) -> bool:
    local = at.astimezone(zone).replace(tzinfo=None)
    begin = _start(restriction, local)
    return local - begin < timedelta(seconds=restriction["duration_seconds"])


def _start(restriction: Mapping[str, Any], local: datetime) -> datetime:
    """When the restriction last began, local time."""
    hour, minute, _ = map(int, restriction["start_time_of_day"].split(":"))
    begin = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if restriction["type"] == "weekly_restriction":
        begin -= timedelta(days=(local.isoweekday() - restriction["start_day_of_week"]) % 7)
        return begin if begin <= local else begin - timedelta(days=7)
    return begin if begin <= local else begin - _DAY


def _changes(layer: Layer, since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Every instant at which the layer may change."""
    yield moment(layer["start"])
    if layer.get("end"):
        yield moment(layer["end"])
    turn, first = _turn(layer), _clock(moment(layer["rotation_virtual_start"]), layer, zone)
    counted = zone if turn % _DAY == timedelta() else UTC
    at = first + ((_clock(since, layer, zone) - first) // turn) * turn
    while at.replace(tzinfo=counted) <= until:
        yield at.replace(tzinfo=counted).astimezone(UTC)
        at += turn
    for restriction in layer["restrictions"]:
        begin = _start(restriction, since.astimezone(zone).replace(tzinfo=None))
        while begin.replace(tzinfo=zone) <= until:
            yield begin.replace(tzinfo=zone).astimezone(UTC)
            yield (begin + timedelta(seconds=restriction["duration_seconds"])).replace(tzinfo=zone).astimezone(UTC)
            begin += _DAY if restriction["type"] == "daily_restriction" else timedelta(days=7)
