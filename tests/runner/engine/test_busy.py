"""A runner that has too much to do says so, and blames nobody."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from monctl.runner import machine
from monctl.runner.asking import Limits
from monctl.runner.outcome import Outcome
from monctl.runner.serve import Given, Runner
from monctl.runner.store.sqlite import SqliteStore
from monctl.runner.strain import Strain, sentence
from tests.runner.engine.stage import DOWN, START, UP, Stage, given
from tests.runner.virtual import VirtualClock, VirtualLoop, run

BASE = """
severities: {critical: {notify: [page]}}
channels: {page: {webhook: {url: "https://example.com/p"}}}
"""


def test_what_is_not_heard_while_the_loop_stands_still_blames_nobody() -> None:
    async def starved() -> Outcome:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        for _ in range(3):
            await asyncio.sleep(0.2)
            loop.jump(1.0)  # something else holds the processor
        return DOWN

    text = f'{BASE}monitors: {{site: {{http: "https://example.com", every: 30s, timeout: 10s, alert: {{critical: down}}}}}}\n'

    async def main() -> None:
        async with Stage(text, lambda *_: starved()) as stage:
            await stage.until(200)
            found = await stage.store.history("site", START, START + 200)

            assert await stage.told() == []
            assert {(one.outcome, one.note) for one in found} == {("fault", "this runner was too busy itself to hear the answer in time")}
            assert stage.engine.gauges.missed_by_cause() == {"busy": float(len(found))}
            assert stage.engine.gauges.stood_s() == pytest.approx(2.7 * len(found), abs=0.5)

    run(main())


def test_checks_that_wait_for_a_slow_host_leave_the_others_their_places() -> None:
    async def never() -> Outcome:
        await asyncio.sleep(1e6)
        return UP

    text = (
        BASE
        + "monitors:\n"
        + "".join(
            f'  m{number}: {{http: "https://slow.example.com/{number}", every: 30s, timeout: 10s, alert: {{critical: down}}}}\n'
            for number in range(30)
        )
        + '  well: {http: "https://well.example.com", every: 10s, timeout: 5s, alert: {critical: down}}\n'
    )

    async def main() -> None:
        async with Stage(text, lambda check, _: UP if check == "well" else never(), limits=Limits(at_once=5, per_host=2)) as stage:
            await stage.until(600)
            found = await stage.store.history("well", START, START + 600)

            assert {one.outcome for one in found} == {"measured"}
            assert len(found) >= 59
            assert stage.engine.gauges.missed_by_cause().keys() >= {"host"}
            assert "permit" not in stage.engine.gauges.missed_by_cause()

    run(main())


def test_the_start_lag_counts_until_the_check_has_its_turn() -> None:
    async def slow() -> Outcome:
        await asyncio.sleep(4)
        return UP

    text = f'{BASE}monitors: {{a: {{http: "https://a.example.com", every: 30s}}, b: {{http: "https://a.example.com/b", every: 30s}}}}\n'

    async def main() -> None:
        async with Stage(text, lambda *_: slow(), limits=Limits(at_once=1)) as stage:
            for name in ("a", "b"):
                check = stage.engine.checks[name]
                stage.engine._asker.begin(check, stage.clock.wall())
            await stage.engine._asker.idle()
            lag = next(metric for metric in stage.engine.gauges.registry.collect() if metric.name == "monctl_start_lag_seconds")
            total = next(sample.value for sample in lag.samples if sample.name.endswith("_sum"))

            assert total == pytest.approx(4.0, abs=0.01)

    run(main())


@pytest.mark.parametrize(
    ("files", "said", "expected"),
    [(1_024, None, 384), (20_000, None, 1_000), (20_000, 4_000, 4_000), (1_024, 4_000, 384), (1_024, 10, 10), (200, None, 16)],
)
def test_as_many_checks_as_file_descriptors_are_enough_for(files: int, said: int | None, expected: int) -> None:
    assert machine.at_once(files, said) == expected


def test_strain_is_what_was_missed_within_a_minute() -> None:
    strain = Strain()
    looks = [(0.0, {}), (5.0, {"late": 3.0, "overlap": 9.0}), (60.0, {"late": 3.0, "permit": 4.0}), (120.0, {"late": 3.0, "permit": 4.0})]
    found = [strain.look(missed, 0.0, at) for at, missed in looks]

    assert found == [{}, {"late": 3}, {"late": 3, "permit": 4}, {}]


def test_the_way_out_is_more_places_only_while_the_processor_has_time() -> None:
    strain = Strain()
    strain.look({}, 0.0, 0.0)
    missed = strain.look({"permit": 7.0}, 1.0, 30.0)
    idle = sentence(missed, 500, slow=strain.slow)
    missed = strain.look({"permit": 9.0}, 20.0, 60.0)
    busy = sentence(missed, 500, slow=strain.slow)

    assert idle == (
        "too busy: 7 slots missed in the last minute (7 found no place among the checks in flight); "
        "let more checks run at once (targets.runner.at_once, now 500; each takes file descriptors)"
    )
    assert busy == (
        "too busy: 9 slots missed in the last minute (9 found no place among the checks in flight); "
        "ask less often, or divide the monitors between several runners that share one PostgreSQL"
    )
    assert sentence({}, 500, slow=False) == ""


def test_all_queries_of_a_datasource_share_few_connections(postgres: str, tmp_path: Path) -> None:
    query = "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'monctl'"
    bundle = given(
        BASE
        + 'datasources: {shop: {type: postgresql, dsn: "${env:SHOP}"}}\nmonitors:\n'
        + "".join(
            f'  m{number}: {{sql: {{datasource: shop, query: "{query} AND {number} = {number}", values: {{n: {{unit: rows}}}}}}, '
            "every: 1m, alert: {critical: n > 4}}\n"
            for number in range(20)
        )
    )

    async def main() -> dict[str, float]:
        runner = Runner(Given(lambda: bundle, lambda _: postgres, tmp_path, SqliteStore(None)))
        await runner.once()
        return {name: state.instances[""].values["n"] for name, state in runner.engine.states.items()}

    found = asyncio.run(main())

    assert len(found) == 20
    assert max(found.values()) <= 4


def test_a_runner_that_cannot_keep_up_says_so_once_a_minute_and_is_well_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bundle = given(f'{BASE}monitors: {{site: {{http: "https://example.com", alert: {{critical: down}}}}}}\n')

    async def main() -> None:
        clock = VirtualClock(START)
        runner = Runner(Given(lambda: bundle, lambda _: "", tmp_path, SqliteStore(None, clock=clock.wall), clock=clock))
        minding = asyncio.create_task(runner._mind())
        await asyncio.sleep(1)
        before = runner.strained()
        runner.gauges.missed.labels("late").inc(7)
        await asyncio.sleep(30)
        during = runner.strained()["checks"]
        runner.engine.last_round = runner.engine._writer.written_at = clock.mono()
        wrong = runner.well()
        await asyncio.sleep(60)
        minding.cancel()

        assert before == {}
        assert during.startswith("too busy: 7 slots missed in the last minute (7 came too late); ask less often")
        assert wrong == {}
        assert runner.strained() == {}
        assert [record.getMessage() for record in caplog.records] == [during, "the runner keeps up again"]
        await runner._close()

    with caplog.at_level("INFO", "monctl.runner"):
        run(main())
