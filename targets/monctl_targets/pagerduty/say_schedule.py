"""A schedule as a rotation: zone, first hand-off, turn, people and hours of its one open layer. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from monctl.quantity import Duration
from monctl.resource import Json
from monctl.saying import Inexpressible
from monctl_targets.pagerduty.rotation import DAY_MIN
from monctl_targets.pagerduty.zone import moment, vendor_zone

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def rotation(body: Mapping[str, Any]) -> tuple[dict[str, Json], list[Mapping[str, Any]]]:
    """The fields of the rotation without its members, and the users in order of turn. Raises Inexpressible."""
    if body.get("type") == "schedule_v3":
        raise Inexpressible(
            "it is a v3 schedule, which is not read back: write the rotation, and `schedules: v3` at `targets.pagerduty`", "type"
        )
    layers = [layer for layer in body.get("schedule_layers") or [] if not layer.get("end")]
    if len(layers) != 1:
        raise Inexpressible(
            f"a rotation has one person on call at a time, and this schedule lays {len(layers)} layers over each other", "schedule_layers"
        )
    layer = layers[0]
    zone = str(body["time_zone"])
    if vendor_zone(zone) is None:
        raise Inexpressible(f"'{zone}' is no time zone that can be written back", "time_zone")
    starts = moment(layer["rotation_virtual_start"]).astimezone(ZoneInfo(zone))
    spec: dict[str, Json] = {
        "time_zone": "" if vendor_zone(zone) == "Etc/UTC" else zone,
        "start": starts.strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00"),
        "shift": str(Duration(layer["rotation_turn_length_seconds"] * 1000)),
        "restrictions": list(_hours(layer.get("restrictions") or [])),
    }
    return spec, [seat["user"] for seat in layer["users"]]


def _hours(restrictions: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Json]]:
    """Weekly hours: a daily restriction is on all days, weekly ones of the same hours are one."""
    days: dict[tuple[int, int], list[int]] = {}
    for one in restrictions:
        hour, minute, second = (int(part) for part in str(one["start_time_of_day"]).split(":"))
        length, rest = divmod(int(one["duration_seconds"]), 60)
        if second or rest or not 0 < length <= DAY_MIN:
            raise Inexpressible("hours are whole minutes, a day at most", "restrictions")
        days.setdefault((hour * 60 + minute, length), []).append(int(one.get("start_day_of_week") or 0))
    for (start, length), on in sorted(days.items()):
        end = (start + length) % DAY_MIN
        said: dict[str, Json] = {} if on == [0] else {"days": _said_days(on)}
        yield said | {"start": _clock(start), "end": "24:00" if end == 0 else _clock(end)}


def _said_days(on: Iterable[int]) -> str:
    """`mon-fri` where three or more follow each other, else `sat,sun`."""
    runs: list[list[int]] = []
    for day in sorted(set(on)):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = [f"{_DAYS[run[0] - 1]}-{_DAYS[run[-1] - 1]}" if len(run) > 2 else ",".join(_DAYS[day - 1] for day in run) for run in runs]
    return ",".join(parts)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
