"""What can happen to a monitor."""

from __future__ import annotations

from dataclasses import dataclass

from monctl.runner.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Result:
    """A check was run, or was not: its outcome counts at its slot."""

    slot: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Tick:
    """Time went on: an escalation, reminder, end of hours or of an acknowledgement may be due."""


@dataclass(frozen=True, slots=True)
class Acked:
    """Somebody takes an incident, all of this monitor's unless one is named."""

    by: str
    incident: str | None = None
    """Its key."""
    until: float | None = None
    """None: 24 hours."""


@dataclass(frozen=True, slots=True)
class Unacked:
    """Somebody gives it back."""

    by: str
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """The monitor left the bundle."""


Event = Result | Tick | Acked | Unacked | Removed
