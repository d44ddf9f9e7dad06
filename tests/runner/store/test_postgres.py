"""The store of several runners: who may write, what a broken connection says, several at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

import psycopg
import pytest

from monctl.errors import UsageError
from monctl.runner.checks import SHARDS
from monctl.runner.store.connections import schema_of
from monctl.runner.store.leases import PostgresLeases
from monctl.runner.store.postgres import PostgresStore
from monctl.runner.store.store import Commit, Fenced, Measurement, StoreLost
from tests.runner.store.letters import NOW, letter

NAME = "shop-prod"
SCHEMA = schema_of(NAME)


class Mono:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def run(dsn: str, count: int, work: Callable[..., Awaitable[None]]) -> None:
    """`work` with so many runners: (store, leases) each."""

    async def whole() -> None:
        stores = [PostgresStore(dsn, NAME) for _ in range(count)]
        try:
            await work(*((store, PostgresLeases(store)) for store in stores))
        finally:
            for store in stores:
                await store.close()

    asyncio.run(whole())


def admin(dsn: str, asked: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn, autocommit=True, options=f"-c search_path={SCHEMA}") as db:
        found = db.execute(asked.encode())
        return found.fetchall() if found.description else []


# who may write


def test_a_stale_write_is_refused_and_that_of_the_new_holder_is_not(postgres: str) -> None:
    async def work(a: tuple[PostgresStore, PostgresLeases], b: tuple[PostgresStore, PostgresLeases]) -> None:
        (old, old_leases), (new, new_leases) = a, b
        await old_leases.renew()
        admin(postgres, "UPDATE shard SET epoch = 9")
        held = await old_leases.renew()
        assert held == dict.fromkeys(range(SHARDS), 9)
        await old.commit(Commit(states={"api": {"by": "old"}}), shards={7: 9})

        admin(postgres, "UPDATE shard SET until = clock_timestamp() - interval '1 second'")
        admin(postgres, "UPDATE runner SET until = clock_timestamp() - interval '1 second'")
        with pytest.raises(Fenced, match="shard 7"):
            await old.commit(Commit(states={"api": {"by": "old"}}, letters=[letter("firing")]), shards={7: 9})

        assert (await new_leases.renew())[7] == 10
        with pytest.raises(Fenced):
            await old.commit(Commit(states={"api": {"by": "old"}}, letters=[letter("firing")]), shards={7: 9})
        await new.commit(Commit(states={"api": {"by": "new"}}), shards={7: 10})

        assert await new.states(["api"]) == {"api": {"by": "new"}}
        assert await new.outbox() == []

    run(postgres, 2, work)


def test_who_lost_a_shard_and_got_it_back_cannot_write_what_it_knew_before(postgres: str) -> None:
    async def work(a: tuple[PostgresStore, PostgresLeases]) -> None:
        store, leases = a
        before = (await leases.renew())[7]
        admin(postgres, "UPDATE shard SET until = clock_timestamp() - interval '1 second'")
        after = (await leases.renew())[7]

        assert after == before + 1
        with pytest.raises(Fenced):
            await store.commit(Commit(states={"api": {}}), shards={6: after, 7: before})
        await store.commit(Commit(states={"api": {}}), shards={6: after, 7: after})

    run(postgres, 1, work)


def test_a_shard_whose_holder_is_writing_is_not_taken_from_it(postgres: str) -> None:
    async def work(a: tuple[PostgresStore, PostgresLeases], b: tuple[PostgresStore, PostgresLeases]) -> None:
        (_, mine), (_, others) = a, b
        epoch = (await mine.renew())[7]
        with psycopg.connect(postgres, options=f"-c search_path={SCHEMA}") as writing:
            writing.execute("SELECT 1 FROM shard WHERE id = 7 FOR SHARE")
            admin(postgres, "UPDATE runner SET until = clock_timestamp() - interval '1 second'")
            admin(postgres, "UPDATE shard SET until = clock_timestamp() - interval '1 second' WHERE id <> 7")
            held = await others.renew()

            assert 7 not in held
            assert len(held) == SHARDS - 1
        assert epoch == 1

    run(postgres, 2, work)


# who does what


def test_shards_are_divided_and_move_only_when_given_back(postgres: str) -> None:
    async def work(*runners: tuple[PostgresStore, PostgresLeases]) -> None:
        a, b, c = (leases for _, leases in runners)
        assert len(await a.renew()) == SHARDS
        assert len(await b.renew()) == 0
        assert len(await a.renew()) == 32  # the rest is not worked on any more, and still ours
        assert len(await b.renew()) == 0
        await a.renew()  # given back
        assert len(await b.renew()) == 32
        assert a.held().keys().isdisjoint(b.held())

        for _ in range(3):
            for leases in (c, a, b):
                await leases.renew()
        found = [leases.held() for leases in (a, b, c)]
        assert sorted(map(len, found)) == [20, 22, 22]
        assert sorted(part for held in found for part in held) == list(range(SHARDS))

    run(postgres, 3, work)


def test_a_clean_stop_frees_everything_at_once(postgres: str) -> None:
    async def work(*runners: tuple[PostgresStore, PostgresLeases]) -> None:
        a, b = (leases for _, leases in runners)
        await a.renew()
        await a.release()
        assert a.held() == {}

        assert len(await b.renew()) == SHARDS

    run(postgres, 2, work)


def test_a_runner_that_cannot_renew_stops_before_its_lease_ends(postgres: str) -> None:
    async def whole() -> None:
        mono = Mono()
        store = PostgresStore(postgres, NAME)
        leases = PostgresLeases(store, ttl_s=10, margin_s=3, mono=mono)
        assert leases.held() == {}
        await leases.renew()
        mono.at += 6.9
        assert len(leases.held()) == SHARDS
        mono.at += 0.2
        assert leases.held() == {}
        await leases.renew()
        assert set(leases.held().values()) == {1}, "nobody had them meanwhile: what is known is still right"
        await store.close()

    asyncio.run(whole())


def test_a_runner_sends_for_the_receivers_in_its_shards_only(postgres: str) -> None:
    async def work(*runners: tuple[PostgresStore, PostgresLeases]) -> None:
        (store, a), (other, b) = runners
        await store.commit(Commit(letters=[letter("firing", to=f"r{n}") for n in range(30)]))
        for leases in (a, b, a, b, a, b):
            await leases.renew()
        mine = await store.claim(NOW, lease_s=60, limit=99)
        theirs = await other.claim(NOW, lease_s=60, limit=99)

        assert len(mine) + len(theirs) == 30
        assert mine
        assert theirs
        await a.release()
        assert await store.claim(NOW, lease_s=60, limit=99) == []

    run(postgres, 2, work)


def test_alertmanager_2222_4008_claims_at_once_never_share_a_letter(postgres: str) -> None:
    async def whole() -> None:
        stores = [PostgresStore(postgres, NAME) for _ in range(3)]
        await stores[0].commit(Commit(letters=[letter("firing", f"shop/{n}#1") for n in range(60)]))
        found = await asyncio.gather(*(store.claim(NOW, lease_s=60, limit=15) for store in stores for _ in range(4)))
        numbers = [row.id for rows in found for row in rows]
        for store in stores:
            await store.close()

        assert len(numbers) == len(set(numbers))

    asyncio.run(whole())


# what goes wrong


def test_a_store_that_does_not_answer_is_a_sentence_without_its_password() -> None:
    async def work() -> None:
        store = PostgresStore("postgresql://ana:hunter2@127.0.0.1:9/monitors", NAME)
        with pytest.raises(StoreLost, match=r"PostgreSQL at 127\.0\.0\.1:9, database monitors") as lost:
            await store.states(["api"])
        await store.close()

        assert "hunter2" not in f"{lost.value}{lost.value.hint}"

    asyncio.run(work())


def test_an_address_that_cannot_be_read_does_not_give_its_password_away() -> None:
    with pytest.raises(UsageError, match="cannot be read") as refused:
        PostgresStore("postgresql://ana:hun%ter2@127.0.0.1/monitors", NAME)

    assert "hun" not in f"{refused.value}{refused.value.hint}{refused.value.__cause__}"


def test_a_role_that_may_make_nothing_is_told_so(postgres: str, postgres_as_superuser: str) -> None:
    with psycopg.connect(postgres_as_superuser, autocommit=True) as db:
        name = db.info.dbname
        db.execute(f'ALTER DATABASE "{name}" OWNER TO postgres'.encode())

    async def work() -> None:
        store = PostgresStore(postgres, NAME)
        with pytest.raises(StoreLost, match="permission denied for database"):
            await store.states(["api"])
        await store.close()

    asyncio.run(work())


def test_a_store_of_a_newer_version_is_refused(postgres: str) -> None:
    async def work() -> None:
        store = PostgresStore(postgres, NAME)
        await store.states(["api"])
        await store.close()
        admin(postgres, "UPDATE version SET version = 99")
        with pytest.raises(UsageError, match="newer monctl"):
            await PostgresStore(postgres, NAME).states(["api"])

    asyncio.run(work())


async def _until_it_works(work: Callable[[], Awaitable[object]]) -> None:
    for _ in range(5):
        with contextlib.suppress(StoreLost):
            await work()
            return
    await work()


def test_a_connection_that_breaks_is_made_anew(postgres: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "psycopg")

    async def work(a: tuple[PostgresStore, PostgresLeases]) -> None:
        store, leases = a
        await leases.renew()
        admin(
            postgres,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        # the pool holds several connections, and may have noticed: nothing but StoreLost is raised, and soon nothing is
        await _until_it_works(lambda: store.commit(Commit(states={"api": {}})))
        await _until_it_works(leases.renew)

        assert len(await leases.renew()) == SHARDS
        assert await store.states(["api"]) == {"api": {}}

    run(postgres, 1, work)


def test_a_session_frozen_inside_a_transaction_is_ended_by_the_server(postgres: str) -> None:
    async def work() -> None:
        store = PostgresStore(postgres, NAME)
        await store.db.ready()
        db = await store.db.connect()
        found = {name: (await (await db.execute(f"SHOW {name}")).fetchone() or ("",))[0] for name in (
            "idle_in_transaction_session_timeout", "statement_timeout", "lock_timeout", "search_path",
        )}  # fmt: skip
        parameters = db.info.get_parameters()
        await db.close()
        await store.close()

        assert found == {
            "idle_in_transaction_session_timeout": "5s", "statement_timeout": "10s", "lock_timeout": "5s", "search_path": SCHEMA,
        }  # fmt: skip
        assert (parameters["tcp_user_timeout"], parameters["keepalives_idle"]) == ("10000", "5")

    asyncio.run(work())


def test_estates_and_environments_share_a_database_and_nothing_else(postgres: str) -> None:
    async def work() -> None:
        stores = [PostgresStore(postgres, name) for name in ("shop-prod", "shop-test", 'Shop; DROP "x" --')]
        for number, store in enumerate(stores):
            await store.commit(Commit(states={"api": {"n": number}}))
        found = [(await store.states(["api"]))["api"] for store in stores]
        for store in stores:
            await store.close()

        assert found == [{"n": 0}, {"n": 1}, {"n": 2}]

    asyncio.run(work())


def test_a_schema_is_a_plain_identifier_and_tells_long_names_apart() -> None:
    assert schema_of("shop_prod") == "monctl_shop_prod"
    assert schema_of("shop-prod") != schema_of("shop.prod")
    long = [schema_of("x" * 70 + end) for end in "ab"]
    assert len(set(long)) == 2
    assert all(len(name) <= 63 and name.replace("_", "a").isalnum() for name in [*long, schema_of("ä; --")])


def test_a_day_another_runner_forgot_is_made_again(postgres: str) -> None:
    async def work(a: tuple[PostgresStore, PostgresLeases], b: tuple[PostgresStore, PostgresLeases]) -> None:
        one = Measurement("metric:up", "", NOW, "failed")
        await a[0].record([one])
        await b[0].prune(NOW + 9 * 86_400, results_s=0, history_s=0)
        with pytest.raises(StoreLost):
            await a[0].record([one])
        await a[0].record([one])

        assert await b[0].history("metric:up", NOW, NOW) == [one]

    run(postgres, 2, work)


def test_the_same_tables_may_be_made_by_several_at_once(postgres: str) -> None:
    async def work(*runners: tuple[PostgresStore, PostgresLeases]) -> None:
        await asyncio.gather(*(store.record([Measurement("metric:up", "", NOW, "failed")]) for store, _ in runners))

        assert len(await runners[0][0].history("metric:up", NOW, NOW)) == 4

    run(postgres, 4, work)
