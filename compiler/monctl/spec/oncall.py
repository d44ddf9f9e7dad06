"""Who is on call, and who is called next: rotations and escalations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from monctl.quantity import DurationField
from monctl.spec.base import Described, Name, Spec, shaped

_DAY = (
    "("
    + "|".join("".join(f"[{letter.upper()}{letter}]" for letter in day) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    + ")"
)
_DAYS = f"({_DAY}(-{_DAY})?|daily|weekdays|weekend)"

ClockTime = Annotated[str, shaped(r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", "write a time of day with two digits each: '09:00'")]
"""`09:00`; `24:00` is the end of the day."""
LocalTime = Annotated[
    str, shaped(r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?$", "write a date such as 2027-01-04, or with a time 2027-01-04T09:00")
]
"""`2027-01-04T09:00`, wall time in the zone of the object; a date alone is its midnight."""
Days = Annotated[str, shaped(f"^{_DAYS}(,{_DAYS})*$", "write days such as mon-fri, sat,sun, weekdays, weekend or daily")]
"""`mon-fri`, `sat,sun`, `daily`, `weekdays`, `weekend`."""


class WeeklyHours(Spec):
    """A stretch of local time, each week."""

    days: Days = "daily"
    """Days of the week."""
    start: ClockTime = "00:00"
    """Begin, local time."""
    end: ClockTime = "24:00"
    """Not included. At or before `start`: on the next day."""


class RotationLayer(Spec):
    """One seat of a rotation."""

    members: list[Name] = Field(min_length=1)
    """People in order of turn."""
    shift: DurationField | None = None
    """Length of a turn; the rotation's when left out."""
    start: LocalTime | None = None
    """First hand-off; the rotation's when left out."""
    restrictions: list[WeeklyHours] = []
    """On call only within these hours."""


class RotationOverride(Spec):
    """Somebody stands in."""

    person: Name
    """Who stands in."""
    start: LocalTime
    """From: `2027-01-04T09:00`."""
    end: LocalTime
    """Until."""
    layer: Name | None = None
    """The first layer when left out."""


class Rotation(Described):
    """Who is on call when."""

    team: Name | None = None
    """Team it belongs to."""
    time_zone: str = "UTC"
    """IANA name: `Europe/Berlin`. Hand-offs keep their wall time across daylight saving."""
    start: LocalTime | None = None
    """The first hand-off: `2027-01-04T09:00`."""
    shift: DurationField | None = None
    """Length of a turn: `1w`."""
    members: list[Name] = []
    """People in order of turn, for a rotation with one layer (called `primary`)."""
    layers: dict[Name, list[Name] | RotationLayer] = {}
    """Several seats, such as `primary` and `backup`; each a list of people or a map. The first is called unless another is named."""
    restrictions: list[WeeklyHours] = []
    """For every layer that has none of its own."""
    overrides: list[RotationOverride] = []
    """Who stands in for whom."""


class EscalationLevel(Spec):
    """One level: who is called, and when, counted from the start of the alert."""

    after: DurationField
    """Counted from the start of the alert, not from the level before."""
    notify: list[str] = Field(min_length=1)
    """Rotations, people, teams and channels by name; `rotation.oncall`, `person.ana`, `oncall.backup` where a name alone is not enough."""


class Escalation(Described):
    """Who is called, and who next when nobody answers."""

    team: Name | None = None
    """Team it belongs to."""
    levels: list[EscalationLevel] = Field(min_length=1)
    """In order of time."""
    repeat: Annotated[int, Field(ge=0, le=9)] = 0
    """How often it begins again when nobody answered at all."""
    repeat_after: DurationField | None = None
    """Time the last level has; as long as the level before it when left out."""
