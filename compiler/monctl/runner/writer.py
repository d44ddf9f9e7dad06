"""[I/O through the store] Writes what was decided: one commit for all that came up while the last was written."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import secrets

from monctl.runner.checks import shard
from monctl.runner.clock import Clock
from monctl.runner.company import Company
from monctl.runner.figures import Figures
from monctl.runner.gauges import Gauges
from monctl.runner.post import Post
from monctl.runner.store.store import Commit, Fenced, Store, StoreLost

LOG = logging.getLogger("monctl.runner")
_EVERY_S = 0.05
_AGAIN_S = 1.0


class Writer:
    """Of one engine."""

    def __init__(self, store: Store, post: Post, figures: Figures, gauges: Gauges, clock: Clock, company: Company, idle_s: float) -> None:
        """`idle_s`: without anything to write it still shows so often that it could."""
        self._store, self._post, self._figures, self._gauges, self._clock, self._company = store, post, figures, gauges, clock, company
        self._idle_s = idle_s
        self._writing: Commit | None = None
        self._epochs: dict[int, int] = {}
        """What the shards of `_writing` were held at when it was decided: whoever lost one since must not write it."""
        self._lock = asyncio.Lock()
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.written_at = clock.mono()
        """When the store last took what there was."""

    def wake(self) -> None:
        """Something may have come up."""
        if not self._woken.is_set() and (self._figures.unwritten or not self._post.empty):
            self._woken.set()

    def start(self) -> None:
        """Write whatever comes up, until `close`. While the store is away nothing is lost, and nothing new is told."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Write the rest and end. A commit under way is waited for: one that is cancelled may have been written, and would be again."""
        if self._task is not None:
            async with self._lock:
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self.write()

    async def write(self) -> None:
        """Raises StoreLost (what was to be written is kept, and tried again) or Fenced."""
        async with self._lock:
            if self._writing is None:
                found, held = self._post.take(), self._company.held
                self._epochs = {part: held.get(part, -1) for part in map(shard, (*found.states, *found.groups))}
                # an answer that is lost leaves it open whether it was written: under its id it is written once
                self._writing = None if found.empty else dataclasses.replace(found, id=secrets.token_hex(8))
            if self._writing is not None:
                with self._gauges.commits.time():
                    await self._store.commit(self._writing, shards=self._epochs)
                self._writing = None
            await self._figures.write(self._store)

    def drop(self) -> None:
        """After Fenced: what was decided here counts for nothing, and all is read anew. What people and jobs said stays."""
        dropped = [self._post.take().values, *([self._writing.values] if self._writing is not None else [])]
        self._writing = None
        for values in dropped:
            for name, body in values.items():
                if name.startswith(("beat:", "silence:")):
                    self._post.value(name, body)
        self._company.forget()

    async def _run(self) -> None:
        while True:
            try:
                await self.write()
                self.written_at = self._clock.mono()
                self._gauges.store_lost.set(0)
                with contextlib.suppress(TimeoutError):
                    # not wait_for: in Python 3.11 it swallows a cancellation that comes together with what it waits for
                    async with asyncio.timeout(self._idle_s):
                        await self._woken.wait()
                self._woken.clear()
                await asyncio.sleep(_EVERY_S)
            except Fenced:
                LOG.warning("another runner holds the shard now; what was to be written is dropped")
                self.drop()
            except StoreLost as error:
                self._gauges.store_lost.set(1)
                LOG.error("the store cannot be written; nothing new is told until it can", extra={"why": str(error)})
                await asyncio.sleep(_AGAIN_S)
            except Exception:  # a bug: this task must outlive it, or the runner would go on checking and tell nobody
                self._gauges.store_lost.set(1)
                LOG.exception("writing raised")
                await asyncio.sleep(_AGAIN_S)
