"""Severities for what a provider knows by delay or priority only: the estate's own, or in a new one those that are asked for. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from monctl.program import Program
from monctl.resource import Json
from monctl.saying import SaidObject

Urgency = Literal["high", "low"]

_USUAL = ("critical", "warning", "notice", "info")
_RANKS = {
    **dict.fromkeys(("critical", "emergency", "fatal"), 0),
    **dict.fromkeys(("high", "error", "major"), 1),
    **dict.fromkeys(("medium", "warning", "minor"), 2),
    **dict.fromkeys(("low", "notice"), 3),
    **dict.fromkeys(("info", "information"), 4),
}
_NUMBERED = re.compile(r"(?:p|s|sev)-?([0-9])", re.IGNORECASE)


@dataclass
class Ladder:
    """The scale of one estate while it is being said."""

    program: Program
    fresh: bool
    """The scale is made by this import."""
    _asked: dict[str, Urgency] = field(default_factory=dict)
    _sure: set[str] = field(default_factory=set)
    """Those whose urgency was said: the first word counts."""

    def step(self, place: int, *, below: str | None = None) -> str | None:
        """The severity `place` steps down from the most severe, or from `below`; None where the scale ends."""
        names = self._names(below)
        at = (names.index(below) if below in names else 0) + place
        if at >= len(names):
            return None
        return self._use(names[at])

    def named(self, name: str, urgency: Urgency | None = None) -> str | None:
        """The severity of this name, where the estate has it; in a new one, where it is a name that severities have."""
        if not self.fresh:
            return name if name in self.program.severities else None
        if rank(name) is None or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
            return None
        return self._use(name, urgency)

    def urgent(self, urgency: Urgency) -> str | None:
        """The most severe one of this urgency; in a new estate `critical` and `warning`."""
        if self.fresh:
            return self._use("critical" if urgency == "high" else "warning", urgency)
        fitting = (one for one in self.program.severities.values() if ("high" if one.pages or one.urgency == "high" else "low") == urgency)
        return next((one.name for one in fitting), None)

    def pages(self, name: str) -> bool:
        """Whether a severity that was given reaches people at any hour."""
        return self._asked[name] == "high" if self.fresh else self.program.severities[name].pages

    def objects(self) -> list[SaidObject]:
        """The severities of a new estate, most severe first."""
        ordered = sorted(self._asked, key=lambda name: (rank(name) or 0, name))
        return [SaidObject("severities", name, self._spec(name), support=True) for name in ordered]

    def _names(self, below: str | None) -> list[str]:
        if not self.fresh:
            return list(self.program.severities)
        numbered = _NUMBERED.fullmatch(below or "")
        if below is not None and numbered is not None:
            return [f"{below[: -len(numbered[1])]}{number}" for number in range(int(numbered[1]), 10)]
        if below is not None and below not in _USUAL:
            return [below, *(name for name in _USUAL if (rank(name) or 0) > (rank(below) or 0))]
        return list(_USUAL)

    def _use(self, name: str, urgency: Urgency | None = None) -> str:
        if self.fresh and (name not in self._asked or (urgency is not None and name not in self._sure)):
            self._asked[name] = urgency or ("high" if rank(name) == 0 else "low")
            if urgency is not None:
                self._sure.add(name)
        return name

    def _spec(self, name: str) -> dict[str, Json]:
        """The urgency, which else would follow from the place; the most severe of all is high in every place it can have."""
        return {} if rank(name) == 0 and self._asked[name] == "high" else {"urgency": self._asked[name]}


def rank(name: str) -> int | None:
    """How severe a name sounds, 0 most; None for a name that is no severity's."""
    if (numbered := _NUMBERED.fullmatch(name)) is not None:
        return int(numbered[1])
    return _RANKS.get(name.lower())
