"""What was measured, made ready to be drawn: points of a range of time, and the bands in which alerts hold. Pure but for reading the history."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monctl.condition import Between, Comparison
from monctl.resource import Json
from monctl.runner.checks import REACHES
from monctl.runner.core.watch import Watch
from monctl.runner.store.store import Measurement, Store
from monctl.unit import NO_UNIT, Unit

RANGES: Mapping[str, float] = {"1h": 3600.0, "6h": 21_600.0, "24h": 86_400.0, "7d": 604_800.0, "30d": 2_592_000.0}
"""What may be asked for → seconds."""
POINTS = 360
_AT_ONCE = 20_000
_GAP = 2.5
"""So many intervals without a measurement are a hole in the line."""


@dataclass(frozen=True, slots=True)
class Band:
    """Where one alert holds: from `low` to `high`; None: without end."""

    severity: str
    color: str
    low: float | None
    high: float | None
    text: str
    """The condition of the alert."""
    rank: int


@dataclass(frozen=True, slots=True)
class Point:
    """What was measured in one stretch of time."""

    at: float
    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True)
class Series:
    """One value of one monitor over one range of time."""

    monitor: str
    value: str
    values: tuple[str, ...]
    """All it could show."""
    instance: str
    instances: tuple[str, ...]
    """All that were seen in the range."""
    unit: Unit
    since: float
    until: float
    gap_s: float
    points: tuple[Point, ...]
    bands: tuple[Band, ...]
    failed: tuple[float, ...]
    """When it could not be measured."""
    note: str
    """What to know of the bands: limits on sums or averages over a window."""

    @property
    def is_up(self) -> bool:
        """It says only whether something is there."""
        return self.value == "up"

    def pieces(self) -> Iterable[Sequence[Point]]:
        """The points without the holes between them."""
        piece: list[Point] = []
        for point in self.points:
            if piece and point.at - piece[-1].at > self.gap_s:
                yield piece
                piece = []
            piece.append(point)
        if piece:
            yield piece

    def record(self, time_zone: str) -> dict[str, Json]:
        """For the plot of the browser: columns, with an empty point in each hole."""
        columns: dict[str, list[Json]] = {"at": [], "low": [], "mean": [], "high": []}
        for piece in self.pieces():
            if columns["at"]:
                columns["at"].append(piece[0].at - self.gap_s / 2)
                for name in ("low", "mean", "high"):
                    columns[name].append(None)
            for point in piece:
                columns["at"].append(point.at)
                columns["low"].append(point.low)
                columns["mean"].append(point.mean)
                columns["high"].append(point.high)
        return {
            "format_version": 1,
            "monitor": self.monitor,
            "value": self.value,
            "time_zone": time_zone,
            "unit": {
                "name": "" if self.unit.name == "none" else self.unit.name,
                "dimension": self.unit.dimension,
                "scale": self.unit.scale,
            },
            "since": self.since,
            "until": self.until,
            "points": columns,
            "bands": [dataclasses.asdict(band) for band in self.bands],
        }


async def series(one: Watch, bundle_check: str, store: Store, *, value: str, instance: str | None, since: float, until: float) -> Series:
    """The points of a range, in `POINTS` stretches at most. Raises StoreLost."""
    width = max((until - since) / POINTS, one.monitor.every_s)
    made: dict[str, dict[int, list[float]]] = {}
    failed: list[float] = []
    span = max(_AT_ONCE * one.monitor.every_s / 4, 60.0)  # rows of a month at ten seconds would not fit into one answer
    begin = since
    while begin < until:
        end = min(begin + span, until)
        for found in await store.history(bundle_check, begin, end, limit=_AT_ONCE):
            _add(found, value, since, width, made, failed)
        begin = end + 0.001
    names = tuple(sorted(made))
    chosen = instance if instance in made else names[0] if names else ""
    points = tuple(_point(since + place * width, held) for place, held in sorted(made.get(chosen, {}).items()))
    bands, note = _bands(one, value)
    return Series(
        one.name, value, values_of(one), chosen, names, one.monitor.units.get(value, NO_UNIT), since, until,
        _GAP * max(width, one.monitor.every_s), points, bands, tuple(failed[-POINTS:]), note,
    )  # fmt: skip


def values_of(one: Watch) -> tuple[str, ...]:
    """All that can be drawn of a monitor; whether it is there at all comes first, where it says so."""
    alone = ("up",) if one.monitor.source.kind in REACHES and "up" not in one.monitor.units else ()
    return (*alone, *one.monitor.units)


def chosen_value(one: Watch, asked: str | None) -> str:
    """The value to draw: the one asked for, else that of the first limit, else whether it is there, else the monitor's own."""
    known = values_of(one)
    if asked in known:
        return str(asked)
    limits = [held.value for rung in one.rungs for held in rung.predicates if isinstance(held.term, Comparison | Between)]
    return next((name for name in (*limits, "up", one.monitor.value) if name in known), one.monitor.value)


def _add(found: Measurement, value: str, since: float, width: float, made: dict[str, dict[int, list[float]]], failed: list[float]) -> None:
    number = found.values.get(value)
    if number is None:
        if found.outcome != "measured":
            failed.append(found.slot)
        return
    made.setdefault(found.instance, {}).setdefault(int((found.slot - since) // width), []).append(number)


def _point(at: float, held: Sequence[float]) -> Point:
    return Point(at, min(held), sum(held) / len(held), max(held))


def _bands(one: Watch, value: str) -> tuple[tuple[Band, ...], str]:
    found: list[Band] = []
    note = ""
    for rung in one.rungs:
        for held in rung.predicates:
            term = held.term
            if held.value != value or not isinstance(term, Comparison | Between):
                continue
            if held.window_s:
                how = "their sum" if held.counted else "their average"
                note = "The line shows single measurements; the limit is compared with " + how + " over the window of the condition."
            found += [
                Band(rung.severity.name, rung.severity.color, low, high, rung.text, rung.severity.rank) for low, high in _ranges(term)
            ]
    return tuple(found), note


def _ranges(term: Comparison | Between) -> list[tuple[float | None, float | None]]:
    match term:
        case Between(inside=True, low=low, high=high):
            return [(low, high)]
        case Between(low=low, high=high):
            return [(None, low), (high, None)]
        case Comparison(op=op, limit=limit) if op in {">", ">="}:
            return [(limit, None)]
        case Comparison(op=op, limit=limit) if op in {"<", "<="}:
            return [(None, limit)]
        case Comparison(limit=limit):
            return [(limit, limit)]
