"""What the runner remembers of a monitor: plain frozen data, JSON in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from monctl.runner.core.level import Level
from monctl.runner.core.truth import Sample


@dataclass(frozen=True, slots=True)
class Ack:
    """Somebody has it."""

    by: str
    at: float
    until: float
    """It lapses then."""
    rank: int
    """Severity at the time: a worse one takes it back."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one receiver knows of an incident."""

    rank: int
    """Severity it was told last, 0 the most severe; -1: that it is over."""
    at: float
    """When it was decided."""
    reminders: int = 0
    flapping: bool = False
    """The last it heard is that it flaps: where it stands in the end is news."""


@dataclass(frozen=True, slots=True)
class Climb:
    """An escalation under way."""

    escalation: str
    started: float
    """The first unsuppressed notice; moved forward by suppressed time."""
    round: int = 0
    step: int = 0
    """The next step to take."""
    elsewhere: bool = False
    """PagerDuty calls the people of this escalation; the runner tells only its channels."""
    rank: int = 0
    """Severity at its start: a worse one begins anew."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One alert from its start to its end, as far as anybody was told."""

    number: int
    opened: float
    rank: int
    """Severity now, 0 the most severe; keeps the last one when over."""
    began: float = 0.0
    """The first bad slot, as far as the results tell."""
    worst: int = 0
    """The most severe it was."""
    kind: Literal["alert", "health"] = "alert"
    seq: int = 0
    """Messages decided so far."""
    told_at: float | None = None
    """The first message to anybody."""
    acked_at: float | None = None
    """The first acknowledgement."""
    acked_by: str = ""
    over: float | None = None
    """When every level went inactive; it stays until its receivers could be told."""
    reason: str = ""
    """Of the last transition."""
    value: str = ""
    """What was measured at the last transition, with its unit."""
    text: str = ""
    """The condition that holds."""
    told: Mapping[str, Told] = field(default_factory=dict)
    """By receiver."""
    ack: Ack | None = None
    climbs: tuple[Climb, ...] = ()
    held: str = ""
    """Why nothing is said now: `maintenance nightly`, `silence 3 by ana`, `site is down`, `flapping`; empty: nothing holds it."""
    held_at: float = 0.0
    """Since when."""
    held_seen: float = 0.0
    """When it was last seen to be held."""
    held_until: float = 0.0
    """The end that was announced; 0: none."""
    dropped: tuple[str, ...] = ()
    """Deliveries that are not sent, since it came outside their hours; a worse severity counts anew."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One series, row or group of a monitor; most have one without labels."""

    labels: Mapping[str, str] = field(default_factory=dict)
    levels: tuple[Level, ...] = ()
    """One per term of each alert, in the order of `Watch.terms`."""
    samples: tuple[Sample, ...] = ()
    """Only as far back as its terms look."""
    ring: tuple[int, ...] = ()
    """Raw severities of the last 21 results; the number of alerts stands for none."""
    flapping: bool = False
    absent: int = 0
    """Evaluations without it while others were there."""
    incident: Incident | None = None
    note: str = ""
    """What the last reading said."""
    values: Mapping[str, float] = field(default_factory=dict)
    """The last reading."""


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the monitor can be evaluated at all."""

    bad_since: float | None = None
    """The first slot of the failures in a row; moved forward by unknown time."""
    seen: float = 0.0
    """The last of them."""
    cause: str = ""
    """Of the first when it was told, so that all its messages find together."""
    note: str = ""
    incident: Incident | None = None


@dataclass(frozen=True, slots=True)
class MonitorState:
    """All of one monitor."""

    slot: float = 0.0
    """The newest slot that was run; older results are rejected."""
    known: float = 0.0
    """The newest slot that told something."""
    instances: Mapping[str, Instance] = field(default_factory=dict)
    """By the fingerprint of their labels; `""` for the one without."""
    health: Health = Health()
    outcome: str = ""
    """Of the last slot: `measured`, `nothing`, `failed`, `fault`, `missed`."""
    count: int = 0
    """Incidents so far, of all instances; never begins anew, since keys of incidents and messages are made of it."""
    shape: tuple[str, ...] = ()
    """Which level of an instance is which, as `Watch.shape` said when it was stepped last."""
