"""What a probe is: one way of asking, given once what it needs, asked at each slot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from monctl.program import Datasource
from monctl.resource import SecretRef
from monctl.runner.outcome import Outcome
from monctl.runner.probes.shared import Shared

Network = Literal["public", "private", "any"]
"""Which addresses a probe may reach; link-local and metadata addresses never."""


@dataclass(frozen=True, slots=True)
class Means:
    """What probes share. Made once per bundle; a probe keeps what it needs of it."""

    secrets: Callable[[SecretRef], str]
    """Reads a secret at the moment it is used. Raises UsageError, whose sentence names the reference and never the value."""
    datasources: Mapping[str, Datasource]
    network: Network = "any"
    cursors: Cursors | None = None
    """Where event-window probes (logs, rows since) keep how far they have read; None: in memory only."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """Added to the clean environment of commands."""
    shared: Shared = field(default_factory=Shared)
    """Pools and clients of the datasources, one for all probes of a bundle."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One question."""

    check: str
    """Name of the check: the metric's, or the monitor's for an inline source."""
    slot: float
    """Seconds since the epoch; the time the answer counts for."""
    timeout_s: float
    every_s: float


class Cursors(Protocol):
    """Durable places of event-window probes, one JSON value per check."""

    def load(self, check: str) -> object | None: ...

    def save(self, check: str, place: object) -> None:
        """Called only after the window was read successfully: the next one starts where this one ended."""


class Probe(Protocol):
    """Asks. Never raises for what the target does; an exception is a bug and becomes a Fault. Cancelled when `timeout_s` is over."""

    async def ask(self, ask: Ask) -> Outcome: ...

    async def close(self) -> None:
        """Give back connections. Called once."""
