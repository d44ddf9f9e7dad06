"""A live maintenance window as one of the spec. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from monctl.resource import Json
from monctl.saying import Inexpressible
from monctl_targets.uptimerobot.normalize import normalize

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MIN = 1440


def maintenance(body: Mapping[str, Any], zone: str, monitors: Mapping[str, str]) -> dict[str, Json]:
    """The fields of the window but its title. `zone` is the account's, `monitors` id → name. Raises Inexpressible."""
    normal = normalize("maintenance_window", body)
    if normal["autoAddMonitors"]:
        raise Inexpressible("a window that takes in every new monitor has no words; name them", "autoAddMonitors")
    if normal["status"] != "active":
        raise Inexpressible(f"a window counts, and this one is {normal['status']}", "status")
    ids = [str(id) for id in normal["monitorIds"]]
    if not ids or any(id not in monitors for id in ids):
        raise Inexpressible("it mutes nothing" if not ids else "it mutes a monitor that is somebody else's", "monitorIds")
    spec: dict[str, Json] = {} if zone == "UTC" else {"time_zone": zone}
    spec["monitors"] = sorted(monitors[id] for id in ids)
    clock, minutes = str(normal["time"]), int(normal["duration"])
    if normal["interval"] == "once":
        start = datetime.fromisoformat(f"{normal['date']}T{clock}")
        return spec | {"start": _local(start), "end": _local(start + timedelta(minutes=minutes))}
    if normal["interval"] != "weekly" or minutes > _DAY_MIN or not clock.endswith(":00"):
        raise Inexpressible(
            f"a window happens once or each week, in whole minutes and a day at most; this one is {normal['interval']}", "interval"
        )
    hour, minute = int(clock[:2]), int(clock[3:5])
    end = (hour * 60 + minute + minutes) % _DAY_MIN
    hours = {"start": clock[:5], "end": f"{end // 60:02}:{end % 60:02}" if end else "24:00"}
    return spec | {"hours": [{"days": ",".join(_DAYS[day - 1] for day in normal["days"]), **hours}]}


def _local(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")
