"""Who is on call by the events of a v3 schedule: recurring shifts, each the next member's. Several may be on call at once. Pure.

An event recurs by the wall clock of its zone. What has been seen of the vendor's calendar says no more (see `schedule_v3`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from monctl_targets.pagerduty.zone import moment

Event = Mapping[str, Any]
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def events(schedule: Mapping[str, Any]) -> Iterator[Event]:
    """The events of all rotations of a schedule."""
    for rotation in schedule.get("rotations") or []:
        yield from rotation.get("events") or []


def on_call_v3(found: Iterable[Event], at: datetime) -> list[str]:
    """The ids of the users on call at an instant, each once, in the order of the events; nobody's seats are left out."""
    members = (member for event in found for member in _members(event, at))
    return list(dict.fromkeys(str(member["user_id"]) for member in members if member.get("user_id")))


def entries_v3(found: Sequence[Event], since: datetime, until: datetime) -> list[tuple[datetime, datetime, tuple[str, ...]]]:
    """(start, end, user ids) from `since` to `until`, without the gaps."""
    marks = {since, until, *(at for event in found for at in marks_of(event, since, until))}
    told: list[tuple[datetime, datetime, tuple[str, ...]]] = []
    for start, end in pairwise(sorted(marks)):
        users = tuple(on_call_v3(found, start))
        if users:
            goes_on = bool(told) and told[-1][1:] == (start, users)
            told.append((told.pop()[0] if goes_on else start, end, users))
    return told


def marks_of(event: Event, since: datetime, until: datetime) -> Iterator[datetime]:
    """Every instant between two at which a shift of the event may begin or end."""
    zone, rule = ZoneInfo(event["start_time"]["time_zone"]), rule_of(event)
    times = [moment(event["effective_since"]), *([moment(event["effective_until"])] if event.get("effective_until") else [])]
    step = timedelta(hours=int(rule.get("INTERVAL", "1"))) if rule["FREQ"] == "HOURLY" else timedelta(days=1)
    for name in ("start_time", "end_time"):
        at, first = _wall(event[name], zone), since.astimezone(zone).replace(tzinfo=None)
        at += (first - at) // step * step
        while (instant := at.replace(tzinfo=zone).astimezone(UTC)) < until:
            times.append(instant)
            at += step
    yield from (at for at in times if since < at < until)


def rule_of(event: Event) -> dict[str, str]:
    """The parts of the one RRULE of an event."""
    text = str(event["recurrence"][0]).removeprefix("RRULE:")
    return dict(part.partition("=")[::2] for part in text.split(";"))


def _members(event: Event, at: datetime) -> Sequence[Mapping[str, Any]]:
    until = event.get("effective_until")
    if at < moment(event["effective_since"]) or (until and at >= moment(until)):
        return ()
    zone = ZoneInfo(event["start_time"]["time_zone"])
    begin, end = (_wall(event[name], zone) for name in ("start_time", "end_time"))
    number = _shift(rule_of(event), begin, end - begin, at.astimezone(zone).replace(tzinfo=None))
    if number is None:
        return ()
    strategy = event["assignment_strategy"]
    members: Sequence[Mapping[str, Any]] = strategy["members"]
    if str(strategy["type"]).startswith("every"):
        return members
    place = number // int(strategy["shifts_per_member"]) % len(members)
    return members[place : place + 1]


def _shift(rule: Mapping[str, str], begin: datetime, length: timedelta, local: datetime) -> int | None:
    """The number of the shift a wall time is in, counted from 0 at the first one; None between shifts and before the first."""
    every = int(rule.get("INTERVAL", "1"))
    step = {"HOURLY": timedelta(hours=every), "DAILY": timedelta(days=every), "WEEKLY": timedelta(weeks=every)}[rule["FREQ"]]
    if "BYDAY" not in rule:
        number, into = divmod(local - begin, step)
        return number if number >= 0 and into < length else None
    days = sorted(_CODES.index(code) for code in rule["BYDAY"].split(","))
    monday = begin - timedelta(days=begin.weekday())
    week = (local - monday) // step
    # the last shift that began at or before the wall time, in this round of weeks or the one before
    started = [
        (place, number * len(days) + index)
        for number in (week - 1, week)
        for index, day in enumerate(days)
        if (place := monday + number * step + timedelta(days=day)) <= local
    ]
    if not started:
        return None
    last, counted = max(started)
    number = counted - days.index(begin.weekday())
    return number if number >= 0 and local - last < length else None


def _wall(time: Mapping[str, str], zone: ZoneInfo) -> datetime:
    return moment(time["date_time"]).astimezone(zone).replace(tzinfo=None)
