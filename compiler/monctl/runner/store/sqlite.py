"""[I/O] The store of one process: SQLite, state and results in two files, so that forgetting history never holds up an alert."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from monctl.errors import UsageError
from monctl.resource import Json
from monctl.runner.core.effect import Chronicle, Transition
from monctl.runner.store.store import Commit, Forwarded, Letter, Measurement, Order, Row, RowState, StoreLost
from monctl.runner.store.tables import (
    DUE,
    RESULTS,
    ROW,
    TABLES,
    VERSION,
    WRITTEN_S,
    chronicle_of,
    day,
    ends_untold,
    loaded,
    measurement_of,
    order_of,
    plain,
    row_of,
    superseded,
    text,
    transition_of,
)

Made = TypeVar("Made")
_WORDS = {"serial": "INTEGER PRIMARY KEY AUTOINCREMENT", "number": "REAL"}
_BUSY_MS = 5_000


class SqliteStore:
    """Two databases in a folder, each with one connection in a thread of its own. `None` as folder: in memory, for one run."""

    def __init__(self, folder: Path | None, *, runner: bool = True, clock: Callable[[], float] = time.time) -> None:
        """`runner` takes the lock of the folder. Raises UsageError when another runner has it, or the folder cannot be written."""
        self._folder, self._clock, self._runner = folder, clock, runner
        self._name = secrets.token_hex(8)  # not the process number, which is 1 again after each start of a container
        self._lock = _lock(folder) if folder is not None and runner else None
        self._state = _Thread("state", lambda: self._open("state.db", synchronous="FULL"))
        self._results = _Thread("results", lambda: self._open("results.db", synchronous="NORMAL"))

    def _open(self, name: str, *, synchronous: str) -> sqlite3.Connection:
        path = ":memory:" if self._folder is None else str(self._folder / name)
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            database.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(f"PRAGMA synchronous = {synchronous}")
            if name == "state.db":
                self._prepare(database, path)
        except BaseException:
            database.close()
            raise
        return database

    def _prepare(self, database: sqlite3.Connection, path: str) -> None:
        known = database.execute("PRAGMA user_version").fetchone()[0]
        if known > VERSION:
            raise UsageError(f"{path} was written by a newer monctl", hint="run the version that wrote it, or newer")
        with _transaction(database):
            for statement in TABLES:
                database.execute(statement.format(**_WORDS))
            database.execute(f"PRAGMA user_version = {VERSION}")
            if self._runner:  # the folder is locked, so whoever was sending is gone: what it tried may go again at once
                database.execute("UPDATE outbox SET leased_until = 0 WHERE state = 'leased'")

    async def states(self, monitors: Sequence[str]) -> dict[str, Json]:
        found = await self._state.run(lambda db: _in(db, "SELECT monitor, body FROM state WHERE monitor", monitors))
        return {name: loaded(body) for name, body in found}

    async def groups(self, keys: Sequence[str] | None = None) -> dict[str, Json]:
        if keys is not None:
            found = await self._state.run(lambda db: _in(db, "SELECT key, body FROM message_group WHERE key", keys))
        else:
            found = await self._state.run(lambda db: db.execute("SELECT key, body FROM message_group").fetchall())
        return {name: loaded(body) for name, body in found}

    async def values(self, prefix: str) -> dict[str, Json]:
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        asked = "SELECT name, body FROM value WHERE name >= ? AND name < ?"
        return {name: loaded(body) for name, body in await self._state.run(lambda db: db.execute(asked, (prefix, end)).fetchall())}

    async def forwarded(self) -> list[Forwarded]:
        found = await self._state.run(lambda db: db.execute("SELECT id, key, body FROM forwarded ORDER BY id").fetchall())
        return [Forwarded(key, loaded(body), number) for number, key, body in found]

    async def commit(self, commit: Commit, *, shards: Mapping[int, int] | None = None) -> None:
        await self._state.run(lambda db: self._commit(db, commit))

    def _commit(self, db: sqlite3.Connection, commit: Commit) -> None:
        with _transaction(db):
            asked = "INSERT INTO written (id, at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING"
            if commit.id and not db.execute(asked, (commit.id, self._clock())).rowcount:
                return
            _upsert(db, "state", "monitor", commit.states)
            _upsert(db, "message_group", "key", commit.groups)
            _upsert(db, "value", "name", commit.values)
            db.executemany("INSERT INTO forwarded (key, body) VALUES (?, ?)", [(one.group, text(one.notice)) for one in commit.forwarded])
            db.executemany("DELETE FROM forwarded WHERE id = ?", [(number,) for number in commit.taken])
            db.executemany(
                "INSERT INTO transition (monitor, at, body) VALUES (?, ?, ?)",
                [(one.monitor, one.at, text(one)) for one in commit.transitions],
            )
            db.executemany(
                "INSERT INTO chronicle (key, opened, ended, body) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (key) DO UPDATE SET opened = excluded.opened, ended = excluded.ended, body = excluded.body",
                [(one.key, one.opened, one.over, text(one)) for one in commit.chronicles],
            )
            for letter in commit.letters:
                self._post(db, letter)

    def _post(self, db: sqlite3.Connection, letter: Letter) -> None:
        """A letter. One that says it is over, after a first one nobody ever tried to send, ends both."""
        state = "new"
        if ends_untold(letter):
            asked = "SELECT id, kind FROM outbox WHERE receiver = ? AND thread = ? AND state = 'new' AND attempts = 0 ORDER BY id"
            if needless := superseded(db.execute(asked, (letter.receiver, letter.thread)).fetchall()):
                state = "superseded"
                db.executemany(
                    "UPDATE outbox SET state = 'superseded', settled = ? WHERE id = ?", [(self._clock(), number) for number in needless]
                )
        db.execute(
            "INSERT INTO outbox (receiver, thread, kind, dedup_key, body, state, next_at, created, settled)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (dedup_key) DO NOTHING",
            (
                letter.receiver, letter.thread, letter.kind, letter.dedup_key, text(letter.message), state,
                letter.not_before, letter.message.now, self._clock() if state == "superseded" else None,
            ),
        )  # fmt: skip

    async def record(self, measurements: Sequence[Measurement]) -> None:
        await self._results.run(lambda db: _record(db, measurements))

    async def history(self, check: str, since: float, until: float, *, limit: int = 5000) -> list[Measurement]:
        def read(db: sqlite3.Connection) -> list[Measurement]:
            found: list[Measurement] = []
            for table in _days(db):
                if day(since) <= table <= day(until):
                    rows = db.execute(
                        f"SELECT check_id, instance, slot, outcome, readings, took_s, note FROM {table}"
                        " WHERE check_id = ? AND slot >= ? AND slot <= ? ORDER BY slot LIMIT ?",
                        (check, since, until, limit - len(found)),
                    )
                    found += map(measurement_of, rows)
            return found

        return await self._results.run(read)

    async def transitions(self, since: float, until: float, *, monitor: str | None = None, limit: int = 500) -> list[Transition]:
        asked = "SELECT body FROM transition WHERE at >= ? AND at < ? AND (? IS NULL OR monitor = ?) ORDER BY id DESC LIMIT ?"
        found = await self._state.run(lambda db: db.execute(asked, (since, until, monitor, monitor, limit)).fetchall())
        return [transition_of(body) for (body,) in found]

    async def chronicles(self, since: float, until: float) -> list[Chronicle]:
        asked = "SELECT body FROM chronicle WHERE opened < ? AND (ended IS NULL OR ended >= ?) ORDER BY opened"
        return [chronicle_of(body) for (body,) in await self._state.run(lambda db: db.execute(asked, (until, since)).fetchall())]

    async def claim(self, now: float, *, lease_s: float, limit: int, each: int | None = None, but: Collection[str] = ()) -> list[Row]:
        def take(db: sqlite3.Connection) -> list[Row]:
            with _transaction(db):
                asked = DUE.format(now="?", expired="leased_until < ?", whose=f"receiver NOT IN ({', '.join('?' * len(but))})")
                rows = [row_of(found) for found in db.execute(f"SELECT {ROW} FROM ({asked}) WHERE place <= ? ORDER BY id LIMIT ?", (
                    now, now, *but, each or limit, limit,
                ))]  # fmt: skip
                db.executemany(
                    "UPDATE outbox SET unknown = max(unknown, state = 'leased'), state = 'leased', attempts = attempts + 1,"
                    " leased_by = ?, leased_until = ? WHERE id = ?",
                    [(self._name, now + lease_s, row.id) for row in rows],
                )
            return rows

        return await self._state.run(take)

    async def settle(self, row: Row, state: RowState, *, next_at: float = 0.0, why: str = "", unknown: bool = False) -> None:
        asked = (
            "UPDATE outbox SET state = ?, next_at = ?, why = ?, unknown = max(unknown, ?), settled = ?, attempts = attempts - ?"
            " WHERE id = ? AND state = 'leased' AND leased_by = ? AND attempts = ?"
        )
        settled = None if state in {"retry", "new", "leased"} else self._clock()
        given = (state, next_at, plain(why), int(unknown), settled, int(state == "new"), row.id, self._name, row.attempts + 1)
        await self._state.run(lambda db: db.execute(asked, given))

    async def collapse(self, rows: Sequence[Row], into: Letter) -> bool:
        asked = (
            "UPDATE outbox SET state = 'superseded', settled = ?, why = 'collapsed'"
            f" WHERE id IN ({', '.join('?' * len(rows))}) AND state = 'new' AND attempts = 0"
        )

        def fold(db: sqlite3.Connection) -> bool:
            with contextlib.suppress(_Undone), _transaction(db):
                if db.execute(asked, (self._clock(), *(row.id for row in rows))).rowcount != len(rows):
                    raise _Undone
                self._post(db, into)
                return True
            return False

        return await self._state.run(fold)

    async def thread(self, receiver: str, thread: str) -> dict[str, str]:
        asked = "SELECT body FROM thread WHERE receiver = ? AND thread = ?"
        found = await self._state.run(lambda db: db.execute(asked, (receiver, thread)).fetchone())
        return {} if found is None else dict(loaded(found[0]))

    async def remember(self, receiver: str, thread: str, stored: Mapping[str, str]) -> None:
        asked = (
            "INSERT INTO thread (receiver, thread, body) VALUES (?, ?, ?) ON CONFLICT (receiver, thread) DO UPDATE SET body = excluded.body"
        )
        await self._state.run(lambda db: db.execute(asked, (receiver, thread, text(dict(stored)))))

    async def outbox(self, *, states: Sequence[RowState] = ("new", "leased", "retry", "dead"), limit: int = 200) -> list[Row]:
        marks = ", ".join("?" * len(states))
        asked = f"SELECT {ROW} FROM outbox WHERE state IN ({marks}) ORDER BY id DESC LIMIT ?"
        return [row_of(found) for found in reversed(await self._state.run(lambda db: db.execute(asked, (*states, limit)).fetchall()))]

    async def order(self, kind: str, by: str, at: float, body: Mapping[str, Json]) -> int:
        asked = "INSERT INTO person_order (kind, who, at, body) VALUES (?, ?, ?, ?) RETURNING id"
        found = await self._state.run(lambda db: db.execute(asked, (kind, by, at, text(dict(body)))).fetchall())
        return int(found[0][0])

    async def orders(self, after: int) -> list[Order]:
        asked = "SELECT id, kind, who, at, body FROM person_order WHERE id > ? ORDER BY id"
        return [order_of(found) for found in await self._state.run(lambda db: db.execute(asked, (after,)).fetchall())]

    async def prune(self, now: float, *, results_s: float, history_s: float) -> None:
        def forget_results(db: sqlite3.Connection) -> None:
            for table in _days(db):
                if table < day(now - results_s):
                    db.execute(f"DROP TABLE {table}")

        def forget_history(db: sqlite3.Connection) -> None:
            for asked in (
                "DELETE FROM outbox WHERE settled IS NOT NULL AND settled < ?",
                "DELETE FROM transition WHERE at < ?",
                "DELETE FROM chronicle WHERE ended IS NOT NULL AND ended < ?",
                "DELETE FROM person_order WHERE at < ?",
            ):
                db.execute(asked, (now - history_s,))
            db.execute("DELETE FROM written WHERE at < ?", (now - WRITTEN_S,))

        await self._results.run(forget_results)
        await self._state.run(forget_history)

    async def close(self) -> None:
        await self._results.close()
        await self._state.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class _Undone(Exception):
    """Ends a transaction without writing anything."""


class _Thread:
    """A database whose every statement runs in one thread of its own."""

    def __init__(self, name: str, opened: Callable[[], sqlite3.Connection]) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"monctl-{name}")
        self._opened = opened
        self._db: sqlite3.Connection | None = None

    async def run(self, work: Callable[[sqlite3.Connection], Made]) -> Made:
        """Raises StoreLost for what the database cannot do."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, work)

    def _run(self, work: Callable[[sqlite3.Connection], Made]) -> Made:
        try:
            if self._db is None:
                self._db = self._opened()
            return work(self._db)
        except sqlite3.Error as error:
            raise StoreLost(
                f"the store cannot be used: {error}", hint="see that its disk has room and its folder can be written"
            ) from error

    async def close(self) -> None:
        def end() -> None:
            if self._db is not None:
                self._db.close()
                self._db = None

        await asyncio.get_running_loop().run_in_executor(self._pool, end)
        self._pool.shutdown()


def _lock(folder: Path) -> int:
    """An OS lock for the life of the process: two runners on one file would both send."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UsageError(f"the store {folder} cannot be written: {error.strerror}", hint="name another folder with --store") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise UsageError(
            f"another runner works on the store {folder}", hint="stop it first; several runners share the work on PostgreSQL"
        ) from None
    return handle


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _upsert(db: sqlite3.Connection, table: str, key: str, changed: Mapping[str, Json | None]) -> None:
    db.executemany(f"DELETE FROM {table} WHERE {key} = ?", [(name,) for name, body in changed.items() if body is None])
    db.executemany(
        f"INSERT INTO {table} ({key}, body) VALUES (?, ?) ON CONFLICT ({key}) DO UPDATE SET body = excluded.body",
        [(name, text(body)) for name, body in changed.items() if body is not None],
    )


def _in(db: sqlite3.Connection, asked: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Rows whose key is among the names, 500 at a time: SQLite takes so many parameters everywhere."""
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(names), 500):
        part = names[start : start + 500]
        found += db.execute(f"{asked} IN ({', '.join('?' * len(part))})", list(part)).fetchall()
    return found


def _days(db: sqlite3.Connection) -> list[str]:
    found = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'results_[0-9]*' ORDER BY name")
    return [name for (name,) in found]


def _record(db: sqlite3.Connection, measurements: Sequence[Measurement]) -> None:
    by_day: dict[str, list[Measurement]] = {}
    for one in measurements:
        by_day.setdefault(day(one.slot), []).append(one)
    with _transaction(db):
        for table, found in by_day.items():
            for statement in RESULTS:
                db.execute(statement.format(table=table, **_WORDS))
            db.executemany(
                f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(one.check, one.instance, one.slot, one.outcome, text(dict(one.values)), one.took_s, plain(one.note)) for one in found],
            )
