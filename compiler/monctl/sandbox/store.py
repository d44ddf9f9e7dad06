"""The objects an emulator holds, in one SQLite file (or in memory)."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from monctl.errors import UsageError
from monctl.resource import Json

_TABLES = """
CREATE TABLE IF NOT EXISTS object (
  provider TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
  place INTEGER PRIMARY KEY AUTOINCREMENT, UNIQUE (provider, kind, id));
CREATE TABLE IF NOT EXISTS counter (provider TEXT NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (provider, name));
"""


class Store:
    """The objects of one provider, by kind and id, in the order they were made. Safe to share between threads.

    `Store.memory("sentry")` forgets; `Store.open(path, "sentry")` keeps. Several providers may share one file.
    """

    def __init__(self, connection: sqlite3.Connection, provider: str, lock: threading.RLock | None = None) -> None:
        self._connection = connection
        self._provider = provider
        self.lock = lock or threading.RLock()
        """Hold it around a read that decides a write."""
        with self.lock, connection:
            connection.executescript(_TABLES)

    @classmethod
    def memory(cls, provider: str) -> Store:
        """A store that lives as long as the process."""
        return cls(sqlite3.connect(":memory:", check_same_thread=False), provider)

    @classmethod
    def open(cls, path: Path, provider: str) -> Store:
        """A store in a file, made when it is not there. Raises UsageError when it cannot be, or is something else."""
        connection = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")  # a power cut may cost the last writes of a sandbox, never its consistency
            return cls(connection, provider)
        except (OSError, sqlite3.Error) as error:
            if connection is not None:
                connection.close()
            raise UsageError(
                f"cannot use {path} as the data of a sandbox: {error}", hint="name another folder, or remove the file"
            ) from error

    def close(self) -> None:
        """Closes the file."""
        self._connection.close()

    def put(self, kind: str, id: str, body: Json) -> None:
        """Keep an object under its id, replacing the one that was there (its place in the order stays)."""
        with self.lock, self._connection:
            self._connection.execute(
                "INSERT INTO object (provider, kind, id, body) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (provider, kind, id) DO UPDATE SET body = excluded.body",
                (self._provider, kind, id, json.dumps(body)),
            )

    def get(self, kind: str, id: str) -> Json:
        """The object, or None."""
        with self.lock:
            row = self._connection.execute(
                "SELECT body FROM object WHERE provider = ? AND kind = ? AND id = ?", (self._provider, kind, id)
            ).fetchone()
        return None if row is None else json.loads(row[0])

    def all(self, kind: str) -> list[Json]:
        """Every object of a kind, oldest first."""
        with self.lock:
            rows = self._connection.execute(
                "SELECT body FROM object WHERE provider = ? AND kind = ? ORDER BY place", (self._provider, kind)
            ).fetchall()
        return [json.loads(row[0]) for row in rows]

    def items(self) -> Iterator[tuple[str, str, Json]]:
        """Every (kind, id, object), by kind, oldest first."""
        with self.lock:
            rows = self._connection.execute(
                "SELECT kind, id, body FROM object WHERE provider = ? ORDER BY kind, place", (self._provider,)
            ).fetchall()
        for kind, id, body in rows:
            yield kind, id, json.loads(body)

    def delete(self, kind: str, id: str) -> bool:
        """Forget an object; False when it was not there."""
        with self.lock, self._connection:
            done = self._connection.execute("DELETE FROM object WHERE provider = ? AND kind = ? AND id = ?", (self._provider, kind, id))
        return done.rowcount > 0

    def next(self, name: str, start: int = 1) -> int:
        """The next number of a counter: `start` the first time, then one more each time; never given twice."""
        with self.lock, self._connection:
            row = self._connection.execute(
                "INSERT INTO counter (provider, name, value) VALUES (?, ?, ?) "
                "ON CONFLICT (provider, name) DO UPDATE SET value = value + 1 RETURNING value",
                (self._provider, name, start),
            ).fetchone()
        return int(row[0])
