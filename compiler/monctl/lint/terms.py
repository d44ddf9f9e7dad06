"""What a condition says about numbers: which values make it true, and whether one term can only be true when another is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from monctl.condition import Between, Comparison, Condition, State, Term
from monctl.lint.context import Context
from monctl.measure import Burn, Command, Dns, Host, Http, Log, Ping, Redis, Sentry, Source, Sql, Storage, Tcp
from monctl.number import show_number
from monctl.program import Alert, Monitor
from monctl.source import Origin


class Stretch(NamedTuple):
    """Numbers between two bounds."""

    low: float
    has_low: bool
    high: float
    has_high: bool

    def inside(self, other: Stretch) -> bool:
        """Whether every number of this stretch is in the other."""
        low = self.low > other.low or (self.low == other.low and (other.has_low or not self.has_low))
        return low and (self.high < other.high or (self.high == other.high and (other.has_high or not self.has_high)))

    def has(self, figure: float) -> bool:
        """Whether a number is in it."""
        return (figure > self.low or (self.has_low and figure == self.low)) and (
            figure < self.high or (self.has_high and figure == self.high)
        )

    def meets(self, other: Stretch) -> bool:
        """Whether some number is in both."""
        first, second = (self, other) if (self.low, not self.has_low) <= (other.low, not other.has_low) else (other, self)
        return second.low < first.high or (second.low == first.high and second.has_low and first.has_high)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a figure can be, whatever happens."""

    stretch: Stretch
    why_low: str = ""
    why_high: str = ""


_OPEN: Mapping[str, bool] = {">": True, ">=": True, "<": False, "<=": False}
"""Operators that are true for everything on one side, and whether that is the upper one."""
COUNTED = Bounds(Stretch(0, True, inf, False), "it counts, and is never below 0")


def true_for(term: Comparison | Between) -> tuple[Stretch, ...]:
    """The numbers that make a term true, in its unit."""
    if isinstance(term, Between):
        if term.inside:
            return (Stretch(term.low, True, term.high, True),)
        return Stretch(-inf, False, term.low, False), Stretch(term.high, False, inf, False)
    limit = term.limit
    match term.op:
        case ">":
            return (Stretch(limit, False, inf, False),)
        case ">=":
            return (Stretch(limit, True, inf, False),)
        case "<":
            return (Stretch(-inf, False, limit, False),)
        case "<=":
            return (Stretch(-inf, False, limit, True),)
        case "==":
            return (Stretch(limit, True, limit, True),)
        case "!=":
            return Stretch(-inf, False, limit, False), Stretch(limit, False, inf, False)


def figures(monitor: Monitor, value: str) -> list[tuple[str, Stretch]]:
    """What the alerts of a monitor compare a value with: (severity, figures that meet it), whatever they do to smooth it first."""
    return [
        (alert.severity, stretch)
        for alert in monitor.alerts
        for term in alert.condition
        if isinstance(term, Comparison | Between) and (term.value or monitor.value) == value and getattr(term, "window_s", None) is None
        for stretch in true_for(term)
    ]


def implies(first: Term, second: Term, value: str) -> bool:
    """Whether `second` holds whenever `first` does. `value` is the one meant where a term names none."""
    if isinstance(first, State) or isinstance(second, State):
        return isinstance(first, State) and isinstance(second, State) and first.kind == second.kind and first.for_s >= second.for_s
    if (first.value or value) != (second.value or value):
        return False
    if isinstance(first, Comparison) and isinstance(second, Comparison) and first.op == second.op in _OPEN:  # nearly always
        if first.window_s != second.window_s or first.for_s < second.for_s:
            return False
        return first.limit >= second.limit if _OPEN[first.op] else first.limit <= second.limit
    if isinstance(first, Comparison | Between) and isinstance(second, Comparison | Between):
        if getattr(first, "window_s", None) != getattr(second, "window_s", None) or first.for_s < second.for_s:
            return False
        wider = true_for(second)
        return all(any(stretch.inside(other) for other in wider) for stretch in true_for(first))
    return first == second


def all_imply(first: Condition, second: Condition, value: str) -> bool:
    """Whether the condition `second` holds whenever `first` does: each term of `first` implies one of `second`."""
    return all(any(implies(term, other, value) for other in second) for term in first)


def bounds(monitor: Monitor, value: str) -> Bounds | None:
    """What a value of a monitor can be; None where nothing is certain. Percentages of SQL and formulas may exceed 100 (growth)."""
    return _of_source(monitor.source, value, monitor.timeout_s)


def _of_source(source: Source, value: str, timeout_s: float) -> Bounds | None:
    if isinstance(source, Sql):
        return COUNTED if source.mode in {"rows", "exists"} else None
    if value == "response_time" and isinstance(source, Http | Tcp | Dns | Ping | Redis | Storage):
        why = f"the check gives up after {show_number(timeout_s)} s and is `down` then"
        return Bounds(Stretch(0.0, False, timeout_s * 1000.0, True), "a response takes more than 0 ms", why)
    match source, value:
        case (Http(), "status"):
            return Bounds(Stretch(100, True, 599, True), "a status is at least 100", "a status is at most 599")
        case (Ping(), "loss") | (Host(measure="cpu" | "memory" | "disk"), _) | (Sentry(measure="failure_rate" | "crash_free_rate"), _):
            return Bounds(Stretch(0, True, 100, True), "a share is never below 0 %", "a share is never above 100 %")
        case (Sentry(measure="apdex"), _):
            return Bounds(Stretch(0, True, 1, True), "an Apdex is never below 0", "an Apdex is never above 1")
        case (Command(), "exit_code"):
            return Bounds(Stretch(0, True, 255, True), "an exit code is never below 0", "an exit code is at most 255")
        case (Log(measure="count") | Sentry() | Host() | Burn(), _):
            return COUNTED
        case (Redis(length_of=str()), _):
            return COUNTED
        case _:
            return None


def sentence(alert: Alert, context: Context) -> Origin:
    """Where the condition of an alert is written: the alert itself, or its `when`."""
    return alert.origin.at("when") if isinstance(context.raw(alert.origin), dict) else alert.origin
