"""One line of a log: its fields, its time, and whether it is one that is looked for. Pure."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from monctl.number import shorten

Fields = Mapping[str, Any]

_TIMES: Final = ("timestamp", "@timestamp", "time", "ts", "datetime", "date", "t")
"""Fields that hold a line's time, the first that is there; the datasource may name another (`options: {time_field: when}`)."""
_COMPARISON: Final = re.compile(r"(==|!=|>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)")
_TEXT_COMPARISON: Final = re.compile(r"(==|!=)\s+(.*)", re.DOTALL)
_OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_PAIRS: Final = re.compile(r"""([A-Za-z_][\w.\-]*)=("(?:[^"\\]|\\.)*"|[^\s,;]+)""")
_STARTS_WITH_TIME: Final = re.compile(
    r"\[?(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?\s?(Z\b|UTC\b|GMT\b|[+-]\d{2}:?(?:\d{2})?)?",
)


def fields_of(line: str, *, json_lines: bool) -> Fields | None:
    """The fields of a line; None where it is to hold JSON and does not. Text has those of its `name=value` pairs."""
    if not json_lines:
        return {name: value.strip('"') for name, value in _PAIRS.findall(line)}
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def time_of(line: str, fields: Fields, named: str | None = None) -> float | None:
    """Seconds since the epoch; None where the line tells none. A time without a zone is in UTC."""
    for name in (named,) if named else _TIMES:
        value = field_of(fields, name)
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, int | float):
            return _epoch(float(value))
        if isinstance(value, str) and (seconds := _read(value)) is not None:
            return seconds
    return _read(line)


def field_of(fields: Fields, name: str) -> Any:
    """A field by its name, or by its path with dots: `metadata.ip`. None where it is not there."""
    if name in fields:
        return fields[name]
    value: Any = fields
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def number_of(value: Any) -> float | None:
    """The number a field holds, also as text; None where it holds none that can be measured."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def matches(line: str, fields: Fields, where: Mapping[str, str | float | bool], contains: str | None) -> bool:
    """Whether the line holds the text and every field is as asked."""
    return (contains is None or contains in line) and all(_holds(field_of(fields, name), wanted) for name, wanted in where.items())


def figure(measure: str, values: Sequence[float]) -> float:
    """`p50` … `p99` by the nearest rank, `average` or `max` of at least one value."""
    match measure:
        case "max":
            return max(values)
        case "average":
            return math.fsum(values) / len(values)
        case _:
            rank = math.ceil(float(measure[1:]) / 100 * len(values))
            return sorted(values)[max(rank, 1) - 1]


def _holds(value: Any, wanted: str | float | bool) -> bool:
    if isinstance(wanted, str):
        if found := _COMPARISON.fullmatch(wanted.strip()):
            number = number_of(value)
            return found[1] == "!=" if number is None else _OPERATORS[found[1]](number, float(found[2]))
        if found := _TEXT_COMPARISON.fullmatch(wanted.strip()):
            return _OPERATORS[found[1]](_text(value), found[2].strip("\"'"))
        return value is not None and _text(value) == wanted
    if isinstance(wanted, bool):
        return value is wanted or (isinstance(value, str) and value.lower() == str(wanted).lower())
    return number_of(value) == float(wanted)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False)


def text_of(value: Any) -> str | None:
    """What a line is grouped by; None where the field is not there."""
    if value is None:
        return None
    text = _text(value)
    return shorten(text, 256)


def _read(text: str) -> float | None:
    found = _STARTS_WITH_TIME.match(text)
    if found is None:
        return None
    day, hour, part, zone = found.groups()
    offset = "+00:00" if zone is None or zone.isalpha() else zone if len(zone) > 3 else f"{zone}:00"
    try:
        moment = datetime.fromisoformat(f"{day}T{hour}{offset}")
    except ValueError:
        return None
    return moment.astimezone(UTC).timestamp() + (float(f"0.{part}") if part else 0.0)


def _epoch(number: float) -> float | None:
    """Seconds, from seconds, milliseconds, microseconds or nanoseconds by their size."""
    if not math.isfinite(number) or number < 1e8:
        return None
    while number > 1e11:  # the year 5138 in seconds
        number /= 1_000
    return number
