"""What is to be done after a step: plain data. The shell writes all of one step in one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from monctl.runner.message import Item, Kind


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell a receiver. Becomes a row of the outbox at once, or of a group or digest first."""

    receiver: str
    """A channel of the bundle, or `person:NAME/KIND` (`person:ana/sms`)."""
    kind: Kind
    incident: str
    """Its key."""
    seq: int
    """Order within (receiver, incident); unique within the incident."""
    item: Item
    level: int = 0
    """Escalation level from 1."""
    round: int = 0
    person: str = ""
    told: tuple[str, ...] = ()
    """Receivers told of it before, or with it."""
    digest: str = ""
    """`hourly`, `daily`, `weekly`: collected until then; empty: at once."""
    first: bool = False
    """The receiver knew nothing of the incident before: what is over before this one left is nobody's news."""
    attempt_key: str = ""
    """What tells this message from another of its kind: `reminder:2`, `escalate:0.1`."""


@dataclass(frozen=True, slots=True)
class Transition:
    """An instance changed where it stands. For history and the page."""

    monitor: str
    instance: str
    """Labels as text; empty where there is one."""
    incident: str
    """Its key; empty for pending and back."""
    at: float
    """The slot."""
    before: str
    """`ok`, `pending`, `recovering`, or the severity."""
    after: str
    reason: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Chronicle:
    """An incident as reports count it: written anew at each change."""

    key: str
    monitor: str
    instance: str
    service: str
    severity: str
    """The worst it was."""
    kind: str
    """`alert`, or `health` for what could not be evaluated."""
    opened: float
    detected: float
    """When the fault began as far as the results tell: the first true slot."""
    told: float | None
    """The first message to anybody."""
    acked: float | None
    acked_by: str
    over: float | None
    reason: str
    suppressed: bool
    """Nobody was told of it at all."""


@dataclass(frozen=True, slots=True)
class Recheck:
    """The message of a child waits for how this monitor stands."""

    monitor: str
    ask: bool
    """At once, since nobody has since the child fell."""


Effect = Notice | Transition | Chronicle | Recheck
