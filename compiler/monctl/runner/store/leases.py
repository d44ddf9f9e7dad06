"""[I/O] Who does which part of the work: rows of PostgreSQL that end by themselves, counted by its clock alone."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import psycopg

from monctl.runner.checks import SHARDS

if TYPE_CHECKING:
    from monctl.runner.store.postgres import PostgresStore

TTL_S: Final = 10.0
"""A lease that is not renewed ends after this: the longest time nobody works on a shard whose runner died."""
RENEW_S: Final = 3.0
MARGIN_S: Final = 3.0
"""This long before its lease ends for the others, a runner that could not renew it stops."""

_RENEW: Final = f"""
WITH here AS (
    INSERT INTO runner (name, until) VALUES (%(who)s, clock_timestamp() + %(ttl)s * interval '1 second')
    ON CONFLICT (name) DO UPDATE SET until = excluded.until
), live AS MATERIALIZED (
    SELECT count(*) + 1 AS n FROM runner WHERE until > clock_timestamp() AND name <> %(who)s
), mine AS MATERIALIZED (
    SELECT id FROM shard WHERE owner = %(who)s AND until > clock_timestamp() ORDER BY id FOR UPDATE
), free AS MATERIALIZED (
    SELECT id FROM shard WHERE until <= clock_timestamp() ORDER BY id
    LIMIT (SELECT greatest(0, ({SHARDS} + n - 1) / n - (SELECT count(*) FROM mine)) FROM live) FOR UPDATE SKIP LOCKED
), held AS (
    UPDATE shard SET owner = %(who)s, epoch = epoch + (id IN (SELECT id FROM free))::int,
        until = clock_timestamp() + %(ttl)s * interval '1 second'
    WHERE id IN (SELECT id FROM mine UNION ALL SELECT id FROM free) RETURNING id, epoch
)
SELECT n, id, epoch FROM live LEFT JOIN held ON true
"""
"""Our own rows are waited for: a commit of ours may be reading them. What is free is passed over when somebody else has it in hand."""
_GIVE_BACK: Final = "UPDATE shard SET owner = '', until = '-infinity' WHERE owner = %s AND id = ANY(%s)"


def ticking() -> float:
    """A monotonic clock that goes on while the machine sleeps, where there is one: a lease does not sleep."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class PostgresLeases:
    """The leases of one runner, on a connection of their own, so that nothing else holds them up."""

    def __init__(
        self,
        store: PostgresStore,
        *,
        ttl_s: float = TTL_S,
        renew_s: float = RENEW_S,
        margin_s: float = MARGIN_S,
        mono: Callable[[], float] = ticking,
    ) -> None:
        store.leases = self
        self.renew_s = renew_s
        self._store, self._ttl_s, self._margin_s, self._mono = store, ttl_s, margin_s, mono
        self._db: psycopg.AsyncConnection[tuple[Any, ...]] | None = None
        self._held: dict[int, int] = {}
        self._leaving: list[int] = []
        self._sure_until = 0.0

    def held(self) -> Mapping[int, int]:
        return self._held if self._mono() < self._sure_until else {}

    async def renew(self) -> Mapping[int, int]:
        """What is too much is not worked on from now, and given back at the next renewal: what was decided is written meanwhile."""
        begun = self._mono()
        async with self._statements() as db:
            if self._leaving:
                await db.execute(_GIVE_BACK, (self._store.who, self._leaving))
            found = await (await db.execute(_RENEW, {"who": self._store.who, "ttl": self._ttl_s})).fetchall()
        held = {part: epoch for _, part, epoch in found if part is not None}
        share = -(-SHARDS // found[0][0])
        self._leaving = sorted(held)[share:]
        self._held = {part: epoch for part, epoch in held.items() if part not in self._leaving}
        self._sure_until = begun + self._ttl_s - self._margin_s
        return self.held()

    async def release(self) -> None:
        self._held, self._sure_until = {}, 0.0
        async with self._statements() as db:
            await db.execute(_GIVE_BACK, (self._store.who, list(range(SHARDS))))
            await db.execute("DELETE FROM runner WHERE name = %s", (self._store.who,))

    async def close(self) -> None:
        """Close the connection; leases end by themselves."""
        db, self._db = self._db, None
        if db is not None:
            await db.close()

    @contextlib.asynccontextmanager
    async def _statements(self) -> AsyncIterator[psycopg.AsyncConnection[tuple[Any, ...]]]:
        """Statements of their own each. A connection that failed is made anew the next time."""
        await self._store.db.ready()
        if self._db is None:
            self._db = await self._store.db.connect()
            await self._db.execute(f"SET statement_timeout = '{max(1000, int(self._ttl_s * 300))}ms'")
        try:
            async with self._store.db.told():
                yield self._db
        except BaseException:
            await self.close()
            raise
