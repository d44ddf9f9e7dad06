"""How long the event loop stood still, all in all: what was waited for then may have been there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_EVERY_S = 0.1
_ALWAYS_S = 0.02
"""A loop is never quite on time."""


class Standstill:
    """Looks at the loop ten times a second from `begin` to `end`: while something is asked."""

    def __init__(self, told: Callable[[float], None]) -> None:
        """`told` hears of every pause, in seconds."""
        self._told = told
        self._stood_s = 0.0
        self._meant = 0.0
        """When the next look is due, on the loop's clock."""
        self._next: asyncio.TimerHandle | None = None

    @property
    def stood_s(self) -> float:
        """Seconds, the pause that has not ended yet included."""
        return self._stood_s + self._late() if self._next is not None else self._stood_s

    def begin(self) -> None:
        """Again does nothing."""
        if self._next is None:
            self._wait()

    def end(self) -> None:
        """Look no more."""
        if self._next is not None:
            self._count()
            self._next.cancel()
            self._next = None

    def _wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._meant = loop.time() + _EVERY_S
        self._next = loop.call_at(self._meant, self._look)

    def _look(self) -> None:
        self._count()
        self._wait()

    def _count(self) -> None:
        if late := self._late():
            self._stood_s += late
            self._told(late)

    def _late(self) -> float:
        late = asyncio.get_running_loop().time() - self._meant
        return late if late > _ALWAYS_S else 0.0
