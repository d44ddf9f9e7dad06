"""MySQL, against a stand-in for the driver's connection: what is said to the server, in which order, and what its errors mean."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from typing import Any

import pymysql
import pytest
from pymysql.constants import CLIENT
from pymysql.cursors import SSCursor

from monctl.runner.probes.engine import QueryFailed, Rows
from monctl.runner.probes.engine_mysql import MySql, opening, settings_of

DSN = "mysql://shop:hunter2%2Fsecret@db.example.com:3307/orders?ssl=true"


class Socket:
    """Wakes who reads, as a real one does when it is shut."""

    def __init__(self) -> None:
        self.shut = threading.Event()

    def shutdown(self, how: int) -> None:
        self.shut.set()


class Server:
    """One answer to every query, or an error; remembers what it was told."""

    def __init__(
        self, rows: Iterable[tuple[Any, ...]] = (), *, error: Exception | None = None, hangs: bool = False, version: str = "8.4.3"
    ) -> None:
        self.rows, self.error, self.hangs, self.version = iter(rows), error, hangs, version
        self.said: list[str] = []
        self.settings: dict[str, Any] = {}
        self.closed = 0
        self.fetched = 0
        self._sock = Socket()

    def connect(self, **settings: Any) -> Any:
        self.settings = settings
        return self

    def get_server_info(self) -> str:
        return self.version

    def cursor(self) -> Any:
        return self

    @property
    def description(self) -> tuple[tuple[str], ...]:
        return (("n",),)

    def execute(self, statement: str) -> None:
        self.said.append(statement)
        if not statement.startswith(("SET ", "START ")):
            if self.hangs:
                assert self._sock.shut.wait(30)
                raise pymysql.OperationalError(2013, "Lost connection to MySQL server during query")
            if self.error is not None:
                raise self.error

    def fetchone(self) -> tuple[Any, ...] | None:
        self.fetched += 1
        return next(self.rows, None)

    def close(self) -> None:
        self.closed += 1


def ask(server: Server, *, limit: int = 10, timeout_s: float = 10.0) -> Rows:
    async def run() -> Rows:
        engine = MySql("d", lambda: DSN, connect=server.connect)
        try:
            return await engine.run("SELECT n FROM orders", limit=limit, timeout_s=timeout_s)
        finally:
            await engine.close()

    return asyncio.run(run())


def test_a_query_is_asked_in_a_read_only_transaction_with_a_time_limit() -> None:
    server = Server([(1,), (2,)])

    assert Rows(("n",), ((1,), (2,))) == ask(server)
    assert server.said[2:] == ["SET SESSION TRANSACTION READ ONLY", "START TRANSACTION READ ONLY", "SELECT n FROM orders"]
    assert server.closed == 2


@pytest.mark.parametrize(
    ("version", "first"),
    [
        ("8.4.3", "SET SESSION max_execution_time = 9000"),
        ("5.5.5-10.11.19-MariaDB-0+deb12u1", "SET SESSION max_statement_time = 9.000"),
    ],
)
def test_each_server_is_told_its_own_time_limit(version: str, first: str) -> None:
    assert opening(version, 10.0)[0] == first


def test_several_statements_and_files_of_ours_are_off() -> None:
    server = Server()
    ask(server)

    assert server.settings["client_flag"] & CLIENT.MULTI_STATEMENTS == 0
    assert server.settings["local_infile"] is False
    assert server.settings["read_timeout"] <= 11
    assert issubclass(server.settings["cursorclass"], SSCursor)


def test_rows_beyond_the_limit_are_not_fetched() -> None:
    server = Server((number,) for number in range(1_000_000))

    assert ask(server, limit=3).more
    assert server.fetched == 4
    assert server._sock.shut.is_set()


def test_a_query_that_hangs_is_cut_off() -> None:
    server = Server(hangs=True)

    with pytest.raises(QueryFailed) as refused:
        ask(server, timeout_s=0.1)

    assert refused.value.why == "timeout"
    assert server._sock.shut.wait(30)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (pymysql.OperationalError(1045, "Access denied for user 'shop'@'%' (using password: YES)"), "denied"),
        (pymysql.OperationalError(1142, "SELECT command denied to user 'shop'"), "denied"),
        (pymysql.OperationalError(3024, "Query execution was interrupted, maximum statement execution time exceeded"), "timeout"),
        (pymysql.OperationalError(1969, "Query execution was interrupted (max_statement_time exceeded)"), "timeout"),
        (pymysql.OperationalError(2013, "Lost connection to MySQL server during query (timed out)"), "timeout"),
        (pymysql.OperationalError(2003, "Can't connect to MySQL server on 'db' ([Errno 111] Connection refused)"), "refused"),
        (pymysql.OperationalError(1040, "Too many connections"), "refused"),
        (pymysql.ProgrammingError(1064, "You have an error in your SQL syntax"), "query"),
        (pymysql.OperationalError(1054, "Unknown column 'n' in 'SELECT'"), "query"),
        (pymysql.InternalError(1792, "Cannot execute statement in a READ ONLY transaction"), "query"),
    ],
)
def test_what_the_servers_errors_mean(error: Exception, why: str) -> None:
    with pytest.raises(QueryFailed) as refused:
        ask(Server(error=error))

    assert refused.value.why == why


def test_the_password_is_in_no_message() -> None:
    with pytest.raises(QueryFailed) as refused:
        ask(Server(error=pymysql.OperationalError(1045, f"no: hunter2/secret, {DSN}")))

    assert "hunter2" not in str(refused.value)


def test_a_connection_string_is_read_part_by_part() -> None:
    settings = settings_of(DSN)

    assert settings.pop("ssl") is not None
    assert settings == {
        "host": "db.example.com",
        "port": 3307,
        "user": "shop",
        "password": "hunter2/secret",
        "database": "orders",
        "charset": "utf8mb4",
    }


@pytest.mark.parametrize("dsn", ["postgresql://shop:hunter2@db/orders", "shop:hunter2@db", "mysql://shop:hunter2@db:port/orders", ""])
def test_a_connection_string_of_another_kind_is_refused_unseen(dsn: str) -> None:
    with pytest.raises(QueryFailed, match=r"^it is written mysql://USER:PASSWORD@HOST:PORT/DATABASE$"):
        settings_of(dsn)


def test_a_server_that_nobody_listens_at_is_refused() -> None:
    async def run() -> None:
        engine = MySql("d", lambda: "mysql://shop:hunter2@127.0.0.1:1/orders")
        try:
            await engine.run("SELECT 1", limit=1, timeout_s=5)
        finally:
            await engine.close()

    with pytest.raises(QueryFailed) as refused:
        asyncio.run(run())

    assert (refused.value.why, refused.value.words) == ("refused", "connection refused")
