"""Who is on call before and after a change of a schedule, from its normalised values. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monctl.resource import Json
from monctl_targets.pagerduty.render import entries
from monctl_targets.pagerduty.render_v3 import entries_v3
from monctl_targets.pagerduty.zone import moment

Value = Mapping[str, Any]
"""What `normalize` makes of a schedule; ids may be any text."""
People = tuple[str, ...]
_ROWS = 5
_NEAREST, _FARTHEST = timedelta(days=2), timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Turn:
    """From an instant on, who was on call and who will be. Empty: nobody."""

    at: datetime
    before: People
    after: People


def turns(before: Value, after: Value, now: datetime) -> list[Turn]:
    """Now, then each time somebody comes on call by either value, over four turns (two days at least, sixty at most)."""
    until = now + max(_NEAREST, min(_FARTHEST, 4 * max(_turn(before), _turn(after))))
    sides = [_entries(value, now, until) for value in (before, after)]
    marks = sorted({now, *(start for side in sides for start, _, _ in side)})
    found: list[Turn] = []
    for at in marks:
        was, will = (next((users for start, end, users in side if start <= at < end), ()) for side in sides)
        if at == now or ((was or will) and (found[-1].before, found[-1].after) != (was, will)):
            found.append(Turn(at, was, will))
    return found


def differing(found: list[Turn]) -> list[Turn]:
    """The first few after now, when any of all differs; else none."""
    return found[1 : 1 + _ROWS] if any(one.before != one.after for one in found) else []


def kept_start(before: Value, after: Value, holder: str, now: datetime) -> datetime | None:
    """The local `start` with which a person of the new list has the running turn; None where the grid of turns itself has changed.

    Turns of whole days are counted by the wall clock, others by the hour.
    """
    was, will = (value.get("layers") or [{}] for value in (before, after))
    grid = ("rotation_virtual_start", "rotation_turn_length_seconds")
    same = len(was) == len(will) == 1 and all(was[0].get(name) == will[0].get(name) for name in grid)
    if not same or before["time_zone"] != after["time_zone"] or holder not in will[0].get("users", ()):
        return None
    local, turn = ZoneInfo(after["time_zone"]), _turn(after)
    counted = local if turn % timedelta(days=1) == timedelta() else UTC
    first, at = (one.astimezone(counted).replace(tzinfo=None) for one in (moment(will[0]["rotation_virtual_start"]), now))
    running: datetime = first + (at - first) // turn * turn - will[0]["users"].index(holder) * turn
    return running.replace(tzinfo=counted).astimezone(local).replace(tzinfo=None)


def _turn(value: Value) -> timedelta:
    lengths = [layer["rotation_turn_length_seconds"] for layer in value.get("layers") or ()]
    return timedelta(seconds=max(lengths)) if lengths else timedelta(days=7)


def _entries(value: Value, since: datetime, until: datetime) -> list[tuple[datetime, datetime, People]]:
    if value.get("api") == "v3":
        return entries_v3([_event(event) for event in value["events"]], since, until)
    layers = [{**layer, "start": layer["rotation_virtual_start"], "end": None} for layer in value["layers"]]
    stand_ins = list(_stand_ins(value.get("overrides") or {}))
    found = entries({"time_zone": value["time_zone"], "schedule_layers": layers}, since, until, stand_ins)
    return [(start, end, (user,)) for start, end, user in found]


def _stand_ins(held: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    for span, user in held.items():
        start, _, end = span.partition(" to ")
        yield {"start": start, "end": end, "user": user}


def _event(value: Value) -> Mapping[str, Json]:
    times = {
        name: {"date_time": value[short], "time_zone": value["time_zone"]}
        for name, short in (("start_time", "starts"), ("end_time", "ends"))
    }
    return {
        **times,
        "effective_since": value["starts"],
        "recurrence": ["RRULE:" + ";".join(f"{name}={part}" for name, part in value["recurrence"].items())],
        "assignment_strategy": {
            "type": value["strategy"],
            "shifts_per_member": value["shifts_per_member"] or 1,
            "members": [{"user_id": member} for member in value["members"]],
        },
    }
