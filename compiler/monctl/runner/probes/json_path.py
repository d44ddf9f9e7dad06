"""JSONPath as specs use it, and the checks on what it finds. Pure.

Of RFC 9535 (https://www.rfc-editor.org/rfc/rfc9535): `$`, `.name`, `['name']`, `[0]`, `[-1]`, `[*]`, `.*`, `..name`. No slices and no
filters. A name after a dot runs to the next dot or bracket, so `$.db-main` needs no quotes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from monctl.measure import JsonAssertion

_STEP = re.compile(
    r"""(?P<deep>\.\.)?(?:
        (?(deep)|\.)(?P<name>[^.\[\]'"\s*]+)
      | (?(deep)|\.)(?P<star>\*)
      | \[\s*(?:(?P<index>-?\d+)|(?P<any>\*)|'(?P<single>(?:[^'\\]|\\.)*)'|"(?P<double>(?:[^"\\]|\\.)*)")\s*\]
    )""",
    re.VERBOSE,
)
_LONGEST = 80
_MOST = 10_000


class BadPath(ValueError):
    """A path that is not understood. `str()` is the sentence."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step down."""

    key: str | int | None
    """A name, a place in a list (negative: from its end), or None for every one."""
    deep: bool = False
    """At any depth."""


def parse(path: str) -> tuple[Step, ...]:
    """The steps of a path. Raises BadPath with the place that is not understood."""
    if not path.startswith("$"):
        raise BadPath(f"the JSONPath {path} does not begin with $")
    steps: list[Step] = []
    place = 1
    while place < len(path):
        found = _STEP.match(path, place)
        if found is None:
            raise BadPath(
                f"the JSONPath {path} is not understood at character {place + 1}: write $.name, $['name'], $.list[0], $.list[*] or $..name"
            )
        steps.append(Step(_key(found), found["deep"] is not None))
        place = found.end()
    return tuple(steps)


def find(document: Any, steps: tuple[Step, ...]) -> list[Any]:
    """Every value the steps lead to, in the document's order; at most ten thousand."""
    found = [document]
    for step in steps:
        found = [value for one in found for value in _step(one, step)][:_MOST]
    return found


def fault(document: Any, check: JsonAssertion) -> str | None:
    """Why a check does not hold, as a clause; None when it does. Of several values found every one must hold. Raises BadPath."""
    values = find(document, parse(check.path))
    if not values:
        return f"{check.path} is not there"
    if check.op == "exists":
        return None
    wrong = next(((value,) for value in values if not holds(value, check.op, check.target)), None)
    if wrong is None:
        return None
    return f"{check.path} is {_shown(wrong[0])}, not {'' if check.op == '==' else check.op + ' '}{_shown(check.target)}"


def holds(value: Any, op: str, target: str | float | bool | None) -> bool:
    """Whether a value compares as it should. A number is never equal to a text or to true; greater and less need two of a kind."""
    match op:
        case "==":
            return _equal(value, target)
        case "!=":
            return not _equal(value, target)
        case "contains":
            return _contains(value, target)
    numbers = _number(value) and _number(target)
    if not numbers and not (isinstance(value, str) and isinstance(target, str)):
        return False
    low, high = bool(value < target), bool(value > target)
    return {">": high, "<": low, ">=": not low, "<=": not high}[op]


def _key(found: re.Match[str]) -> str | int | None:
    if found["index"] is not None:
        return int(found["index"])
    if found["star"] or found["any"]:
        return None
    quoted = found["single"] if found["single"] is not None else found["double"]
    return found["name"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)


def _step(value: Any, step: Step) -> Iterator[Any]:
    yield from _children(value, step.key)
    if step.deep:
        waiting = list(_children(value, None))[::-1]
        while waiting:  # no recursion: the document is the other side's, however deep
            one = waiting.pop()
            yield from _children(one, step.key)
            waiting.extend(list(_children(one, None))[::-1])


def _children(value: Any, key: str | int | None) -> Iterator[Any]:
    match value, key:
        case dict(), None:
            yield from value.values()
        case list(), None:
            yield from value
        case dict(), str() if key in value:
            yield value[key]
        case list(), int() if -len(value) <= key < len(value):
            yield value[key]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal(value: Any, target: Any) -> bool:
    if _number(value) != _number(target) or isinstance(value, bool) != isinstance(target, bool):
        return False
    return bool(value == target)


def _contains(value: Any, target: Any) -> bool:
    match value:
        case str():
            return str(target) in value
        case list():
            return any(_equal(one, target) for one in value)
        case dict():
            return str(target) in value
    return False


def _shown(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
