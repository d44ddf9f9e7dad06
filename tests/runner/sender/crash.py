"""A day of a runner in which it dies at one moment and is started again: what the receiver has in the end.

Run as a program it really dies there: `python -m tests.runner.sender.crash BUNDLE FOLDER CALL WHEN`.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from monctl.bundle import Bundle
from monctl.runner.checks import Check
from monctl.runner.engine import Engine
from monctl.runner.gauges import Gauges
from monctl.runner.message import Message
from monctl.runner.notifiers.notifier import Delivered, Receiver, Sent
from monctl.runner.outcome import Measured, Outcome, Reading
from monctl.runner.probes.probe import Ask
from monctl.runner.reading import read
from monctl.runner.sender import Sender
from monctl.runner.store.sqlite import SqliteStore
from monctl.runner.store.store import Store
from tests.runner.sender.shop import Still
from tests.runner.store.letters import NOW

SERIES = "UDDDUUUDDDUUU"
"""Up and down, a letter for each slot: two incidents, from their start to their end."""
EVERY_S = 30.0
CALLS = ("commit", "record", "claim", "thread", "send", "settle", "states", "groups", "values", "orders")


class Died(BaseException):
    """The process is gone."""


@dataclass
class Fate:
    """When it dies: at this call, before it or after it."""

    call: int = 0
    """Counted from 1; 0: never."""
    name: str = ""
    """Only calls of this name are counted; empty: all."""
    after: bool = False
    really: bool = False
    """SIGKILL, not an exception."""
    calls: list[str] = field(default_factory=list)

    async def around(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        """Do it, unless the process dies."""
        if not self.name or name == self.name:
            self.calls.append(name)
            if len(self.calls) == self.call:
                if self.after:
                    await work()
                self._die()
        return await work()

    def _die(self) -> None:
        if self.really:
            os.kill(os.getpid(), signal.SIGKILL)
        raise Died


class Fated:
    """A store whose every call may be the last."""

    def __init__(self, store: Store, fate: Fate) -> None:
        self._store, self._fate = store, fate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name not in CALLS:
            return found
        return lambda *given, **named: self._fate.around(name, lambda: found(*given, **named))


class Box:
    """The other side: a file that outlives the runner. A line is a message that arrived."""

    def __init__(self, path: Path, fate: Fate) -> None:
        self._path, self._fate = path, fate

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        return cast("Delivered", await self._fate.around("send", lambda: self._take(message)))

    async def close(self) -> None:
        """Nothing is held."""

    async def _take(self, message: Message) -> Delivered:
        with self._path.open("a") as file:
            item = message.items[0]
            file.write(f"{item.monitor}#{item.incident.rpartition('#')[2]} {message.kind} {message.dedup_key}\n")
        return Sent()


class Series:
    """Up or down by the slot."""

    async def ask(self, ask: Ask) -> Outcome:
        place = int((ask.slot - NOW) // EVERY_S)
        return Measured((Reading({"up": float(SERIES[min(place, len(SERIES) - 1)] == "U")}),))

    async def close(self) -> None:
        """Nothing is held."""


async def live(bundle: Bundle, folder: Path, fate: Fate, begin: float = NOW) -> None:
    """Run the day from `begin` on, until it is over or the process dies."""
    clock = Still(begin)
    store = SqliteStore(folder / "store", clock=clock.wall)
    fated = cast("Store", Fated(store, fate))
    box = Box(folder / "box", fate)
    try:
        engine = Engine(bundle, fated, clock, _probe)
        sender = Sender(bundle, fated, clock, lambda: box, gauges=Gauges())
        await engine.load()
        while clock.at < NOW + (len(SERIES) + 2) * EVERY_S:
            (folder / "now").write_text(f"{clock.at}")
            await engine.round()
            await sender.send_due()
            clock.at += 15.0
    except Died:
        pass
    finally:
        await store.close()


def _probe(check: Check) -> Series:
    return Series()


def last_seen(folder: Path) -> float:
    """When the process was last alive; the beginning, if it died before its first round."""
    return float((folder / "now").read_text()) if (folder / "now").exists() else NOW


def arrived(folder: Path) -> list[tuple[str, str, str]]:
    """(incident, kind, key) of what arrived, in order."""
    lines = (folder / "box").read_text().splitlines() if (folder / "box").exists() else []
    return [(words[0], words[1], words[2]) for words in map(str.split, lines)]


if __name__ == "__main__":
    _, path, place, call, when = sys.argv
    name, _, number = call.partition(":")
    asyncio.run(live(read(Path(path)), Path(place), Fate(int(number), name, after=when == "after", really=True)))
