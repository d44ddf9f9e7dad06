"""How a monitor stands, for those that depend on it, composites and the page."""

from __future__ import annotations

from typing import Literal

from monctl.runner.core.level import Level, Phase
from monctl.runner.core.state import MonitorState
from monctl.runner.core.watch import NONE, Watch
from monctl.runner.core.world import Standing


def standing(watch: Watch, state: MonitorState) -> Standing:
    """How it stands: a firing one keeps firing while it cannot be asked, any other is unknown then."""
    levels = [instance.levels for instance in state.instances.values()]
    firing = min((rank_of(watch, one) for one in levels), default=NONE)
    at, down = state.known, _down(watch, state)
    if firing < NONE:
        return Standing("firing", firing, down, at)
    if not state.known or state.outcome in {"nothing", "failed", "fault"}:
        return Standing("unknown", NONE, at=at)
    pending = min((rank_of(watch, one, Phase.PENDING) for one in levels), default=NONE)
    return Standing("pending", pending, down, at) if pending < NONE else Standing("ok", NONE, at=at)


def rank_of(watch: Watch, levels: tuple[Level, ...], phase: Phase | None = None) -> int:
    """Rank of the most severe alert that is on (or in this phase); NONE when none is."""
    if not levels:
        return NONE
    for rung in watch.rungs:
        for level in levels[rung.first : rung.first + len(rung.predicates)]:
            if level.active if phase is None else level.phase is phase:
                return rung.severity.rank
    return NONE


def word_of(watch: Watch, levels: tuple[Level, ...]) -> str:
    """Where an instance stands, for history: `ok`, `pending`, or the severity."""
    rank = rank_of(watch, levels)
    if rank < NONE:
        return watch.rung(rank).severity.name
    return "pending" if any(level.phase is Phase.PENDING for level in levels) else "ok"


def _down(watch: Watch, state: MonitorState) -> Literal["", "pending", "firing"]:
    """Only a `down` of the most severe alert, and only while it can be evaluated: whoever knows nothing mutes nobody."""
    if state.health.incident is not None:
        return ""
    found = [
        level
        for rung in watch.rungs
        if rung.severity.rank == 0
        for instance in state.instances.values()
        for one, level in zip(rung.predicates, instance.levels[rung.first :], strict=False)
        if one.term.kind == "down"
    ]
    if any(level.active for level in found):
        return "firing"
    return "pending" if any(level.phase is Phase.PENDING for level in found) else ""
