"""The neutral model of on-call: one seat with its zone, first hand-off, turn, people and hours. Emitters turn it into a vendor's form.

`schedule_v2` makes layers of it; shift-based schedules (`/v3/schedules`) need the same values: the first shift is `[starts, starts + turn_s)`,
it recurs, and `people` are its members.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monctl.program import Layer, Restriction, Rotation
from monctl_targets.pagerduty.zone import instant, vendor_zone

DAY_MIN = 1440
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


@dataclass(frozen=True, slots=True)
class Window:
    """On call only from `start_min` (local, since midnight) for `length_min` on these days; 1 is Monday. At most 1440 long."""

    days: tuple[int, ...]
    start_min: int
    length_min: int


@dataclass(frozen=True, slots=True)
class Seat:
    """One person at a time, in turn."""

    key: str
    """`oncall/primary`: rotation and layer."""
    rotation: Rotation
    layer: Layer
    time_zone: str
    """As PagerDuty names it; hand-offs and windows are in its wall time."""
    starts: datetime
    """UTC instant of the first hand-off."""
    turn_s: float
    people: tuple[str, ...]
    windows: tuple[Window, ...]
    """Empty: at all hours."""

    @property
    def title(self) -> str:
        """`Engineers primary`; the layer is left out where there is only one."""
        return self.rotation.title if len(self.rotation.layers) == 1 else f"{self.rotation.title} {self.layer.name}"


def seat_key(rotation: str, layer: str) -> str:
    """The key of a seat, and of the schedule that holds it."""
    return f"{rotation}/{layer}"


def seats(rotation: Rotation) -> Iterator[Seat]:
    """One seat for each layer, because a schedule has one person on call at a time.

    A zone PagerDuty refuses is kept as it is, for the finding to name.
    """
    zone = vendor_zone(rotation.time_zone) or rotation.time_zone
    for layer in rotation.layers:
        starts = instant(layer.start, rotation.time_zone)
        yield Seat(
            seat_key(rotation.name, layer.name), rotation, layer, zone, starts, layer.shift_s, layer.members, windows(layer.restrictions)
        )


def windows(restrictions: tuple[Restriction, ...]) -> tuple[Window, ...]:
    """The hours of a layer; none when one of them is all hours of all days."""
    found = tuple(Window(one.days, one.start_min % DAY_MIN, _length(one)) for one in restrictions)
    whole = any(one.days == EVERY_DAY and one.length_min == DAY_MIN for one in found)
    return () if whole else found


def _length(one: Restriction) -> int:
    return (one.end_min - one.start_min) % DAY_MIN or DAY_MIN
