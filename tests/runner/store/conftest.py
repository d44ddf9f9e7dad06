"""The three stores behind the one contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from monctl.runner.store.postgres import PostgresStore
from monctl.runner.store.sqlite import SqliteStore
from monctl.runner.store.store import Store

Opened = Callable[[], Store]


@pytest.fixture(params=["folder", "memory", "postgres"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    """Opens a store that nothing was written to. Called once a test."""
    if request.param == "postgres":
        dsn = request.getfixturevalue("postgres")
        return lambda: PostgresStore(dsn, "shop-prod")
    return lambda: SqliteStore(tmp_path if request.param == "folder" else None)
