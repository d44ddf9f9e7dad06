"""Checks that are computed from others: expressions, composites, burn rates. Pure."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from monctl.bundle import Bundle
from monctl.condition import Condition
from monctl.measure import Burn, Composite, Expr, Member
from monctl.program import Slo
from monctl.runner.checks import value_of
from monctl.runner.core.truth import Sample, of_reading, predicate
from monctl.runner.core.world import Standing
from monctl.runner.outcome import Failed, Measured, Nothing, Outcome, Reading

_SIGNS: Final[Mapping[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What derived checks read."""

    bundle: Bundle
    newest: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Metric → the values of its newest measurement, if that is not stale."""
    standings: Mapping[str, Standing] = field(default_factory=dict)
    """Monitor → how it stands."""
    samples: Mapping[str, Sequence[Sample]] = field(default_factory=dict)
    """Metric → its samples as far back as burn rates look, oldest first; `monitor:NAME` → `up` of a monitor."""


def derive(source: Expr | Composite | Burn, inputs: Inputs, slot: float) -> Outcome:
    """The outcome of a derived check at its slot."""
    match source:
        case Expr():
            return _expression(source, inputs)
        case Composite():
            return _composite(source, inputs)
        case Burn():
            return _burn(source, inputs, slot)


def evaluate(expression: str, variables: Mapping[str, float]) -> float:
    """Arithmetic with + - * / and parentheses. Raises ZeroDivisionError; ValueError for anything else than arithmetic."""
    return _value(ast.parse(expression, mode="eval").body, variables)


def _value(node: ast.expr, variables: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id=name) if name in variables:
            return variables[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, variables)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _value(operand, variables)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
            return _SIGNS[type(sign)](_value(left, variables), _value(right, variables))
        case _:
            raise ValueError("only + - * / ( ), numbers and the names of inputs belong into an expression")


def _expression(source: Expr, inputs: Inputs) -> Outcome:
    variables = {}
    for name, reference in source.inputs.items():
        metric, value = value_of(inputs.bundle, reference)
        number = inputs.newest.get(metric, {}).get(value)
        if number is None:
            return Nothing(f"'{reference}' has no fresh value")
        variables[name] = number
    try:
        return Measured((Reading({"value": evaluate(source.expression, variables)}),))
    except ZeroDivisionError:
        return Nothing(f"'{source.expression}' divides by zero now")
    except (ValueError, SyntaxError) as error:
        return Failed(f"expression {source.expression}", str(error))


def _composite(source: Composite, inputs: Inputs) -> Outcome:
    """Unknown members count neither way: the known ones decide, and without any there is no data."""
    said = [(member, _healthy(member, inputs)) for member in source.members]
    known = [(member, healthy) for member, healthy in said if healthy is not None]
    if not known:
        return Nothing("none of its parts is known")
    broken = [member.monitor or member.metric or "" for member, healthy in known if not healthy]
    up = not broken if source.rule == "all" else len(broken) < len(known)
    parts = {f"part:{member.monitor or member.metric}": float(healthy) for member, healthy in known}
    note = "" if up else f"not healthy: {', '.join(broken)}"
    return Measured((Reading({"up": float(up), **parts}, note=note),))


def _healthy(member: Member, inputs: Inputs) -> bool | None:
    if member.monitor is not None:
        standing = inputs.standings.get(member.monitor)
        return None if standing is None or standing.state == "unknown" else standing.state != "firing"
    metric, value = value_of(inputs.bundle, member.metric or "")
    newest = inputs.newest.get(metric, {})
    if newest.get("up") == 0.0 and value not in newest:
        return False  # what is down has no status and no figure, and is not healthy
    return _meets(member.condition, metric, value, inputs)


def _meets(condition: Condition, metric: str, value: str, inputs: Inputs) -> bool | None:
    held = inputs.bundle.metrics.get(metric)
    newest = inputs.newest.get(metric)
    if held is None or newest is None:
        return None
    return _holds(condition, held.source, value, Reading(newest))


def _holds(condition: Condition, source: object, value: str, reading: Reading) -> bool | None:
    truths = [of_reading(predicate(term, source, value), reading, (Sample(0.0, reading.values),)) for term in condition]  # type: ignore[arg-type] # a Source
    known = [true for true in truths if true is not None]
    return any(known) if known else None


def _burn(source: Burn, inputs: Inputs, slot: float) -> Outcome:
    """The smaller of the burn rates of both windows: how many times faster than allowed the budget is spent."""
    slo = inputs.bundle.slos.get(source.slo)
    if slo is None:
        return Failed(f"objective {source.slo}", f"the bundle has no objective '{source.slo}'")
    budget = 1 - slo.objective / 100
    shares = [_bad_share(slo, inputs, slot - window, slot) for window in (source.long_s, source.short_s)]
    if shares[0] is None or shares[1] is None or budget <= 0:
        return Nothing("nothing was measured in its windows")
    return Measured((Reading({"value": min(shares[0], shares[1]) / budget}),))


def _bad_share(slo: Slo, inputs: Inputs, since: float, until: float) -> float | None:
    """The share of bad time or events in `(since, until]`; None where nothing is known.

    Time that was not measured was not bad: the budget is that of the whole window, and a runner that has just begun would else
    see it gone with the first bad result.
    """
    if slo.good is not None and slo.total is not None:
        good, total = (_sum(reference, inputs, since, until) for reference in (slo.good, slo.total))
        return None if not total else 1 - min(good or 0.0, total) / total
    if slo.monitor is not None:
        found = [sample.values.get("up") for sample in inputs.samples.get(f"monitor:{slo.monitor}", ()) if since < sample.slot <= until]
        known = [one for one in found if one is not None]
        watched = inputs.bundle.monitors.get(slo.monitor)
        every_s = watched.every_s if watched is not None else until - since
        return sum(one == 0 for one in known) / max(len(known), (until - since) / every_s) if known else None
    metric, value = value_of(inputs.bundle, slo.metric or "")
    held = inputs.bundle.metrics.get(metric)
    if held is None:
        return None
    truths = [
        true
        for sample in inputs.samples.get(metric, ())
        if since < sample.slot <= until and (true := _holds(slo.condition, held.source, value, Reading(sample.values))) is not None
    ]
    return sum(not true for true in truths) / max(len(truths), (until - since) / held.every_s) if truths else None


def _sum(reference: str, inputs: Inputs, since: float, until: float) -> float | None:
    metric, value = value_of(inputs.bundle, reference)
    found = [sample.values[value] for sample in inputs.samples.get(metric, ()) if since < sample.slot <= until and value in sample.values]
    return sum(found) if found else None
