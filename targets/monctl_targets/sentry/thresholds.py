"""Comparisons of a monitor's alerts as metric detectors: which conditions, over which window, at which priority."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from monctl.condition import Between, Comparison, State, Term, Trend
from monctl.finding import Level
from monctl.measure import Sentry
from monctl.program import Alert, Monitor, Severity
from monctl.resource import Json
from monctl_targets.sentry import vocabulary as words
from monctl_targets.sentry.query import MEASURES, compared
from monctl_targets.sentry.report import Notes

_OPPOSITE = {"gt": "lte", "lt": "gte"}
_NOTHING = "Sentry has no such condition on a metric"


@dataclass(frozen=True, slots=True)
class Threshold:
    """One side of one limit of one severity."""

    severity: str
    side: Literal["gt", "lt"]
    limit: float
    window_s: int


@dataclass(frozen=True, slots=True)
class Group:
    """Thresholds that share a detector: one, or a more and a less severe one of the same side and window."""

    thresholds: tuple[Threshold, ...]

    @property
    def window_s(self) -> int:
        """Their look-back."""
        return self.thresholds[0].window_s

    def conditions(self, priorities: dict[str, int]) -> list[Json]:
        """The detector's conditions; the last one says when it is over: when the least severe limit is kept again."""
        side, last = self.thresholds[0].side, self.thresholds[-1]
        breach = [{"type": side, "comparison": one.limit, "conditionResult": priorities[one.severity]} for one in self.thresholds]
        return [*breach, {"type": _OPPOSITE[side], "comparison": last.limit, "conditionResult": words.OK}]


def thresholds(monitor: Monitor, source: Sentry, notes: Notes) -> list[Threshold]:
    """Every threshold of a monitor that Sentry can hold, most severe first; what it cannot hold is reported."""
    return [one for alert in monitor.alerts for term in alert.condition for one in _of_term(monitor, source, alert, term, notes)]


def grouped(found: Iterable[Threshold], priorities: dict[str, int]) -> list[Group]:
    """Thresholds by detector: a pair needs two priorities and a limit that is further out for the more severe."""
    groups: list[Group] = []
    for one in found:
        for place, group in enumerate(groups):
            if len(group.thresholds) == 1 and _pairs(group.thresholds[0], one, priorities):
                groups[place] = Group((group.thresholds[0], one))
                break
        else:
            groups.append(Group((one,)))
    return groups


def priorities(found: Iterable[Threshold], severities: dict[str, Severity]) -> dict[str, int]:
    """Severity → priority. Sentry has two: the most severe of several is high, a single one by its urgency."""
    names = list(dict.fromkeys(one.severity for one in found))
    if len(names) == 1:
        only = severities[names[0]]
        return {names[0]: words.HIGH if only.urgency == "high" or only.pages else words.MEDIUM}
    return {name: words.MEDIUM if place else words.HIGH for place, name in enumerate(names)}


def window(wanted_s: float, allowed_s: tuple[int, ...]) -> int:
    """The shortest allowed window that holds the wanted one; the longest where none does."""
    return next((one for one in allowed_s if one >= wanted_s), allowed_s[-1])


def _pairs(worse: Threshold, other: Threshold, priorities: dict[str, int]) -> bool:
    alike = (worse.side, worse.window_s) == (other.side, other.window_s) and priorities[worse.severity] != priorities[other.severity]
    return alike and (worse.limit > other.limit if worse.side == "gt" else worse.limit < other.limit)


def _of_term(monitor: Monitor, source: Sentry, alert: Alert, term: Term, notes: Notes) -> Iterator[Threshold]:
    match term:
        case Comparison():
            yield from _of_comparison(monitor, source, alert, term, notes)
        case Between(inside=False, low=low, high=high, for_s=for_s, value=value):
            yield from _of_comparison(monitor, source, alert, Comparison(value, ">", high, None, for_s), notes)
            yield from _of_comparison(monitor, source, alert, Comparison(value, "<", low, None, for_s), notes)
        case State(kind="no data", for_s=for_s) if source.measure == "events":
            seconds = window(for_s or monitor.every_s, words.EVENT_WINDOWS_S)
            how = f"fewer than 1 event in {_span(seconds)}; only while Sentry evaluates the monitor"
            notes.approximated(_field(alert, "no_data"), how, severity=alert.severity)
            yield Threshold(alert.severity, "lt", 1, seconds)
        case State(kind="first seen" | "regression" | "any"):
            return  # of an issue, not of a figure: see `issues`
        case State(kind=kind):
            notes.dropped(_field(alert, "condition"), f"'{kind}': {_NOTHING}", severity=alert.severity)
        case Trend(direction=direction):
            why = f"'{direction}': {_NOTHING}; its percent monitors compare with one earlier window, not with a run of values"
            notes.dropped(_field(alert, "condition"), why, severity=alert.severity)
        case Between():
            notes.dropped(_field(alert, "condition"), f"'between': {_NOTHING}", severity=alert.severity)


def _of_comparison(monitor: Monitor, source: Sentry, alert: Alert, term: Comparison, notes: Notes) -> Iterator[Threshold]:
    measure = MEASURES[source.measure]
    seconds = _window(monitor, measure.windows_s, alert, term, notes)
    unit = monitor.units[term.value or monitor.value]
    limit = compared(measure, term.limit, unit, seconds)
    whole = measure.whole and float(limit).is_integer()
    side: Literal["gt", "lt"]
    match term.op:
        case ">" | "<":
            side = "gt" if term.op == ">" else "lt"
        case ">=" | "<=" if whole:
            side, limit = ("gt", limit - 1) if term.op == ">=" else ("lt", limit + 1)
        case ">=" | "<=":
            side = "gt" if term.op == ">=" else "lt"
            notes.approximated(_field(alert, "condition"), f"'{term.op}' becomes '{term.op[0]}'", severity=alert.severity)
        case "!=" if whole and limit == 0:
            side = "gt"
        case "==" if whole and limit == 0:
            side, limit = "lt", 1
        case _:
            notes.dropped(_field(alert, "condition"), f"'{term.op}': {_NOTHING}", severity=alert.severity)
            return
    yield Threshold(alert.severity, side, limit, seconds)


def _window(monitor: Monitor, allowed_s: tuple[int, ...], alert: Alert, term: Comparison, notes: Notes) -> int:
    """The look-back. Sentry has no pending period: "for 10m" can only be said as "over the last 10 minutes"."""
    wanted = term.window_s or term.for_s or monitor.every_s
    seconds = window(wanted, allowed_s)
    if term.for_s:
        name, severity = _field(alert, "for"), alert.severity
        if not term.window_s and seconds != wanted:
            asked = f"Sentry looks at no {_span(round(term.for_s))}; {_span(seconds)} are taken, since it has no pending period"
            _another_window(asked, f"for {_span(seconds)}", alert, notes)
        if term.window_s:
            notes.approximated(
                name, f"no pending period: fires at once when the last {_span(seconds)} are over the limit", severity=severity
            )
        else:
            notes.approximated(name, f"no pending period: the figure of the last {_span(seconds)} is compared", severity=severity)
    if term.window_s and seconds != wanted:
        notes.approximated(_field(alert, "in"), f"Sentry's nearest window is {_span(seconds)}", severity=alert.severity)
        asked = f"Sentry counts over no {_span(round(term.window_s))}; {_span(seconds)} are taken"
        _another_window(asked, f"in {_span(seconds)}", alert, notes)
    elif not term.window_s and not term.for_s:
        notes.approximated(_field(alert, "condition"), f"the figure of the last {_span(seconds)} is compared", severity=alert.severity)
    return seconds


def _another_window(message: str, instead: str, alert: Alert, notes: Notes) -> None:
    notes.finding(
        "SENTRY109", message, help=f"write `{instead}`, or place the monitor on the runner", origin=alert.origin, level=Level.WARNING
    )


def _field(alert: Alert, name: str) -> str:
    return f"alert.{alert.severity}.{name}"


def _span(seconds: int) -> str:
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds % size == 0:
            return f"{seconds // size}{word}"
    return f"{seconds}s"
