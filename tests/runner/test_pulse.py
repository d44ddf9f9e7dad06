"""Signs of life: who looks after what, and what nobody has looked at for a while."""

from __future__ import annotations

from monctl.decode import from_json
from monctl.program import to_json
from monctl.runner.checks import shard
from monctl.runner.pulse import FRESH_S, KEPT_S, PREFIX, Looks, Pulse, gone, pulses, record

NOW = 1_000_000.0
SITE = shard("site")


def pulse(
    id: str = "a", *, ago: float = 0.0, shards: tuple[int, ...] | None = None, waiting: tuple[str, ...] = (), stopped: bool = False
) -> Pulse:
    return Pulse(id, NOW - ago, 0.0, shards, waiting, {}, stopped)


def test_one_runner_looks_after_everything_for_three_intervals() -> None:
    found = [Looks([pulse(ago=ago)], NOW).fresh("site", 60.0) for ago in (0.0, 180.0, 181.0)]

    assert found == [True, True, False]


def test_a_quick_monitor_is_not_given_up_between_two_signs_of_life() -> None:
    found = [Looks([pulse(ago=ago)], NOW).fresh("site", 1.0) for ago in (FRESH_S, FRESH_S + 1)]

    assert found == [True, False]


def test_each_runner_speaks_for_its_own_part() -> None:
    others = tuple(part for part in range(64) if part != SITE)
    dead, alive = pulse("dead", ago=500.0, shards=(SITE,)), pulse("alive", shards=others, waiting=("site",))
    look = Looks([alive, dead], NOW)

    assert not look.fresh("site", 60.0)
    assert not look.waiting("site")
    assert Looks([alive, pulse("heir", shards=(SITE,))], NOW).fresh("site", 60.0)


def test_what_has_no_result_yet_is_waited_for() -> None:
    look = Looks([pulse(waiting=("site",))], NOW)

    assert look.waiting("site")
    assert not look.waiting("disk")


def test_without_any_sign_nothing_is_looked_at() -> None:
    assert not Looks([], NOW).fresh("site", 60.0)


def test_a_runner_that_ended_or_is_silent_is_not_at_work() -> None:
    assert [one.working(NOW) for one in (pulse(), pulse(ago=FRESH_S + 1), pulse(stopped=True))] == [True, False, False]


def test_they_come_back_from_the_store_newest_first_and_the_old_ones_go() -> None:
    kept = {**record(pulse("old", ago=KEPT_S + 1)), **record(pulse("new")), **record(pulse("stale", ago=100.0))}

    assert [one.id for one in pulses(kept)] == ["new", "stale", "old"]
    assert gone(kept, NOW) == {f"{PREFIX}old": None}
    assert from_json(Pulse, to_json(pulse("x", shards=(1, 2)))) == pulse("x", shards=(1, 2))
