"""The alerts of monitors as threshold steps: which colour a figure has, from the least to the greatest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import ceil, floor

from monctl.condition import Between, Comparison, Condition, State
from monctl.program import Monitor, Severity
from monctl.resource import Json
from monctl.unit import Unit
from monctl_targets.grafana.units import plain

GOOD = "green"
CLEAR = "transparent"
"""The colour of the good band where bands are painted behind a graph."""

_SMALLEST = 0.001
"""Just above zero, for `> 0` on a figure that is not counted in whole things."""


def steps(
    monitors: Iterable[Monitor], severities: Mapping[str, Severity], value: str, unit: Unit | None, *, base: str = GOOD, scale: float = 1.0
) -> list[Json] | None:
    """Threshold steps for one value of a source, the first the base (null); None when no alert compares that value with a number.

    A step begins *at* its value, so `> 10 posts` begins at 11 and `> 0` just above nothing. `scale` turns the program's numbers into shown ones.
    """
    alerts = [
        (severities[alert.severity], term)
        for monitor in monitors
        for alert in monitor.alerts
        for term in _limits(alert.condition)
        if (term.value or monitor.value) == value
    ]
    if not alerts:
        return None
    whole = unit is not None and unit.dimension == "count"
    starts = sorted({start for _, term in alerts for start in _starts(term, whole=whole)})
    middles = starts if whole else [*((low + high) / 2 for low, high in pairwise(starts)), starts[-1] + 1]
    probes = [starts[0] - 1, *middles]
    made: list[Json] = []
    for start, probe in zip([None, *starts], probes, strict=True):
        firing = [severity for severity, term in alerts if _holds(term, probe)]
        colour = min(firing, key=lambda severity: severity.rank).color if firing else base
        if not made or made[-1]["color"] != colour:
            made.append({"color": colour, "value": None if start is None else plain(start * scale)})
    return made if len(made) > 1 else None


def _limits(condition: Condition) -> list[Comparison | Between]:
    """The terms that are limits to a figure as it is: not those about a look-back, whose sum a graph does not show. `any` is `> 0`."""
    found: list[Comparison | Between] = []
    for term in condition:
        match term:
            case Between() | Comparison(window_s=None):
                found.append(term)
            case State(kind="any"):
                found.append(Comparison(None, ">", 0, None, term.for_s))
    return found


def _starts(term: Comparison | Between, *, whole: bool) -> list[float]:
    """Where a figure's standing changes: the first value of the upper side. `whole`: only whole numbers occur."""
    match term:
        case Between(low=low, high=high):
            return [_at(low, whole), _above(high, whole)]
        case Comparison(op=">" | "<=", limit=limit):
            return [_above(limit, whole)]
        case Comparison(op="==" | "!=", limit=limit):
            return [_at(limit, whole), _above(limit, whole)]
        case Comparison(limit=limit):
            return [_at(limit, whole)]


def _at(limit: float, whole: bool) -> float:
    return ceil(limit) if whole else limit


def _above(limit: float, whole: bool) -> float:
    if whole:
        return floor(limit) + 1
    return limit or _SMALLEST


def _holds(term: Comparison | Between, figure: float) -> bool:
    match term:
        case Between(inside=inside, low=low, high=high):
            return (low <= figure <= high) == inside
        case Comparison(op=op, limit=limit):
            return {
                ">": figure > limit,
                ">=": figure >= limit,
                "<": figure < limit,
                "<=": figure <= limit,
                "==": figure == limit,
                "!=": figure != limit,
            }[op]
