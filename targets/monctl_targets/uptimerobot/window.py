"""Maintenance windows: once or weekly, held by the window's side of the relation, in the account's time zone.

A monitor's own list also holds windows that were added to every monitor, so the window names its monitors, not the other way round:
https://github.com/uptimerobot/terraform-provider-uptimerobot b41c1c3 (read 2026-11-20). No page says in which zone the time of a window is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monctl.build_report import Report
from monctl.program import Hours, Maintenance, Program
from monctl.resource import Mark, Ref, Resource
from monctl_targets.uptimerobot import mark as marks
from monctl_targets.uptimerobot.account import Account

_DAY_MIN = 1440


def windows(program: Program, account: Account, keys: Mapping[str, tuple[str, ...]], report: Report) -> Iterator[Resource]:
    """The windows of the monitors held here; `keys` are the keys of each monitor's resources."""
    for window in program.maintenance.values():
        held = [key for name in window.monitors for key in keys.get(name, ())]
        if not held:
            continue
        address = f"maintenance.{window.name}"
        if not account.has("maintenance", f"'{window.name}'", window.origin, report, address=address):
            report.dropped(address, "monitors", f"UptimeRobot's {account.plan.name} plan has no maintenance windows")
            continue
        report.approximated(address, "time_zone", f"UptimeRobot does not say in which zone its times are; taken as {account.time_zone}")
        monitors = [Ref("monitor", key) for key in sorted(held)]
        for index, times in enumerate(_times(window, account, report)):
            key = window.name if index == 0 else f"{window.name}.{index + 1}"
            title = window.title if index == 0 else f"{window.title} ({index + 1})"
            name = marks.cut(title, Mark(program.estate, program.environment, key), marks.WINDOW_ROOM)
            body = {"name": name, **times, "monitorIds": monitors}
            yield Resource("uptimerobot", "maintenance_window", key, name, body, address, window.origin)


def _times(window: Maintenance, account: Account, report: Report) -> Iterator[dict[str, Any]]:
    there, here = ZoneInfo(window.time_zone), ZoneInfo(account.time_zone)
    if window.start is not None and window.end is not None:
        start, end = window.start.replace(tzinfo=there), window.end.replace(tzinfo=there)
        local = start.astimezone(here)
        minutes = max(1, math.ceil((end.timestamp() - start.timestamp()) / 60))
        yield {"interval": "once", "date": local.date().isoformat(), "time": local.strftime("%H:%M:%S"), "duration": minutes}
        return
    shift = _shift_min(there, here)
    if _wanders(there, here):
        how = f"the winter time of {window.time_zone}; in summer the window is an hour off"
        report.approximated(f"maintenance.{window.name}", "hours", how)
    for hours in window.hours:
        yield _weekly(hours, shift)


def _weekly(hours: Hours, shift: int) -> dict[str, Any]:
    days, minute = divmod(hours.start_min + shift, _DAY_MIN)
    length = hours.end_min - hours.start_min
    return {
        "interval": "weekly",
        "time": f"{minute // 60:02}:{minute % 60:02}:00",
        "duration": length if length > 0 else length + _DAY_MIN,
        "days": sorted((day - 1 + days) % 7 + 1 for day in hours.days),
    }


def _shift_min(there: ZoneInfo, here: ZoneInfo, month: int = 1) -> int:
    """Minutes to add to a time there to have it here, in a month of 2026."""
    at = datetime(2026, month, 15, 12, tzinfo=there)
    offset = (at.astimezone(here).utcoffset() or timedelta()) - (at.utcoffset() or timedelta())
    return round(offset.total_seconds() / 60)


def _wanders(there: ZoneInfo, here: ZoneInfo) -> bool:
    """True when the two zones are not always as far apart."""
    return _shift_min(there, here, 1) != _shift_min(there, here, 7)
