"""Reads the structured form of thresholds: a map for each term, a list of maps for a condition.

`{value: response_time, op: ">", limit: 200ms, in: 10m, for: 5m}` · `{between: [10, 20]}` · `{outside: [1s, 2s], for: 5m}` ·
`{trend: increasing, for: 15m}` · `{state: down, for: 2m}`
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from monctl.misread import Misread
from monctl.number import shorten, spell
from monctl.quantity import Duration, Percent, Rate, Size
from monctl.suggest import did_you_mean
from monctl.threshold_ast import (
    AT_ONCE,
    DIRECTIONS,
    LASTING,
    MOMENTS,
    OPERATORS,
    RESERVED,
    Comparison,
    Condition,
    Range,
    State,
    Term,
    ThresholdError,
    Trend,
)
from monctl.threshold_parser import bounds_fault
from monctl.threshold_words import VALUE
from monctl.unit import Quantity

Path = tuple[str | int, ...]
T = TypeVar("T", bound=str)

_FIELDS = {
    "limit": {"value", "op", "limit", "in", "for"},
    "between": {"value", "between", "for"},
    "outside": {"value", "outside", "for"},
    "trend": {"value", "trend", "for"},
    "state": {"state", "for"},
}
_WHICH = "write one of `limit` (with `op`), `between`, `outside`, `trend` or `state`"


def from_structured(value: Mapping[str, Any] | Sequence[Any]) -> Condition:
    """The condition a map, or a list of maps joined by "or", states. Raises ThresholdError; its `path` leads to the fault.

    Python's reserved words may end in an underscore: `for_`, `in_`.
    """
    if isinstance(value, Mapping):
        return Condition((_term(value, ()),))
    if not value:
        raise ThresholdError("the threshold is empty", help="write at least one condition")
    return Condition(tuple(_term(item, (position,)) for position, item in enumerate(value)))


def _term(item: Any, path: Path) -> Term:
    if not isinstance(item, Mapping):
        raise ThresholdError(f"a condition in a list is a map, not {type(item).__name__}", path=path, help=_WHICH)
    said = {str(name).removesuffix("_"): part for name, part in item.items() if part is not None}
    kinds = [name for name in _FIELDS if name in said]
    if not kinds and "op" in said:
        raise ThresholdError("the comparison has no `limit`", path=path, help='write `limit: 10` beside `op: ">"`')
    if len(kinds) != 1:
        fault = f"the condition says both `{kinds[0]}` and `{kinds[1]}`" if kinds else "the condition says nothing"
        raise ThresholdError(fault, path=path, help=_WHICH)
    kind = kinds[0]
    for name in said:
        if name not in _FIELDS[kind]:
            way_out = did_you_mean(name, _FIELDS[kind] - set(said), noun=f"fields beside `{kind}`")
            raise ThresholdError(f"`{name}` does not belong to a condition with `{kind}`", path=(*path, name), help=way_out)
    hold = _duration(said["for"], (*path, "for")) if "for" in said else AT_ONCE
    if kind == "state":
        return _state(said["state"], hold, path)
    value = _value(said.get("value"), path)
    if kind == "trend":
        return _trend(said["trend"], value, hold, path)
    if kind == "limit":
        return _comparison(said, value, hold, path)
    return _range(kind, said[kind], value, hold, path)


def _comparison(said: Mapping[str, Any], name: str | None, hold: Duration, path: Path) -> Comparison:
    if "op" not in said:
        raise ThresholdError("the comparison has no `op`", path=path, help='write `op: ">"` beside `limit`')
    op = _one_of(said["op"], OPERATORS, "a comparison", (*path, "op"))
    window = _duration(said["in"], (*path, "in")) if "in" in said else None
    if window == AT_ONCE:
        raise ThresholdError("a window cannot be empty", path=(*path, "in"), help="write how long, such as `in: 10m`")
    return Comparison(name, op, _quantity(said["limit"], (*path, "limit")), window, hold)


def _range(kind: str, bounds: Any, name: str | None, hold: Duration, path: Path) -> Range:
    if not isinstance(bounds, Sequence) or isinstance(bounds, str) or len(bounds) != 2:
        raise ThresholdError(f"`{kind}` takes two bounds", path=(*path, kind), help=f"write `{kind}: [10, 20]`")
    low, high = (_quantity(bound, (*path, kind, position)) for position, bound in enumerate(bounds))
    if fault := bounds_fault(low, high, kind):
        raise ThresholdError(fault.message, path=(*path, kind), help=fault.help)
    return Range(name, kind == "between", low, high, hold)


def _trend(direction: Any, name: str | None, hold: Duration, path: Path) -> Trend:
    known = _one_of(direction, DIRECTIONS, "a trend", (*path, "trend"))
    if not hold.ms:
        raise ThresholdError(f"'{known}' needs to know for how long", path=(*path, "trend"), help="write `for: 15m` beside it")
    return Trend(name, known, hold)


def _state(kind: Any, hold: Duration, path: Path) -> State:
    plain = kind.replace("_", " ").replace("-", " ") if isinstance(kind, str) else kind
    known = _one_of(plain, (*LASTING, *MOMENTS), "a state", (*path, "state"))
    if known in MOMENTS and hold.ms:
        raise ThresholdError(f"'{known}' is told at once and takes no `for`", path=(*path, "for"), help="leave `for` out")
    return State(known, hold)


def _one_of(value: Any, known: tuple[T, ...], noun: str, path: Path) -> T:
    if value in known:
        return known[known.index(value)]
    raise ThresholdError(
        f"'{shorten(str(value))}' is not {noun}", path=path, help=did_you_mean(str(value), known) or f"write one of {', '.join(known)}"
    )


def _value(name: Any, path: Path) -> str | None:
    if name is None or (isinstance(name, str) and VALUE.fullmatch(name) and name.lower() not in RESERVED):
        return name
    raise ThresholdError(
        f"'{shorten(str(name))}' is not the name of a value", path=(*path, "value"), help="names hold letters, digits, '_', '-' and '.'"
    )


def _duration(value: Any, path: Path) -> Duration:
    if isinstance(value, Duration):
        return value
    try:
        return Duration.parse(_text(value, "a duration", path).strip())
    except Misread as fault:
        raise ThresholdError(fault.message, fault.start, fault.end, fault.help, path=path) from None


def _quantity(value: Any, path: Path) -> Quantity:
    try:
        quantity = Quantity.parse(_text(value, "a number with its unit", path).strip())
    except Misread as fault:
        raise ThresholdError(fault.message, fault.start, fault.end, fault.help, path=path) from None
    if quantity.unit and quantity.unit.name.lower() in RESERVED:
        raise ThresholdError(f"'{quantity.unit}' is a word of the language, not a unit", path=path, help="give the unit another name")
    return Quantity(quantity.value, quantity.unit)


def _text(value: Any, noun: str, path: Path) -> str:
    if isinstance(value, str | Duration | Size | Percent | Rate):
        return str(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return spell(value)
    raise ThresholdError(f"{noun} is expected, not {type(value).__name__}", path=path, help="write a number or a text such as 200ms")
