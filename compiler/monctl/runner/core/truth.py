"""Whether a term holds for one answer: the predicate under `for`, before any time is counted."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from monctl.condition import Between, Comparison, State, Term, Trend
from monctl.measure import Log, Sentry, Source, Sql
from monctl.runner.outcome import Failed, Measured, Nothing, Outcome, Reading

_OPERATORS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Sample:
    """What was measured at one slot, kept for windows and trends."""

    slot: float
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Predicate:
    """A term with what it needs to know of its monitor."""

    term: Term
    value: str
    """The value it is about."""
    for_s: float
    counted: bool = False
    """A window adds up (events) instead of averaging."""
    whole: bool = False
    """Every row is a problem: `any` holds for each."""
    max_gap_s: float = 0.0

    @property
    def window_s(self) -> float:
        """How far back it looks; 0: only at the newest."""
        match self.term:
            case Comparison(window_s=window_s):
                return window_s or 0.0
            case Trend(for_s=for_s):
                return for_s
            case _:
                return 0.0


def predicate(term: Term, source: Source, value: str, *, max_gap_s: float = 0.0) -> Predicate:
    """The predicate of one term. A trend holds over its whole time by itself, so no `for` is counted on top."""
    named = term.value if isinstance(term, Comparison | Between | Trend) and term.value is not None else value
    return Predicate(
        term,
        named,
        0.0 if isinstance(term, Trend) else term.for_s,
        counted=counts(source),
        whole=isinstance(source, Sql) and source.mode == "rows",
        max_gap_s=max_gap_s,
    )


def counts(source: Source) -> bool:
    """Whether each measurement counts what happened since the last one, so that a window adds up."""
    match source:
        case Log(measure="count", window_s=None):
            return True
        case Sentry(measure="events" | "users"):
            return True
        case _:
            return False


def of_outcome(term: Term, outcome: Outcome) -> bool | None:
    """Truth of the terms about the source itself, `no data` and `error`; None: this answer does not tell."""
    if term.kind == "no data":
        return True if isinstance(outcome, Nothing) else False if isinstance(outcome, Measured) else None
    if term.kind == "error":
        return True if isinstance(outcome, Failed) else False if isinstance(outcome, Measured | Nothing) else None
    return None


def of_reading(one: Predicate, reading: Reading, samples: tuple[Sample, ...]) -> bool | None:
    """Truth of a term about what was measured; None where the reading lacks the value. `samples` end with this reading where kept."""
    match one.term:
        case Comparison(window_s=window_s) if window_s:
            return _over(one, one.term, samples, window_s)
        case Comparison(op=op, limit=limit):
            number = reading.values.get(one.value)
            return None if number is None else _OPERATORS[op](number, limit)
        case Between(inside=inside, low=low, high=high):
            number = reading.values.get(one.value)
            return None if number is None else (low <= number <= high) is inside
        case Trend():
            return _moves(one, samples)
        case State(kind="down"):
            up = reading.values.get("up")
            return None if up is None else up == 0
        case State(kind="any"):
            return one.whole or reading.values.get(one.value, 0.0) > 0
        case State(kind="first seen" | "regression" as kind):
            number = reading.values.get(kind.replace(" ", "_"))
            return None if number is None else number > 0
        case _:
            return None


def _over(one: Predicate, term: Comparison, samples: tuple[Sample, ...], window_s: float) -> bool | None:
    """Of the sum or mean of the window `(slot - window, slot]`; None where what was not measured could turn the answer."""
    newest = samples[-1].slot if samples else 0.0
    found = [sample.values[one.value] for sample in samples if sample.slot > newest - window_s and one.value in sample.values]
    if not found:
        return None
    if not one.counted:
        return _OPERATORS[term.op](sum(found) / len(found), term.limit)
    total = sum(found)
    true = _OPERATORS[term.op](total, term.limit)
    if not one.max_gap_s or _covered(one, samples, newest - window_s):
        return true
    # a part of the window is unknown, and it can only have added: the sum is at least this
    certain = total > term.limit or (total == term.limit and term.op in {">=", "<"})
    return true if certain else None


def _covered(one: Predicate, samples: tuple[Sample, ...], since: float) -> bool:
    """Whether the samples reach back to `since` without unknown time in between."""
    known = [sample.slot for sample in samples if one.value in sample.values]
    reach = next((place for place in range(len(known) - 1, -1, -1) if known[place] <= since), None)
    return reach is not None and all(after - before <= one.max_gap_s for before, after in pairwise(known[reach:]))


def _moves(one: Predicate, samples: tuple[Sample, ...]) -> bool | None:
    """Whether the value went one way over the whole time: never back, and further at the end of each half of it; or stayed.

    One step would be no trend, and a step at every sample would ask too much of what is measured more often than it moves.

    None where that cannot be told yet: what is known since the last unknown time is too short, and nothing in it says no.
    """
    assert isinstance(one.term, Trend)
    if not samples or one.value not in samples[-1].values:
        return None
    steps: list[Sample] = []
    for sample in reversed([sample for sample in samples if one.value in sample.values]):
        if steps and one.max_gap_s and steps[-1].slot - sample.slot > one.max_gap_s:
            break
        steps.append(sample)
        if steps[0].slot - sample.slot >= one.term.for_s:
            break
    long_enough = steps[0].slot - steps[-1].slot >= one.term.for_s
    numbers = [sample.values[one.value] for sample in reversed(steps)]
    pairs = list(pairwise(numbers))
    middle = numbers[len(numbers) // 2]
    match one.term.direction:
        case "increasing":
            no = any(after < before for before, after in pairs) or (long_enough and not numbers[0] < middle < numbers[-1])
        case "decreasing":
            no = any(after > before for before, after in pairs) or (long_enough and not numbers[0] > middle > numbers[-1])
        case _:
            no = any(after != before for before, after in pairs)
    return False if no else True if long_enough else None
