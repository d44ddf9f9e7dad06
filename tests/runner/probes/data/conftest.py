"""What the tests of the data probes share: a bundle's means, one question, a clock that is set by hand, an HTTP server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from monctl.errors import UsageError
from monctl.program import Datasource
from monctl.resource import SecretRef
from monctl.runner.outcome import Outcome
from monctl.runner.probes.probe import Ask, Means, Probe

SLOT = 1_795_000_000.0
"""2026-11-18T11:06:40Z"""


class HandClock:
    """Moves only when it is told to, or slept on."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def wall(self) -> float:
        return SLOT

    def mono(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class DictCursors:
    """Durable for as long as the test."""

    def __init__(self) -> None:
        self.places: dict[str, object] = {}

    def load(self, check: str) -> object | None:
        return self.places.get(check)

    def save(self, check: str, place: object) -> None:
        self.places[check] = place


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def cursors() -> DictCursors:
    return DictCursors()


@pytest.fixture
def means() -> Callable[..., Means]:
    """Means with one datasource `d` of a type; `secrets` are the environment."""

    def made(type: Any = "postgresql", *, secrets: Mapping[str, str] | None = None, **fields: Any) -> Means:
        known = dict(secrets or {})

        def read(reference: SecretRef) -> str:
            name = reference.reference.removeprefix("env:")
            if name not in known:
                raise UsageError(f"the secret env:{name} is not set", hint=f"export {name}")
            return known[name]

        shared = {key: fields.pop(key) for key in ("network", "cursors", "environ") if key in fields}
        given: dict[str, Any] = {
            "name": "d", "type": type, "title": "d", "description": "", "dialect": None, "dsn": SecretRef("env:DSN") if "DSN" in known else None,
            "url": None, "schema": {}, "large_tables": (), "lag_s": 0.0, "retention_s": None, "options": {},
        }  # fmt: skip
        return Means(read, {"d": Datasource(**{**given, **fields})}, **shared)

    return made


@pytest.fixture
def asked() -> Callable[..., Outcome]:
    """What a probe answers: it is made inside a loop, asked, and closed; the last answer of several slots."""

    def run(make: Callable[[], Probe], *, slots: tuple[float, ...] = (SLOT,), every_s: float = 60.0, timeout_s: float = 10.0) -> Outcome:
        async def all_of_it() -> Outcome:
            probe = make()
            try:
                answers = [await probe.ask(Ask("check", slot, timeout_s, every_s)) for slot in slots]
            finally:
                await probe.close()
            return answers[-1]

        return asyncio.run(all_of_it())

    return run


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """The URL of a server that gives every request to the handler."""
    runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.01)  # type: ignore[arg-type]  # it takes any request
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
def asked_of() -> Callable[..., Outcome]:
    """What a probe answers whose datasource is a server on loopback: `make` gets its URL."""

    def run(
        handler: Handler,
        make: Callable[[str], Probe],
        *,
        slots: tuple[float, ...] = (SLOT,),
        every_s: float = 60.0,
        timeout_s: float = 10.0,
    ) -> Outcome:
        async def all_of_it() -> Outcome:
            async with serving(handler) as url:
                probe = make(url)
                try:
                    answers = [await probe.ask(Ask("check", slot, timeout_s, every_s)) for slot in slots]
                finally:
                    await probe.close()
                return answers[-1]

        return asyncio.run(all_of_it())

    return run
