"""Points the contract suite at the emulators behind HTTP on loopback, or at a server of somebody's own."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monctl.sandbox.place import Sandbox
from monctl.sandbox.server import Server as Loopback
from monctl.target import discover
from tests.contract.scratch import TARGETS, Scratch, Server, scratch, servers

SERVERS = servers(os.environ)
"""Read here, before every test hides its caller's environment."""
_LOOPBACK = ["127.0.0.1", "::1"]


def each_target() -> list[Any]:
    """The targets; one that is pointed at a real server may reach that server's addresses."""
    return [
        pytest.param(name, marks=[pytest.mark.allow_hosts([*_LOOPBACK, *SERVERS[name].addresses])] if name in SERVERS else [])
        for name in TARGETS
    ]


@pytest.fixture(params=each_target())
def provider(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a target whose provider is there, by HTTP."""
    target: str = request.param
    monkeypatch.setenv("CONTRACT_HOOK", "https://hooks.slack.com/services/T000/B000/nobody")
    monkeypatch.setenv("CONTRACT_KEY", "0" * 32)
    if target in SERVERS:
        _open(SERVERS[target], monkeypatch)
        yield target
        return
    with Sandbox(tmp_path / "sandbox", discover().values()) as sandbox, Loopback(sandbox) as server:
        for name, value in sandbox.environment(server.url).items():
            monkeypatch.setenv(name, value)
        yield target


@pytest.fixture
def estate(provider: str, tmp_path: Path) -> Iterator[Scratch]:
    """A scratch estate at the provider."""
    with scratch(provider, tmp_path) as made:
        yield made


def _open(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gives back what the caller said of this target, and the way to its host."""
    for name, value in server.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(f"MONCTL_{server.target.upper()}_URL", server.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, f"{os.environ[name]},{server.host}")
    guarded = socket.getaddrinfo

    def resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host != server.host:
            return guarded(host, *args, **kwargs)
        return [found for address in server.addresses for found in _numeric(address, *args, **kwargs)]

    def _numeric(address: str, *args: Any, **kwargs: Any) -> Any:
        try:
            return RESOLVE(address, *args, **kwargs)
        except socket.gaierror:
            return []  # of another family than asked for

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


RESOLVE = socket.getaddrinfo
"""As it is outside of the tests."""
