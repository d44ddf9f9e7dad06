"""Sending: when it is tried again, what a limit does, who waits for whom. The clock stands still; nothing is really sent."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from monctl.bundle import Bundle
from monctl.runner.gauges import Gauges
from monctl.runner.limits import LONGEST_BACKOFF_S, Bucket, backoff
from monctl.runner.message import Kind
from monctl.runner.notifiers.notifier import Again, Delivered, Refused, Sent
from monctl.runner.sender import Sender
from monctl.runner.store.sqlite import SqliteStore
from monctl.runner.store.store import Commit, Letter, Row, RowState, StoreLost
from tests.runner.sender.shop import PostOffice, Still, bundle, rated
from tests.runner.store.letters import NOW, letter

DAY_S = 86_400.0


class Highest(random.Random):
    """Chance that always draws the upper end."""

    def uniform(self, a: float, b: float) -> float:
        return b


@dataclass
class Desk:
    """A sender with all it needs."""

    store: SqliteStore
    clock: Still
    office: PostOffice
    sender: Sender

    async def post(self, *letters: Letter) -> None:
        await self.store.commit(Commit(letters=letters))

    async def send(self, *, at: float | None = None) -> None:
        """Everything that is due, as often as something is."""
        if at is not None:
            self.clock.at = at
        while await self.sender.send_due():
            pass

    async def rows(self, *states: RowState) -> list[Row]:
        return await self.store.outbox(states=states or ("new", "leased", "retry", "dead"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return bundle(tmp_path_factory.mktemp("shop"))


def run(shop: Bundle, work: Callable[[Desk], Awaitable[None]], **more: object) -> None:
    async def whole() -> None:
        clock, office = Still(NOW), PostOffice()
        store = SqliteStore(None, clock=clock.wall)
        sender = Sender(shop, store, clock, lambda: office, gauges=Gauges(), chance=Highest(), **more)  # type: ignore[arg-type] # as the test says
        try:
            await work(Desk(store, clock, office, sender))
        finally:
            await store.close()

    asyncio.run(whole())


async def until(true: Callable[[], bool]) -> None:
    """Let the others work until something holds."""
    async with asyncio.timeout(60):
        for _ in iter(true, True):
            await asyncio.sleep(0)


# again


def test_attempts_are_further_and_further_apart_up_to_five_minutes(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        desk.office.always["hook"] = Again("503")
        await desk.post(letter("firing", to="hook"))
        waits = []
        for _ in range(12):
            await desk.sender.send_due()
            (row,) = await desk.rows()
            waits.append(row.next_at - desk.clock.at)
            desk.clock.at = row.next_at

        assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
        assert len({message.dedup_key for _, message in desk.office.tried}) == 1

    run(shop, work)


def test_the_wait_is_drawn_from_the_whole_of_it() -> None:
    chance = random.Random(7)
    drawn = [backoff(40, chance) for _ in range(2000)]

    assert min(drawn) < 5
    assert LONGEST_BACKOFF_S - 5 < max(drawn) <= LONGEST_BACKOFF_S


def test_retry_after_is_obeyed_for_the_whole_receiver_and_nobody_else(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        desk.office.said["hook"] = [Again("429", after_s=120)]
        await desk.post(letter("firing", to="hook"))
        await desk.send()
        await desk.post(letter("firing", "shop/web#1", to="hook"), letter("firing", to="mail"))
        await desk.send(at=NOW + 119)

        assert [name for name, _ in desk.office.tried] == ["hook", "mail"]

        await desk.send(at=NOW + 120)

        assert desk.office.kinds("hook") == ["firing", "firing"]

    run(shop, work)


def test_after_a_day_it_is_dead_and_the_fallback_channel_is_told(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        desk.office.always["hook"] = Again("it does not answer", unknown=True)
        await desk.post(letter("firing", to="hook"), letter("resolved", "shop/web#1", to="hook"))
        while await desk.rows("new", "retry"):
            rows = await desk.rows("new", "retry")
            await desk.send(at=max(desk.clock.at, min(row.next_at for row in rows)))

        assert desk.clock.at == NOW + DAY_S
        assert [row.why for row in await desk.rows("dead")] == ["it does not answer"] * 2
        told = [message for name, message in desk.office.taken if name == "mail"]
        assert [message.items[0].title for message in told] == ["'hook' could not be told: API"] * 2
        assert told[0].items[0].reason == "it does not answer"
        assert "monctl notify-test hook" in told[0].items[0].action

    run(shop, work)


def test_what_is_refused_is_dead_at_once_and_its_thread_goes_on(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        desk.office.said["hook"] = [Refused("410 gone")]
        await desk.post(letter("firing", to="hook"), letter("update", to="hook"))
        await desk.send()

        assert [row.why for row in await desk.rows("dead")] == ["410 gone"]
        assert desk.office.kinds("hook") == ["update"]
        assert desk.office.kinds("mail") == ["firing"]

    run(shop, work)


def test_a_fallback_channel_that_fails_does_not_tell_itself(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        desk.office.always |= {"hook": Refused("410"), "mail": Refused("550")}
        await desk.post(letter("firing", to="hook"), letter("firing", to="mail"))
        await desk.send()

        assert len(desk.office.tried) == 3
        assert len(await desk.rows("dead")) == 3

    run(shop, work)


def test_a_retry_after_of_weeks_is_still_dead_after_a_day(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        desk.office.always["hook"] = Again("429", after_s=30 * DAY_S)
        await desk.post(letter("firing", to="hook"))
        await desk.send()

        assert [row.next_at for row in await desk.rows()] == [NOW + DAY_S]

    run(shop, work)


# limits


def test_what_a_rate_limit_holds_is_one_digest_and_nothing_is_dropped(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        incidents = [f"shop/m{number}#1" for number in range(40)]
        await desk.post(*(letter("firing", name, to="chat") for name in incidents))
        await desk.send()

        assert desk.office.kinds("chat") == ["firing"]

        for second in range(1, 5):
            await desk.send(at=NOW + second)

        assert desk.office.kinds("chat") == ["firing", "digest"]
        _, digest = desk.office.taken[1]
        assert digest.collapsed == 39
        assert {item.incident for _, message in desk.office.taken for item in message.items} == set(incidents)
        assert await desk.rows() == []

    run(shop, work)


def test_later_letters_wait_for_the_digest_and_become_part_of_it_while_it_waits(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        await desk.post(*(letter("firing", f"shop/m{number}#1", to="chat") for number in range(4)))
        await desk.send()
        await desk.post(*(letter("resolved", f"shop/m{number}#1", to="chat") for number in range(1, 4)))
        await desk.send()
        await desk.send(at=NOW + 1)
        await desk.send(at=NOW + 2)
        await desk.send(at=NOW + 3)
        last = {item.incident: item.state for name, message in desk.office.taken for item in message.items}

        assert desk.office.kinds("chat")[:2] == ["firing", "digest"]
        assert last == {"shop/m0#1": "firing", "shop/m1#1": "resolved", "shop/m2#1": "resolved", "shop/m3#1": "resolved"}
        assert await desk.rows() == []

    run(rated(shop, "chat", (1, 1.0)), work)


def test_a_letter_whose_first_was_tried_is_not_told_before_it_in_a_digest(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        desk.office.said["chat"] = [Again("503", unknown=True)]
        await desk.post(letter("firing", to="chat"))
        await desk.send()
        await desk.post(letter("resolved", to="chat"), *(letter("firing", f"shop/m{number}#1", to="chat") for number in range(3)))
        for second in range(8):
            await desk.send(at=NOW + 1 + second)
        heard = [item.state for _, message in desk.office.taken for item in message.items if item.incident == "shop/api#1"]

        assert heard == ["firing", "resolved"]
        assert "digest" in desk.office.kinds("chat")
        assert await desk.rows() == []

    run(shop, work)


def test_two_that_are_held_are_told_by_themselves(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        await desk.post(*(letter("firing", f"shop/m{number}#1", to="chat") for number in range(3)))
        for second in range(3):
            await desk.send(at=NOW + second)

        assert desk.office.kinds("chat") == ["firing", "firing", "firing"]

    run(shop, work)


def test_pagerduty_only_waits_for_each_incident_is_an_alert_of_its_own(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        await desk.post(*(letter("firing", f"shop/m{number}#1", to="pager") for number in range(150)))
        await desk.send()

        assert len(desk.office.taken) == 120

        for second in range(1, 31):
            await desk.send(at=NOW + second)

        assert desk.office.kinds("pager") == ["firing"] * 150

    run(shop, work)


def test_a_channels_own_rate_goes_before_that_of_its_kind(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        await desk.post(*(letter("firing", f"shop/m{number}#1", to="hook") for number in range(4)))
        await desk.send()

        assert desk.office.kinds("hook") == ["firing", "firing"]

    run(rated(shop, "hook", (2, 60.0)), work)


def test_a_bucket_goes_on_when_the_clock_is_set_back() -> None:
    found = Bucket(1, 60.0, 1.0, 1000.0)

    assert found.take(1000.0) == 0.0
    assert found.take(400.0) == 60.0
    assert found.take(460.0) == 0.0


# one and the others


def test_a_channel_that_fails_does_not_mark_another_as_sent(shop: Bundle) -> None:
    """ElastAlert marked an alert as sent when one of its alerters had taken it."""

    async def work(desk: Desk) -> None:
        desk.office.always["hook"] = Again("503")
        await desk.post(letter("firing", to="hook"), letter("firing", to="mail"))
        await desk.sender.send_due()

        assert [row.letter.receiver for row in await desk.rows("sent")] == ["mail"]
        assert [row.letter.receiver for row in await desk.rows("retry")] == ["hook"]

    run(shop, work)


def test_gatus_786_a_channel_that_hangs_delays_nobody_else(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        never = asyncio.Event()

        async def hang() -> Delivered:
            await never.wait()
            return Sent()

        desk.office.always["hook"] = hang
        await desk.post(*(letter("firing", f"shop/m{number}#1", to="hook") for number in range(50)), letter("firing", to="mail"))
        running = asyncio.create_task(desk.sender.run())
        await until(lambda: desk.office.kinds("mail") == ["firing"])
        for number in range(5):
            await desk.post(letter("update", seq=number, to="mail"))
            desk.sender._woken.set()
            await until(lambda number=number: len(desk.office.kinds("mail")) == number + 2)  # type: ignore[misc] # mypy sees no default of a lambda

        assert desk.office.kinds("hook") == []
        assert len([name for name, _ in desk.office.tried if name == "hook"]) == 20

        never.set()
        await until(lambda: len(desk.office.kinds("hook")) == 50)
        desk.sender.stop()
        await running

    run(shop, work)


def test_what_is_being_sent_at_a_graceful_stop_is_finished(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        go = asyncio.Event()

        async def slow() -> Delivered:
            await go.wait()
            return Sent()

        desk.office.always["hook"] = slow
        await desk.post(letter("firing", to="hook"))
        running = asyncio.create_task(desk.sender.run())
        await until(lambda: len(desk.office.tried) == 1)
        desk.sender.stop()
        await desk.post(letter("firing", to="mail"))
        go.set()
        await running

        assert [row.letter.receiver for row in await desk.rows("sent")] == ["hook"]
        assert [row.letter.receiver for row in await desk.rows("new")] == ["mail"]

    run(shop, work)


def test_a_sender_that_is_cancelled_leaves_nothing_running(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        async def hang() -> Delivered:
            await asyncio.Event().wait()
            return Sent()

        desk.office.always["hook"] = hang
        await desk.post(letter("firing", to="hook"))
        running = asyncio.create_task(desk.sender.run())
        await until(lambda: len(desk.office.tried) == 1)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert [row.state for row in await desk.rows()] == ["leased"]

    run(shop, work)


def test_no_answer_in_time_may_have_arrived(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        async def hang() -> Delivered:
            await asyncio.Event().wait()
            return Sent()

        desk.office.said["hook"] = [hang]
        await desk.post(letter("firing", to="hook"))
        await desk.sender.send_due()
        (row,) = await desk.rows()

        assert (row.state, row.unknown, row.why) == ("retry", True, "no answer within 0.01 s")

    run(shop, work, attempt_s=0.01)


def test_a_notifier_that_breaks_is_tried_again(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        async def broken() -> Delivered:
            raise ZeroDivisionError

        desk.office.said["hook"] = [broken]
        await desk.post(letter("firing", to="hook"))
        await desk.send()
        (row,) = await desk.rows()

        assert (row.state, row.unknown, row.why) == ("retry", True, "the notifier broke: ZeroDivisionError")
        await desk.send(at=row.next_at)
        assert desk.office.kinds("hook") == ["firing"]

    run(shop, work)


# silences, bundles


def test_a_silence_after_the_decision_holds_what_was_not_tried_and_never_an_end(shop: Bundle) -> None:
    quiet = True

    async def work(desk: Desk) -> None:
        nonlocal quiet
        desk.office.said["hook"] = [Again("503")]
        quiet = False
        await desk.post(letter("firing", "shop/tried#1", to="hook"))
        await desk.send()
        quiet = True
        await desk.post(letter("firing", to="hook"), letter("resolved", "shop/other#1", to="hook"))
        await desk.send(at=NOW + 1)

        assert sorted(message.items[0].incident for _, message in desk.office.taken) == ["shop/other#1", "shop/tried#1"]

        await desk.send(at=NOW + 100)
        assert len(desk.office.taken) == 2
        quiet = False
        await desk.send(at=NOW + 200)
        assert desk.office.kinds("hook")[-1] == "firing"
        assert len(desk.office.taken) == 3

    run(shop, work, muted=lambda *_: quiet)


def test_what_was_muted_until_it_was_over_is_not_told(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        await desk.post(letter("firing", to="hook"))
        await desk.send()
        await desk.post(letter("resolved", to="hook"))
        await desk.send(at=NOW + 60)

        assert desk.office.tried == []
        assert [row.letter.kind for row in await desk.rows("superseded")] == ["firing", "resolved"]

    run(shop, work, muted=lambda *_: True)


def test_what_is_muted_is_in_no_digest_and_a_digest_is_not_muted(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        await desk.post(*(letter("firing", f"shop/{name}#1", to="chat") for name in ("a", "quiet", "b", "c", "d")))
        for second in range(4):
            await desk.send(at=NOW + second)

        told = {item.incident for _, message in desk.office.taken for item in message.items}
        assert told == {f"shop/{name}#1" for name in "abcd"}
        assert [row.letter.thread for row in await desk.rows("new")] == ["shop/quiet#1"]

    run(shop, work, muted=lambda message, _: any("quiet" in item.incident for item in message.items) or message.kind == "digest")


def test_a_receiver_only_a_newer_bundle_knows_is_left_to_who_knows_it(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        await desk.post(letter("firing", to="new-channel"))
        await desk.send()

        assert [(row.state, row.attempts) for row in await desk.rows()] == [("new", 0)]

        desk.sender.adopt(replace(shop, channels={**shop.channels, "new-channel": replace(shop.channels["hook"], name="new-channel")}))
        await desk.send(at=NOW + 60)

        assert desk.office.kinds("new-channel") == ["firing"]

    run(shop, work)


def test_a_receiver_nobody_knows_for_a_day_is_given_up(shop: Bundle) -> None:
    async def work(desk: Desk) -> None:
        await desk.post(letter("firing", to="gone"))
        await desk.send(at=NOW + DAY_S)

        assert [row.why for row in await desk.rows("dead")] == ["the bundle no longer has this receiver"]

    run(shop, work)


# the store goes away


class Flaky(SqliteStore):
    """Fails some calls of some methods."""

    failing: Mapping[str, int] = {}

    async def settle(self, row: Row, state: RowState, **more: object) -> None:
        self._fail("settle")
        await super().settle(row, state, **more)  # type: ignore[arg-type] # as above

    async def claim(self, now: float, **more: object) -> list[Row]:
        self._fail("claim")
        return await super().claim(now, **more)  # type: ignore[arg-type] # as above

    async def thread(self, receiver: str, thread: str) -> dict[str, str]:
        self._fail("thread")
        return await super().thread(receiver, thread)

    async def collapse(self, rows: Sequence[Row], into: Letter) -> bool:
        self._fail("collapse")
        return await super().collapse(rows, into)

    def _fail(self, name: str) -> None:
        if left := self.failing.get(name, 0):
            self.failing = {**self.failing, name: left - 1}
            raise StoreLost("away")


@pytest.mark.parametrize(("failing", "tries"), [({"settle": 5}, 1), ({"thread": 1}, 1), ({"settle": 10_000}, 2)])
def test_a_store_that_is_away_for_a_moment_makes_no_duplicate(shop: Bundle, failing: Mapping[str, int], tries: int) -> None:
    async def whole() -> None:
        clock, office = Still(NOW), PostOffice()
        store = Flaky(None, clock=clock.wall)
        sender = Sender(shop, store, clock, lambda: office, gauges=Gauges())
        await store.commit(Commit(letters=[letter("firing", to="hook")]))
        store.failing = failing
        await sender.send_due()
        store.failing = {}
        clock.at += 61
        await sender.send_due()
        await store.close()

        assert len(office.taken) == tries

    asyncio.run(whole())


@pytest.mark.parametrize("where", ["claim", "collapse"])
def test_sending_goes_on_when_the_store_is_back(shop: Bundle, where: str) -> None:
    async def whole() -> None:
        clock, office = Still(NOW), PostOffice()
        store = Flaky(None, clock=clock.wall)
        sender = Sender(shop, store, clock, lambda: office, gauges=Gauges())
        kinds: tuple[Kind, ...] = ("firing",)
        await store.commit(Commit(letters=[letter(kind, f"shop/m{n}#1", to="chat") for kind in kinds for n in range(4)]))
        store.failing = {where: 1}
        running = asyncio.create_task(sender.run())
        await until(lambda: not store.failing[where])
        async with asyncio.timeout(60):
            while len({item.incident for _, message in office.taken for item in message.items}) < 4:
                clock.at += 1
                sender._woken.set()
                await asyncio.sleep(0)
        sender.stop()
        await running
        await store.close()

    asyncio.run(whole())


def test_a_sender_that_was_frozen_past_its_lease_sends_nothing(shop: Bundle) -> None:
    async def whole() -> None:
        clock, office = Still(NOW), PostOffice()

        class Frozen(SqliteStore):
            async def thread(self, receiver: str, thread: str) -> dict[str, str]:
                clock.at += 3600
                return await super().thread(receiver, thread)

        store = Frozen(None, clock=clock.wall)
        sender = Sender(shop, store, clock, lambda: office, gauges=Gauges())
        await store.commit(Commit(letters=[letter("firing", to="hook")]))
        await sender.send_due()
        await store.close()

        assert office.tried == []

    asyncio.run(whole())


def test_a_runner_that_died_after_a_message_was_refused_still_tells_of_it(shop: Bundle, tmp_path: Path) -> None:
    """Told first, then marked as dead: the other way round a crash in between would leave nobody told."""

    async def whole() -> None:
        clock, office = Still(NOW), PostOffice(always={"hook": Refused("410")})
        store = Flaky(tmp_path, clock=clock.wall)
        await store.commit(Commit(letters=[letter("firing", to="hook")]))
        store.failing = {"settle": 10_000}
        await Sender(shop, store, clock, lambda: office, gauges=Gauges()).send_due()
        await store.close()
        store = Flaky(tmp_path, clock=clock.wall)
        again = Sender(shop, store, clock, lambda: office, gauges=Gauges())
        while await again.send_due():
            pass

        assert office.kinds("mail") == ["firing"]
        assert [row.letter.receiver for row in await store.outbox(states=["dead"])] == ["hook"]
        await store.close()

    asyncio.run(whole())
