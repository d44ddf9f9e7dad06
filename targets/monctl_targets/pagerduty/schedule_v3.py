"""Seats as v3 schedules: rotations of events, each event a shift that recurs and goes from member to member.

A `date_time` is taken as an instant whatever zone stands beside it, the zone as the clock it recurs by, and the turn of a member as counted
from `start_time`, not from `effective_since`. https://developer.pagerduty.com/docs/schedules-v2-to-v3-upgrade (read 2026-11-20)
"""

from __future__ import annotations

from datetime import datetime

from monctl.resource import Json
from monctl_targets.pagerduty.naming import Naming
from monctl_targets.pagerduty.rotation import Seat
from monctl_targets.pagerduty.shift import Shift, Uncountable, shifts
from monctl_targets.pagerduty.zone import utc_text

MOST_MEMBERS, MOST_EVENTS, MOST_ROTATIONS = 20, 5, 10
"""Members of an event, events of a rotation, rotations of a schedule. REST reference of /v3/schedules (read 2026-11-20)."""


def emit(seat: Seat, users: list[Json], naming: Naming, address: str) -> dict[str, Json]:
    """The rotations of a seat, and the type that tells the two forms of schedule apart."""
    try:
        found = shifts(seat)
    except Uncountable as why:
        _fault(seat, naming, address, str(why))
        found = ()
    if len(users) > MOST_MEMBERS:
        _fault(seat, naming, address, f"{len(users)} people take turns, and an event has {MOST_MEMBERS} members at most")
    if len(found) > MOST_EVENTS * MOST_ROTATIONS:
        _fault(seat, naming, address, f"its hours are {len(found)} events, and a schedule has {MOST_EVENTS * MOST_ROTATIONS} at most")
    events = [_event(shift, seat, users, f" {place}" if len(found) > 1 else "") for place, shift in enumerate(found, start=1)]
    packs = [events[place : place + MOST_EVENTS] for place in range(0, len(events), MOST_EVENTS)]
    return {"type": "schedule_v3", "rotations": [{"events": pack} for pack in packs]}


def _event(shift: Shift, seat: Seat, users: list[Json], number: str) -> Json:
    return {
        "name": f"{seat.layer.name}{number}",
        "start_time": _time(shift.starts, shift.time_zone),
        "end_time": _time(shift.ends, shift.time_zone),
        "effective_since": utc_text(seat.starts),
        "effective_until": None,
        "recurrence": [f"RRULE:{shift.rule}"],
        "assignment_strategy": {
            "type": "rotating_member_assignment_strategy",
            "shifts_per_member": shift.per_turn,
            "members": [{"type": "user_member", "user_id": user["id"]} for user in users],
        },
    }


def _time(at: datetime, zone: str) -> Json:
    return {"date_time": utc_text(at), "time_zone": zone}


def _fault(seat: Seat, naming: Naming, address: str, why: str) -> None:
    naming.notes.fault(
        "PAGERDUTY108",
        f"layer '{seat.layer.name}' cannot be a v3 schedule: {why}",
        seat.rotation.origin.at("shift"),
        address=address,
        help="change the shift or the hours, or write `schedules: v2` at `targets.pagerduty`",
    )
