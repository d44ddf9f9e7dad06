"""One term of a condition over time: inactive, pending, firing, recovering. Unknown time counts neither for nor against."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

OUTAGE_TOLERANCE_S = 3600.0
"""A pending term whose evidence is older than this much unknown time begins anew (Prometheus' default, `rules/alerting.go`)."""


class Phase(StrEnum):
    """Where a term stands."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"


@dataclass(frozen=True, slots=True)
class Level:
    """The state of one term of one instance."""

    phase: Phase = Phase.INACTIVE
    at: float = 0.0
    """PENDING: the first true slot; RECOVERING: the first false one; both moved forward by unknown time. Seconds since the epoch."""
    seen: float = 0.0
    """The last slot with a known answer; 0 before the first."""

    @property
    def active(self) -> bool:
        """Firing, or recovering: the alert is on."""
        return self.phase is Phase.FIRING or self.phase is Phase.RECOVERING

    @property
    def settled(self) -> bool:
        """Neither on its way in nor out."""
        return self.phase is Phase.INACTIVE or self.phase is Phase.FIRING


@dataclass(frozen=True, slots=True)
class Pace:
    """How the levels of one monitor read time, in seconds."""

    interval_s: float
    max_gap_s: float
    """Two known answers further apart than this have unknown time between them; `2 * interval + timeout` by default."""
    recover_s: float = 0.0


def advance(level: Level, true: bool, slot: float, *, for_s: float, pace: Pace) -> Level:
    """The level after one known answer. What is unknown (no data, error, missed) never gets here: the level stays as it is."""
    at, phase = level.at, level.phase
    gap = slot - level.seen
    if level.seen and gap > pace.max_gap_s and not level.settled:
        if phase is Phase.PENDING and gap - pace.interval_s > OUTAGE_TOLERANCE_S:
            phase, at = Phase.INACTIVE, 0.0
        else:
            at += gap - pace.interval_s
    if true:
        if phase is Phase.INACTIVE:
            phase, at = Phase.PENDING, slot
        if phase is Phase.RECOVERING or (phase is Phase.PENDING and slot - at >= for_s):
            phase, at = Phase.FIRING, 0.0
    else:
        if phase is Phase.FIRING:
            phase, at = Phase.RECOVERING, slot
        if phase is Phase.PENDING or (phase is Phase.RECOVERING and slot - at >= pace.recover_s):
            phase, at = Phase.INACTIVE, 0.0
    return Level(phase, at, slot)
