"""[I/O through notifiers] Sends what lies in the outbox: each attempt is written down, so that a crash loses nothing and a channel that fails holds up no other."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from monctl.bundle import Bundle
from monctl.runner.clock import Clock
from monctl.runner.fold import FOLDED, fold, undelivered
from monctl.runner.gauges import Gauges
from monctl.runner.limits import KEPT_S, Bucket, backoff, bucket
from monctl.runner.message import Message
from monctl.runner.notifiers.notifier import Again, Delivered, Notifier, Receiver, Refused, Sent
from monctl.runner.receivers import receiver
from monctl.runner.store.store import Commit, Row, Store, StoreLost

LOG = logging.getLogger("monctl.runner")
LEASE_S = 60.0
"""How long a claimed row is ours: an attempt, and time to write down what became of it. Another runner tries again after that."""
ATTEMPT_S = 30.0
_EVERY_S = 0.5
_BATCH = 200
_AT_ONCE = 20
"""Messages in flight to one receiver: one that hangs takes no more than these from the others."""
_MUTED_S = 15.0
"""How often a message that something mutes is looked at again."""
_UNKNOWN_S = 60.0
"""How often a message is looked at again whose receiver is not in our bundle: another runner may have read a newer one."""
_SETTLE_S = 0.5
"""How soon it is tried again to write down what became of an attempt."""


@dataclass(frozen=True, slots=True)
class _Lease:
    """When rows were claimed, on both clocks: one stands still while the machine sleeps, the other may be set."""

    wall: float
    mono: float

    def age_s(self, clock: Clock) -> float:
        return max(clock.wall() - self.wall, clock.mono() - self.mono)


class Sender:
    """Claims, sends, settles. `run()` until `stop()`."""

    def __init__(
        self,
        bundle: Bundle,
        store: Store,
        clock: Clock,
        notifier: Callable[[], Notifier],
        *,
        gauges: Gauges,
        muted: Callable[[Message, float], bool] | None = None,
        chance: random.Random | None = None,
        lease_s: float = LEASE_S,
        attempt_s: float = ATTEMPT_S,
    ) -> None:
        """`notifier` gives the one to send with now; `muted` is asked before the first attempt of a message that something began."""
        self.bundle = bundle
        self.oldest_due_s = 0.0
        """Age of the oldest message that is due: what the runner's own health looks at."""
        self._store, self._clock, self._notifier, self._gauges, self._muted = store, clock, notifier, gauges, muted
        self._chance = chance or random.Random()
        self._lease_s, self._attempt_s = lease_s, attempt_s
        self._buckets: dict[str, Bucket | None] = {}
        self._paused: dict[str, float] = {}
        """Receiver → until when it asked to be left alone (Retry-After)."""
        self._flying: dict[asyncio.Task[None], str] = {}
        self._woken = asyncio.Event()
        self._stopping = False

    def adopt(self, bundle: Bundle) -> None:
        """Go on with another bundle: rates are those of its channels."""
        self.bundle = bundle
        self._buckets.clear()

    async def run(self) -> None:
        """Until `stop()`; what is being sent then is finished. Messages in flight hold up neither each other nor the next ones."""
        try:
            while not self._stopping:
                self._woken.clear()
                try:
                    await self._begin()
                except StoreLost as error:
                    LOG.error("the outbox cannot be read; nothing is sent until it can", extra={"why": str(error)})
                except Exception:  # a bug: sending must go on for as long as the runner lives
                    LOG.exception("sending raised")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), _EVERY_S)
            await asyncio.gather(*self._flying)
        finally:
            for task in self._flying:
                task.cancel()
            await asyncio.gather(*self._flying, return_exceptions=True)

    def stop(self) -> None:
        """Claim nothing more."""
        self._stopping = True
        self._woken.set()

    async def send_due(self) -> int:
        """One batch, to its end; gives how many attempts were made. Raises StoreLost."""
        begun = await self._begin()
        await asyncio.gather(*self._flying)
        return begun

    async def _begin(self) -> int:
        """Claim what is due and start its attempts; gives how many."""
        now, lease = self._clock.wall(), _Lease(self._clock.wall(), self._clock.mono())
        busy = [name for name, count in Counter(self._flying.values()).items() if count >= _AT_ONCE]
        rows = await self._store.claim(now, lease_s=self._lease_s, limit=_BATCH, each=_AT_ONCE, but=busy)
        self.oldest_due_s = max((now - max(row.next_at, row.created) for row in rows), default=0.0)
        self._gauges.outbox_age.set(self.oldest_due_s)
        begun = 0
        held: dict[str, Receiver] = {}
        for row in rows:
            meant = receiver(self.bundle, row.letter.receiver, now)
            if meant is None:
                await self._nobody(row, now)
            elif self._is_muted(row, now):
                await self._store.settle(row, "new", next_at=now + _MUTED_S)
            elif wait := self._wait(meant, now):
                held[meant.name] = meant
                await self._store.settle(row, "retry" if row.attempts else "new", next_at=now + wait, why=row.why)
            else:
                task = asyncio.create_task(self._attempt(row, meant, lease))
                self._flying[task] = meant.name
                task.add_done_callback(self._landed)
                begun += 1
        for meant in held.values():
            await self._fold(meant, now)
        return begun

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.pop(task, None)
        self._woken.set()

    def _is_muted(self, row: Row, now: float) -> bool:
        """A silence that came after the decision still holds back what was not tried yet; an end is never held back.

        Nor is a digest of what a rate limit held: the others of its receiver wait for it.
        """
        if self._muted is None or row.attempts or row.letter.thread.endswith(FOLDED):
            return False
        return row.letter.kind not in {"resolved", "acknowledged", "test"} and self._muted(row.letter.message, now)

    def _wait(self, meant: Receiver, now: float) -> float:
        """Seconds until this receiver may be told something; 0.0: now, and that counts."""
        if (pause := self._paused.get(meant.name, 0.0) - now) > 0:
            return pause
        if meant.name not in self._buckets:
            self._buckets[meant.name] = bucket(self.bundle, meant, now)
        found = self._buckets[meant.name]
        return found.take(now) if found is not None else 0.0

    async def _nobody(self, row: Row, now: float) -> None:
        if now - row.created < KEPT_S:
            await self._store.settle(row, "retry" if row.attempts else "new", next_at=now + _UNKNOWN_S)
            return
        LOG.error("a message is given up: the bundle has no such receiver", extra={"receiver": row.letter.receiver})
        await self._store.settle(row, "dead", why="the bundle no longer has this receiver")

    async def _fold(self, meant: Receiver, now: float) -> None:
        """What a rate limit holds becomes one message, never none. PagerDuty's events only wait: each is an alert of its own."""
        limit = self._buckets.get(meant.name)
        if limit is None or meant.kind == "pagerduty":
            return
        rows = [row for row in await self._store.outbox(states=("new", "leased", "retry"), limit=1000) if row.letter.receiver == meant.name]
        muted = {row.letter.thread for row in rows if self._is_muted(row, now)}
        digest = fold(meant.name, [row for row in rows if row.letter.thread not in muted], now, at=now + limit.left(now))
        if digest is not None:
            await self._store.collapse(*digest)

    async def _attempt(self, row: Row, meant: Receiver, lease: _Lease) -> None:
        try:
            alone = row.letter.thread.endswith(FOLDED)  # such digests have nothing to do with each other
            stored = {} if alone else await self._store.thread(meant.name, row.letter.thread)
            if lease.age_s(self._clock) > self._lease_s - self._attempt_s:  # frozen meanwhile: another runner may have it by now
                return
            found = await self._deliver(row, meant, stored)
            self._gauges.sent.labels(meant.kind, type(found).__name__.lower()).inc()
            await self._settle(row, meant, found, stored, lease)
        except StoreLost as error:
            LOG.error("it could not be written down what became of a message", extra={"receiver": meant.name, "why": str(error)})
        except Exception:  # a bug: it is tried again when its lease is over
            LOG.exception("an attempt raised", extra={"receiver": meant.name})

    async def _settle(self, row: Row, meant: Receiver, found: Delivered, stored: Mapping[str, str], lease: _Lease) -> None:
        now = self._clock.wall()
        match found:
            case Sent(stored=left):
                if left and not row.letter.thread.endswith(FOLDED):
                    await self._surely(lambda: self._store.remember(meant.name, row.letter.thread, {**stored, **left}), lease)
                await self._surely(lambda: self._store.settle(row, "sent"), lease)
            case Again(why=why, after_s=after_s, unknown=unknown) if now - row.created < KEPT_S:
                wait = after_s if after_s is not None else backoff(row.attempts, self._chance)
                if after_s is not None:
                    self._paused[meant.name] = now + after_s
                at = min(now + wait, row.created + KEPT_S)  # the last attempt is made, and its failure told, on the day
                LOG.warning(
                    "a message was not taken; it is tried again", extra={"receiver": meant.name, "why": why, "in_s": round(wait, 1)}
                )
                await self._surely(lambda: self._store.settle(row, "retry", next_at=at, why=why, unknown=unknown), lease)
            case Again(why=why) | Refused(why=why):
                LOG.error("a message could not be sent and is given up", extra={"receiver": meant.name, "why": why})
                await self._surely(lambda: self._tell_of_death(row, meant, why, now), lease)  # first: a crash in between tells it again
                await self._surely(lambda: self._store.settle(row, "dead", why=why), lease)

    async def _surely(self, work: Callable[[], Awaitable[None]], lease: _Lease) -> None:
        """Again and again while the row is ours: what was sent and is not written down is sent twice. Raises StoreLost after that."""
        while True:
            try:
                return await work()
            except StoreLost:
                if lease.age_s(self._clock) + _SETTLE_S > self._lease_s:
                    raise
            await self._clock.sleep(_SETTLE_S)

    async def _deliver(self, row: Row, meant: Receiver, stored: Mapping[str, str]) -> Delivered:
        try:
            async with asyncio.timeout(self._attempt_s):
                return await self._notifier().send(meant, row.letter.message, stored)
        except TimeoutError:
            return Again(f"no answer within {self._attempt_s:g} s", unknown=True)
        except Exception as error:
            LOG.exception("a notifier raised", extra={"receiver": meant.name})
            return Again(f"the notifier broke: {type(error).__name__}", unknown=True)

    async def _tell_of_death(self, row: Row, meant: Receiver, why: str, now: float) -> None:
        """Through the fallback channel (option `fallback`), unless that is the one that failed."""
        letter = undelivered(self.bundle, row, meant, why, now)
        if letter is not None:
            await self._store.commit(Commit(letters=(letter,)))
