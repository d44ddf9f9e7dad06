"""The next word of a threshold sentence: values, comparisons, states, and limits in units that fit what is measured. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from monctl.link.sources import REACHABLE
from monctl.lsp import tree
from monctl.lsp.hover import Spot
from monctl.lsp.names import Path
from monctl.source import Origin
from monctl.spec.sources import SOURCE_FIELDS
from monctl.threshold_ast import DIRECTIONS, LASTING, OPERATORS
from monctl.unit import NO_UNIT, Unit

_LAST = re.compile(r"[^\s]*$")
LIMITS = {
    "time": ("200ms", "1s", "5s", "1m"),
    "size": ("100MiB", "1GiB", "10GiB"),
    "ratio": ("1%", "5%", "80%", "95%"),
    "none": ("0", "1", "10", "100"),
}
"""Dimension → limits one may begin with."""
_SUFFIXES = {"time": ("ms", "s", "m", "h", "d"), "size": ("B", "KiB", "MiB", "GiB"), "ratio": ("%",)}
_HOLDS = ("2m", "5m", "10m", "15m", "30m", "1h")
_NUMBER = re.compile(r"[+-]?\d[\d.]*")


@dataclass(frozen=True, slots=True)
class Watched:
    """What a threshold is about, as far as it is known."""

    units: Mapping[str, Unit] = field(default_factory=dict)
    default: str = "value"
    kind: str = ""
    """Of source: `http`; empty where it is not known."""


@dataclass(frozen=True, slots=True)
class Said:
    """One continuation."""

    text: str
    start: int
    """Offset in the sentence from which it replaces what is typed."""
    detail: str = ""
    rank: int = 1


def watched(spot: Spot, path: Path) -> Watched:
    """The units behind a threshold at a path: of the linked monitor or metric, else of the metric that is named there."""
    kind, name = (path[0], path[1]) if len(path) > 1 else ("", "")
    for seen in spot.seen:
        items = seen.at(Origin(seen.shown(spot.path), path[:2]))
        names = [item.name for item in items] or [str(name)]
        if kind == "monitors" and (monitor := seen.program.monitors.get(names[0])) is not None:
            return Watched(monitor.units, monitor.value, monitor.source.kind)
        if kind == "metrics" and (metric := seen.program.metrics.get(names[0])) is not None:
            value = (
                str(path[path.index("values") + 1]) if "values" in path and len(path) > path.index("values") + 1 else metric.default_value
            )
            return Watched({value: metric.units.get(value, NO_UNIT)}, value, metric.source.kind)
        said = tree.find(spot.text, (*path[:2], "metric"))
        head, _, part = (said.text or "").partition(".") if said is not None else ("", "", "")
        if head in seen.program.metrics:
            named = seen.program.metrics[head]
            return Watched(named.units, part or named.default_value, named.source.kind)
    given = next((one for one in SOURCE_FIELDS if tree.find(spot.text, (*path[:2], one)) is not None), "")
    return Watched(kind=given)


def offers(typed: str, about: Watched) -> Iterator[Said]:
    """Continuations of a half-typed sentence."""
    last = _LAST.search(typed)
    start = last.start() if last else len(typed)
    before = typed[:start].split()
    word = typed[start:]
    previous = before[-1] if before else ""
    term = _term(before)
    if previous in OPERATORS or previous in {"between", "outside"} or (previous == "and" and ("between" in before or "outside" in before)):
        yield from _limits(word, start, _unit(term, about))
    elif previous in {"for", "in"}:
        yield from (Said(length, start, "duration", index) for index, length in enumerate(_HOLDS))
    elif not term:
        yield from _beginnings(start, about)
    elif previous in about.units:
        yield from (Said(f"{op} ", start, "comparison") for op in OPERATORS)
        yield from (Said(f"{direction} for ", start, "trend", 2) for direction in DIRECTIONS)
    else:
        yield from _further(start, term)


def _term(words: list[str]) -> list[str]:
    """The words since the last `or`."""
    return words[len(words) - words[::-1].index("or") :] if "or" in words else words


def _beginnings(start: int, about: Watched) -> Iterator[Said]:
    if not about.kind or about.kind in REACHABLE or about.kind in {"all_of", "any_of"}:
        yield Said("down for ", start, "it cannot be reached", 0)
    if len(about.units) > 1:
        yield from (Said(f"{name} ", start, f"in {unit}", 0) for name, unit in about.units.items())
    yield from (Said(f"{op} ", start, "comparison", 1) for op in OPERATORS)
    yield from (Said(f"{direction} for ", start, "trend", 2) for direction in DIRECTIONS)
    yield from (Said(f"{word} ", start, "range", 3) for word in ("between", "outside"))
    yield from (Said(f"{state} for ", start, "state of the source", 3) for state in LASTING if state != "down")
    if not about.kind or about.kind == "sentry":
        yield from (Said(state, start, "issue", 3) for state in ("first seen", "regression"))
    if not about.kind or about.kind in {"sentry", "log", "sql"}:
        yield Said("any", start, "anything is found", 3)


def _limits(word: str, start: int, unit: Unit | None) -> Iterator[Said]:
    dimension = unit.dimension if unit is not None else "none"
    number = _NUMBER.match(word)
    if number is not None:
        suffixes = _SUFFIXES.get(dimension, (f" {unit.name}",) if unit is not None and dimension in {"count", "money", "rate"} else ("",))
        yield from (Said(number[0] + suffix, start, dimension if unit else "", index) for index, suffix in enumerate(suffixes))
    elif dimension in LIMITS:
        yield from (Said(limit, start, dimension, index) for index, limit in enumerate(LIMITS[dimension]))
    elif unit is not None:
        yield from (Said(f"{number_} {unit.name}", start, dimension, index) for index, number_ in enumerate(("0", "1", "10", "100")))


def _further(start: int, term: list[str]) -> Iterator[Said]:
    if "for" not in term:
        yield Said("for ", start, "true so long before it fires", 0)
        if "in" not in term and any(word in OPERATORS for word in term):
            yield Said("in ", start, "counted or taken over so long", 1)
    yield Said("or ", start, "another condition", 2)
    if term and term[0] in {"between", "outside"} and "and" not in term:
        yield Said("and ", start, "the upper bound", 0)


def _unit(term: list[str], about: Watched) -> Unit | None:
    name = next((word for word in term if word in about.units), about.default)
    return about.units.get(name)
