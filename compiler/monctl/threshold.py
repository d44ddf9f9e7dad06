"""Thresholds: short sentences such as `> 10 or increasing for 15m`, read, printed and bound to units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any

from monctl.number import spell
from monctl.text_field import TextField
from monctl.threshold_ast import Comparison, Condition, Range, State, Term, ThresholdError, Trend
from monctl.threshold_bind import bind, bind_faults
from monctl.threshold_map import from_structured
from monctl.threshold_parser import read_sentence

__all__ = [
    "Comparison",
    "Condition",
    "ConditionField",
    "Range",
    "State",
    "Term",
    "ThresholdError",
    "Trend",
    "bind",
    "bind_faults",
    "from_structured",
    "parse",
    "read",
]


@lru_cache(maxsize=4096)  # an estate of 10,000 monitors has a few hundred different sentences
def parse(text: str) -> Condition:
    """The condition a sentence states. Raises ThresholdError, with offsets into `text`."""
    return read_sentence(text)


def read(value: object) -> Condition:
    """A condition as itself, as a sentence, or in the structured form. Raises ThresholdError."""
    if isinstance(value, Condition):
        return value
    if isinstance(value, str):
        return parse(value)
    if isinstance(value, Mapping | list | tuple):
        return from_structured(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = spell(value)
        raise ThresholdError(f"the number {number} alone is no threshold", help=f"write '> {number}' or '== {number}'")
    shown = {"bool": "true or false", "NoneType": "nothing"}
    name = type(value).__name__
    raise ThresholdError(
        f"a threshold is a sentence, not {shown.get(name, name)}", help="write a condition such as '> 10' or 'down for 2m'"
    )


_DURATION = {"type": "string", "description": "A duration.", "examples": ["5m", "1h30m"]}
_QUANTITY = {
    "type": ["string", "number"],
    "description": "A number with its unit; without one it takes the metric's.",
    "examples": ["200ms", "80%", 10],
}
_VALUE = {"type": "string", "description": "Which value of the source, when it has several.", "examples": ["response_time"]}


def _shape(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties | {"for": _DURATION}, "additionalProperties": False}


_BOUNDS = {"type": "array", "items": _QUANTITY, "minItems": 2, "maxItems": 2}
_TERMS = [
    _shape(["op", "limit"], value=_VALUE, op={"enum": [">", ">=", "<", "<=", "==", "!="]}, limit=_QUANTITY, **{"in": _DURATION}),
    _shape(["between"], value=_VALUE, between=_BOUNDS),
    _shape(["outside"], value=_VALUE, outside=_BOUNDS),
    _shape(["trend", "for"], value=_VALUE, trend={"enum": ["increasing", "decreasing", "unchanged"]}),
    _shape(["state"], state={"enum": ["down", "no data", "error", "first seen", "regression", "any"]}),
]
_SENTENCE = {
    "type": "string",
    "minLength": 1,
    "description": "When it is too much: [value] > 200ms [in 10m] [for 5m], between/outside, increasing/decreasing/unchanged for, "
    "down, no data, error, first seen, regression, any; joined by `or`.",
    "examples": ["> 0", "> 10 or increasing for 15m", "down for 2m", "response_time > 2s for 10m", "> 80% for 5m", "no data for 10m"],
}
ConditionField = Annotated[
    Condition,
    TextField(read, {"anyOf": [_SENTENCE, *_TERMS, {"type": "array", "items": {"anyOf": _TERMS}, "minItems": 1}]}),
]
