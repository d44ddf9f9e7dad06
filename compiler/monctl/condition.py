"""Conditions as the linked program holds them: plain data, limits in the metric's unit, times in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Operator = Literal[">", ">=", "<", "<=", "==", "!="]
Direction = Literal["increasing", "decreasing", "unchanged"]
StateKind = Literal["down", "no data", "error", "first seen", "regression", "any"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The value against a limit: `response_time > 200ms in 10m for 5m`."""

    kind: ClassVar[str] = "comparison"
    value: str | None
    """Which value of the source; None where it has only one."""
    op: Operator
    limit: float
    """In the metric's unit."""
    window_s: float | None = None
    """Counted or taken over this many seconds; None: the newest sample."""
    for_s: float = 0.0
    """True for so long before it fires."""


@dataclass(frozen=True, slots=True)
class Between:
    """The value inside (or outside) a range, bounds included: `between 10 and 20`."""

    kind: ClassVar[str] = "between"
    value: str | None
    inside: bool
    low: float
    """In the metric's unit."""
    high: float
    """In the metric's unit."""
    for_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Trend:
    """The value moves one way, or not at all, for so long: `increasing for 15m`."""

    kind: ClassVar[str] = "trend"
    value: str | None
    direction: Direction
    for_s: float


@dataclass(frozen=True, slots=True)
class State:
    """Something about the source itself: `down`, `no data`, `error`, `first seen`, `regression`, `any`."""

    kind: StateKind
    for_s: float = 0.0


Term = Comparison | Between | Trend | State
"""One part of a condition. `kind` tells them apart; that of a state is its own: `down`, `no data`, …"""

Condition = tuple[Term, ...]
"""True where any of its terms is. Never empty."""
