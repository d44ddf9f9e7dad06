"""Drift of an estate as a value: the deviations of all targets, counted. JSON is this and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from monctl.drift import Deviation, Drift, What
from monctl.plan import Problem

FORMAT_VERSION = 1
_DESCRIBED: Any = {"use_attribute_docstrings": True}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many objects of each."""

    __pydantic_config__ = _DESCRIBED

    changed: int = 0
    deleted: int = 0
    unmarked: int = 0
    missing: int = 0
    copied: int = 0
    spec: int = 0
    """The specs changed, and nobody touched the object: no drift."""
    pending: int = 0
    """Declared and never made: no drift."""
    unchanged: int = 0
    foreign: int = 0
    """Not ours: never judged."""


@dataclass(frozen=True, slots=True)
class Report:
    """Drift of one estate in one environment."""

    __pydantic_config__ = _DESCRIBED

    format_version: int
    """Of this shape; 1."""
    estate: str
    environment: str
    """Empty when the estate has no environments."""
    summary: Counts
    drift: tuple[Deviation, ...] = ()
    """By target; empty: there is none."""
    notes: tuple[Problem, ...] = ()
    """What could not be told."""
    targets: Mapping[str, Counts] = field(default_factory=dict)
    """Every target that was asked."""
    unasked: Mapping[str, str] = field(default_factory=dict)
    """Target → why it could not be asked: nothing is known of it."""
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Per target: names of ids that occur in fields, for people."""

    @property
    def drifted(self) -> bool:
        """Whether there is drift."""
        return bool(self.drift)


def report(found: Iterable[Drift], *, estate: str, environment: str, unasked: Mapping[str, str] | None = None) -> Report:
    """One report of the drift of all targets."""
    every = sorted(found, key=lambda one: one.target)
    targets = {one.target: _counts(one) for one in every}
    return Report(
        FORMAT_VERSION,
        estate,
        environment,
        total(targets.values()),
        tuple(deviation for one in every for deviation in one.deviations),
        tuple(note for one in every for note in one.notes),
        targets,
        dict(unasked or {}),
        {one.target: one.names for one in every if one.names},
    )


def total(counts: Iterable[Counts]) -> Counts:
    """The sum, column by column."""
    sums: Counter[str] = Counter()
    for one in counts:
        sums.update({name: getattr(one, name) for name in Counts.__slots__})
    return Counts(**sums)


def drift_schema() -> dict[str, Any]:
    """The JSON Schema of a report; the texts under the fields are its descriptions."""
    from pydantic import TypeAdapter

    return TypeAdapter(Report).json_schema(mode="serialization")


def _counts(one: Drift) -> Counts:
    found = Counter(deviation.what for deviation in one.deviations)
    return Counts(
        **{what.value: found[what] for what in What}, spec=one.spec, pending=one.pending, unchanged=one.unchanged, foreign=one.foreign
    )
