"""The real engine on a stage: probes that answer from a script, a store in memory or a folder, virtual time."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from monctl.bundle import Bundle
from monctl.runner.asking import Limits
from monctl.runner.checks import Check
from monctl.runner.engine import Engine
from monctl.runner.outcome import Measured, Outcome, Reading
from monctl.runner.probes.probe import Ask
from monctl.runner.store.sqlite import SqliteStore
from monctl.runner.store.store import Commit, Row, RowState, StoreLost
from tests.runner.core.table import estate
from tests.runner.virtual import VirtualClock

START = 1_767_600_000.0
"""2026-01-05 08:00 UTC, a Monday."""
ALL: tuple[RowState, ...] = ("new", "leased", "sent", "retry", "dead", "superseded")
Script = Callable[[str, float], Outcome | Awaitable[Outcome]]
"""(check, seconds since START) → what it answers."""
UP = Measured((Reading({"up": 1.0, "value": 1.0, "response_time": 5.0}),))
DOWN = Measured((Reading({"up": 0.0, "value": 99.0, "response_time": 5.0}, note="refused"),))


def falls(since: float, until: float = math.inf, *, only: str = "") -> Script:
    """Down for so long, every check or one."""
    return lambda check, at: DOWN if since <= at < until and only in {"", check} else UP


def given(text: str) -> Bundle:
    """The bundle of an estate written as one text."""
    with TemporaryDirectory() as folder:
        return estate(text, Path(folder) / "estate")


class Probe:
    """Asks the script."""

    def __init__(self, stage: Stage, check: Check) -> None:
        self._stage, self._check = stage, check
        self.closed = False
        stage.probes.append(self)

    async def ask(self, ask: Ask) -> Outcome:
        assert not self.closed
        self._stage.asked.append((self._check.id, ask.slot))
        found = self._stage.script(self._check.id, self._stage.clock.wall() - START)
        return await found if isinstance(found, Awaitable) else found

    async def close(self) -> None:
        self.closed = True


class BreakableStore(SqliteStore):
    """A store that can be away."""

    lost = False

    async def commit(self, commit: Commit, *, shards: object = None) -> None:
        if self.lost:
            raise StoreLost("the store is away")
        await super().commit(commit)

    async def record(self, measurements: Sequence[object]) -> None:
        if self.lost:
            raise StoreLost("the store is away")
        await super().record(measurements)  # type: ignore[arg-type] # passed on


class _Bugs(logging.Handler):
    """Notes what was logged with a traceback."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.found.add(record.getMessage())


class Stage:
    """One engine at a time over one store; all within `tests.runner.virtual.run`."""

    def __init__(self, text: str, script: Script = lambda *_: UP, *, limits: Limits | None = None, at: float = START) -> None:
        self.bundle, self.script, self.limits = given(text), script, limits
        self.clock = VirtualClock(at)
        self.asked: list[tuple[str, float]] = []
        self.probes: list[Probe] = []
        self.store = BreakableStore(None, clock=self.clock.wall)
        self.engine = self._engine()
        self._task: asyncio.Task[None] | None = None
        self._bugs = _Bugs()
        self.expected_bugs: set[str] = set()
        """What the log may say of exceptions that are bugs; anything else fails the test."""

    def _engine(self) -> Engine:
        return Engine(self.bundle, self.store, self.clock, lambda check: Probe(self, check), limits=self.limits, poll_s=10.0)

    async def __aenter__(self) -> Self:
        logging.getLogger("monctl.runner").addHandler(self._bugs)
        await self.begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()
        await self.store.close()
        logging.getLogger("monctl.runner").removeHandler(self._bugs)
        assert self._bugs.found == self.expected_bugs
        assert all(probe.closed for probe in self.probes)

    async def begin(self) -> None:
        """Start the runner."""
        self.engine = self._engine()
        await self.engine.load()
        self._task = asyncio.create_task(self.engine.run())

    async def end(self) -> None:
        """Stop it, or find out why it stopped."""
        self.engine.stop()
        if self._task is not None:
            await self._task
            self._task = None

    async def crash(self) -> None:
        """It is gone: what was not written is lost."""
        assert self._task is not None
        commit = self.store.lost
        self.store.lost = True
        await self.end()
        self.store.lost = commit

    async def restart(self, *, after: float = 0.0) -> None:
        """Stop, wait, start."""
        await self.end()
        await asyncio.sleep(after)
        await self.begin()

    async def until(self, at: float) -> None:
        """Let time pass up to so many seconds after START, wherever the wall clock is."""
        await asyncio.sleep(at - (self.clock.wall() - START))

    async def order(self, kind: str, **body: object) -> None:
        """Somebody asks for something."""
        await self.store.order(kind, "ana", self.clock.wall(), body)

    async def rows(self) -> list[Row]:
        return await self.store.outbox(states=ALL, limit=100_000)

    async def told(self) -> list[str]:
        """`page firing site`: each message in order, with the monitors it tells of."""
        return [
            f"{row.letter.receiver} {row.letter.message.kind} {', '.join(item.monitor for item in row.letter.message.items)}"
            for row in await self.rows()
        ]

    async def told_at(self) -> list[tuple[float, str]]:
        """The same with the seconds after START."""
        return [(round(row.letter.message.now - START, 3), said) for row, said in zip(await self.rows(), await self.told(), strict=True)]

    def slot(self, check: str, after: float = 0.0) -> float:
        """The first slot of a check after so many seconds, in seconds after START."""
        return self.engine.checks[check].next_slot(START + after) - START
