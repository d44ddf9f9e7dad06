"""SQLite and DuckDB: what a query gives, and what it may not do."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from monctl.runner.probes.engine import Engine, QueryFailed, Rows
from monctl.runner.probes.engine_duckdb import DuckDb
from monctl.runner.probes.engine_sqlite import Sqlite, file_of


@pytest.fixture
def lite(tmp_path: Path) -> Path:
    path = tmp_path / "shop ?#%.db"
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE orders (id INTEGER, status TEXT); INSERT INTO orders VALUES (1, 'paid'), (2, 'unpaid');")
    connection.close()
    return path


@pytest.fixture
def duck(tmp_path: Path) -> Path:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, status TEXT)")
        connection.execute("INSERT INTO orders VALUES (1, 'paid'), (2, 'unpaid')")
    return path


def ask(make: Callable[[], Engine], query: str, *, limit: int = 10, timeout_s: float = 20.0) -> Rows:
    async def run() -> Rows:
        engine = make()
        try:
            return await engine.run(query, limit=limit, timeout_s=timeout_s)
        finally:
            await engine.close()

    return asyncio.run(run())


def refusal(make: Callable[[], Engine], query: str, *, timeout_s: float = 20.0) -> QueryFailed:
    with pytest.raises(QueryFailed) as refused:
        ask(make, query, timeout_s=timeout_s)
    return refused.value


def test_sqlite_gives_columns_and_rows(lite: Path) -> None:
    rows = ask(lambda: Sqlite("d", lambda: str(lite)), "SELECT status, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1")

    assert Rows(("status", "n"), (("paid", 1), ("unpaid", 1))) == rows


def test_sqlite_gives_no_more_rows_than_asked_for(lite: Path) -> None:
    endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r"

    assert Rows(("n",), ((1,), (2,)), more=True) == ask(lambda: Sqlite("d", lambda: str(lite)), endless, limit=2)


def test_sqlite_attach_creates_no_file(lite: Path, tmp_path: Path) -> None:
    refused = refusal(lambda: Sqlite("d", lambda: str(lite)), f"ATTACH '{tmp_path}/evil.db' AS evil")

    assert "only SELECT is allowed" in str(refused)
    assert not (tmp_path / "evil.db").exists()


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM orders",
        "DROP TABLE orders",
        "PRAGMA query_only = 0",
        "PRAGMA writable_schema = 1",
        "VACUUM INTO 'evil.db'",
        "BEGIN IMMEDIATE",
        "CREATE TEMP TABLE t (a)",
        "SELECT load_extension('evil')",
        "SELECT 1; DELETE FROM orders",
        "SELECT zeroblob(100000000)",
        "SELECT nosuch FROM orders",
    ],
)
def test_sqlite_may_only_select(lite: Path, query: str) -> None:
    assert refusal(lambda: Sqlite("d", lambda: str(lite)), query).why == "query"
    assert ask(lambda: Sqlite("d", lambda: str(lite)), "SELECT count(*) FROM orders").rows == ((2,),)


def test_an_endless_query_of_sqlite_is_stopped(lite: Path) -> None:
    endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"

    assert refusal(lambda: Sqlite("d", lambda: str(lite)), endless, timeout_s=0.2).why == "timeout"


def test_a_locked_sqlite_file_says_so(lite: Path) -> None:
    writer = sqlite3.connect(lite, isolation_level=None)
    try:
        writer.execute("BEGIN EXCLUSIVE")

        assert refusal(lambda: Sqlite("d", lambda: str(lite)), "SELECT count(*) FROM orders", timeout_s=1.0).why == "timeout"
    finally:
        writer.close()


@pytest.mark.parametrize("kind", [Sqlite, DuckDb])
def test_a_file_that_is_not_there_is_not_made(tmp_path: Path, kind: type[Sqlite | DuckDb]) -> None:
    refused = refusal(lambda: kind("d", lambda: str(tmp_path / "none.db")), "SELECT 1")

    assert (refused.why, refused.words) == ("refused", "no such file")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", [Sqlite, DuckDb])
def test_a_file_that_is_no_database_says_so(tmp_path: Path, kind: type[Sqlite | DuckDb]) -> None:
    path = tmp_path / "shop.db"
    path.write_text("this is a text, and a long one, and no database at all" * 50)

    refused = refusal(lambda: kind("d", lambda: str(path)), "SELECT * FROM orders")

    assert refused.why == "refused"
    assert str(path) not in str(refused)


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("sqlite:///shop.db", "shop.db"),
        ("sqlite:////var/lib/shop.db?mode=rw", "/var/lib/shop.db"),
        ("file:/var/lib/shop%20one.db", "/var/lib/shop one.db"),
        ("/var/lib/shop.db", "/var/lib/shop.db"),
        ("duckdb:////var/shop.duckdb", "/var/shop.duckdb"),
    ],
)
def test_a_file_is_written_in_several_ways(place: str, path: str) -> None:
    assert file_of(place) == Path(path)


def test_duckdb_gives_columns_and_rows(duck: Path) -> None:
    rows = ask(lambda: DuckDb("d", lambda: str(duck)), "SELECT status, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1")

    assert Rows(("status", "n"), (("paid", 1), ("unpaid", 1))) == rows


def test_duckdb_gives_no_more_rows_than_asked_for(duck: Path) -> None:
    assert Rows(("range",), ((0,), (1,)), more=True) == ask(lambda: DuckDb("d", lambda: str(duck)), "FROM range(100000000)", limit=2)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/hostname'",
        "SELECT * FROM glob('/etc/*')",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "COPY orders TO 'evil.csv'",
        "ATTACH 'evil.duckdb' AS evil",
        "INSTALL httpfs",
        "LOAD httpfs",
        "DELETE FROM orders",
        "SELECT 1; DELETE FROM orders",
        "SELECT nosuch FROM orders",
    ],
)
def test_duckdb_reads_nothing_but_its_own_tables(duck: Path, query: str) -> None:
    assert refusal(lambda: DuckDb("d", lambda: str(duck)), query).why == "query"
    assert ask(lambda: DuckDb("d", lambda: str(duck)), "SELECT count(*) FROM orders").rows == ((2,),)


def test_a_query_of_duckdb_that_takes_too_long_is_interrupted(duck: Path) -> None:
    async def run() -> Rows:
        engine = DuckDb("d", lambda: str(duck))
        try:
            with pytest.raises(QueryFailed) as refused:
                await engine.run("SELECT count(*) FROM range(100000000000) AS a, range(100000) AS b", limit=1, timeout_s=0.3)
            assert refused.value.why == "timeout"
            # every thread is free again, which none would be if one of the four still counted
            answers = [engine.run("SELECT 1", limit=1, timeout_s=20) for _ in range(8)]
            return (await asyncio.gather(*answers))[-1]
        finally:
            await engine.close()

    assert asyncio.run(run()).rows == ((1,),)
