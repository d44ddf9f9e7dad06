"""PostgreSQL: every query alone in a read-only transaction with its own timeouts, on a connection that forgets everything afterwards.

The boundary is the database role; the rest limits what a query of a trusted spec can do by mistake. See `advice`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import psycopg
from psycopg.pq import TransactionStatus

from monctl.runner.probes.engine import CONNECTIONS, MAX_BYTES, QueryFailed, Rows, size
from monctl.runner.probes.trouble import redact, unreachable

_LOG = logging.getLogger("monctl.runner")
_CONNECT: Final[dict[str, str | int]] = {
    "application_name": "monctl",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "tcp_user_timeout": 15_000,
}
"""Unless the connection string says otherwise."""
# the SELECT takes a snapshot: after it no statement can make the transaction read-write (check_transaction_read_only of
# src/backend/commands/variable.c, PostgreSQL 15; read 2026-11-21)
_BEGIN: Final = (
    "BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = {0}; SET LOCAL lock_timeout = {0}; "
    "SET LOCAL idle_in_transaction_session_timeout = {1}; SELECT 1"
)
_ROLE: Final = """
    SELECT current_setting('is_superuser') = 'on',
           EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_roles AS r ON r.oid = c.relowner
                   WHERE r.rolname = current_user AND c.relkind IN ('r', 'p') AND c.relnamespace <> 'pg_catalog'::regnamespace),
           current_user
"""
_DENIED: Final = ("28", "42501")
"""SQLSTATE: invalid authorization, insufficient privilege. https://www.postgresql.org/docs/15/errcodes-appendix.html (read 2026-11-21)"""
_STOPPED: Final = ("57014", "55P03", "25P03", "25P04")
"""SQLSTATE: query cancelled, lock not available, idle-in-transaction and transaction timeouts."""

Connection = psycopg.AsyncConnection[tuple[Any, ...]]


class Postgres:
    """Few connections to one database, opened as needed and kept."""

    def __init__(self, name: str, dsn: Callable[[], str]) -> None:
        self.advice: tuple[str, ...] = ()
        """What is wrong with the role, in sentences; known after the first connection, and logged once."""
        self._name = name
        self._dsn = dsn
        self._idle: list[Connection] = []
        self._places = asyncio.Semaphore(CONNECTIONS)
        self._looked = False

    async def run(self, query: str, *, limit: int, timeout_s: float) -> Rows:
        """See Engine. The server stops the query a little before the time is over; else the client cancels it."""
        dsn = self._dsn()
        try:
            async with asyncio.timeout(timeout_s):
                async with self._places:
                    return await self._alone(dsn, query, limit, timeout_s)
        except TimeoutError:
            raise QueryFailed("timeout", f"no answer in {timeout_s:.3g} s") from None
        except psycopg.Error as error:
            raise self._failed(error, dsn) from error

    async def close(self) -> None:
        """Close what is idle; nothing runs any more."""
        while self._idle:
            await self._idle.pop().close()

    async def _alone(self, dsn: str, query: str, limit: int, timeout_s: float) -> Rows:
        connection, fresh = await self._open(dsn)
        try:
            try:
                await self._begin(connection, timeout_s)
            except psycopg.OperationalError:
                if fresh or not connection.closed:
                    raise
                # it was lost while idle: the server restarted, or a firewall forgot it
                connection = await self._connect(dsn)
                await self._begin(connection, timeout_s)
            rows = await self._read(connection, query, limit)
            await self._forget(connection)
        except BaseException as error:
            await self._after(connection, error)
            raise
        self._idle.append(connection)
        return rows

    async def _after(self, connection: Connection, error: BaseException) -> None:
        """A query that the server refused spoils nothing; after anything else the connection is not used again."""
        if isinstance(error, psycopg.Error | QueryFailed) and not connection.closed:
            with suppress(psycopg.Error):
                await self._forget(connection)
                self._idle.append(connection)
                return
        await connection.close()

    async def _open(self, dsn: str) -> tuple[Connection, bool]:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection, False
        return await self._connect(dsn), True

    async def _connect(self, dsn: str) -> Connection:
        try:
            said = psycopg.conninfo.conninfo_to_dict(dsn)
        except psycopg.Error:
            # its message quotes what it could not read: that may be the password
            raise QueryFailed("secret", "its connection string is not one PostgreSQL reads", words="connection string unreadable") from None
        conninfo = psycopg.conninfo.make_conninfo(dsn, **{name: value for name, value in _CONNECT.items() if name not in said})
        # no server-side prepared statements: nothing may outlive a query, and poolers like PgBouncer lose them
        connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True, prepare_threshold=None)
        try:
            if not self._looked:
                self._looked = True
                await self._look(connection)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _look(self, connection: Connection) -> None:
        found = await (await connection.execute(_ROLE)).fetchone()
        assert found is not None
        superuser, owner, role = found
        who = f"datasource {self._name}: the role '{role}'"
        told = []
        if superuser:
            told.append(f"{who} is a superuser, and can read files and run programs even in a read-only transaction")
        elif owner:
            told.append(f"{who} owns tables, and can change them")
        self.advice = tuple(f"{fact}; use a role that may only SELECT" for fact in told)
        for line in self.advice:
            _LOG.warning(line)

    async def _begin(self, connection: Connection, timeout_s: float) -> None:
        await connection.execute(_BEGIN.format(max(1, round(timeout_s * 900)), max(1_000, round(timeout_s * 2_000))).encode())

    async def _read(self, connection: Connection, query: str, limit: int) -> Rows:
        """The rows one by one, so that a large answer is never held; the extended protocol refuses a second statement."""
        rows: list[tuple[Any, ...]] = []
        held, more = 0, False
        async with connection.cursor() as cursor:
            stream = cursor.stream(query.encode())
            try:
                async for row in stream:
                    if len(rows) == limit or held > MAX_BYTES:
                        more = True
                        break
                    rows.append(row)
                    held += size(row)
                columns = tuple(column.name for column in cursor.description or ())
            finally:
                await stream.aclose()  # type: ignore[attr-defined]  # declared as an iterator, made as a generator; it cancels what is left
        return Rows(columns, tuple(rows), more)

    async def _forget(self, connection: Connection) -> None:
        if connection.info.transaction_status != TransactionStatus.IDLE:
            await connection.execute(b"ROLLBACK")
        await connection.execute(b"DISCARD ALL")

    def _failed(self, error: psycopg.Error, dsn: str) -> QueryFailed:
        state = error.sqlstate or ""
        told = redact(error.diag.message_primary or str(error), dsn)
        if state.startswith(_DENIED):
            return QueryFailed("denied", told)
        if state in _STOPPED:
            return QueryFailed("timeout", told)
        if state[:2] in {"08", "53", "57", "58"}:
            return QueryFailed("refused", told)
        if state or isinstance(error, psycopg.ProgrammingError):
            return QueryFailed("query", told)
        if "authentication failed" in told or "no pg_hba.conf entry" in told:
            return QueryFailed("denied", told)
        return QueryFailed("refused", told, words=unreachable(error))
