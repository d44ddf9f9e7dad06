"""Rotations as schedules: one for each seat, in the form of the API that `targets.pagerduty.schedules` names; `overrides` as stand-ins beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from monctl.program import Rotation
from monctl.resource import Json, Ref, Resource
from monctl_targets.pagerduty import schedule_v2, schedule_v3
from monctl_targets.pagerduty.naming import Naming
from monctl_targets.pagerduty.rotation import Seat, seats
from monctl_targets.pagerduty.zone import instant, utc_text, vendor_zone

SHORTEST_TURN_S, LONGEST_TURN_S = 3600, 31_536_000
"""terraform-provider-pagerduty's validation (read 2026-11-20)."""
MOST_STAND_INS = 60
"""Ours, of one schedule: so many have room in its description (see `stand_in`)."""


class Emitter(Protocol):
    """What a form of schedule adds to the body all forms share."""

    def __call__(self, seat: Seat, users: list[Json], naming: Naming, address: str) -> dict[str, Json]:
        """The fields that say whose turn it is."""


EMITTERS: Mapping[str, Emitter] = {"v2": schedule_v2.emit, "v3": schedule_v3.emit}
"""`targets.pagerduty.schedules` → the emitter. v2 until told otherwise: it has a preview, overrides that cover hours nobody has, and years
behind it. https://support.pagerduty.com/main/docs/schedule-basics (read 2026-11-20)"""
DEFAULT = "v2"


def schedules(naming: Naming, form: str) -> Iterator[Resource]:
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
        if rotation.overrides and form == "v3":
            why = "an override of a v3 schedule replaces one member and not whoever it is: enter it at PagerDuty, or write `schedules: v2`"
            naming.notes.dropped(address, "overrides", why)
        for seat in seats(rotation):
            yield _schedule(seat, naming, address, form)


def _schedule(seat: Seat, naming: Naming, address: str, form: str) -> Resource:
    rotation = seat.rotation
    if seat.turn_s % 1 or not SHORTEST_TURN_S <= seat.turn_s <= LONGEST_TURN_S:
        naming.notes.fault(
            "PAGERDUTY102",
            f"a turn of {seat.turn_s:g} s in layer '{seat.layer.name}' is not between an hour and a year",
            rotation.origin.at("shift"),
            address=address,
            help="write a `shift` between 1h and 365d, in whole seconds",
        )
    stand_ins = [] if form == "v3" else _stand_ins(rotation, seat, naming, address)
    users = [user for person in seat.people if (user := naming.user(person, rotation.origin, address)) is not None]
    name = naming.name(seat.title, address)
    body: dict[str, Json] = {
        "type": "schedule",
        "name": name,
        "description": naming.description(rotation.description, address, room=len(stand_ins) * 8 + 40 if stand_ins else 0),
        "time_zone": seat.time_zone,
        "teams": [] if rotation.team is None else [{"id": Ref("team", rotation.team), "type": "team_reference"}],
        **EMITTERS[form](seat, users, naming, address),
        **({"overrides": stand_ins} if stand_ins else {}),
    }
    return Resource("pagerduty", "schedule", seat.key, name, body, address, rotation.origin)


def _stand_ins(rotation: Rotation, seat: Seat, naming: Naming, address: str) -> list[Json]:
    """Who stands in, in the order of their starts; of two for the same time the one written last, as at PagerDuty the last one made."""
    found: dict[tuple[str, str], Json] = {}
    for one in rotation.overrides:
        user = naming.user(one.person, rotation.origin, address) if one.layer == seat.layer.name else None
        if user is not None:
            start, end = (utc_text(instant(at, rotation.time_zone)) for at in (one.start, one.end))
            found[start, end] = {"start": start, "end": end, "user": user}
    if len(found) > MOST_STAND_INS:
        naming.notes.fault(
            "PAGERDUTY109",
            f"layer '{seat.layer.name}' has {len(found)} overrides; {MOST_STAND_INS} can be kept track of at PagerDuty",
            rotation.origin.at("overrides"),
            address=address,
            help="take out those that are over",
        )
    return [found[span] for span in sorted(found)]
