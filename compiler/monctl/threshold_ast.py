"""What a threshold sentence says, as a tree: frozen, comparable, printed back in one form."""

from __future__ import annotations

from dataclasses import dataclass, field

from monctl.condition import Direction, Operator, StateKind
from monctl.misread import Misread
from monctl.quantity import Duration
from monctl.unit import Quantity

AT_ONCE = Duration(0)
OPERATORS: tuple[Operator, ...] = (">", ">=", "<", "<=", "==", "!=")
DIRECTIONS: tuple[Direction, ...] = ("increasing", "decreasing", "unchanged")
LASTING: tuple[StateKind, ...] = ("down", "no data", "error")
"""States that may hold `for` a while."""
MOMENTS: tuple[StateKind, ...] = ("first seen", "regression", "any")
"""States that are told at once."""
RESERVED = frozenset({"or", "and", "for", "in", "between", "outside"})
"""Never the name of a value or of what is counted."""


class ThresholdError(Misread):
    """A threshold that could not be read. Offsets are into the sentence; `path` is set for the structured form."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`response_time > 200ms in 10m for 5m`."""

    value: str | None
    op: Operator
    quantity: Quantity
    window: Duration | None = None
    """`in 10m`: counted or taken over so long. None: the newest sample."""
    hold: Duration = AT_ONCE
    """`for 5m`: true so long before it fires."""
    start: int = field(default=0, compare=False)
    """Offsets of the whole term in the sentence, 0-based, end exclusive; likewise in the other terms."""
    end: int = field(default=0, compare=False)

    def __str__(self) -> str:
        window = f" in {self.window}" if self.window is not None else ""
        return f"{_named(self.value)}{self.op} {self.quantity}{window}{_held(self.hold)}"


@dataclass(frozen=True, slots=True)
class Range:
    """`between 10 and 20 for 5m` or `outside 10 and 20`; the bounds belong to the inside."""

    value: str | None
    inside: bool
    low: Quantity
    high: Quantity
    hold: Duration = AT_ONCE
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{_named(self.value)}{'between' if self.inside else 'outside'} {self.low} and {self.high}{_held(self.hold)}"


@dataclass(frozen=True, slots=True)
class Trend:
    """`increasing for 15m`."""

    value: str | None
    direction: Direction
    hold: Duration
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{_named(self.value)}{self.direction} for {self.hold}"


@dataclass(frozen=True, slots=True)
class State:
    """`down for 2m`, `no data`, `error`, `first seen`, `regression`, `any`."""

    kind: StateKind
    hold: Duration = AT_ONCE
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.kind}{_held(self.hold)}"


Term = Comparison | Range | Trend | State


@dataclass(frozen=True, slots=True)
class Condition:
    """Terms joined by `or`. `str()` is the canonical sentence, which reads back as an equal condition."""

    terms: tuple[Term, ...]
    text: str = field(default="", compare=False)
    """As the user wrote it; offsets point into it. Empty for the structured form."""

    def __str__(self) -> str:
        return " or ".join(map(str, self.terms))


def _named(value: str | None) -> str:
    return f"{value} " if value else ""


def _held(hold: Duration) -> str:
    return f" for {hold}" if hold.ms else ""
