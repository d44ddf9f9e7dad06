"""Whether a runner keeps up with what it is asked to do: the slots it missed lately for its own sake. Pure but for what it holds."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

WINDOW_S = 60.0
_WORDS = {"late": "came too late", "permit": "found no place among the checks in flight", "busy": "were asked and not heard in time"}
"""Causes of missed slots that say that the runner is too busy, as ends of sentences."""
_SLOW = 0.1
"""Of the time the event loop may stand still before the processor is what lacks."""
_DIVIDE = "ask less often, or divide the monitors between several runners that share one PostgreSQL"


@dataclass(frozen=True, slots=True)
class _Seen:
    at: float
    missed: Mapping[str, float]
    stood_s: float


class Strain:
    """Looked at every few seconds with what was counted since the start."""

    def __init__(self) -> None:
        self._seen: deque[_Seen] = deque()
        self.slow = False
        """The loop itself was late for a tenth of the last minute: more checks at once would make it worse."""

    def look(self, missed: Mapping[str, float], stood_s: float, now: float) -> dict[str, int]:
        """Slots missed within the last minute by cause, those without any left out. `now` is monotonic, in seconds."""
        while len(self._seen) > 1 and self._seen[1].at <= now - WINDOW_S:
            self._seen.popleft()
        self._seen.append(_Seen(now, {cause: missed.get(cause, 0.0) for cause in _WORDS}, stood_s))
        first = self._seen[0]
        self.slow = stood_s - first.stood_s > _SLOW * (now - first.at)
        return {cause: round(count - first.missed[cause]) for cause, count in self._seen[-1].missed.items() if count > first.missed[cause]}


def sentence(missed: Mapping[str, int], at_once: int, *, slow: bool) -> str:
    """What is wrong and what helps; empty when nothing was missed."""
    if not missed:
        return ""
    parts = ", ".join(f"{count} {_WORDS[cause]}" for cause, count in missed.items())
    crowded = "permit" in missed and not slow
    way = f"let more checks run at once (targets.runner.at_once, now {at_once}; each takes file descriptors)" if crowded else _DIVIDE
    return f"too busy: {sum(missed.values())} slots missed in the last minute ({parts}); {way}"
