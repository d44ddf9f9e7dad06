"""MySQL and MariaDB: PyMySQL in a few threads, each query alone in a read-only transaction on a connection of its own settings."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

import pymysql
from pymysql.connections import Connection
from pymysql.cursors import SSCursor

from monctl.runner.probes.engine import CONNECTIONS, QueryFailed, Rows, Threads, capped
from monctl.runner.probes.trouble import redact, unreachable

_DENIED: Final = frozenset({1044, 1045, 1142, 1143, 1227, 1370, 1410, 1698})
"""Access denied, to the server, a database, a table, a column.

https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html (read 2026-11-21)
"""
_STOPPED: Final = frozenset({1205, 1317, 1969, 3024})
"""Lock wait, killed, MariaDB's max_statement_time, MySQL's max_execution_time."""
_LOST: Final = frozenset({2003, 2006, 2013, 2055, 1040, 1053, 1152, 1153})

Raw: TypeAlias = "Connection[SSCursor]"


class MySql:
    """Connections to one database."""

    def __init__(self, name: str, dsn: Callable[[], str], *, connect: Callable[..., Raw] = pymysql.connect) -> None:
        self._dsn = dsn
        self._connect = connect
        self._threads = Threads(f"mysql-{name}", CONNECTIONS)

    async def run(self, query: str, *, limit: int, timeout_s: float) -> Rows:
        """See Engine. The server stops the query; where it cannot, the connection's read timeout ends the wait."""
        dsn = self._dsn()
        settings = settings_of(dsn)
        deadline = time.monotonic() + timeout_s
        running: list[Raw] = []

        def work() -> Rows:
            try:
                return _ask(self._connect, settings, query, limit, deadline, running)
            except pymysql.Error as error:
                raise _failed(error, dsn) from error
            finally:
                running.clear()

        return await self._threads.run(work, stop=lambda: _cut(running), timeout_s=timeout_s)

    async def close(self) -> None:
        await self._threads.close()


def settings_of(dsn: str) -> dict[str, Any]:
    """PyMySQL's arguments from `mysql://user:password@host:port/database?ssl=true`. Raises QueryFailed."""
    try:
        parts = urlsplit(dsn)
        port = parts.port or 3306
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme.partition("+")[0] not in {"mysql", "mariadb"}:
        form = "it is written mysql://USER:PASSWORD@HOST:PORT/DATABASE"
        raise QueryFailed("secret", form, words="connection string unreadable")
    options = dict(parse_qsl(parts.query))
    settings: dict[str, Any] = {
        "host": parts.hostname or "localhost",
        "port": port,
        "user": unquote(parts.username or "") or None,
        "password": unquote(parts.password or ""),
        "database": unquote(parts.path.lstrip("/")) or None,
        "charset": "utf8mb4",
    }
    if path := options.get("unix_socket"):
        settings["unix_socket"] = path
    if options.get("ssl", options.get("ssl-mode", "false")).lower() not in {"false", "0", "disabled", "no"}:
        settings["ssl"] = ssl.create_default_context(cafile=options.get("ssl_ca"))
    return settings


def _ask(connect: Callable[..., Raw], settings: dict[str, Any], query: str, limit: int, deadline: float, running: list[Raw]) -> Rows:
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        raise QueryFailed("timeout", "it waited too long for its turn")
    whole_s = max(1, round(left_s + 0.5))
    # client_flag 0: without MULTI_STATEMENTS the server refuses a second statement; local_infile off: it may not ask us for files
    with closing(
        connect(
            **settings,
            connect_timeout=whole_s,
            read_timeout=whole_s,
            write_timeout=whole_s,
            autocommit=True,
            local_infile=False,
            client_flag=0,
            cursorclass=_Cursor,
            program_name="monctl",
        )
    ) as connection:
        running.append(connection)
        with closing(connection.cursor()) as cursor:
            version = str(connection.get_server_info())  # type: ignore[no-untyped-call]  # PyMySQL's own
            for statement in opening(version, left_s):
                cursor.execute(statement)
            cursor.execute(query)
            rows = capped(cursor.fetchone, tuple(column[0] for column in cursor.description or ()), limit)
            if rows.more:
                _hang_up(connection)  # else closing the cursor would read the rest
            return rows


class _Cursor(SSCursor):
    """Rows one by one. A connection that was cut has no rest to read."""

    def close(self) -> None:
        unread = getattr(self, "_result", None)
        with suppress(pymysql.Error, OSError, AttributeError, ValueError):
            super().close()
        if unread is not None:
            unread.unbuffered_active = False  # else PyMySQL reads on when the object goes

    __del__ = close


def opening(version: str, timeout_s: float) -> tuple[str, ...]:
    """What is said before the query: a time limit of the server's kind, then a read-only transaction.

    https://mariadb.com/kb/en/server-system-variables/#max_statement_time,
    https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_max_execution_time (read 2026-11-21)
    """
    stop_s = timeout_s * 0.9
    limit = f"max_statement_time = {stop_s:.3f}" if "mariadb" in version.lower() else f"max_execution_time = {max(1, round(stop_s * 1000))}"
    return (
        f"SET SESSION {limit}",
        f"SET SESSION lock_wait_timeout = {max(1, round(stop_s))}",
        "SET SESSION TRANSACTION READ ONLY",
        "START TRANSACTION READ ONLY",
    )


def _cut(running: list[Raw]) -> None:
    """End the wait of another thread: its read fails at once. Closing the socket here would not wake it."""
    for connection in list(running):
        _hang_up(connection)


def _hang_up(connection: Raw) -> None:
    # PyMySQL has no public name for its socket; without the network its QUIT fails silently
    with suppress(OSError, AttributeError):
        getattr(connection, "_sock").shutdown(socket.SHUT_RDWR)  # noqa: B009  # its stubs do not name it


def _failed(error: pymysql.Error, dsn: str) -> QueryFailed:
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    told = redact(str(error.args[-1]) if error.args else type(error).__name__, dsn)
    if code in _DENIED:
        return QueryFailed("denied", told)
    if code in _STOPPED or (code == 2013 and "timed out" in told):
        return QueryFailed("timeout", told)
    if code in _LOST or code == 0 or 2000 <= code < 3000:
        words = "connection refused" if "refused" in told.lower() else unreachable(error)
        return QueryFailed("refused", told, words=words)
    return QueryFailed("query", told)
