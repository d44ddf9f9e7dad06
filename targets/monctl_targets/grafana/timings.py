"""Calendars and maintenance windows as Alertmanager time intervals: no wrap over midnight, ends exclusive, days by name.

Source: prometheus/alertmanager timeinterval/timeinterval.go; mute timings of the provisioning API (read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from monctl.program import Calendar, Hours, Maintenance
from monctl.resource import Json

_DAYS = {1: "monday", 2: "tuesday", 3: "wednesday", 4: "thursday", 5: "friday", 6: "saturday", 7: "sunday"}

_DAY_MIN = 24 * 60


def calendar_timings(calendar: Calendar) -> tuple[Json, Json | None]:
    """The hours of a calendar, and its holidays: an interval can say when, not except when, so those are a timing of their own."""
    hours = {"name": f"mc-hours-{calendar.name}", "time_intervals": _weekly(calendar.hours, calendar.time_zone)}
    if not calendar.holidays:
        return hours, None
    days = [_day(day, calendar.time_zone) for day in calendar.holidays]
    return hours, {"name": f"mc-holidays-{calendar.name}", "time_intervals": days}


def outside_timing(calendar: Calendar) -> Json | None:
    """The rest of the week; None when nothing is left of it."""
    free: list[Json] = []
    days: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for day in _DAYS:
        at, gaps = 0, []
        for each in sorted((one for one in _within_days(calendar.hours) if day in one.days), key=lambda one: one.start_min):
            if each.start_min > at:
                gaps.append((at, each.start_min))
            at = max(at, each.end_min)
        gaps += [(at, _DAY_MIN)] if at < _DAY_MIN else []
        if gaps:
            days.setdefault(tuple(gaps), []).append(day)
    for spans, on in days.items():
        times = [{"start_time": _clock(start), "end_time": _clock(end)} for start, end in spans]
        whole = spans == ((0, _DAY_MIN),)
        free.append({**({} if whole else {"times": times}), "weekdays": _runs(on), "location": calendar.time_zone})
    return {"name": f"mc-outside-{calendar.name}", "time_intervals": free} if free else None


def maintenance_timing(window: Maintenance) -> Json:
    """A window: each week, or once, day by day."""
    if window.start is not None and window.end is not None:
        intervals = list(_once(window.start, window.end, window.time_zone))
    else:
        intervals = _weekly(window.hours, window.time_zone)
    return {"name": f"mc-maintenance-{window.name}", "time_intervals": intervals}


def _weekly(hours: Iterable[Hours], zone: str) -> list[Json]:
    return [
        {
            "times": [{"start_time": _clock(each.start_min), "end_time": _clock(each.end_min)}],
            "weekdays": _runs(each.days),
            "location": zone,
        }
        for each in _within_days(hours)
    ]


def _within_days(hours: Iterable[Hours]) -> Iterator[Hours]:
    """The same times without one that goes on past midnight: its rest is of the next days."""
    for each in hours:
        if each.start_min < each.end_min:
            yield each
            continue
        yield Hours(each.days, each.start_min, _DAY_MIN)
        if each.end_min:
            yield Hours(tuple(sorted(day % 7 + 1 for day in each.days)), 0, each.end_min)


def _runs(days: Iterable[int]) -> list[str]:
    """`monday:friday`, `sunday`: days that follow one another as one range. Sunday begins Alertmanager's week, so no range ends on it."""
    runs: list[list[int]] = []
    for day in sorted(set(days)):
        if runs and day == runs[-1][-1] + 1 and day != 7:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [_DAYS[run[0]] if len(run) == 1 else f"{_DAYS[run[0]]}:{_DAYS[run[-1]]}" for run in runs]


def _once(start: datetime, end: datetime, zone: str) -> Iterable[Json]:
    """The days from start to end: the first from its hour, the last to its hour, whole ones of a month together."""
    if start.date() == end.date():
        yield _day(start.date(), zone, start.time(), end.time())
        return
    first_whole = start.date()
    if start.time() != time():
        yield _day(start.date(), zone, start.time())
        first_whole += timedelta(days=1)
    whole: list[date] = []
    day = first_whole
    while day < end.date():
        if whole and day.month != whole[-1].month:
            yield _month(whole, zone)
            whole = []
        whole.append(day)
        day += timedelta(days=1)
    if whole:
        yield _month(whole, zone)
    if end.time() != time():
        yield _day(end.date(), zone, time(), end.time())


def _month(days: list[date], zone: str) -> Json:
    ends = f"{days[0].day}" if len(days) == 1 else f"{days[0].day}:{days[-1].day}"
    return {"days_of_month": [ends], "months": [str(days[0].month)], "years": [str(days[0].year)], "location": zone}


def _day(day: date, zone: str, start: time = time(), end: time | None = None) -> Json:
    made: dict[str, Json] = {"days_of_month": [str(day.day)], "months": [str(day.month)], "years": [str(day.year)], "location": zone}
    if start != time() or end is not None:
        made["times"] = [{"start_time": f"{start:%H:%M}", "end_time": "24:00" if end is None else f"{end:%H:%M}"}]
    return made


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
