"""Signs of life in the store: which runner looks after which monitors, and when it did last. Without one, what is fine cannot be told from what nobody looks at."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monctl.decode import from_json
from monctl.program import to_json
from monctl.resource import Json
from monctl.runner.checks import shard

PREFIX = "runner:"
EVERY_S = 10.0
FRESH_S = 45.0
"""A runner that said nothing for so long is not at work."""
KEPT_S = 7 * 86_400.0
"""Signs of life of runners that are gone are kept so long, for whoever asks when the last one was seen."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What one runner says of itself. Times are seconds since the epoch."""

    id: str
    """Host, process, and a few letters."""
    at: float
    started: float
    shards: tuple[int, ...] | None = None
    """The parts it holds; None: it works alone."""
    waiting: tuple[str, ...] = ()
    """Monitors it looks after and has no result of yet."""
    wrong: Mapping[str, str] = field(default_factory=dict)
    """What is wrong with it; empty: it is well."""
    stopped: bool = False
    """It ended on purpose."""

    def working(self, now: float) -> bool:
        """Whether it is at work."""
        return not self.stopped and now - self.at <= FRESH_S


def new_id() -> str:
    """Of one runner: host, process, and a few letters, since every container has a process 1."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"


def record(pulse: Pulse) -> dict[str, Json]:
    """As a named value of the store."""
    return {f"{PREFIX}{pulse.id}": to_json(pulse)}


def pulses(values: Mapping[str, Json]) -> list[Pulse]:
    """Of the store's values under `PREFIX`, the newest first."""
    return sorted((from_json(Pulse, body) for body in values.values()), key=lambda one: one.at, reverse=True)


def gone(values: Mapping[str, Json], now: float) -> dict[str, Json | None]:
    """The values of runners nobody has heard of for a week, to be removed."""
    return {f"{PREFIX}{one.id}": None for one in pulses(values) if now - one.at > KEPT_S}


class Looks:
    """Which monitors somebody looks at now, of the signs of life of all runners, the newest first."""

    def __init__(self, found: Sequence[Pulse], now: float) -> None:
        self._now = now
        self._whole = next((one for one in found if one.shards is None), None)
        self._parts: dict[int, Pulse] = {}
        for one in found:
            for part in one.shards or ():
                self._parts.setdefault(part, one)
        self._waiting: dict[str, frozenset[str]] = {one.id: frozenset(one.waiting) for one in found}

    def fresh(self, monitor: str, every_s: float) -> bool:
        """Whoever looks after it gave a sign of life within three of its intervals."""
        newest = self._of(monitor)
        return newest is not None and self._now - newest.at <= max(3 * every_s, FRESH_S)

    def waiting(self, monitor: str) -> bool:
        """Whoever looks after it has no result yet."""
        newest = self._of(monitor)
        return newest is not None and monitor in self._waiting[newest.id]

    def _of(self, monitor: str) -> Pulse | None:
        part = self._parts.get(shard(monitor)) if self._parts else None
        if part is None or self._whole is None:
            return part or self._whole
        return max(part, self._whole, key=lambda one: one.at)
