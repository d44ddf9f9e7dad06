"""`rules:` of monctl.yaml: the level of a rule by its code or by a prefix of it; the longest one that fits decides. An empty one fits nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from monctl.finding import Finding, Level
from monctl.source import Origin

OFF = "off"
ABOUT_IGNORES = frozenset({"LINT001", "LINT002", "LINT003"})
"""Codes of the rules that run when ignores are applied already."""


@dataclass(frozen=True)
class Levels:
    """The levels an estate wants. Immutable, so the answer for a code is kept."""

    said: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Code or prefix → `error`, `warning`, `info`, `off`."""
    origin: Origin = Origin("")
    """Of the map in monctl.yaml."""

    def of(self, code: str, level: Level) -> Level | None:
        """The level of a finding with this code, `level` unless configured; None where it is switched off."""
        fitting = max((prefix for prefix in self.said if prefix and code.startswith(prefix)), key=len, default=None)
        if fitting is None:
            return level
        wanted = self.said[fitting]
        return None if wanted == OFF else Level(wanted)


def can_be_ignored(code: str) -> bool:
    """Whether a comment can hide findings of this code."""
    return not is_locked(code) and code not in ABOUT_IGNORES


@cache
def is_locked(code: str) -> bool:
    """Whether findings of this code can be neither ignored nor given a level: what is not valid stays so."""
    return code.startswith("SPEC") or code == "SQL001"


def lower(finding: Finding, levels: Levels) -> Finding | None:
    """The finding at its configured level; None where it is switched off."""
    from dataclasses import replace

    if is_locked(finding.code):
        return finding
    wanted = levels.of(finding.code, finding.level)
    if wanted is None or wanted is finding.level:
        return None if wanted is None else finding
    return replace(finding, level=wanted)
