"""[I/O] Connects to a TCP port."""

from __future__ import annotations

import asyncio

from monctl.measure import Tcp
from monctl.runner import outcome
from monctl.runner.outcome import Measured, Reading
from monctl.runner.probes import mishap
from monctl.runner.probes.dial import Dial, Line
from monctl.runner.probes.probe import Ask, Means


class TcpProbe:
    """Values `up`, `response_time` (ms, looking the name up included)."""

    def __init__(self, source: Tcp, means: Means, *, line: Line | None = None) -> None:
        self.source = source
        self.line = line or Line(means.network)

    async def ask(self, ask: Ask) -> outcome.Outcome:
        """One connection, closed at once; nothing is sent."""
        dial = Dial(self.line, ask.timeout_s)
        try:
            async with asyncio.timeout_at(dial.until):
                made = await dial.connect(self.source.host, self.source.port)
        except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: uvloop's for some that fail while connecting
            return mishap.outcome(error, f"{self.source.host}:{self.source.port}", dial)
        took_s = dial.took_s
        made.close()
        return Measured((Reading({"up": 1.0, "response_time": took_s * 1000}, note=timings(dial)),), took_s)

    async def close(self) -> None:
        """Nothing is kept between checks."""


def timings(dial: Dial) -> str:
    """Where the time went: `lookup 3 ms, connection 12 ms`."""
    parts = (("lookup", dial.lookup_s), ("connection", dial.connect_s or 0.0))
    return ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in parts if seconds)
