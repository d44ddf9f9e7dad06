"""SQLite: a file opened read-only for each query, where an allow list decides what a statement may do."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from monctl.runner.probes.engine import CONNECTIONS, QueryFailed, Rows, Threads, capped
from monctl.runner.probes.trouble import redact

_ALLOWED: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
"""Everything else is refused: ATTACH (which creates a file even under mode=ro), PRAGMA, writes, transactions.

https://www.sqlite.org/c3ref/c_alter_table.html (read 2026-11-21)
"""
_FORBIDDEN: Final = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"})
_STEPS: Final = 5_000
"""Instructions of SQLite's machine between two looks at the clock: less than a millisecond."""
_LONGEST_VALUE: Final = 1024 * 1024


class Sqlite:
    """One database file."""

    def __init__(self, name: str, place: Callable[[], str]) -> None:
        self._place = place
        self._threads = Threads(f"sqlite-{name}", CONNECTIONS)

    async def run(self, query: str, *, limit: int, timeout_s: float) -> Rows:
        """See Engine. `interrupt()` and the progress handler both end a query that takes too long."""
        path = file_of(self._place())
        deadline = time.monotonic() + timeout_s
        given_up: list[bool] = []
        return await self._threads.run(
            lambda: _ask(path, query, limit, deadline, given_up), stop=lambda: given_up.append(True), timeout_s=timeout_s
        )

    async def close(self) -> None:
        await self._threads.close()


def file_of(place: str) -> Path:
    """The file of `sqlite:///relative`, `sqlite:////absolute`, `file:path`, `duckdb:///path` or a plain path."""
    for scheme in ("sqlite:///", "duckdb:///", "file:"):
        if place.startswith(scheme):
            return Path(unquote(place[len(scheme) :].partition("?")[0]))
    return Path(place)


def _ask(path: Path, query: str, limit: int, deadline: float, given_up: list[bool]) -> Rows:
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise QueryFailed("timeout", "it waited too long for its turn")
    if not path.is_file():
        # without this SQLite says "unable to open database file" of a dozen things
        raise QueryFailed("refused", "its file is not there", words="no such file")
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=left_s)) as connection:
            connection.execute("PRAGMA query_only = 1")
            connection.execute("PRAGMA trusted_schema = 0")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            connection.set_authorizer(_allow)
            connection.set_progress_handler(lambda: bool(given_up) or time.monotonic() > deadline, _STEPS)
            with closing(connection.execute(query)) as cursor:
                return capped(cursor.fetchone, tuple(column[0] for column in cursor.description or ()), limit)
    except sqlite3.Error as error:
        raise _failed(error, path) from None


def _allow(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FORBIDDEN:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _failed(error: sqlite3.Error, path: Path) -> QueryFailed:
    told = redact(str(error), str(path))
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_INTERRUPT:
            return QueryFailed("timeout", "the query was stopped: it took too long")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return QueryFailed("timeout", told, words="database is locked")
        case sqlite3.SQLITE_AUTH:
            return QueryFailed("query", f"only SELECT is allowed: {told}")
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_IOERR | sqlite3.SQLITE_PERM:
            return QueryFailed("refused", told)
        case _:
            return QueryFailed("query", told)
