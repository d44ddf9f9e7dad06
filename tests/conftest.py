"""What every test stands on: the repository's root, the vendors' published schemas, and an environment without secrets or network."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT.parent / "shared" / "vendor"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "", None})
OURS = ("MONCTL_", "SENTRY_", "UPTIMEROBOT_", "GRAFANA_", "PAGERDUTY_", "GITHUB_")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def vendor_schema() -> Callable[[str], Any]:
    """Reads one of the vendors' published schemas by file name; skips where they are not beside the repository."""

    def read(name: str) -> Any:
        path = VENDOR / name
        if not path.is_file():
            pytest.skip(f"the vendors' schemas are reference data outside the repository: no {name} in ../shared/vendor")
        return json.loads(path.read_text(encoding="utf-8"))

    return read


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credential, setting or terminal of the person who runs the tests reaches them."""
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of other machines do not resolve here, and programs that tests start reach a dead proxy instead of the network.

    pytest-socket refuses the connections themselves.
    """
    resolve = socket.getaddrinfo

    def guarded(host: Any, *args: Any, **kwargs: Any) -> Any:
        if (host.decode() if isinstance(host, bytes) else host) not in LOOPBACK:
            raise socket.gaierror(socket.EAI_NONAME, f"the tests resolve loopback only, not {host!r}")
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", guarded)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1,::1,localhost")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,::1,localhost")
