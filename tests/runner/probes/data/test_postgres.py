"""PostgreSQL, a real one: what a query gives, what it may not do, and that nothing of it is left for the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import TypeVar

import psycopg
import pytest

from monctl.runner.probes.engine import QueryFailed, Rows
from monctl.runner.probes.engine_postgres import Postgres

T = TypeVar("T")


@pytest.fixture
def reader(postgres: str) -> str:
    """DSN of a role that may only SELECT, in a database with one table."""
    with psycopg.connect(postgres, autocommit=True) as owner:
        owner.execute("CREATE TABLE orders (id int, status text, total numeric)")
        owner.execute("INSERT INTO orders VALUES (1, 'paid', 10.5), (2, 'unpaid', 3)")
    with psycopg.connect(postgres.replace("//monctl@", "//postgres@"), autocommit=True) as admin:
        admin.execute(
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN CREATE ROLE reader LOGIN; END IF; END $$"
        )
        admin.execute("GRANT SELECT ON orders TO reader")
    return postgres.replace("//monctl@", "//reader@")


def with_engine(dsn: str, work: Callable[[Postgres], Coroutine[None, None, T]]) -> T:
    """What `work` gives of an engine, which is closed afterwards."""

    async def run() -> T:
        engine = Postgres("shop", lambda: dsn)
        try:
            return await work(engine)
        finally:
            await engine.close()

    return asyncio.run(run())


def ask(dsn: str, query: str, *, limit: int = 10, timeout_s: float = 10.0) -> Rows:
    return with_engine(dsn, lambda engine: engine.run(query, limit=limit, timeout_s=timeout_s))


def orders(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT count(*) FROM orders").fetchone()
        assert row is not None
        return int(row[0])


def test_a_query_gives_columns_and_rows(reader: str) -> None:
    rows = ask(reader, "SELECT count(*) AS placed, count(*) FILTER (WHERE status LIKE 'unp%') AS unpaid FROM orders")

    assert Rows(("placed", "unpaid"), ((2, 1),)) == rows


def test_a_connection_is_kept_for_the_next_query(reader: str) -> None:
    async def twice(engine: Postgres) -> list[Rows]:
        return [await engine.run("SELECT pg_backend_pid()", limit=1, timeout_s=10) for _ in range(2)]

    first, second = with_engine(reader, twice)

    assert first.rows == second.rows


def test_a_connection_lost_while_idle_is_replaced(reader: str, postgres_as_superuser: str) -> None:
    async def across_a_restart(engine: Postgres) -> Rows:
        await engine.run("SELECT 1", limit=1, timeout_s=10)
        async with await psycopg.AsyncConnection.connect(postgres_as_superuser, autocommit=True) as admin:
            await admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'reader'")
        return await engine.run("SELECT 2", limit=1, timeout_s=10)

    assert with_engine(reader, across_a_restart).rows == ((2,),)


def test_rows_beyond_the_limit_are_left_at_the_server(reader: str) -> None:
    async def much_then_little(engine: Postgres) -> tuple[Rows, Rows]:
        much = await engine.run("SELECT generate_series(1, 100000000)", limit=3, timeout_s=10)
        return much, await engine.run("SELECT 1", limit=1, timeout_s=10)

    much, little = with_engine(reader, much_then_little)

    assert Rows(("generate_series",), ((1,), (2,), (3,)), more=True) == much
    assert little.rows == ((1,),)


def test_bytes_beyond_the_limit_are_left_at_the_server(reader: str) -> None:
    rows = ask(reader, "SELECT repeat('x', 1000000) FROM generate_series(1, 1000)", limit=1000)

    assert rows.more
    assert len(rows.rows) < 8


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT nosuch FROM orders", "query"),
        ("SELEC 1", "query"),
        ("SELECT 1/0", "query"),
        ("DELETE FROM orders", "query"),
        ("SELECT pg_read_file('/etc/hostname')", "denied"),
        ("SET statement_timeout = 0", "query"),
    ],
)
def test_what_the_server_refuses_is_a_failed_query_and_the_next_one_works(reader: str, query: str, why: str) -> None:
    async def both(engine: Postgres) -> Rows:
        with pytest.raises(QueryFailed) as refused:
            await engine.run(query, limit=1, timeout_s=10)
        assert refused.value.why == why
        return await engine.run("SELECT 1", limit=1, timeout_s=10)

    assert with_engine(reader, both).rows == ((1,),)


def test_a_second_statement_in_one_string_is_refused(postgres: str, reader: str) -> None:
    with pytest.raises(QueryFailed, match="multiple commands"):
        ask(postgres, "COMMIT; BEGIN READ WRITE; DELETE FROM orders; COMMIT")

    assert orders(postgres) == 2


def test_set_config_does_not_make_the_next_check_writable(postgres: str, reader: str) -> None:
    async def escape(engine: Postgres) -> None:
        await engine.run("SELECT set_config('default_transaction_read_only', 'off', false)", limit=1, timeout_s=10)
        with pytest.raises(QueryFailed, match="read-only transaction"):
            await engine.run("DELETE FROM orders", limit=1, timeout_s=10)

    with_engine(postgres, escape)

    assert orders(postgres) == 2


def test_set_config_does_not_lift_the_timeout_of_the_next_check(reader: str) -> None:
    async def escape(engine: Postgres) -> None:
        await engine.run("SELECT set_config('statement_timeout', '0', false)", limit=1, timeout_s=10)
        with pytest.raises(QueryFailed, match="statement timeout"):
            await engine.run("SELECT pg_sleep(60)", limit=1, timeout_s=0.3)

    with_engine(reader, escape)


@pytest.mark.parametrize(
    "escape",
    [
        "SELECT set_config('transaction_read_only', 'off', true)",
        "SET TRANSACTION READ WRITE",
        "DO $$ BEGIN SET TRANSACTION READ WRITE; DELETE FROM orders; END $$",
        "DO $$ BEGIN COMMIT; DELETE FROM orders; COMMIT; END $$",
        "WITH gone AS (DELETE FROM orders RETURNING 1) SELECT count(*) FROM gone",
    ],
)
def test_a_query_cannot_leave_its_read_only_transaction(postgres: str, reader: str, escape: str) -> None:
    with pytest.raises(QueryFailed):
        ask(postgres, escape)

    assert orders(postgres) == 2


def test_what_a_query_leaves_in_its_connection_is_discarded(postgres: str, reader: str) -> None:
    async def leave_and_look(engine: Postgres) -> Rows:
        await engine.run("SELECT pg_advisory_lock(7), set_config('monctl.left', 'x', false)", limit=1, timeout_s=10)
        return await engine.run(
            "SELECT (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()),"
            " coalesce(current_setting('monctl.left', true), '')",
            limit=1,
            timeout_s=10,
        )

    assert with_engine(reader, leave_and_look).rows == ((0, ""),)


def test_a_query_that_takes_too_long_is_stopped_at_the_server(reader: str, postgres_as_superuser: str) -> None:
    with pytest.raises(QueryFailed) as refused:
        ask(reader, "SELECT pg_sleep(60)", timeout_s=0.3)

    assert refused.value.why == "timeout"
    with psycopg.connect(postgres_as_superuser) as admin:
        assert admin.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)' AND state = 'active'").fetchone() == (
            0,
        )


def test_the_client_cancels_what_the_server_does_not_stop(reader: str, postgres_as_superuser: str) -> None:
    async def cancelled_from_outside(engine: Postgres) -> None:
        asked = asyncio.ensure_future(engine.run("SELECT pg_sleep(60)", limit=1, timeout_s=60))
        async with await psycopg.AsyncConnection.connect(postgres_as_superuser, autocommit=True) as admin:
            looked = (
                "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%' AND state = 'active' AND usename = 'reader'"
            )
            while (await (await admin.execute(looked)).fetchone()) == (0,):
                assert not asked.done()
            asked.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asked
            assert await (await admin.execute(looked)).fetchone() == (0,)

    with_engine(reader, cancelled_from_outside)


def test_a_superuser_is_warned_of(postgres_as_superuser: str, caplog: pytest.LogCaptureFixture) -> None:
    async def twice(engine: Postgres) -> tuple[str, ...]:
        await engine.run("SELECT 1", limit=1, timeout_s=10)
        await engine.run("SELECT 1", limit=1, timeout_s=10)
        return engine.advice

    with caplog.at_level(logging.WARNING, "monctl.runner"):
        advice = with_engine(postgres_as_superuser, twice)

    expected = "datasource shop: the role 'postgres' is a superuser, and can read files and run programs even in a read-only transaction"
    assert advice == (f"{expected}; use a role that may only SELECT",)
    assert caplog.messages == list(advice)


def test_an_owner_of_tables_is_warned_of_and_a_reader_is_not(postgres: str, reader: str) -> None:
    async def advice(engine: Postgres) -> tuple[str, ...]:
        await engine.run("SELECT 1", limit=1, timeout_s=10)
        return engine.advice

    assert "the role 'monctl' owns tables" in with_engine(postgres, advice)[0]
    assert with_engine(reader, advice) == ()


@pytest.mark.parametrize(
    ("dsn", "words"),
    [
        ("postgresql://reader:hunter2secret@127.0.0.1:1/shop", "connection refused"),
        ("host=/nonexistent user=reader password=hunter2secret dbname=shop", "no such file"),
        ("postgresql//reader:hunter2secret@shop", "connection string unreadable"),
    ],
)
def test_a_server_that_cannot_be_reached_is_named_without_the_secret(dsn: str, words: str) -> None:
    with pytest.raises(QueryFailed) as refused:
        ask(dsn, "SELECT 1")

    assert refused.value.words == words
    assert "hunter2secret" not in str(refused.value)


def test_a_role_that_may_not_log_in_is_denied(postgres: str) -> None:
    with pytest.raises(QueryFailed) as refused:
        ask(postgres.replace("//monctl@", "//nobody-known@"), "SELECT 1")

    assert refused.value.why in {"denied", "refused"}
    assert 'role "nobody-known" does not exist' in str(refused.value)


def test_more_questions_than_connections_wait_for_each_other(reader: str) -> None:
    async def many(engine: Postgres) -> set[int]:
        answers = await asyncio.gather(*(engine.run("SELECT pg_backend_pid()", limit=1, timeout_s=20) for _ in range(20)))
        return {rows.rows[0][0] for rows in answers}

    assert len(with_engine(reader, many)) <= 4
