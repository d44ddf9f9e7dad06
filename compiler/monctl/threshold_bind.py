"""Binds a condition to the units of what it watches: names checked, dimensions checked, limits converted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from monctl import condition as ir
from monctl.misread import Misread
from monctl.suggest import closest, did_you_mean
from monctl.threshold_ast import Comparison, Condition, Range, State, Term, ThresholdError, Trend
from monctl.unit import Unit, WrongUnit, convert


def bind(condition: Condition, units: Mapping[str, Unit], default: Unit | None, *, name: str = "the metric") -> ir.Condition:
    """The condition in the units of the values it names.

    `units` are the source's values; `default` is the unit of a term that names none, None where such a term must name one.
    `name` is what messages call the metric or monitor. Raises the first of `bind_faults`.
    """
    return tuple(_bound(term, units, default, name) for term in condition.terms)


def bind_faults(condition: Condition, units: Mapping[str, Unit], default: Unit | None, *, name: str = "the metric") -> list[Misread]:
    """All that is wrong between a condition and the units, one fault a term at most; empty where `bind` succeeds."""
    return list(_faults(condition, units, default, name))


def _faults(condition: Condition, units: Mapping[str, Unit], default: Unit | None, name: str) -> Iterable[Misread]:
    for term in condition.terms:
        try:
            _bound(term, units, default, name)
        except (ThresholdError, WrongUnit) as fault:
            yield fault


def _bound(term: Term, units: Mapping[str, Unit], default: Unit | None, name: str) -> ir.Term:
    match term:
        case State():
            return ir.State(term.kind, term.hold.seconds)
        case Trend():
            _unit_of(term, term.value, units, default, name)
            return ir.Trend(term.value, term.direction, term.hold.seconds)
        case Comparison():
            unit = _unit_of(term, term.value, units, default, name)
            limit = convert(term.quantity, unit, name=term.value or name)
            window_s = term.window.seconds if term.window else None
            return ir.Comparison(term.value, term.op, limit, window_s, term.hold.seconds)
        case Range():
            unit = _unit_of(term, term.value, units, default, name)
            low, high = (convert(bound, unit, name=term.value or name) for bound in (term.low, term.high))
            return ir.Between(term.value, term.inside, low, high, term.hold.seconds)


def _unit_of(term: Term, value: str | None, units: Mapping[str, Unit], default: Unit | None, name: str) -> Unit:
    if value is None:
        if default is None:
            first = next(iter(units), "value")
            raise ThresholdError(
                f"'{name}' has several values: {', '.join(units)}", term.start, term.end, f"write which one: '{first} {term}'"
            )
        return default
    if value in units:
        return units[value]
    if units and (default is None or len(units) > 1 or closest(value, units)):
        way_out = did_you_mean(value, units, noun=f"values of '{name}'")
    else:
        way_out = f"leave the name out: '{str(term).removeprefix(value).strip()}'"
    raise ThresholdError(f"'{value}' is not a value of '{name}'", term.start, min(term.end, term.start + len(value)), way_out)
