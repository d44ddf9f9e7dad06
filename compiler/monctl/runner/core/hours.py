"""Weekly hours, calendars and maintenance windows at an instant: local wall time in an IANA zone, starts included, ends not.

A wall time that does not exist (spring) counts as the next valid instant, one that exists twice (autumn) as the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from monctl.program import Calendar, Hours, Maintenance, Restriction

DAY_MIN = 1440
_AHEAD_DAYS = 400
"""How far an opening is looked for: more than a year of holidays is no calendar."""


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The zone, kept: reading its file costs more than a step."""
    return ZoneInfo(name)


def instant(wall: datetime, time_zone: str) -> float:
    """Seconds since the epoch of a naive wall time."""
    early = wall.replace(tzinfo=zone(time_zone), fold=1).timestamp()
    late = wall.replace(tzinfo=zone(time_zone), fold=0).timestamp()
    if early <= late and local(late, time_zone).replace(tzinfo=None) == wall:
        return late
    if early > late:  # it exists twice
        return late
    while late - early > 1:  # it does not exist: the offset changes once between the two readings
        middle = (early + late) // 2
        early, late = (middle, late) if local(middle, time_zone).replace(tzinfo=None) < wall else (early, middle)
    return late


def local(at: float, time_zone: str) -> datetime:
    """The aware local time of an instant."""
    return datetime.fromtimestamp(at, zone(time_zone))


def within(hours: Sequence[Hours] | Sequence[Restriction], wall: datetime) -> bool:
    """Whether a local time lies in weekly hours; a stretch whose end is not after its start ends on the next day."""
    minute = wall.hour * 60 + wall.minute + wall.second / 60
    today, yesterday = wall.isoweekday(), (wall.isoweekday() - 2) % 7 + 1
    for one in hours:
        if one.end_min > one.start_min:
            if today in one.days and one.start_min <= minute < one.end_min:
                return True
        elif (today in one.days and minute >= one.start_min) or (yesterday in one.days and minute < one.end_min):
            return True
    return False


def is_open(calendar: Calendar, at: float) -> bool:
    """Whether the calendar's hours hold, holidays left out."""
    wall = local(at, calendar.time_zone)
    return wall.date() not in calendar.holidays and within(calendar.hours, wall)


def opens(calendar: Calendar, at: float) -> float | None:
    """The next instant at or after `at` when it is open; None when there is none within 400 days."""
    if is_open(calendar, at):
        return at
    first = local(at, calendar.time_zone).date()
    starts = sorted({one.start_min for one in calendar.hours})
    for ahead in range(_AHEAD_DAYS):
        day = first + timedelta(days=ahead)
        for minute in (0, *starts):  # midnight: the day after a holiday may begin inside a stretch that began on it
            found = instant(_wall(day, minute), calendar.time_zone)
            if found > at and is_open(calendar, found):
                return found
    return None


def covers(window: Maintenance, at: float) -> bool:
    """Whether a maintenance window holds: `[start, end)`, or each week."""
    if window.start is not None and window.end is not None:
        return instant(window.start, window.time_zone) <= at < instant(window.end, window.time_zone)
    return within(window.hours, local(at, window.time_zone))


def ends(window: Maintenance, at: float) -> float:
    """When a window that holds now is over."""
    if window.end is not None:
        return instant(window.end, window.time_zone)
    walls = sorted(_edges(window.hours, local(at, window.time_zone).date()))
    return next((edge for wall in walls if (edge := instant(wall, window.time_zone)) > at and not covers(window, edge)), at)


def next_daily(at: float, time_zone: str, minute: int, *, weekday: int | None = None) -> float:
    """The next instant after `at` at this local minute of the day, on this weekday (1 Monday) if one is given."""
    first = local(at, time_zone).date()
    for ahead in range(15):
        day = first + timedelta(days=ahead)
        found = instant(_wall(day, minute), time_zone)
        if found > at and (weekday is None or day.isoweekday() == weekday):
            return found
    raise AssertionError("every week has every weekday")


def _edges(hours: Sequence[Hours], first: date) -> Iterator[datetime]:
    for ahead in range(-1, 9):
        for one in hours:
            yield _wall(first + timedelta(days=ahead), one.end_min)


def _wall(day: date, minute: int) -> datetime:
    return datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - wall time, its zone is beside it
