"""Hours, days, dates and time zones of a spec, as numbers and wall times. Faults are collected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from zoneinfo import available_timezones

from monctl.link.scope import Scope
from monctl.program import Hours
from monctl.source import Origin
from monctl.spec.oncall import WeeklyHours
from monctl.suggest import closest

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GROUPS = {"daily": range(1, 8), "weekdays": range(1, 6), "weekend": range(6, 8)}


def weekly(hours: Sequence[WeeklyHours]) -> tuple[Hours, ...]:
    """Weekly hours as numbers. An end at or before the start stays so: it is on the next day."""
    return tuple(Hours(days(one.days), minutes(one.start), minutes(one.end)) for one in hours)


def days(text: str) -> tuple[int, ...]:
    """`mon-fri`, `sat,sun`, `weekdays`, `weekend`, `daily` as numbers, 1 Monday … 7 Sunday, sorted."""
    found: set[int] = set()
    for part in text.lower().split(","):
        if part in _GROUPS:
            found.update(_GROUPS[part])
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
        _no_date(scope, text, error, origin, address)
        return None


def day(scope: Scope, text: str, origin: Origin, address: str) -> date | None:
    """A date; one that does not exist is a finding."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        _no_date(scope, text, error, origin, address)
        return None


def _no_date(scope: Scope, text: str, error: ValueError, origin: Origin, address: str) -> None:
    scope.fault("SPEC044", f"'{text}' is not a date: {error}", origin, help="write a date such as 2027-01-04", address=address)


def time_zone(scope: Scope, name: str, origin: Origin, address: str) -> str:
    """The name of a zone; an unknown one is a finding."""
    if name not in _zones():
        near = closest(name, _zones()) or next((zone for zone in sorted(_zones()) if zone.lower().endswith(f"/{name.lower()}")), None)
        help = f"did you mean '{near}'?" if near else "write an IANA name such as Europe/Berlin"
        scope.fault("SPEC044", f"'{name}' is not a time zone", origin, help=help, address=address)
    return name


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads the zone folder: once
