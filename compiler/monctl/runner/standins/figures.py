"""Probes for what no stand-in on loopback can play: the figures of a machine, and echoes."""

from __future__ import annotations

from collections import defaultdict

from monctl.measure import Host
from monctl.runner.outcome import Measured, Outcome, Reading
from monctl.runner.probes.ping_probe import Echo
from monctl.runner.probes.probe import Ask


class Machine:
    """What it seems to be busy with, by measure; and how its echoes come back."""

    def __init__(self) -> None:
        self.values: defaultdict[str, float] = defaultdict(lambda: 20.0)
        self.loss = 0.0
        """Percent."""
        self.echo_ms = 12.0

    async def echo(self, address: str, within_s: float) -> Echo:
        """A way for PingProbe."""
        return Echo(self.loss, None if self.loss >= 100 else self.echo_ms)


class MachineProbe:
    """A figure of it."""

    def __init__(self, source: Host, machine: Machine) -> None:
        self._source, self._machine = source, machine

    async def ask(self, ask: Ask) -> Outcome:
        return Measured((Reading({"value": self._machine.values[self._source.measure]}),))

    async def close(self) -> None:
        """Nothing is open."""
