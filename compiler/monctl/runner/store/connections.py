"""[I/O] Connections to one schema of a PostgreSQL: found out quickly when they are dead, never held by a frozen runner, and what goes wrong as a sentence."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from monctl.errors import UsageError
from monctl.runner.store.store import StoreLost

Connection = psycopg.AsyncConnection[tuple[Any, ...]]

# psycopg.pool logs every failed connection; the runner says it once, in its own words
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)

_CONNECTIONS = 8
_CONNECT_S = 5
_SESSION: Final = (
    "SET statement_timeout = '10s'",
    "SET lock_timeout = '5s'",
    # a runner that is frozen inside a transaction would hold the rows of its shards, and nobody could take over
    "SET idle_in_transaction_session_timeout = '5s'",
)
_ALIVE: Final[Mapping[str, Any]] = {
    "connect_timeout": _CONNECT_S, "keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3,
    "tcp_user_timeout": 10_000, "application_name": "monctl",
}  # fmt: skip
"""A connection whose other end is gone is found out within seconds (https://www.postgresql.org/docs/15/libpq-connect.html, read 2026-11-21)."""
_WAY_OUT: Final = "see that PostgreSQL runs there, and that the name, password and rights of the address are right"


class Connections:
    """A pool, opened at its first use after `prepare` was given a connection once."""

    def __init__(self, dsn: str, schema: str, prepare: Callable[[Connection], Awaitable[None]]) -> None:
        """Raises UsageError for an address that cannot be read."""
        self.schema = schema
        self._given, self.place = _read(dsn)
        self._prepare = prepare
        self._pool: AsyncConnectionPool[Connection] | None = None
        self._opening = asyncio.Lock()

    async def connect(self) -> Connection:
        """A connection of its own, ready for use. Raises StoreLost."""
        async with self.told():
            made: Connection = await psycopg.AsyncConnection.connect(autocommit=True, **self._given)
            try:
                await self._configure(made)
            except BaseException:
                await made.close()
                raise
            return made

    async def _configure(self, db: Connection) -> None:
        for statement in _SESSION:
            await db.execute(statement)
        await db.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(self.schema)))

    async def ready(self) -> None:
        """Everything is prepared. Raises StoreLost, and what `prepare` raises."""
        await self._opened()

    async def _opened(self) -> AsyncConnectionPool[Connection]:
        async with self._opening:
            if self._pool is None:
                db = await self.connect()
                try:
                    async with self.told(), db.transaction():
                        await self._prepare(db)
                finally:
                    await db.close()
                pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
                    kwargs={**self._given, "autocommit": True}, configure=self._configure, open=False, min_size=1, max_size=_CONNECTIONS,
                    timeout=_CONNECT_S, reconnect_timeout=_CONNECT_S,
                )  # fmt: skip
                await pool.open()
                self._pool = pool
        return self._pool

    @contextlib.asynccontextmanager
    async def told(self) -> AsyncIterator[None]:
        """What PostgreSQL says, as StoreLost."""
        try:
            yield
        except PoolTimeout as error:
            raise StoreLost(f"the store on {self.place} gives no connection", hint=_WAY_OUT) from error
        except psycopg.Error as error:
            said = error.diag.message_primary or " ".join(str(error).split()) or type(error).__name__
            raise StoreLost(f"the store on {self.place} cannot be used: {said}", hint=_WAY_OUT) from error

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """All of it or nothing. Raises StoreLost."""
        pool = await self._opened()
        async with self.told(), pool.connection() as db, db.transaction():
            yield db

    async def all(self, asked: str, *given: object) -> list[tuple[Any, ...]]:
        """The rows of one statement. Raises StoreLost."""
        pool = await self._opened()
        async with self.told(), pool.connection() as db:
            return await rows(db, asked, *given)

    async def do(self, asked: str, *given: object) -> None:
        """One statement without rows. Raises StoreLost."""
        pool = await self._opened()
        async with self.told(), pool.connection() as db:
            await db.execute(asked, given)

    async def close(self) -> None:
        """Close the pool."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()


def schema_of(name: str) -> str:
    """A schema for an estate and environment: `monctl_` and what an identifier may have of the name, with a fingerprint when that is not all of it."""
    kept = re.sub(r"[^a-z0-9_]", "_", name.lower())[:40]
    return f"monctl_{kept}" if kept == name else f"monctl_{kept}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


async def rows(db: Connection, asked: str, *given: object) -> list[tuple[Any, ...]]:
    """The rows of one statement on this connection."""
    return await (await db.execute(asked, given or None)).fetchall()


def _read(dsn: str) -> tuple[dict[str, Any], str]:
    """(what to connect with, what to call it: without user and password). What libpq says of a wrong address may hold the password."""
    try:
        given: dict[str, Any] = conninfo_to_dict(dsn)
    except psycopg.Error:
        raise UsageError(
            "the address of the store cannot be read",
            hint="it is postgresql://USER:PASSWORD@HOST:PORT/DATABASE; write % and @ of a password as %25 and %40",
        ) from None
    host = str(given.get("host") or given.get("hostaddr") or "localhost")
    place = f"{host}:{given['port']}" if given.get("port") else host
    return {**_ALIVE, **given}, f"PostgreSQL at {place}, database {given.get('dbname') or 'by default'}"
