"""Keeps one estate checked while somebody types: one check at a time, after a pause, and one more when something changed meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path

from monctl.lsp.seen import Seen

PAUSE_S = 0.15
"""Nothing typed for so long: then it is worth a check."""


class Keeper:
    """One estate. All methods belong to the event loop; the check runs in `pool`."""

    def __init__(
        self,
        root: Path,
        pool: Executor,
        look: Callable[[], Callable[[], Seen]],
        *,
        told: Callable[[Keeper], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self.root = root
        self.seen: Seen | None = None
        """The last check."""
        self.good: Seen | None = None
        """The last one in which every file could be read."""
        self._pool = pool
        self._look = look
        """Called in the event loop when a check begins: gives what is to run."""
        self._told = told
        self._failed = failed
        self._wanted = 0
        self._done = 0
        self._stopped = False
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def begun(self) -> bool:
        """Whether a check was ever asked for."""
        return self._wanted > 0

    def touch(self) -> None:
        """Something changed."""
        self._wanted += 1
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._work())

    async def current(self) -> Seen | None:
        """The check of what is there now; None where the estate cannot be checked at all."""
        wanted = self._wanted
        while self._done < wanted and not self._stopped:
            await self._arrived.wait()
        return self.seen

    async def some(self) -> tuple[Seen, ...]:
        """The last check and the last good one, as soon as there is any."""
        while self._done == 0 and not self._stopped:
            await self._arrived.wait()
        both = [one for one in (self.seen, self.good) if one is not None]
        return tuple(dict.fromkeys(both))

    def stop(self) -> None:
        """No more checks; whoever waits for one has what there is."""
        self._stopped = True
        self._arrived.set()
        if self._task is not None:
            self._task.cancel()

    async def _work(self) -> None:
        while self._done < self._wanted:
            await self._pause()
            wanted = self._wanted
            try:
                seen = await asyncio.get_running_loop().run_in_executor(self._pool, self._look())
            except Exception as error:  # noqa: BLE001  # an estate that cannot be checked must not take the others with it
                self._failed(error)
            else:
                before = self.seen.failure if self.seen is not None else None
                self.seen = seen
                if seen.failure is not None and str(seen.failure) != str(before):
                    self._failed(seen.failure)
                if seen.checked.loaded.complete:
                    self.good = seen
            self._done = wanted
            arrived, self._arrived = self._arrived, asyncio.Event()
            arrived.set()
            try:
                self._told(self)
            except Exception as error:  # noqa: BLE001  # as above: what cannot be shown is told to the log, and the next check is made
                self._failed(error)

    async def _pause(self) -> None:
        """Until nothing has changed for a while; the first check begins at once."""
        while self._done > 0:
            wanted = self._wanted
            await asyncio.sleep(PAUSE_S)
            if wanted == self._wanted:
                return
