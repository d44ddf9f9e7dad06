"""The engine in virtual time: hours of many monitors, restarts, clocks that jump, stores that go away, probes that break."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from monctl.runner.asking import Limits
from monctl.runner.core.event import Event
from monctl.runner.core.state import MonitorState
from monctl.runner.core.step import Stepped, step
from monctl.runner.core.watch import Watch
from monctl.runner.core.world import World
from monctl.runner.outcome import Failed, Measured, Nothing, Outcome, Reading
from tests.runner.engine.stage import DOWN, START, UP, Stage, falls, given
from tests.runner.virtual import run

BASE = """
severities: {critical: {notify: [page]}, warning: {notify: [chat]}}
channels:
  page: {webhook: {url: "https://example.com/p"}}
  chat: {webhook: {url: "https://example.com/c"}}
"""
SITE = (
    BASE
    + """
monitors:
  site: {http: "https://example.com", every: 30s, timeout: 10s, alert: {critical: "down for 1m"}}
"""
)
HOUR = 3600.0


def near(at: float) -> Any:
    """That instant, give or take."""
    return pytest.approx(at, abs=0.1)


def test_a_day_of_a_hundred_monitors() -> None:
    """Every slot is asked once, at its time; three that fall for half an hour are told twice each, and nothing else is."""
    text = (
        BASE
        + "monitors:\n"
        + "".join(
            f'  m{number}: {{http: "https://{number}.example.com", every: 10m, timeout: 10s, alert: {{critical: "down for 10m"}}}}\n'
            for number in range(100)
        )
    )
    falling = {"m3", "m50", "m99"}

    async def main() -> None:
        def script(check: str, at: float) -> Outcome:
            return DOWN if check in falling and 5 * HOUR <= at < 5 * HOUR + 1800 else UP

        async with Stage(text, script) as stage:
            await stage.until(24 * HOUR)
            slots = [slot for check, slot in stage.asked if check == "m7"]
            told = await stage.told_at()

            assert len(stage.asked) == 100 * 144
            assert {round(later - sooner, 6) for sooner, later in pairwise(slots)} == {600.0}
            assert sorted(said for _, said in told) == sorted(f"page {kind} {name}" for name in falling for kind in ("firing", "resolved"))
            for name in falling:
                first = stage.slot(name, 5 * HOUR - 0.001)
                assert [at - first for at, said in told if said.endswith(name)] == pytest.approx([600.0, 1800.0], abs=0.01)

    run(main())


def test_restart_in_the_middle_tells_nothing_twice_and_forgets_nothing() -> None:
    async def main() -> None:
        async with Stage(SITE, falls(600, 1800)) as stage:
            for at in (300, 620, 650, 700, 900, 1790, 1850, 2000):
                await stage.until(at)
                await stage.restart(after=2)
            await stage.until(2400)
            first = stage.slot("site", 599.999)

            assert await stage.told() == ["page firing site", "page resolved site"]
            assert [at for at, _ in await stage.told_at()] == pytest.approx([first + 60, stage.slot("site", 1799.999)], abs=0.1)

    run(main())


def test_own_downtime_is_evidence_of_nothing() -> None:
    """A minute of `for` is not over because the runner was away for ten."""

    async def main() -> None:
        async with Stage(SITE, falls(600)) as stage:
            await stage.until(stage.slot("site", 600) + 5)
            await stage.restart(after=600)
            back = stage.slot("site", stage.clock.wall() - START)
            await stage.until(2400)

            assert await stage.told_at() == [(near(back + 30), "page firing site")]

    run(main())


def test_a_crash_before_the_write_decides_again() -> None:
    async def main() -> None:
        async with Stage(SITE, falls(600)) as stage:
            fires = stage.slot("site", 599.999) + 60
            await stage.until(fires - 0.5)
            stage.store.lost = True
            await stage.until(fires + 1)
            await stage.crash()
            assert await stage.told() == []

            stage.store.lost = False
            await stage.begin()
            await stage.until(2400)

            assert await stage.told() == ["page firing site"]

    run(main())


def test_a_lost_store_tells_nothing_until_it_is_back_and_loses_nothing() -> None:
    async def main() -> None:
        async with Stage(SITE, falls(600, 1200)) as stage:
            await stage.until(300)
            stage.store.lost = True
            await stage.until(1500)
            assert await stage.told() == []
            assert stage.engine.clock.mono() - stage.engine.written_at > 1000

            stage.store.lost = False
            await stage.until(1510)

            assert await stage.told() == ["page firing site", "page resolved site"]
            assert stage.engine.clock.mono() - stage.engine.written_at < 12
            assert len(await stage.store.history("site", START, START + 1500)) > 45

    run(main())


def test_a_slow_probe_overlaps_and_its_own_answer_still_counts() -> None:
    async def slow() -> Outcome:
        await asyncio.sleep(9)
        return DOWN

    text = BASE + 'monitors: {site: {http: "https://example.com", every: 10s, timeout: 9500ms, alert: {critical: "down for 1m"}}}\n'

    async def main() -> None:
        async with Stage(text, lambda *_: slow()) as stage:
            await stage.until(200)

            assert await stage.told() == ["page firing site"]

    run(main())


def test_a_probe_that_never_answers_is_a_target_that_does_not() -> None:
    async def never() -> Outcome:
        await asyncio.sleep(1e6)
        return UP

    async def main() -> None:
        async with Stage(SITE, lambda *_: never()) as stage:
            await stage.until(200)
            states = stage.engine.states["site"]

            assert await stage.told() == ["page firing site"]
            assert states.outcome == "measured"
            assert next(iter(states.instances.values())).note == "no answer within 10 s"

    run(main())


def test_waiting_for_a_permit_is_never_a_failure_of_the_target() -> None:
    async def slow() -> Outcome:
        await asyncio.sleep(9)
        return UP

    text = (
        BASE
        + "monitors:\n"
        + "".join(
            f'  m{number}: {{http: "https://{number}.example.com", every: 20s, timeout: 10s, alert: {{critical: down}}}}\n'
            for number in range(20)
        )
    )

    async def main() -> None:
        async with Stage(text, lambda *_: slow(), limits=Limits(at_once=2, per_host=20)) as stage:
            await stage.until(600)
            missed = [
                one
                for name in stage.engine.watches
                for one in await stage.store.history(name, START, START + 600)
                if one.outcome == "missed"
            ]

            assert await stage.told() == []
            assert len(missed) > 100
            assert {one.note for one in missed} <= {"permit", "overlap"}
            assert "permit" in {one.note for one in missed}

    run(main())


def test_the_clock_goes_forward() -> None:
    """An hour that nobody saw is unknown; slots go on from the new time."""

    async def main() -> None:
        async with Stage(SITE, falls(600)) as stage:
            await stage.until(stage.slot("site", 600) + 5)
            stage.clock.skew += 1800
            jumped = stage.clock.wall() - START
            await stage.until(jumped + 600)

            assert [at for at, _ in await stage.told_at()] == pytest.approx([stage.slot("site", jumped) + 30], abs=1)
            assert max(slot for _, slot in stage.asked) == pytest.approx(START + stage.slot("site", jumped + 560), abs=31)

    run(main())


@pytest.mark.parametrize("by", [60.0, 3600.0, 86_400.0])
def test_the_clock_goes_back(by: float) -> None:
    """Checks go on at once, evidence is as long as it was, and the end is told."""

    async def main() -> None:
        ups: list[bool] = [False]

        async with Stage(SITE, lambda *_: UP if ups[0] else DOWN) as stage:
            await stage.until(stage.slot("site") + 35)
            asked = len(stage.asked)
            stage.clock.skew -= by
            here = stage.clock.wall() - START
            await stage.until(here + 100)
            assert len(stage.asked) >= asked + 3
            assert await stage.told() == ["page firing site"]

            ups[0] = True
            await stage.until(here + 200)
            assert await stage.told() == ["page firing site", "page resolved site"]

    run(main())


def test_a_clock_set_back_while_the_runner_was_away() -> None:
    async def main() -> None:
        async with Stage(SITE, falls(7000)) as stage:
            await stage.until(7200)
            await stage.end()
            stage.clock.skew -= 3600
            stage.script = lambda *_: UP
            await stage.begin()
            await stage.until(3700)

            assert await stage.told() == ["page firing site", "page resolved site"]

    run(main())


def test_a_suspended_machine() -> None:
    """The wall clock went on, the monotonic one did not: one that fired still fires, and nothing is caught up."""

    async def main() -> None:
        async with Stage(SITE, falls(600)) as stage:
            await stage.until(900)
            asked = len(stage.asked)
            stage.clock.skew += 8 * HOUR
            await stage.until(900 + 8 * HOUR + 100)

            assert await stage.told() == ["page firing site"]
            assert len(stage.asked) - asked <= 5

    run(main())


def test_a_broken_probe_is_the_runners_trouble_and_the_check_goes_on() -> None:
    def script(check: str, at: float) -> Outcome:
        if at < 300:
            raise RuntimeError("a bug")
        return DOWN

    async def main() -> None:
        async with Stage(SITE, script) as stage:
            stage.expected_bugs = {"a probe raised"}
            await stage.until(290)
            assert stage.engine.states["site"].outcome == "fault"
            assert await stage.told() == []

            await stage.until(600)
            assert await stage.told() == ["page firing site"]

    run(main())


def test_a_step_that_raises_does_not_stop_its_monitor_or_another(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaking(watch: Watch, state: MonitorState, event: Event, now: float, world: World) -> Stepped:
        if watch.name == "site" and now < START + 300:
            raise RuntimeError("a bug")
        return step(watch, state, event, now, world)

    monkeypatch.setattr("monctl.runner.stepper.step", breaking)
    text = SITE + '  other: {http: "https://other.example.com", every: 30s, alert: {critical: "down for 1m"}}\n'

    async def main() -> None:
        async with Stage(text, lambda *_: DOWN) as stage:
            stage.expected_bugs = {"a step raised"}
            await stage.until(290)
            assert await stage.told() == ["page firing other"]

            await stage.until(600)
            assert await stage.told() == ["page firing other", "page firing site"]

    run(main())


def test_acknowledge_silence_and_take_it_back_by_order() -> None:
    text = SITE.replace('page: {webhook: {url: "https://example.com/p"}}', 'page: {webhook: {url: "https://example.com/p"}, repeat: 5m}')

    async def main() -> None:
        async with Stage(text, lambda *_: DOWN) as stage:
            await stage.until(200)
            await stage.order("ack", monitor="site", until=START + 1000)
            await stage.until(900)
            assert await stage.told() == ["page firing site"]

            await stage.until(1100)
            assert await stage.told() == ["page firing site", "page reminder site"]

            await stage.order("silence", id="s", matchers=[{"label": "monitor", "op": "=", "value": "site"}], start=START, end=START + 9000)
            await stage.order("silence", id="t", matchers=[{"label": "monitor", "op": "=~", "value": "("}], start=START, end=START + 9000)
            await stage.order("unsilence", id="none")
            await stage.until(3000)
            await stage.restart()
            await stage.until(3500)
            assert await stage.told() == ["page firing site", "page reminder site"]

            await stage.order("unsilence", id="s")
            await stage.until(3600)
            assert await stage.told() == ["page firing site", "page reminder site", "page reminder site"]

    run(main())


def test_reload_keeps_what_fires_ends_what_is_removed_and_begins_what_is_new() -> None:
    more = SITE + '  gone: {http: "https://gone.example.com", every: 30s, alert: {critical: "down"}}\n'

    async def main() -> None:
        async with Stage(more, lambda *_: DOWN) as stage:
            await stage.until(200)
            assert sorted(await stage.told()) == ["page firing gone", "page firing site"]

            stage.bundle = given(
                SITE.replace("down for 1m", "down for 30m")
                + '  new: {http: "https://new.example.com", every: 30s, alert: {critical: "down"}}\n'
            )
            await stage.engine.reload(stage.bundle)
            await stage.until(400)
            assert sorted((await stage.told())[2:]) == ["page firing new", "page resolved gone"]

            stage.bundle = given(more)
            await stage.engine.reload(stage.bundle)
            await stage.until(600)
            assert sorted((await stage.told())[4:]) == ["page firing gone", "page resolved new"]
            keys = [row.letter.message.items[0].incident for row in await stage.rows() if row.letter.message.items[0].monitor == "gone"]
            assert keys == ["test/gone/#1", "test/gone/#1", "test/gone/#2"]

    run(main())


def test_a_monitor_removed_while_nobody_ran_is_over() -> None:
    async def main() -> None:
        text = SITE + '  other: {http: "https://other.example.com", every: 30s, alert: {critical: "down for 1m"}}\n'
        async with Stage(text, falls(0, only="site")) as stage:
            await stage.until(200)
            await stage.end()
            stage.bundle = given(text.replace("  site:", "  place:"))
            await stage.begin()
            await stage.until(300)
            await stage.restart()
            await stage.until(400)

            assert await stage.told() == ["page firing site", "page resolved site"]
            assert [row.letter.message.items[0].reason for row in await stage.rows()] == ["refused", "removed"]

    run(main())


def test_another_spec_after_a_restart_keeps_what_fires() -> None:
    async def main() -> None:
        async with Stage(SITE, lambda *_: DOWN) as stage:
            await stage.until(200)
            await stage.end()
            stage.bundle = given(SITE.replace('"down for 1m"', '"down for 30m or response_time > 1s", warning: "response_time > 900ms"'))
            await stage.begin()
            await stage.until(600)
            assert await stage.told() == ["page firing site"]

            stage.script = lambda *_: UP
            await stage.until(700)
            assert await stage.told() == ["page firing site", "page resolved site"]

    run(main())


SERVICES = """
services: {shop: {depends_on: [database]}, database: {}}
monitors:
  db: {tcp: {host: db.example.com, port: 5432}, service: database, every: 60s, timeout: 10s, alert: {critical: "down"}}
  a: {http: "https://a.example.com", service: shop, every: 30s, alert: {critical: "down"}}
  b: {http: "https://b.example.com", service: shop, every: 30s, alert: {critical: "down"}}
  c: {http: "https://c.example.com", service: shop, every: 30s, alert: {critical: "down for 1m"}}
"""


def test_what_depends_on_it_waits_for_the_answer_of_what_is_really_down() -> None:
    """All fall at once, and the children are asked first: the parent is asked at once, and only it is told."""

    async def main() -> None:
        async with Stage(BASE + SERVICES, falls(600, 1200)) as stage:
            await stage.until(1800)
            told = await stage.told_at()
            first = min(stage.slot(name, 599.999) for name in ("db", "a", "b", "c"))

            assert [said for _, said in told] == ["page firing db", "page resolved db"]
            assert len([check for check, _ in stage.asked if check == "db"]) <= 33, "asked at once, and not without end"
            assert told[0][0] == pytest.approx(first, abs=0.1)

    run(main())


def test_a_child_alone_is_told_as_soon_as_its_parent_has_answered() -> None:
    async def main() -> None:
        async with Stage(BASE + SERVICES, falls(600, 1200, only="a")) as stage:
            await stage.until(1800)

            assert await stage.told_at() == [
                (near(stage.slot("a", 599.999)), "page firing a"),
                (near(stage.slot("a", 1199.999)), "page resolved a"),
            ]

    run(main())


def test_a_parent_that_cannot_be_asked_mutes_nobody() -> None:
    async def main() -> None:
        def script(check: str, at: float) -> Outcome:
            return Failed("x", "y") if check == "db" else DOWN if check == "a" and at >= 600 else UP

        async with Stage(BASE + SERVICES, script) as stage:
            await stage.until(750)

            assert "page firing a" in await stage.told()

    run(main())


CHAIN = """
datasources: {prom: {type: prometheus, url: "https://prometheus.example.com"}}
metrics:
  failed: {prometheus: {datasource: prom, query: failed}, every: 1m}
  total: {prometheus: {datasource: prom, query: total}, every: 1m}
  share: {expr: {formula: "failed / total * 100", inputs: {failed: failed, total: total}}, every: 1m, unit: "%"}
monitors:
  rate: {metric: share, alert: {critical: "> 50% for 2m"}, no_data: critical}
  site: {http: "https://example.com", every: 1m, timeout: 10s, alert: {critical: "down for 2m"}}
  health: {all_of: [site, {metric: failed, holds: "< 50"}], every: 1m, alert: {warning: "down for 1m"}, no_data: critical}
slos:
  site: {monitor: site, objective: 99%, window: 30d}
"""


def test_a_chain_of_derived_checks() -> None:
    """An expression over metrics, a composite of a monitor and a metric, burn rates of an objective: all from what was measured, without a false start."""

    def script(check: str, at: float) -> Outcome:
        bad = HOUR <= at < 2 * HOUR
        match check:
            case "metric:failed":
                return Measured((Reading({"value": 60.0 if bad else 1.0}),))
            case "metric:total":
                return Measured((Reading({"value": 100.0}),))
            case _:
                return DOWN if bad else UP

    async def main() -> None:
        async with Stage(BASE + CHAIN, script) as stage:
            await stage.until(0.5 * HOUR)
            await stage.restart(after=5)
            await stage.until(HOUR)
            assert await stage.told() == []

            await stage.until(1.5 * HOUR)
            await stage.restart(after=5)
            await stage.until(1.9 * HOUR)
            fired = sorted(await stage.told())
            await stage.until(12 * HOUR)

            assert {"chat firing health", "page firing rate", "page firing site"} <= set(fired)
            assert {said for said in fired if "slo-site" in said} == {"page firing slo-site-critical", "chat firing slo-site-warning"}
            assert len(fired) == 5
            assert sorted(said for said in await stage.told() if "resolved" in said) == [
                said.replace("firing", "resolved") for said in fired
            ]

    run(main())


def test_inputs_that_went_silent_are_no_data() -> None:
    def script(check: str, at: float) -> Outcome:
        return Nothing("none") if check == "metric:total" and at >= HOUR else Measured((Reading({"value": 1.0, "up": 1.0}),))

    async def main() -> None:
        async with Stage(BASE + CHAIN, script) as stage:
            await stage.until(HOUR + 600)

            assert "page firing rate" in await stage.told()

    run(main())


BEAT = """
monitors:
  job: {heartbeat: 10m, every: 1h, alert: {critical: "down", warning: "down for 5m"}, recover_after: 2m}
"""


def test_a_job_that_calls_is_up_and_one_that_does_not_is_down_at_its_deadline() -> None:
    async def main() -> None:
        async with Stage(BASE + BEAT) as stage:
            await stage.until(5 * HOUR)
            assert await stage.told() == []

            stage.engine.call("job", "success")
            assert not stage.engine.call("nobody", "success")
            await stage.until(7 * HOUR)
            assert await stage.told_at() == [(near(5 * HOUR + 4200), "page firing job")]

            stage.engine.call("job", "")
            await stage.until(7 * HOUR + 600)
            assert (await stage.told_at())[1:] == [(near(7 * HOUR + 120), "page resolved job")]

    run(main())


def test_for_of_a_heartbeat_does_not_wait_for_its_next_interval() -> None:
    text = BASE + 'monitors: {job: {heartbeat: 10m, every: 1d, alert: {critical: "down for 5m"}}}\n'

    async def main() -> None:
        async with Stage(text) as stage:
            stage.engine.call("job", "fail", code="3")
            await stage.until(HOUR)
            rows = await stage.rows()

            assert await stage.told_at() == [(near(300), "page firing job")]
            assert rows[0].letter.message.items[0].reason == "it reported a failure: 3"

    run(main())


def test_many_calls_make_no_more_timers() -> None:
    async def main() -> None:
        async with Stage(BASE + BEAT) as stage:
            for minute in range(600):
                await stage.until(60 * minute + 1)
                stage.engine.call("job", "success")
            asked = len(await stage.store.history("job", START, START + 36_000, limit=10_000))

            assert asked < 650

    run(main())


def test_the_runners_own_downtime_is_not_blamed_on_a_job() -> None:
    async def main() -> None:
        async with Stage(BASE + BEAT) as stage:
            stage.engine.call("job", "success")
            await stage.until(600)
            await stage.restart(after=3 * HOUR)
            back = stage.clock.wall() - START
            await stage.until(back + 590)
            assert await stage.told() == []

            stage.engine.call("job", "success")
            await stage.until(back + 3 * HOUR)
            assert await stage.told_at() == [(near(back + 590 + 4200), "page firing job")]

    run(main())


def test_a_restart_does_not_end_what_a_late_job_began() -> None:
    async def main() -> None:
        async with Stage(BASE + BEAT) as stage:
            stage.engine.call("job", "success")
            await stage.until(3 * HOUR)
            assert await stage.told() == ["page firing job"]

            await stage.restart(after=60)
            await stage.until(6 * HOUR)
            assert await stage.told() == ["page firing job"]

    run(main())


def test_once_asks_everything_once_and_computes_in_order() -> None:
    async def main() -> None:
        stage = Stage(BASE + CHAIN, lambda *_: Measured((Reading({"value": 60.0, "up": 0.0}),)))
        await stage.engine.load()
        await stage.engine.once()
        states = stage.engine.states

        assert sorted(check for check, _ in stage.asked) == ["metric:failed", "metric:total", "site"]
        assert states["rate"].instances[""].values == {"value": 100.0}
        assert states["health"].instances[""].values["up"] == 0.0
        await stage.store.close()

    run(main())
