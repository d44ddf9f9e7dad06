"""Time, passed in: a wall clock for what is stored, a monotonic one for waiting. Nothing else in the runner reads a clock."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Where the shell gets the time from."""

    def wall(self) -> float:
        """Seconds since the epoch."""

    def mono(self) -> float:
        """Seconds of a clock that is never set; only differences mean something."""

    async def sleep(self, seconds: float) -> None:
        """Wait on the monotonic clock."""


class SystemClock:
    """The machine's."""

    def wall(self) -> float:
        return time.time()

    def mono(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
