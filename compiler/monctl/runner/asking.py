"""[I/O] Runs checks: permits, time-outs, one run at a time each. What becomes of a run is handed back, never raised."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass

from monctl.errors import MonctlError
from monctl.runner.checks import REACHES, Check
from monctl.runner.gauges import Gauges
from monctl.runner.outcome import Failed, Fault, Measured, Missed, Outcome, Reading
from monctl.runner.probes.probe import Ask, Probe
from monctl.runner.standstill import Standstill

LOG = logging.getLogger("monctl.runner")
_STOOD = 0.25
"""Of a check's time: when the loop stood still for longer while it ran, nobody can say that there was no answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much at once."""

    at_once: int = 500
    """Checks in flight."""
    per_host: int = 20
    """Checks in flight against one host or datasource."""


class Asker:
    """Everything in flight. `arrived(check, slot, outcome)` is called in the task of the run."""

    def __init__(
        self,
        probe: Callable[[Check], Probe],
        arrived: Callable[[Check, float, Outcome], None],
        gauges: Gauges,
        limits: Limits,
        now: Callable[[], float],
    ) -> None:
        self._make, self._arrived, self._gauges, self._limits, self._now = probe, arrived, gauges, limits, now
        self._standstill = Standstill(gauges.stood.inc)
        self._probes: dict[str, Probe] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._permits = asyncio.Semaphore(limits.at_once)
        self._per_host: dict[str, asyncio.Semaphore] = {}

    def begin(self, check: Check, slot: float) -> bool:
        """Start a run; False while the last one is still in flight."""
        if check.id in self._running:
            return False
        self._standstill.begin()
        self._running[check.id] = asyncio.create_task(self._run(check, slot))
        return True

    @property
    def busy(self) -> bool:
        """Whether anything is in flight."""
        return bool(self._running)

    async def idle(self) -> None:
        """Until what is in flight now has arrived."""
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def miss(self, check: Check, slot: float, cause: str) -> None:
        """A slot that was not run."""
        self._gauges.missed.labels(cause).inc()
        self._arrived(check, slot, Missed(cause))

    async def ask(self, check: Check, slot: float) -> Outcome:
        """One run, timed; a probe that raises is a bug of ours and says nothing about its target."""
        try:
            probe = self._probes.get(check.id)
            if probe is None:
                probe = self._probes[check.id] = self._make(check)
            async with asyncio.timeout(check.timeout_s):
                return await probe.ask(Ask(check.id, slot, check.timeout_s, check.every_s))
        except TimeoutError:
            note = f"no answer within {check.timeout_s:g} s"
            if check.source.kind in REACHES:
                return Measured((Reading({"up": 0.0}, note=note),), check.timeout_s)
            return Failed(f"{host(check)}: timeout", note, check.timeout_s)
        except MonctlError as error:  # a secret that is not set, an option that cannot be: for the one who wrote the spec
            return Failed(f"{host(check)}: cannot be asked", str(error))
        except Exception as error:
            LOG.exception("a probe raised", extra={"check": check.id})
            return Fault("bug", f"the probe broke: {type(error).__name__}")

    async def forget(self, only: Collection[str] | None = None) -> None:
        """Close every probe, or those of these checks; they are made anew when asked for."""
        names = list(self._probes) if only is None else [name for name in only if name in self._probes]
        for probe in [self._probes.pop(name) for name in names]:
            await probe.close()

    async def close(self) -> None:
        """Give up what is in flight, and close."""
        self._standstill.end()
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        await self.forget()

    async def _run(self, check: Check, slot: float) -> None:
        try:
            found = await self._in_turn(check, slot)
        finally:
            self._running.pop(check.id, None)
            if not self._running:
                self._standstill.end()
        if isinstance(found, Missed):
            self.miss(check, slot, found.cause)
        else:
            self._arrived(check, slot, found)

    async def _in_turn(self, check: Check, slot: float) -> Outcome:
        """The outcome of a run, when its turn comes; Missed when it does not come in half an interval: that says nothing of the target."""
        lock = self._per_host.setdefault(host(check), asyncio.Semaphore(self._limits.per_host))
        cause = "host"  # first its own: those that wait for a slow host must not hold the places of all others
        try:
            async with asyncio.timeout(check.every_s / 2):
                await lock.acquire()
                cause = "permit"
                try:
                    await self._permits.acquire()
                except BaseException:
                    lock.release()
                    raise
        except TimeoutError:
            return Missed(cause)
        self._gauges.inflight.inc()
        self._gauges.lag.observe(max(0.0, self._now() - slot))
        stood_s = self._standstill.stood_s
        try:
            found = await self.ask(check, slot)
        finally:
            self._gauges.inflight.dec()
            lock.release()
            self._permits.release()
        if _bad(found) and self._standstill.stood_s - stood_s > check.timeout_s * _STOOD:
            self._gauges.missed.labels("busy").inc()
            return Fault("busy", "this runner was too busy itself to hear the answer in time")
        return found


def _bad(found: Outcome) -> bool:
    """Whether an outcome speaks against its target."""
    return isinstance(found, Failed) or (isinstance(found, Measured) and any(one.values.get("up") == 0.0 for one in found.readings))


def host(check: Check) -> str:
    """What a check leans on: the datasource or the host."""
    source = check.source
    for name in ("datasource", "host", "url"):
        if isinstance(found := getattr(source, name, None), str):
            return found.split("/")[2] if "://" in found else found
    return source.kind
