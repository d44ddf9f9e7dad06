"""Made-up measurements, written as promtool writes them (`1+0x10`, `_x3`), with words for what else can become of a check. Pure.

`E` it failed, `F` the runner itself could not ask, `M` its slot was missed, `D` the runner was down, `R` the runner was restarted (no slot).
Notation: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ (read 2026-11-21)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from monctl.runner.outcome import Failed, Fault, Measured, Missed, Nothing, Outcome, Reading

Pause = Literal["restart", "down"]
Sample = Outcome | Pause
"""What becomes of one slot."""
Name = tuple[str, tuple[tuple[str, str], ...]]
"""(value, labels)."""
_NUMBER: Final = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?"
_RUN: Final = re.compile(rf"({_NUMBER})(?:([+-](?:\d+(?:\.\d*)?|\.\d+)))?x(\d+)|({_NUMBER})|([_EFMDR])(?:x(\d+))?", re.IGNORECASE)
_SERIES: Final = re.compile(r"(\w+)(?:\{(.*)\})?")
_LONGEST: Final = 100_000


class Unreadable(ValueError):
    """A series that is not written so. `str()` says what is wrong with it."""


def samples(series: Mapping[str, str], *, rows: bool = False) -> tuple[Sample, ...]:
    """What a check gives at each slot. `value` or `value{label=text,…}` → its measurements; labels make instances.

    A slot where nothing is said of any series is one without data, or, where every row is a problem (`rows`), one where all is well.
    Raises Unreadable.
    """
    read = {_name(name): tuple(_numbers(text)) for name, text in series.items()}
    longest = max(map(len, read.values()), default=0)
    return tuple(_at(place, read, rows=rows) for place in range(longest))


def _name(name: str) -> Name:
    found = _SERIES.fullmatch(name.strip())
    if found is None:
        raise Unreadable(f"'{name}' is not the name of a series; write value or value{{label=text}}")
    labels = [part.split("=", 1) for part in (found[2] or "").split(",") if part]
    if any(len(part) != 2 for part in labels):
        raise Unreadable(f"'{name}' has a label without a text; write value{{label=text}}")
    return found[1], tuple(sorted((label.strip(), text.strip().strip('"')) for label, text in labels))


def _numbers(text: str) -> Iterator[float | str]:
    for word in text.split():
        found = _RUN.fullmatch(word)
        if found is None:
            raise Unreadable(f"'{word}' is not a measurement; write 1, 1x5, 0+10x5, _, _x5, E, F, M, D or R")
        first, step_by, times, alone, mark, marks = found.groups()
        if max(int(times or 0), int(marks or 0)) > _LONGEST:
            raise Unreadable(f"'{word}' is too long; {_LONGEST} measurements at most")
        if mark is not None:
            yield from [mark.upper()] * int(marks or 1)
        elif alone is not None:
            yield float(alone)
        else:
            yield from (float(first) + place * float(step_by or 0) for place in range(int(times) + 1))


def _at(place: int, read: Mapping[Name, Sequence[float | str]], *, rows: bool) -> Sample:
    here = {name: found[place] for name, found in read.items() if place < len(found)}
    for mark in here.values():
        match mark:
            case "E":
                return Failed("made-up failure", "it failed")
            case "F":
                return Fault("made-up", "the runner could not ask")
            case "M":
                return Missed("late")
            case "D":
                return "down"
            case "R":
                return "restart"
    readings: dict[tuple[tuple[str, str], ...], dict[str, float]] = {}
    for (value, labels), number in here.items():
        if isinstance(number, float):
            readings.setdefault(labels, {})[value] = number
    if not readings and not rows:
        return Nothing("nothing was measured")
    return Measured(tuple(Reading(values, dict(labels)) for labels, values in readings.items()))
