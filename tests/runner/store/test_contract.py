"""What every store promises, whatever it is made of."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace

from monctl.runner.store.store import Commit, Forwarded, Letter, Measurement, Row, Store
from tests.runner.store.letters import NOW, TRANSITION, chronicle, letter

DAY_S = 86_400.0
Opened = Callable[[], Store]


def run(opened: Opened, work: Callable[[Store], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with _closing(opened()) as store:
            await work(store)

    asyncio.run(whole())


@contextlib.asynccontextmanager
async def _closing(store: Store) -> AsyncIterator[Store]:
    try:
        yield store
    finally:
        await store.close()


async def claimed(store: Store, *, now: float = NOW, lease_s: float = 60.0, limit: int = 50, **more: object) -> list[Row]:
    return await store.claim(now, lease_s=lease_s, limit=limit, **more)  # type: ignore[arg-type] # `each` and `but` as the test says them


def kinds(rows: list[Row]) -> list[str]:
    return [row.letter.kind for row in rows]


class _Breaking(list[Letter]):
    """The process ends in the middle of the transaction, as far as the store can tell."""

    def __iter__(self) -> Iterator[Letter]:
        yield super().__getitem__(0)
        raise KeyboardInterrupt


def test_what_is_committed_is_read_back(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(
            Commit(
                states={"api": {"slot": 1.5}, "web": {"slot": 2.0}},
                groups={"ops|daily": {"key": 1}},
                values={"beat:backup": {"at": 3}, "beats": 1, "cursor:x": None},
                forwarded=[Forwarded("ops|a", {"n": 1}), Forwarded("ops|b", {"n": 2})],
            )
        )

        assert await store.states(["api", "nobody"]) == {"api": {"slot": 1.5}}
        assert await store.states([]) == {}
        assert await store.groups() == {"ops|daily": {"key": 1}}
        assert await store.groups(["other"]) == {}
        assert await store.values("beat:") == {"beat:backup": {"at": 3}}
        first, second = await store.forwarded()
        assert (first.group, second.notice) == ("ops|a", {"n": 2})

        await store.commit(Commit(states={"api": None, "web": {"slot": 9.0}}, groups={"ops|daily": None}, taken=[first.id]))

        assert await store.states(["api", "web"]) == {"web": {"slot": 9.0}}
        assert await store.groups() == {}
        assert await store.forwarded() == [second]

    run(opened, work)


def test_a_commit_is_there_whole_or_not_at_all(opened: Opened) -> None:
    async def work(store: Store) -> None:
        broken = Commit(states={"api": {"slot": 1.0}}, transitions=[TRANSITION], letters=_Breaking([letter("firing")]))
        with contextlib.suppress(KeyboardInterrupt):
            await store.commit(broken)

        assert await store.states(["api"]) == {}
        assert await store.transitions(0, NOW + 1) == []
        assert await store.outbox() == []

        await store.commit(replace(broken, letters=[letter("firing")]))

        assert kinds(await store.outbox()) == ["firing"]

    run(opened, work)


def test_a_commit_whose_answer_was_lost_is_not_written_twice(opened: Opened) -> None:
    async def work(store: Store) -> None:
        commit = Commit(transitions=[TRANSITION], forwarded=[Forwarded("ops|a", {})], letters=[letter("firing")], id="one")
        await store.commit(commit)
        await store.commit(commit)

        assert await store.transitions(0, NOW + 1) == [TRANSITION]
        assert len(await store.forwarded()) == 1
        assert len(await store.outbox()) == 1

    run(opened, work)


def test_a_message_is_written_once_for_each_of_its_keys(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(Commit(letters=[letter("firing"), letter("firing"), letter("firing", seq=2)]))

        assert len(await store.outbox()) == 2

    run(opened, work)


def test_letters_of_one_thread_go_out_one_after_the_other(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(
            Commit(letters=[letter("firing"), letter("update"), letter("firing", "shop/web#1"), letter("firing", to="mail")])
        )
        first = await claimed(store)

        assert [(row.letter.receiver, row.letter.kind, row.attempts) for row in first] == [
            ("ops", "firing", 0), ("ops", "firing", 0), ("mail", "firing", 0),
        ]  # fmt: skip
        assert await claimed(store) == []

        await store.settle(first[0], "retry", next_at=NOW + 5, why="503")

        assert await claimed(store, now=NOW + 4) == []
        (again,) = await claimed(store, now=NOW + 5)
        assert (again.letter.kind, again.attempts, again.why) == ("firing", 1, "503")

        await store.settle(again, "sent")

        assert kinds(await claimed(store, now=NOW + 5)) == ["update"]

    run(opened, work)


def test_a_dead_letter_holds_up_nothing(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(Commit(letters=[letter("firing"), letter("update")]))
        await store.settle((await claimed(store))[0], "dead", why="410")

        assert kinds(await claimed(store)) == ["update"]
        assert [row.why for row in await store.outbox(states=["dead"])] == ["410"]

    run(opened, work)


def test_a_claim_is_bounded_as_a_whole_and_for_each_receiver(opened: Opened) -> None:
    async def work(store: Store) -> None:
        letters = [letter("firing", f"shop/{n}#1", to=to) for to in ("ops", "mail", "sms") for n in range(3)]
        await store.commit(Commit(letters=letters))

        found = await claimed(store, each=2, but=["sms"])
        assert [row.letter.receiver for row in found] == ["ops", "ops", "mail", "mail"]
        found = await claimed(store, limit=2)
        assert [row.letter.receiver for row in found] == ["ops", "mail"]

    run(opened, work)


def test_a_letter_waits_for_its_time(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(Commit(letters=[replace(letter("firing"), not_before=NOW + 9)]))

        assert await claimed(store, now=NOW + 8) == []
        assert kinds(await claimed(store, now=NOW + 9)) == ["firing"]

    run(opened, work)


def test_a_beginning_nobody_tried_to_tell_and_its_end_are_both_superseded(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(Commit(letters=[letter("firing"), letter("update"), letter("firing", to="mail")]))
        await store.commit(Commit(letters=[letter("resolved")]))

        assert [(row.letter.receiver, row.letter.kind) for row in await claimed(store)] == [("mail", "firing")]
        assert kinds(await store.outbox(states=["superseded"])) == ["firing", "update", "resolved"]

    run(opened, work)


def test_a_beginning_that_may_have_arrived_and_its_end_are_both_sent(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(Commit(letters=[letter("firing")]))
        (first,) = await claimed(store)
        await store.settle(first, "retry", why="lost", unknown=True)
        await store.commit(Commit(letters=[letter("resolved")]))
        (again,) = await claimed(store)

        assert again.unknown
        await store.settle(again, "sent")
        assert kinds(await claimed(store)) == ["resolved"]

    run(opened, work)


def test_a_beginning_that_is_being_sent_is_not_superseded(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(Commit(letters=[letter("firing")]))
        (first,) = await claimed(store)
        await store.commit(Commit(letters=[letter("resolved")]))
        await store.settle(first, "sent")

        assert kinds(await claimed(store)) == ["resolved"]

    run(opened, work)


def test_the_end_of_one_alert_of_a_group_supersedes_nothing_of_the_others(opened: Opened) -> None:
    async def work(store: Store) -> None:
        both = letter("firing", "shop/api#1", thread="ops|team=web", others=("shop/web#1",))
        await store.commit(Commit(letters=[both]))
        await store.commit(Commit(letters=[letter("resolved", "shop/api#1", thread="ops|team=web")]))

        assert await store.outbox(states=["superseded"]) == []

    run(opened, work)


def test_an_end_that_waits_is_kept_when_the_same_alert_begins_and_ends_once_more(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(Commit(letters=[letter("firing")]))
        (first,) = await claimed(store)
        await store.settle(first, "retry", next_at=NOW, unknown=True)
        await store.commit(Commit(letters=[letter("resolved", seq=2), letter("firing", seq=3)]))
        await store.commit(Commit(letters=[letter("resolved", seq=4)]))

        assert kinds(await store.outbox()) == ["firing", "resolved"]

    run(opened, work)


def test_several_letters_are_collapsed_into_one_or_none_is(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(Commit(letters=[letter("firing", f"shop/{n}#1") for n in range(3)]))
        rows = await store.outbox()
        (first,) = await claimed(store, limit=1)
        digest = letter("digest", "all", thread="ops|folded")

        assert not await store.collapse(rows, digest)
        assert len(await store.outbox()) == 3

        await store.settle(first, "new", next_at=NOW)

        assert await store.collapse(rows, digest)
        assert kinds(await store.outbox()) == ["digest"]

    run(opened, work)


def test_while_a_digest_of_held_letters_is_open_its_receiver_is_told_nothing_newer(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(Commit(letters=[letter("firing"), letter("resolved", to="mail")]))
        await store.commit(Commit(letters=[letter("digest", "all", thread="ops|folded")]))
        found = await claimed(store)

        assert [(row.letter.receiver, row.letter.kind) for row in found] == [("mail", "resolved"), ("ops", "digest")]

        await store.settle(found[1], "sent")

        assert kinds(await claimed(store)) == ["firing"]

    run(opened, work)


def test_what_an_old_lease_says_is_not_heard(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(Commit(letters=[letter("firing")]))
        (old,) = await claimed(store, lease_s=-1.0)
        (new,) = await claimed(store, now=NOW + 1)

        assert new.unknown is False
        assert (await store.outbox())[0].unknown, "the first attempt may have arrived"

        await store.settle(old, "sent")

        assert [row.state for row in await store.outbox()] == ["leased"]

        await store.settle(new, "retry", next_at=NOW + 9, why="429")

        assert [(row.state, row.attempts, row.why) for row in await store.outbox()] == [("retry", 2, "429")]

    run(opened, work)


def test_a_row_that_was_not_tried_after_all_gives_its_attempt_back(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(Commit(letters=[letter("firing")]))
        (row,) = await claimed(store)
        await store.settle(row, "new", next_at=NOW + 3)
        await store.commit(Commit(letters=[letter("resolved")]))

        assert kinds(await store.outbox(states=["superseded"])) == ["firing", "resolved"]

    run(opened, work)


def test_a_thread_remembers_what_its_last_letter_left(opened: Opened) -> None:
    async def work(store: Store) -> None:
        assert await store.thread("ops", "t") == {}

        await store.remember("ops", "t", {"ts": "1"})
        await store.remember("ops", "t", {"ts": "2"})

        assert await store.thread("ops", "t") == {"ts": "2"}
        assert await store.thread("mail", "t") == {}

    run(opened, work)


def test_orders_are_read_in_the_order_they_were_given(opened: Opened) -> None:
    async def work(store: Store) -> None:
        first = await store.order("ack", "ana", NOW, {"monitor": "api"})
        second = await store.order("recheck", "ben", NOW, {"monitor": "web"})
        found = await store.orders(0)

        assert [(order.id, order.kind, order.by, order.body) for order in found] == [
            (first, "ack", "ana", {"monitor": "api"}), (second, "recheck", "ben", {"monitor": "web"}),
        ]  # fmt: skip
        assert await store.orders(first) == found[1:]

    run(opened, work)


def test_history_is_read_by_time_and_forgotten_by_day(opened: Opened) -> None:
    async def work(store: Store) -> None:
        slots = [NOW - 2 * DAY_S, NOW - DAY_S, NOW, NOW + 30]
        await store.record([Measurement("metric:up", "", slot, "measured", {"up": 1.0}, 0.25, "fine") for slot in slots])
        await store.record([Measurement("metric:other", "", NOW, "failed")])

        assert [one.slot for one in await store.history("metric:up", 0, NOW + 60)] == slots
        assert [one.slot for one in await store.history("metric:up", NOW - DAY_S, NOW)] == slots[1:3]
        assert [one.slot for one in await store.history("metric:up", 0, NOW + 60, limit=1)] == slots[:1]
        (one,) = await store.history("metric:other", NOW, NOW)
        assert (one.outcome, one.values, one.note) == ("failed", {}, "")

        await store.prune(NOW + 60, results_s=DAY_S, history_s=DAY_S)

        assert [one.slot for one in await store.history("metric:up", 0, NOW + 60)] == slots[1:]

        await store.record([Measurement("metric:up", "", slots[0], "measured", {"up": 1.0})])  # a day that was forgotten

        assert [one.slot for one in await store.history("metric:up", 0, NOW + 60)] == slots

    run(opened, work)


def test_only_what_is_over_is_forgotten(opened: Opened) -> None:
    async def work(store: Store) -> None:
        old = NOW - 9 * DAY_S
        await store.commit(
            Commit(
                transitions=[replace(TRANSITION, at=old), replace(TRANSITION, at=NOW, monitor="web")],
                chronicles=[chronicle("a", old, old + 1), chronicle("b", old, None)],
                letters=[letter("firing"), letter("firing", "shop/web#1")],
            )
        )
        await store.settle((await claimed(store, limit=1))[0], "sent")
        await store.order("ack", "ana", old, {})
        await store.prune(4e9, results_s=0, history_s=4e9 - NOW + DAY_S)

        assert await store.transitions(0, NOW + 1, monitor="api") == []
        assert [one.monitor for one in await store.transitions(0, NOW + 1)] == ["web"]
        assert [one.key for one in await store.chronicles(0, NOW + 1)] == ["b"]
        assert await store.orders(0) == []
        await store.prune(4e9, results_s=0, history_s=0)  # the store's own clock is long past NOW
        assert len(await store.outbox(states=["new", "leased", "sent"])) == 1

    run(opened, work)


def test_incidents_are_found_by_any_moment_they_were_on(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(Commit(chronicles=[chronicle("a", 10, 20), chronicle("b", 15, None)]))
        await store.commit(Commit(chronicles=[chronicle("a", 10, 30)]))

        assert [one.key for one in await store.chronicles(25, 26)] == ["a", "b"]
        assert [one.key for one in await store.chronicles(31, 40)] == ["b"]
        assert [one.key for one in await store.chronicles(0, 15)] == ["a"]
        assert await store.chronicles(0, 10) == []

    run(opened, work)


def test_the_newest_transitions_come_first(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await store.commit(Commit(transitions=[replace(TRANSITION, at=float(at)) for at in range(5)]))

        assert [one.at for one in await store.transitions(1, 4, limit=2)] == [3, 2]

    run(opened, work)


def test_text_no_database_takes_is_kept_all_the_same(opened: Opened) -> None:
    async def work(store: Store) -> None:
        hostile = "a\x00b\udcffc 💥 '; --"
        await store.commit(Commit(states={"api": {"note": hostile}}, letters=[letter("firing")]))
        await store.record([Measurement("metric:up", "", NOW, "failed", note=hostile)])
        await store.settle((await claimed(store))[0], "retry", why=hostile)

        assert await store.states(["api"]) == {"api": {"note": hostile}}
        assert [one.note for one in await store.history("metric:up", NOW, NOW)] == ["ab?c 💥 '; --"]
        assert [row.why for row in await store.outbox()] == ["ab?c 💥 '; --"]

    run(opened, work)


def test_commits_at_once_are_all_written(opened: Opened) -> None:
    async def work(store: Store) -> None:
        await asyncio.gather(*(store.commit(Commit(states={f"m{n}": {"n": n}, "shared": {"n": n}}, values={"v": n})) for n in range(20)))

        assert len(await store.states([f"m{n}" for n in range(20)])) == 20

    run(opened, work)
