"""Links threshold sentences: parsed, bound to units, faults at their characters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from monctl.condition import Condition
from monctl.link.scope import Scope
from monctl.misread import Misread
from monctl.source import Origin
from monctl.threshold import ThresholdError, bind, bind_faults, read
from monctl.unit import Unit

Bound = tuple[Condition, str]
"""A condition in the program's form, and its canonical sentence."""


def condition(
    scope: Scope,
    said: Any,
    units: Mapping[str, Unit] | None,
    default: Unit | None,
    origin: Origin,
    *path: str | int,
    address: str,
    name: str,
) -> Bound | None:
    """The condition; None when there is a fault (findings tell).

    `said` is a sentence or the structured form, written at a path below an origin; `name` is what messages call what is measured. Without `units`, when nobody knows
    what is measured, only the sentence itself is looked at.
    """
    if units is not None and isinstance(said, str):
        try:
            return _known(said, tuple(units.items()), default)
        except Misread:
            pass  # it is told below, with its places
    origin = origin.at(*path)
    try:
        parsed = read(said)
    except ThresholdError as error:
        scope.misread("SPEC050", error, origin, address=address)
        return None
    if units is None:
        return None
    try:
        return bind(parsed, units, default, name=name), str(parsed)
    except Misread:
        for fault in bind_faults(parsed, units, default, name=name):
            scope.misread("SPEC051", fault, origin, address=address)
        return None


@lru_cache(maxsize=4096)
def _known(said: str, units: tuple[tuple[str, Unit], ...], default: Unit | None) -> Bound:
    """The same for a sentence that is in order: an estate says the same ones again and again."""
    parsed = read(said)
    return bind(parsed, dict(units), default, name=""), str(parsed)
