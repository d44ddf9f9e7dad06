"""One runner for `bench.chaos`: everything real but what it measures, which a file says, and whom it tells."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from monctl.bundle import Bundle
from monctl.resource import SecretRef
from monctl.runner import logs
from monctl.runner.checks import Check
from monctl.runner.message import Message
from monctl.runner.notifiers.notifier import Delivered, Notifier, Receiver, Tools
from monctl.runner.notifiers.webhook import Webhook
from monctl.runner.outcome import Measured, Outcome, Reading
from monctl.runner.probes.probe import Ask, Probe
from monctl.runner.reading import read
from monctl.runner.sender import Sender
from monctl.runner.serve import Given, Runner
from monctl.runner.store.leases import PostgresLeases
from monctl.runner.store.postgres import PostgresStore

RUNNER_HEADER = "X-Runner"


@dataclass(frozen=True, slots=True)
class Said:
    """What a runner is started with, as JSON on its command line. Times are seconds."""

    bundle: str
    dsn: str
    name: str
    """Of the store."""
    down: str
    """The file that names the monitors that are down, one a line."""
    every_s: float
    ttl_s: float
    lease_s: float
    """Of a message that is being sent."""
    attempt_s: float


class FromFile:
    """Down while the file says so."""

    def __init__(self, check: Check, file: Path) -> None:
        self._name, self._file = check.monitors[0], file

    async def ask(self, ask: Ask) -> Outcome:
        return Measured((Reading({"up": float(self._name not in self._file.read_text().split())}),))

    async def close(self) -> None:
        """Nothing is held."""


class Signed:
    """A real webhook that says which process sends."""

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        settings = {**receiver.settings, "headers": {RUNNER_HEADER: str(os.getpid())}}
        return await self._webhook.send(dataclasses.replace(receiver, settings=settings), message, stored)

    async def close(self) -> None:
        await self._webhook.close()


class ChaosRunner(Runner):
    """The real one, without a page."""

    def __init__(self, given: Given, said: Said) -> None:
        self._file = Path(said.down)
        super().__init__(given)
        self.sender = Sender(
            self.bundle,
            given.store,
            self.clock,
            lambda: self._notifiers,
            gauges=self.gauges,
            lease_s=said.lease_s,
            attempt_s=said.attempt_s,
        )

    def _probe(self, check: Check) -> Probe:
        return FromFile(check, self._file)

    def _tell(self) -> Notifier:
        return Signed(Webhook(Tools(_no_secret)))

    async def _serve_page(self) -> None:
        await asyncio.Event().wait()


def quick(bundle: Bundle, every_s: float) -> Bundle:
    """The bundle with all monitors asked more often than a spec may say."""
    monitors = {name: dataclasses.replace(one, every_s=every_s, timeout_s=every_s / 2) for name, one in bundle.monitors.items()}
    return dataclasses.replace(bundle, monitors=monitors)


def _no_secret(reference: SecretRef) -> str:
    raise AssertionError(f"no channel here has a secret: {reference}")


async def _run(said: Said) -> None:
    store = PostgresStore(said.dsn, said.name)
    leases = PostgresLeases(store, ttl_s=said.ttl_s, renew_s=said.ttl_s * 0.3, margin_s=said.ttl_s * 0.3)
    given = Given(lambda: quick(read(Path(said.bundle)), said.every_s), _no_secret, Path(), store, leases)
    await ChaosRunner(given, said).run()


if __name__ == "__main__":
    logs.to_stderr("info")
    logging.captureWarnings(capture=True)
    asyncio.run(_run(Said(**json.loads(sys.argv[1]))))
