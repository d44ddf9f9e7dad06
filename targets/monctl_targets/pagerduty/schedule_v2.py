"""Seats as v2 schedules: one schedule with one layer each, so that the order of layers never matters."""

from __future__ import annotations

from monctl.resource import Json
from monctl_targets.pagerduty.naming import Naming
from monctl_targets.pagerduty.rotation import EVERY_DAY, Seat, Window
from monctl_targets.pagerduty.zone import utc_text


def emit(seat: Seat, users: list[Json], naming: Naming, address: str) -> dict[str, Json]:
    """The one layer of a seat."""
    return {
        "schedule_layers": [
            {
                "name": seat.layer.name,
                # PagerDuty moves a start in the past to the time of the update; the virtual start says whose turn it is
                "start": utc_text(seat.starts),
                "end": None,
                "rotation_virtual_start": utc_text(seat.starts),
                "rotation_turn_length_seconds": int(seat.turn_s),
                "users": [{"user": user} for user in users],
                "restrictions": _restrictions(seat.windows),
            }
        ]
    }


def _restrictions(windows: tuple[Window, ...]) -> list[Json]:
    """One kind for the whole layer: daily when every window is shorter than a day and on all days, else weekly, a day at a time."""
    if all(window.days == EVERY_DAY for window in windows):
        return [{"type": "daily_restriction", **_hours(window)} for window in windows]
    return [{"type": "weekly_restriction", "start_day_of_week": day, **_hours(window)} for window in windows for day in window.days]


def _hours(window: Window) -> dict[str, Json]:
    hour, minute = divmod(window.start_min, 60)
    return {"start_time_of_day": f"{hour:02}:{minute:02}:00", "duration_seconds": window.length_min * 60}
