"""The real runner under a clock that jumps from one thing that is due to the next: hours of an estate in seconds.

Nothing else is different: checks are asked over loopback, messages are sent to somebody who takes them, everything is written to a store.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from monctl.bundle import Bundle
from monctl.runner.checks import Check
from monctl.runner.message import Kind, Message
from monctl.runner.notifiers.notifier import Delivered, Notifier, Receiver, Sent
from monctl.runner.notifiers.registry import Notifiers
from monctl.runner.probes.probe import Probe
from monctl.runner.serve import Given, Runner
from monctl.runner.standins.around import Around
from monctl.runner.store.sqlite import SqliteStore

GRAIN_S = 5.0
"""How far the clock jumps at least: what falls due within it is asked together, at most so late."""


class ManualClock:
    """Stands still until it is moved."""

    def __init__(self, at: float) -> None:
        self._at = at

    def wall(self) -> float:
        return self._at

    def mono(self) -> float:
        return self._at

    async def sleep(self, seconds: float) -> None:
        """Nobody waits for a clock that stands still."""
        await asyncio.sleep(0)

    def move(self, to: float) -> None:
        """To a later time."""
        self._at = max(self._at, to)


@dataclass(frozen=True, slots=True)
class Told:
    """One message that somebody has."""

    at: float
    """Seconds since the epoch."""
    receiver: str
    """A channel, or `person:NAME/KIND`."""
    kind: Kind
    message: Message


class Accelerated(Runner):
    """A runner among stand-ins. `async with`, then `until(time)`; `told` grows."""

    def __init__(self, bundle: Bundle, around: Around, at: float) -> None:
        self._around = around
        self.manual = ManualClock(at)
        self.told: list[Told] = []
        self.failed: list[str] = []
        """Why messages were not taken."""
        self.each: list[tuple[float, Callable[[float], Awaitable[None]]]] = []
        """(seconds, what happens so often)."""
        self._next: dict[int, float] = {}
        store = SqliteStore(None, clock=self.manual.wall)
        super().__init__(Given(lambda: bundle, around.secrets, Path(), store, clock=self.manual))

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.close()
        await self._close()

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self.manual.wall()

    async def until(self, at: float) -> None:
        """Everything that is due until then."""
        while True:
            await self._happen()
            for database in self._around.databases.values():
                database.move(self.now)
            await self.engine.round()
            while await self.sender.send_due():
                pass
            if self.now >= at:
                return
            due = [time for time in (self.engine.next_at(), *self._next.values()) if time is not None]
            jump = max(min(due, default=at), self.now + GRAIN_S)
            self.manual.move(min(math.ceil(jump / GRAIN_S) * GRAIN_S, at))

    async def order(self, kind: str, body: Mapping[str, object], *, by: str = "somebody") -> None:
        """What a person asks for on the command line: an `ack`, a `silence`."""
        await self.given.store.order(kind, by, self.now, dict(body))

    def unknown(self) -> dict[str, str]:
        """Monitors that were never evaluated, or cannot be: name → why."""
        found = {}
        for name in self.engine.watches:
            state = self.engine.states.get(name)
            if state is None or not state.slot:
                found[name] = "never evaluated"
            elif state.health.bad_since is not None:
                found[name] = f"{state.health.cause}: {state.health.note}"
        return found

    async def _happen(self) -> None:
        for place, (every_s, work) in enumerate(self.each):
            if self._next.setdefault(place, self.now) <= self.now:
                await work(self.now)
                self._next[place] = self.now + every_s

    def _probe(self, check: Check) -> Probe:
        return self._around.probe(check.source, self._cursors)

    def _tell(self) -> Notifier:
        return _Heard(self._around, self)


class _Heard:
    """A notifier that notes what was taken, when and by whom."""

    def __init__(self, around: Around, runner: Accelerated) -> None:
        self._around, self._runner = around, runner
        self._real: Notifiers | None = None

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        if self._real is None:  # now the stand-ins have their ports
            self._real = Notifiers(self._around.tools())
        found = await self._real.send(receiver, message, stored)
        if isinstance(found, Sent):
            self._runner.told.append(Told(self._runner.now, receiver.name, message.kind, message))
        else:
            self._runner.failed.append(f"{receiver.name}: {found.why}")
        return found

    async def close(self) -> None:
        if self._real is not None:
            await self._real.close()
