"""The machine the runner stands on: cpu, memory and disk in percent, load as a number, network and disk_io in bytes a second."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Final

import psutil

from monctl.measure import Host
from monctl.runner.clock import Clock, SystemClock
from monctl.runner.outcome import Failed, Measured, Nothing, Outcome, Reading
from monctl.runner.probes.mishap import fault_of
from monctl.runner.probes.probe import Ask, Means

_FIRST_S: Final = 1.0
"""Over this long the first share or rate is taken; later ones are taken since the last run."""

Counter = tuple[float, float]
"""What grows, and what it is divided by: busy and whole CPU seconds, or bytes and seconds of the clock."""


class HostProbe:
    """One figure."""

    def __init__(self, source: Host, means: Means, *, clock: Clock | None = None) -> None:
        self._source = source
        self._clock = clock or SystemClock()
        self._before: Counter | None = None

    async def ask(self, ask: Ask) -> Outcome:
        """A figure of this moment, or of the time since the last run for what is a share of time or a rate."""
        begin = self._clock.mono()
        try:
            value = await self._value(ask)
        except (OSError, MemoryError, psutil.Error, NotImplementedError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
            note = f"host {self._source.measure}: {why}" + (f" ({self._source.path})" if self._source.measure == "disk" else "")
            return fault_of(error) or Failed(f"host {self._source.measure}: {why}", note, self._clock.mono() - begin)
        took_s = self._clock.mono() - begin
        if value is None:
            return Nothing(f"the counters of {self._source.measure} did not move on", took_s)
        return Measured((Reading({"value": value}),), took_s)

    async def close(self) -> None:
        """Nothing is kept open."""

    async def _value(self, ask: Ask) -> float | None:
        match self._source.measure:
            case "memory":
                return float(psutil.virtual_memory().percent)
            case "disk":
                # a hung network file system must not hold the loop
                return float((await asyncio.to_thread(psutil.disk_usage, self._source.path)).percent)
            case "load":
                return os.getloadavg()[0]
            case "cpu":
                share = await self._grown(ask, _cpu)
                return None if share is None else min(100.0, share * 100)
            case "network":
                return await self._grown(ask, lambda: (_network(), self._clock.mono()))
            case "disk_io":
                return await self._grown(ask, lambda: (_disk(), self._clock.mono()))

    async def _grown(self, ask: Ask, read: Callable[[], Counter]) -> float | None:
        """Growth of the counter over growth of its divisor; None where that tells nothing: it was set back, or no time went by."""
        if self._before is None:
            self._before = read()
            await self._clock.sleep(min(_FIRST_S, ask.timeout_s / 4))
        now = read()
        (counted, whole), self._before = self._before, now
        if now[0] < counted or now[1] <= whole:
            return None
        return (now[0] - counted) / (now[1] - whole)


def _cpu() -> Counter:
    times = psutil.cpu_times()
    # guest time is counted in user time as well: https://www.kernel.org/doc/html/latest/filesystems/proc.html (read 2026-11-21)
    whole = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
    return whole - times.idle - getattr(times, "iowait", 0.0), whole


def _network() -> float:
    """Bytes in and out, of everything but the machine talking to itself."""
    cards = psutil.net_io_counters(pernic=True)
    return float(sum(card.bytes_sent + card.bytes_recv for name, card in cards.items() if name != "lo" and not name.startswith("lo0")))


def _disk() -> float:
    """Bytes read and written; a machine without disks of its own has none."""
    counters = psutil.disk_io_counters()
    if counters is None:
        raise NotImplementedError("this machine tells nothing of its disks")
    return float(counters.read_bytes + counters.write_bytes)
