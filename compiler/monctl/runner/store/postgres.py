"""[I/O] The store of several runners: one schema of a PostgreSQL for each estate and environment. Whoever writes state proves first that it holds the shards."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from psycopg import errors, sql

from monctl.errors import UsageError
from monctl.resource import Json
from monctl.runner.checks import SHARDS, shard
from monctl.runner.core.effect import Chronicle, Transition
from monctl.runner.store.connections import Connection, Connections, rows, schema_of
from monctl.runner.store.leases import PostgresLeases
from monctl.runner.store.store import Commit, Fenced, Forwarded, Letter, Measurement, Order, Row, RowState, StoreLost
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

__all__ = ["PostgresLeases", "PostgresStore"]

_WORDS = {"serial": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "number": "DOUBLE PRECISION"}
_COMPANY: Final = (
    (
        "CREATE TABLE IF NOT EXISTS shard (id INTEGER PRIMARY KEY, owner TEXT NOT NULL DEFAULT '', epoch BIGINT NOT NULL DEFAULT 0,"
        " until TIMESTAMPTZ NOT NULL DEFAULT '-infinity')"
    ),
    f"INSERT INTO shard (id) SELECT generate_series(0, {SHARDS - 1}) ON CONFLICT (id) DO NOTHING",
    "CREATE TABLE IF NOT EXISTS runner (name TEXT PRIMARY KEY, until TIMESTAMPTZ NOT NULL)",
)
"""What several runners need beside `TABLES`: who does which part, who is there."""
_NOW_S: Final = "extract(epoch FROM clock_timestamp())"
"""The database's clock: leases of rows and shards count by it alone."""


class PostgresStore:
    """Opens at its first use. `leases` is set by the PostgresLeases made of it; without them (a command that looks, or asks) nothing is fenced."""

    def __init__(self, dsn: str, name: str, *, clock: Callable[[], float] = time.time) -> None:
        """`name` is of the estate and environment. Raises UsageError for an address that cannot be read."""
        self.who = secrets.token_hex(8)
        """This runner, among those there are."""
        self.leases: PostgresLeases | None = None
        self.schema = schema_of(name)
        self.db = Connections(dsn, self.schema, self._migrate)
        self._clock = clock
        self._days: set[str] = set()

    async def states(self, monitors: Sequence[str]) -> dict[str, Json]:
        return _bodies(await self.db.all("SELECT monitor, body FROM state WHERE monitor = ANY(%s)", list(monitors))) if monitors else {}

    async def groups(self, keys: Sequence[str] | None = None) -> dict[str, Json]:
        if keys is None:
            return _bodies(await self.db.all("SELECT key, body FROM message_group"))
        return _bodies(await self.db.all("SELECT key, body FROM message_group WHERE key = ANY(%s)", list(keys)))

    async def values(self, prefix: str) -> dict[str, Json]:
        return _bodies(await self.db.all("SELECT name, body FROM value WHERE starts_with(name, %s)", prefix))

    async def forwarded(self) -> list[Forwarded]:
        found = await self.db.all("SELECT id, key, body FROM forwarded ORDER BY id")
        return [Forwarded(key, loaded(body), number) for number, key, body in found]

    async def commit(self, commit: Commit, *, shards: Mapping[int, int] | None = None) -> None:
        async with self.db.transaction() as db:
            await self._prove(db, shards or {})
            if commit.id:
                asked = "INSERT INTO written (id, at) VALUES (%s, %s) ON CONFLICT (id) DO NOTHING"
                if not (await db.execute(asked, (commit.id, self._clock()))).rowcount:
                    return
            for table, key, changed in (
                ("state", "monitor", commit.states),
                ("message_group", "key", commit.groups),
                ("value", "name", commit.values),
            ):
                await _upsert(db, table, key, changed)
            await _many(
                db, "INSERT INTO forwarded (key, body) VALUES (%s, %s)", [(one.group, text(one.notice)) for one in commit.forwarded]
            )
            if commit.taken:
                await db.execute("DELETE FROM forwarded WHERE id = ANY(%s)", (list(commit.taken),))
            await _many(
                db,
                "INSERT INTO transition (monitor, at, body) VALUES (%s, %s, %s)",
                [(one.monitor, one.at, text(one)) for one in commit.transitions],
            )
            await _many(
                db,
                "INSERT INTO chronicle (key, opened, ended, body) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (key) DO UPDATE SET opened = excluded.opened, ended = excluded.ended, body = excluded.body",
                [(one.key, one.opened, one.over, text(one)) for one in commit.chronicles],
            )
            for letter in commit.letters:
                await self._post(db, letter)

    async def _prove(self, db: Connection, shards: Mapping[int, int]) -> None:
        """That the shards are ours, at these epochs, until the transaction ends. Raises Fenced."""
        asked = (
            "SELECT id FROM shard JOIN unnest(%s::int[], %s::bigint[]) AS meant(part, ours) ON id = part AND epoch = ours"
            " WHERE owner = %s AND until > clock_timestamp() ORDER BY id FOR SHARE OF shard"
        )
        if shards:
            held = await (await db.execute(asked, (list(shards), list(shards.values()), self.who))).fetchall()
            if len(held) < len(shards):
                gone = ", ".join(map(str, sorted(shards.keys() - {part for (part,) in held})))
                raise Fenced(f"this runner no longer holds shard {gone}", hint="nothing is to be done: the runner that holds it goes on")

    async def _post(self, db: Connection, letter: Letter) -> None:
        """A letter. One that says it is over, after a first one nobody ever tried to send, ends both."""
        needless: list[int] = []
        if ends_untold(letter):
            # who claims one of them meanwhile has it: then it was tried, and the lock finds it changed
            asked = (
                "SELECT id, kind FROM outbox WHERE receiver = %s AND thread = %s AND state = 'new' AND attempts = 0 ORDER BY id FOR UPDATE"
            )
            needless = superseded(await (await db.execute(asked, (letter.receiver, letter.thread))).fetchall())
            await db.execute("UPDATE outbox SET state = 'superseded', settled = %s WHERE id = ANY(%s)", (self._clock(), needless))
        state, settled = ("superseded", self._clock()) if needless else ("new", None)
        await db.execute(
            "INSERT INTO outbox (receiver, thread, kind, dedup_key, body, state, next_at, created, settled)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (dedup_key) DO NOTHING",
            (
                letter.receiver, letter.thread, letter.kind, letter.dedup_key, text(letter.message), state,
                letter.not_before, letter.message.now, settled,
            ),
        )  # fmt: skip

    async def record(self, measurements: Sequence[Measurement]) -> None:
        by_day: dict[str, list[Measurement]] = {}
        for one in measurements:
            by_day.setdefault(day(one.slot), []).append(one)
        for table in by_day.keys() - self._days:
            await self._make_day(table)
        try:
            async with self.db.transaction() as db:
                await db.execute("SET LOCAL synchronous_commit = off")
                for table, found in by_day.items():
                    rows = [(one.check, one.instance, one.slot, one.outcome, text(dict(one.values)), one.took_s, one.note) for one in found]
                    await _many(
                        db,
                        f"INSERT INTO {table} VALUES (%s, %s, %s, %s, %s, %s, %s)",
                        [(*map(plain, row[:2]), *row[2:6], plain(row[6])) for row in rows],
                    )
        except StoreLost as error:
            if isinstance(error.__cause__, errors.UndefinedTable):  # another runner forgot that day
                self._days.clear()
            raise

    async def _make_day(self, table: str) -> None:
        async with self.db.transaction() as db:
            await self._alone(db)
            for statement in RESULTS:
                await db.execute(statement.format(table=table, **_WORDS))
        self._days.add(table)

    async def history(self, check: str, since: float, until: float, *, limit: int = 5000) -> list[Measurement]:
        found: list[Measurement] = []
        for table in await self._known_days():
            if day(since) <= table <= day(until):
                asked = (
                    f"SELECT check_id, instance, slot, outcome, readings, took_s, note FROM {table}"
                    " WHERE check_id = %s AND slot >= %s AND slot <= %s ORDER BY slot LIMIT %s"
                )
                try:
                    found += map(measurement_of, await self.db.all(asked, check, since, until, limit - len(found)))
                except StoreLost as error:
                    if not isinstance(error.__cause__, errors.UndefinedTable):  # forgotten a moment ago
                        raise
        return found

    async def _known_days(self) -> list[str]:
        asked = "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename ~ '^results_[0-9]{8}$' ORDER BY tablename"
        return [name for (name,) in await self.db.all(asked, self.schema)]

    async def transitions(self, since: float, until: float, *, monitor: str | None = None, limit: int = 500) -> list[Transition]:
        asked = "SELECT body FROM transition WHERE at >= %s AND at < %s AND (%s::text IS NULL OR monitor = %s) ORDER BY id DESC LIMIT %s"
        return [transition_of(body) for (body,) in await self.db.all(asked, since, until, monitor, monitor, limit)]

    async def chronicles(self, since: float, until: float) -> list[Chronicle]:
        asked = "SELECT body FROM chronicle WHERE opened < %s AND (ended IS NULL OR ended >= %s) ORDER BY opened"
        return [chronicle_of(body) for (body,) in await self.db.all(asked, until, since)]

    async def claim(self, now: float, *, lease_s: float, limit: int, each: int | None = None, but: Collection[str] = ()) -> list[Row]:
        receivers = {
            name for (name,) in await self.db.all("SELECT DISTINCT receiver FROM outbox WHERE state IN ('new', 'retry', 'leased')")
        }
        if self.leases is not None:
            held = self.leases.held()
            receivers = {name for name in receivers if shard(name) in held}
        if not (receivers := receivers - set(but)):
            return []
        expired = f"leased_until < {_NOW_S}"
        asked = (
            f"WITH due AS MATERIALIZED ({DUE.format(now='%s', expired=expired, whose='receiver = ANY(%s)')}),"
            f" taken AS MATERIALIZED (SELECT {ROW} FROM outbox WHERE id IN (SELECT id FROM due WHERE place <= %s ORDER BY id LIMIT %s)"
            f" AND state IN ('new', 'retry', 'leased') AND (state != 'leased' OR {expired}) ORDER BY id FOR UPDATE SKIP LOCKED),"
            " marked AS (UPDATE outbox SET unknown = greatest(outbox.unknown, (outbox.state = 'leased')::int), state = 'leased',"
            f" attempts = outbox.attempts + 1, leased_by = %s, leased_until = {_NOW_S} + %s FROM taken WHERE outbox.id = taken.id)"
            f" SELECT {ROW} FROM taken ORDER BY id"
        )
        return [row_of(found) for found in await self.db.all(asked, now, list(receivers), each or limit, limit, self.who, lease_s)]

    async def settle(self, row: Row, state: RowState, *, next_at: float = 0.0, why: str = "", unknown: bool = False) -> None:
        asked = (
            "UPDATE outbox SET state = %s, next_at = %s, why = %s, unknown = greatest(unknown, %s), settled = %s, attempts = attempts - %s"
            " WHERE id = %s AND state = 'leased' AND leased_by = %s AND attempts = %s"
        )
        settled = None if state in {"retry", "new", "leased"} else self._clock()
        await self.db.do(asked, state, next_at, plain(why), int(unknown), settled, int(state == "new"), row.id, self.who, row.attempts + 1)

    async def collapse(self, rows: Sequence[Row], into: Letter) -> bool:
        async with self.db.transaction() as db:
            asked = "SELECT id FROM outbox WHERE id = ANY(%s) AND state = 'new' AND attempts = 0 ORDER BY id FOR UPDATE"
            if len(await (await db.execute(asked, ([row.id for row in rows],))).fetchall()) < len(rows):
                return False
            await db.execute(
                "UPDATE outbox SET state = 'superseded', settled = %s, why = 'collapsed' WHERE id = ANY(%s)",
                (self._clock(), [row.id for row in rows]),
            )
            await self._post(db, into)
            return True

    async def thread(self, receiver: str, thread: str) -> dict[str, str]:
        found = await self.db.all("SELECT body FROM thread WHERE receiver = %s AND thread = %s", receiver, thread)
        return dict(loaded(found[0][0])) if found else {}

    async def remember(self, receiver: str, thread: str, stored: Mapping[str, str]) -> None:
        asked = "INSERT INTO thread (receiver, thread, body) VALUES (%s, %s, %s) ON CONFLICT (receiver, thread) DO UPDATE SET body = excluded.body"
        await self.db.do(asked, receiver, thread, text(dict(stored)))

    async def outbox(self, *, states: Sequence[RowState] = ("new", "leased", "retry", "dead"), limit: int = 200) -> list[Row]:
        found = await self.db.all(f"SELECT {ROW} FROM outbox WHERE state = ANY(%s) ORDER BY id DESC LIMIT %s", list(states), limit)
        return [row_of(one) for one in reversed(found)]

    async def order(self, kind: str, by: str, at: float, body: Mapping[str, Json]) -> int:
        # numbers are given out before they are committed: alone, so that whoever has read one has read all before it
        async with self.db.transaction() as db:
            await self._alone(db)
            asked = "INSERT INTO person_order (kind, who, at, body) VALUES (%s, %s, %s, %s) RETURNING id"
            found = await (await db.execute(asked, (kind, plain(by), at, text(dict(body))))).fetchall()
        return int(found[0][0])

    async def orders(self, after: int) -> list[Order]:
        return [
            order_of(one) for one in await self.db.all("SELECT id, kind, who, at, body FROM person_order WHERE id > %s ORDER BY id", after)
        ]

    async def prune(self, now: float, *, results_s: float, history_s: float) -> None:
        for table in await self._known_days():
            if table < day(now - results_s):
                await self.db.do(f"DROP TABLE IF EXISTS {table}")
                self._days.discard(table)
        for asked, before in (
            ("DELETE FROM outbox WHERE settled IS NOT NULL AND settled < %s", now - history_s),
            ("DELETE FROM transition WHERE at < %s", now - history_s),
            ("DELETE FROM chronicle WHERE ended IS NOT NULL AND ended < %s", now - history_s),
            ("DELETE FROM person_order WHERE at < %s", now - history_s),
            ("DELETE FROM written WHERE at < %s", now - WRITTEN_S),
            ("DELETE FROM runner WHERE until < to_timestamp(%s)", now - WRITTEN_S),
        ):
            await self.db.do(asked, before)

    async def close(self) -> None:
        if self.leases is not None:
            await self.leases.close()
        await self.db.close()

    async def _migrate(self, db: Connection) -> None:
        """The schema at our version. Raises UsageError for one that is newer."""
        await self._alone(db)
        if not await rows(db, "SELECT 1 FROM pg_namespace WHERE nspname = %s", self.schema):
            await db.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(self.schema)))
        await db.execute("CREATE TABLE IF NOT EXISTS version (version INTEGER NOT NULL)")
        found = await rows(db, "SELECT version FROM version")
        known = found[0][0] if found else 0
        if known > VERSION:
            raise UsageError(f"the store on {self.db.place} was written by a newer monctl", hint="run the version that wrote it, or newer")
        if known < VERSION:
            for statement in (*TABLES, *_COMPANY):
                await db.execute(statement.format(**_WORDS))
            await db.execute("DELETE FROM version")
            await db.execute("INSERT INTO version (version) VALUES (%s)", (VERSION,))

    async def _alone(self, db: Connection) -> None:
        """Nobody else of this estate in here until the transaction ends."""
        await db.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (self.schema,))


def _bodies(found: Sequence[tuple[Any, ...]]) -> dict[str, Json]:
    return {name: loaded(body) for name, body in found}


async def _many(db: Connection, asked: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        async with db.cursor() as cursor:
            await cursor.executemany(asked, rows)


async def _upsert(db: Connection, table: str, key: str, changed: Mapping[str, Json | None]) -> None:
    if gone := [name for name, body in changed.items() if body is None]:
        await db.execute(f"DELETE FROM {table} WHERE {key} = ANY(%s)", (gone,))
    await _many(
        db,
        f"INSERT INTO {table} ({key}, body) VALUES (%s, %s) ON CONFLICT ({key}) DO UPDATE SET body = excluded.body",
        # in one order everywhere: two runners that write the same values wait for each other, and do not lock each other out
        [(name, text(body)) for name, body in sorted(changed.items()) if body is not None],
    )
