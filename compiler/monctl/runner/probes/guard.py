"""[I/O] The connectivity guard: while nothing outside answers, a target that does not answer tells of this machine, not of the target."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from monctl.errors import UsageError
from monctl.runner.outcome import Fault, Measured, Outcome
from monctl.runner.probes.any_of import any_of
from monctl.runner.probes.dial import Dial, Line


class Guard:
    """Places that should always answer. Red while none of them does; without places never red.

    Askers share what is under way: however many checks fail at once, one question is out and at most one waits behind it, and each
    asker gets one that began after it asked, so that an old green never vouches for a dead line.
    """

    def __init__(self, places: Iterable[str], *, timeout_s: float = 3.0, line: Line | None = None) -> None:
        """`places` are `host:port`, IPv6 in brackets. Raises UsageError for one that is not."""
        self.places = tuple(place_of(text) for text in places)
        self.timeout_s = timeout_s
        self.line = line or Line()
        self._running: asyncio.Task[bool] | None = None
        self._next: asyncio.Task[bool] | None = None

    async def judge(self, outcome: Outcome) -> Outcome:
        """The outcome, or Fault `guard` in the place of one that says a target is down while the guard is red. Good news is not asked about."""
        if self.places and isinstance(outcome, Measured) and any(reading.values.get("up") == 0.0 for reading in outcome.readings):
            return await self.red() or outcome
        return outcome

    async def red(self) -> Fault | None:
        """Fault `guard` when no place answers now; None when one does, or when there are none."""
        if not self.places:
            return None
        if self._next is None:
            self._next = asyncio.ensure_future(self._after(self._running))
        if await asyncio.shield(self._next):
            return None
        names = ", ".join(f"{host}:{port}" for host, port in self.places)
        return Fault("guard", f"none of the guard's places answers ({names}): this machine seems to be cut off")

    async def close(self) -> None:
        """Drop what is under way. Who still waits is cancelled."""
        tasks = [task for task in (self._running, self._next) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _after(self, before: asyncio.Task[bool] | None) -> bool:
        if before is not None:
            await asyncio.wait({before})
        self._running, self._next = self._next, None
        return await any_of(self._reaches(host, port) for host, port in self.places)

    async def _reaches(self, host: str, port: int) -> bool:
        dial = Dial(self.line, self.timeout_s)
        try:
            async with asyncio.timeout_at(dial.until):
                made = await dial.connect(host, port)
        except (OSError, RuntimeError, ValueError):
            return False
        made.close()
        return True


def place_of(text: str, port: int | None = None) -> tuple[str, int]:
    """Host and port of `host:port`, `[::1]:443`; with a default `port` also of a host or address alone. Raises UsageError."""
    head, colon, tail = text.rpartition(":")
    if text.startswith("["):
        inside, bracket, rest = text[1:].partition("]")
        head, colon, tail = (
            (inside, ":", rest[1:]) if bracket and rest.startswith(":") else (inside if bracket and not rest else "", "", "")
        )
        text = inside
    elif head.count(":"):  # an IPv6 address without brackets has no port
        head, colon, tail = text, "", ""
    if not colon and port is not None and (head or text):
        return head or text, port
    if not head or not tail.isascii() or not tail.isdigit() or not 0 < int(tail) < 65_536:
        raise UsageError(f"'{text}' is not a host and port", hint="write host:443, 192.0.2.1:443 or [2001:db8::1]:443")
    return head, int(tail)
