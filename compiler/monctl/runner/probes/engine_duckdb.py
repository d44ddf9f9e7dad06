"""DuckDB: a file opened read-only, with access to every other file, to the network and to settings switched off for good."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from monctl.runner.probes.engine import CONNECTIONS, QueryFailed, Rows, Threads, capped
from monctl.runner.probes.engine_sqlite import file_of
from monctl.runner.probes.trouble import redact

if TYPE_CHECKING:
    import duckdb

# https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview (read 2026-11-21); that they hold is tested
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "allow_community_extensions": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "lock_configuration": True,
    "memory_limit": "512MB",
    "threads": 1,
}


class DuckDb:
    """One database file. Opened for each query: an open file would keep its writer out."""

    def __init__(self, name: str, place: Callable[[], str]) -> None:
        self._place = place
        self._threads = Threads(f"duckdb-{name}", CONNECTIONS)

    async def run(self, query: str, *, limit: int, timeout_s: float) -> Rows:
        """See Engine. `interrupt()` ends a query that takes too long."""
        path = file_of(self._place())
        deadline = time.monotonic() + timeout_s
        running: list[duckdb.DuckDBPyConnection] = []
        return await self._threads.run(
            lambda: _ask(path, query, limit, deadline, running), stop=lambda: _stop(running), timeout_s=timeout_s
        )

    async def close(self) -> None:
        await self._threads.close()


def _ask(path: Path, query: str, limit: int, deadline: float, running: list[duckdb.DuckDBPyConnection]) -> Rows:
    try:
        import duckdb
    except ImportError:
        raise QueryFailed("refused", "install it: pip install 'monctl-compiler[more]'", words="DuckDB is not installed here") from None
    if time.monotonic() > deadline:
        raise QueryFailed("timeout", "it waited too long for its turn")
    if not path.is_file():
        raise QueryFailed("refused", "its file is not there", words="no such file")
    try:
        with closing(duckdb.connect(str(path), read_only=True, config=_CONFIG)) as connection:
            running.append(connection)
            statements = connection.extract_statements(query)
            if len(statements) != 1:
                raise QueryFailed("query", f"one statement is allowed, not {len(statements)}")
            if statements[0].type != duckdb.StatementType.SELECT:
                raise QueryFailed("query", f"only SELECT is allowed, not {statements[0].type.name}")
            connection.execute(statements[0])
            return capped(connection.fetchone, tuple(column[0] for column in connection.description or ()), limit)
    except duckdb.InterruptException:
        raise QueryFailed("timeout", "the query was stopped: it took too long") from None
    except duckdb.IOException as error:
        raise QueryFailed("refused", _told(error, path)) from None
    except duckdb.Error as error:
        raise QueryFailed("query", _told(error, path)) from None
    finally:
        running.clear()


def _told(error: duckdb.Error, path: Path) -> str:
    return redact(str(error).partition("\nLINE ")[0], str(path))  # what follows is the query again


def _stop(running: list[duckdb.DuckDBPyConnection]) -> None:
    for connection in list(running):
        with suppress(Exception):  # it may have closed in between, and DuckDB says so with several classes
            connection.interrupt()
