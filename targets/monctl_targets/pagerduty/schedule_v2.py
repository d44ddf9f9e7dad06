"""Seats as v2 schedules: one schedule with one layer each, so that the order of layers never matters."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.resource import Json, Ref, Resource
from monctl_targets.pagerduty.naming import Naming
from monctl_targets.pagerduty.rotation import EVERY_DAY, Seat, Window, seats
from monctl_targets.pagerduty.zone import utc_text, vendor_zone

SHORTEST_TURN_S, LONGEST_TURN_S = 3600, 31_536_000
"""terraform-provider-pagerduty's validation (read 2026-11-20)."""


def schedules(naming: Naming) -> Iterator[Resource]:
    """A schedule for every seat of every rotation."""
    for rotation in naming.program.rotations.values():
        address = f"rotation.{rotation.name}"
        if vendor_zone(rotation.time_zone) is None:
            naming.notes.fault(
                "PAGERDUTY107",
                f"PagerDuty does not take the time zone '{rotation.time_zone}'",
                rotation.origin.at("time_zone"),
                address=address,
                help="write its name by region, such as America/Denver instead of US/Mountain",
            )
        if rotation.overrides:
            why = "stand-ins are entered at PagerDuty by those who swap; monctl leaves theirs alone"
            naming.notes.dropped(address, "overrides", why)
        for seat in seats(rotation):
            yield _schedule(seat, naming, address)


def _schedule(seat: Seat, naming: Naming, address: str) -> Resource:
    rotation, notes = seat.rotation, naming.notes
    if seat.turn_s % 1 or not SHORTEST_TURN_S <= seat.turn_s <= LONGEST_TURN_S:
        notes.fault(
            "PAGERDUTY102",
            f"a turn of {seat.turn_s:g} s in layer '{seat.layer.name}' is not between an hour and a year",
            rotation.origin.at("shift"),
            address=address,
            help="write a `shift` between 1h and 365d, in whole seconds",
        )
    users = [user for person in seat.people if (user := naming.user(person, rotation.origin, address)) is not None]
    text = naming.description(rotation.description, address)
    name = naming.name(seat.title, address)
    body: dict[str, Json] = {
        "type": "schedule",
        "name": name,
        "description": text,
        "time_zone": seat.time_zone,
        "teams": [] if rotation.team is None else [{"id": Ref("team", rotation.team), "type": "team_reference"}],
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
        ],
    }
    return Resource("pagerduty", "schedule", seat.key, name, body, address, rotation.origin)


def _restrictions(windows: tuple[Window, ...]) -> list[Json]:
    """One kind for the whole layer: daily when every window is shorter than a day and on all days, else weekly, a day at a time."""
    if all(window.days == EVERY_DAY for window in windows):
        return [{"type": "daily_restriction", **_hours(window)} for window in windows]
    return [{"type": "weekly_restriction", "start_day_of_week": day, **_hours(window)} for window in windows for day in window.days]


def _hours(window: Window) -> dict[str, Json]:
    hour, minute = divmod(window.start_min, 60)
    return {"start_time_of_day": f"{hour:02}:{minute:02}:00", "duration_seconds": window.length_min * 60}
