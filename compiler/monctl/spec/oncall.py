"""Who is on call, and who is called next: rotations and escalations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from monctl.quantity import DurationField
from monctl.spec.base import Described, Name, Spec

ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-4]):[0-5][0-9]$")]
"""`09:00`; `24:00` is the end of the day."""
LocalTime = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?$")]
"""`2027-01-04T09:00`, wall time in the zone of the object; a date alone is its midnight."""
Days = Annotated[str, StringConstraints(pattern=r"^(?i:mon|tue|wed|thu|fri|sat|sun|daily|weekdays|weekend)([-,](?i:mon|tue|wed|thu|fri|sat|sun))*$")]
"""`mon-fri`, `sat,sun`, `daily`, `weekdays`, `weekend`."""


class WeeklyHours(Spec):
    """A stretch of local time, each week."""

    days: Days = "daily"
    start: ClockTime = "00:00"
    end: ClockTime = "24:00"
    """Not included. At or before `start`: on the next day."""


class RotationLayer(Spec):
    """One seat of a rotation."""

    shorthand = None
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
    start: LocalTime
    end: LocalTime
    layer: Name | None = None
    """The first layer when left out."""


class Rotation(Described):
    """Who is on call when."""

    team: Name | None = None
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


class EscalationLevel(Spec):
    """One level: who is called, and when, counted from the start of the alert."""

    after: DurationField
    """Counted from the start of the alert, not from the level before."""
    notify: list[str] = Field(min_length=1)
    """Rotations, people, teams and channels by name; `rotation.oncall`, `person.ana`, `oncall.backup` where a name alone is not enough."""


class Escalation(Described):
    """Who is called, and who next when nobody answers."""

    team: Name | None = None
    levels: list[EscalationLevel] = Field(min_length=1)
    repeat: Annotated[int, Field(ge=0, le=9)] = 0
    """How often it begins again when nobody answered at all."""
    repeat_after: DurationField | None = None
    """Time the last level has; as long as the level before it when left out."""
