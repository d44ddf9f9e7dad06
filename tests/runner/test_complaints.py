"""What users of other monitors complain of, each as an acceptance test with the numbers of the issues in its name.

What needs several runners (alertmanager 1718 2222 2447 4008 4108 4179, elastalert 393 478 508 2835, elastalert2 541, gatus 538, kuma 3164) is
tested with PostgreSQL and its leases; that sending never holds up checking (gatus 786) and that no resolve is lost on its way, with the outbox.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from monctl.runner.outcome import Failed, Measured, Missed, Nothing, Outcome, Reading
from monctl.runner.store.store import Commit
from tests.runner.engine.stage import DOWN, START, UP, BreakableStore, Script, Stage, falls
from tests.runner.virtual import run

BASE = """
severities: {critical: {notify: [page]}, warning: {notify: [chat]}}
channels:
  page: {webhook: {url: "https://example.com/p"}}
  chat: {webhook: {url: "https://example.com/c"}}
  team: {webhook: {url: "https://example.com/t"}, group_by: [service]}
  remind: {webhook: {url: "https://example.com/r"}, group_by: [service], repeat: 7m}
datasources: {db: {type: sqlite, path: x.db}, prom: {type: prometheus, url: "https://prometheus.example.com"}}
"""
SITE = BASE + 'monitors:\n  site: {http: "https://example.com", every: 30s, timeout: 10s, alert: {critical: "down for 1m"}}\n'
QUERY = BASE + 'monitors:\n  orders: {sql: {datasource: db, query: "SELECT 1"}, every: 30s, timeout: 10s, alert: {critical: "> 50"}}\n'
HOUR = 3600.0


def staged(text: str, script: Script, play: Callable[[Stage], object]) -> None:
    """Play on a stage."""

    async def main() -> None:
        async with Stage(text, script) as stage:
            await play(stage)  # type: ignore[misc] # a coroutine function

    run(main())


def value(number: float) -> Measured:
    return Measured((Reading({"value": number, "up": 1.0}),))


# a storm of messages, no parents and children


def test_kuma_1089_1236_1453_1717_2474_2724_3634_4956_gatus_109_1708_one_outage_is_one_message() -> None:
    """The router goes, and thirty things behind it: whatever is asked first, one message begins it and one ends it."""
    text = BASE + "services: {router: {}, net: {depends_on: [router]}, app: {depends_on: [net]}}\nmonitors:\n"
    text += '  router: {ping: router.example.com, service: router, every: 1m, timeout: 10s, alert: {critical: "down for 1m"}}\n'
    for number in range(30):
        service = "net" if number % 2 else "app"
        text += f'  m{number}: {{http: "https://{number}.example.com", service: {service}, every: 30s, timeout: 10s, alert: {{critical: "down for 1m"}}}}\n'

    async def play(stage: Stage) -> None:
        await stage.until(2 * HOUR)

        assert await stage.told() == ["page firing router", "page resolved router"]

    staged(text, falls(600, 1500), play)


def test_kuma_7564_what_stays_down_after_its_parent_is_told_then() -> None:
    text = BASE + "services: {base: {}, app: {depends_on: [base]}}\nmonitors:\n"
    text += '  base: {ping: a.example.com, service: base, every: 30s, timeout: 10s, alert: {critical: "down for 30s"}}\n'
    text += '  app: {http: "https://b.example.com", service: app, every: 30s, timeout: 10s, alert: {critical: "down for 1m"}}\n'

    async def play(stage: Stage) -> None:
        await stage.until(HOUR)

        assert await stage.told() == ["page firing base", "page resolved base", "page firing app"]

    staged(text, lambda check, at: DOWN if 600 <= at < (1200 if check == "base" else 9e9) else UP, play)


# the monitor's own database is slow, and the targets are reported down


class SlowStore(BreakableStore):
    """Each commit takes a minute."""

    async def commit(self, commit: Commit, *, shards: object = None) -> None:
        await asyncio.sleep(60)
        await super().commit(commit)


@pytest.mark.parametrize("lost", [False, True], ids=["slow", "away"])
def test_kuma_2344_2345_2346_2470_5508_5810_6486_7095_an_own_slow_database_is_no_targets_fault(lost: bool) -> None:
    text = (
        BASE
        + "monitors:\n"
        + "".join(
            f'  m{number}: {{http: "https://{number}.example.com", every: 30s, timeout: 10s, alert: {{critical: down}}}}\n'
            for number in range(124)
        )
    )

    async def main() -> None:
        stage = Stage(text)
        stage.store = SlowStore(None, clock=stage.clock.wall)
        async with stage:
            stage.store.lost = lost
            await stage.until(900)
            slots = [slot for check, slot in stage.asked if check == "m7"]

            assert len(slots) == 30
            assert {state.outcome for state in stage.engine.states.values()} == {"measured"}
            stage.store.lost = False
            await stage.until(1200)
            assert await stage.told() == []

    run(main())


# no data and query errors: floods of alerts, or none


def test_grafana_8010_36376_77800_a_failing_query_is_told_once_and_is_no_alert() -> None:
    async def play(stage: Stage) -> None:
        await stage.until(2 * HOUR)
        rows = await stage.rows()

        assert await stage.told() == ["page firing orders", "page resolved orders"]
        assert {row.letter.message.items[0].title for row in rows} == {"orders: cannot be evaluated"}
        assert rows[0].letter.message.items[0].severity == "warning"

    staged(QUERY, lambda _, at: Failed("datasource db: refused", "refused") if 600 <= at < 3600 else value(1), play)


def test_grafana_16290_39711_it_has_the_labels_of_its_monitor_so_that_silences_and_routes_match() -> None:
    text = QUERY.replace("every: 30s", "labels: {area: shop}, every: 30s")

    async def play(stage: Stage) -> None:
        matchers = [{"label": "area", "op": "=", "value": "shop"}]
        await stage.order("silence", id="1", matchers=matchers, start=START, end=START + 9 * HOUR)
        await stage.until(2 * HOUR)

        assert await stage.told() == []

    staged(text, lambda _, at: Failed("datasource db: refused", "refused") if at >= 600 else value(1), play)


def test_grafana_8130_one_broken_datasource_is_one_message_not_one_for_each_of_its_monitors() -> None:
    text = (
        BASE
        + "monitors:\n"
        + "".join(
            f'  m{number}: {{sql: {{datasource: db, query: "SELECT {number}"}}, every: 30s, timeout: 10s, alert: {{critical: "> 5"}}}}\n'
            for number in range(40)
        )
    )

    async def play(stage: Stage) -> None:
        await stage.until(HOUR)
        items = [item.monitor for row in await stage.rows() for item in row.letter.message.items]

        assert len(await stage.rows()) <= 2
        assert len(items) == len(set(items)) == 40

    staged(text, lambda _, at: Failed("datasource db: refused", "refused") if at >= 600 else value(1), play)


def test_grafana_26117_31157_no_data_is_what_its_monitor_says_it_is() -> None:
    text = (
        BASE
        + "monitors:\n"
        + "".join(
            f'  {word}: {{sql: {{datasource: db, query: "SELECT 1"}}, every: 30s, timeout: 10s, alert: {{critical: "> 5"}}, no_data: {word}}}\n'
            for word in ("critical", "ok", "keep")
        )
    )

    async def play(stage: Stage) -> None:
        await stage.until(1200)
        told = [(row.letter.message.items[0].monitor, row.letter.message.items[0].title) for row in await stage.rows()]

        assert told == [("critical", "critical"), ("keep", "keep: cannot be evaluated")]

    staged(text, lambda _, at: Nothing("none") if at >= 600 else value(1), play)


# resolved though nobody knows


@pytest.mark.parametrize("unknown", [Nothing("none"), Failed("x", "y"), Missed("late")], ids=["no data", "failed", "missed"])
def test_prometheus_3606_5277_7527_17482_alertmanager_952_missing_data_resolves_nothing(unknown: Outcome) -> None:
    async def play(stage: Stage) -> None:
        await stage.until(4 * HOUR)
        told = [(row.letter.message.kind, row.letter.message.items[0].title) for row in await stage.rows()]

        assert [kind for kind, title in told if title == "orders"] == ["firing"]

    staged(QUERY, lambda _, at: value(99) if 600 <= at < 700 else unknown if at >= 700 else value(1), play)


def test_prometheus_6816_14085_over_only_after_it_was_well_for_so_long() -> None:
    text = QUERY.replace("every: 30s", "recover_after: 5m, every: 30s")

    async def play(stage: Stage) -> None:
        await stage.until(2 * HOUR)
        told = await stage.told_at()

        assert [said for _, said in told] == ["page firing orders", "page resolved orders"]
        assert told[1][0] == pytest.approx(stage.slot("orders", 3599.999) + 300, abs=0.1)

    # bad, and for a moment well every ten minutes
    staged(text, lambda _, at: value(99) if 600 <= at < 3600 and at % 600 >= 30 else value(1), play)


# group_interval, repeat_interval


def test_alertmanager_642_676_1063_2320_3369_grafana_126401_reminders_come_when_they_were_asked_for() -> None:
    text = SITE.replace('critical: "down for 1m"', 'critical: {when: "down", notify: [remind]}')

    async def play(stage: Stage) -> None:
        await stage.until(HOUR)
        told = await stage.told_at()
        began = stage.slot("site", 599.999)

        assert [at - began for at, said in told if "reminder" in said] == pytest.approx([420.0 * count for count in range(1, 8)], abs=0.1)

    staged(text, falls(600), play)


def test_alertmanager_1063_what_pages_does_not_wait_for_the_rest_of_the_interval() -> None:
    text = (
        BASE
        + "monitors:\n"
        + "".join(
            f'  {name}: {{http: "https://{name}.example.com", every: 10s, timeout: 5s, alert: {{critical: {{when: "down", notify: [team]}}}}}}\n'
            for name in "ab"
        )
    )

    async def play(stage: Stage) -> None:
        await stage.until(1200)
        told = await stage.told_at()

        assert [said for _, said in told] == ["team firing a", "team firing b"]
        assert told[1][0] - stage.slot("b", 699.999) == pytest.approx(30, abs=0.1)

    staged(text, lambda check, at: DOWN if at >= {"a": 600, "b": 700}[check] else UP, play)


# maintenance: a message that is missing at its end, or one too many


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (500, 9e9, ["page firing site"]),
        (500, 1500, ["page firing site", "page resolved site"]),
        (1500, 9e9, ["page firing site"]),
        (1200, 1500, []),
    ],
    ids=["down before and after", "up after", "newly down", "down within it only"],
)
def test_kuma_2846_4004_7148_gatus_1274_1551_the_end_of_a_maintenance_tells_what_changed(
    since: float, until: float, expected: list[str]
) -> None:
    async def play(stage: Stage) -> None:
        await stage.until(900)
        matchers = [{"label": "monitor", "op": "=", "value": "site"}]
        await stage.order("maintenance", id="1", matchers=matchers, start=START + 900, end=START + 1800)
        await stage.until(HOUR)
        told = await stage.told_at()

        assert [said for _, said in told] == expected
        assert not [at for at, _ in told if 900 <= at < 1800]

    staged(SITE, falls(since, until), play)


def test_kuma_6022_a_deadline_in_maintenance_begins_anew_at_its_end() -> None:
    text = BASE + "monitors:\n  job: {heartbeat: 10m, every: 1h, alert: {critical: down}}\n"

    async def play(stage: Stage) -> None:
        stage.engine.call("job", "success")
        matchers = [{"label": "monitor", "op": "=", "value": "job"}]
        await stage.order("maintenance", id="1", matchers=matchers, start=START, end=START + 3 * HOUR)
        await stage.until(3 * HOUR + 590)
        assert await stage.told() == []

        await stage.until(3 * HOUR + 620)
        assert await stage.told() == ["page firing job"]

    staged(text, falls(9e9), play)


def test_kuma_6022_a_maintenance_that_is_ended_early_too() -> None:
    text = BASE + "monitors:\n  job: {heartbeat: 10m, every: 1h, alert: {critical: down}}\n"

    async def play(stage: Stage) -> None:
        stage.engine.call("job", "success")
        matchers = [{"label": "monitor", "op": "=", "value": "job"}]
        await stage.order("maintenance", id="1", matchers=matchers, start=START, end=START + 9 * HOUR)
        await stage.until(2 * HOUR)
        await stage.order("unsilence", id="1")
        await stage.until(2 * HOUR + 590)
        assert await stage.told() == []

        await stage.until(2 * HOUR + 630)
        assert await stage.told() == ["page firing job"]

    staged(text, falls(9e9), play)


def test_gatus_312_a_maintenance_of_some_monitors_leaves_the_others_alone() -> None:
    text = SITE + '  other: {http: "https://other.example.com", every: 30s, timeout: 10s, alert: {critical: "down for 1m"}}\n'

    async def play(stage: Stage) -> None:
        matchers = [{"label": "monitor", "op": "=", "value": "site"}]
        await stage.order("maintenance", id="1", matchers=matchers, start=START, end=START + 9 * HOUR)
        await stage.until(HOUR)

        assert await stage.told() == ["page firing other"]

    staged(text, falls(600), play)


# state lost at a restart


@pytest.mark.parametrize("downtime", [1.0, 300.0, 2 * HOUR])
def test_gatus_679_1111_kuma_4085_elastalert_2711_2954_a_restart_neither_tells_again_nor_forgets(downtime: float) -> None:
    async def play(stage: Stage) -> None:
        await stage.until(900)
        for _ in range(3):
            await stage.restart(after=downtime)
            await stage.until(stage.clock.wall() - START + 100)
        assert await stage.told() == ["page firing site"]

        await stage.end()
        stage.script = falls(9e9)
        await stage.begin()
        await stage.until(stage.clock.wall() - START + 100)
        assert await stage.told() == ["page firing site", "page resolved site"]

    staged(SITE, falls(600), play)


def test_gatus_1111_of_a_target_that_came_back_while_nobody_looked_the_end_is_told() -> None:
    async def play(stage: Stage) -> None:
        await stage.until(900)
        await stage.restart(after=HOUR)
        await stage.until(2 * HOUR)

        assert await stage.told() == ["page firing site", "page resolved site"]

    staged(SITE, falls(600, 1800), play)


# acknowledge, escalate, remind, lapse

LADDER = (
    SITE.replace("severities: {critical: {notify: [page]}", "severities: {critical: {notify: [page], escalation: ops}")
    + """
people: {ana: {email: ana@example.com}, ben: {email: ben@example.com}}
escalations: {ops: {levels: [{after: 0m, notify: [person.ana]}, {after: 15m, notify: [person.ben]}]}}
"""
)


def test_alertmanager_1860_gatus_379_healthchecks_510_1256_nobody_answers_and_the_next_is_called() -> None:
    async def play(stage: Stage) -> None:
        await stage.until(HOUR)
        told = await stage.told_at()
        first = stage.slot("site", 599.999) + 60

        assert [(round(at - first), said) for at, said in told] == [
            (0, "page firing site"),
            (0, "person:ana/email escalate site"),
            (900, "person:ben/email escalate site"),
        ]

    staged(LADDER, falls(600), play)


def test_grafana_9241_13364_healthchecks_209_acknowledged_it_is_quiet_until_it_is_over() -> None:
    async def play(stage: Stage) -> None:
        await stage.until(900)
        await stage.order("ack", monitor="site")
        await stage.until(2 * HOUR)

        assert await stage.told() == [
            "page firing site",
            "person:ana/email escalate site",
            "page resolved site",
            "person:ana/email resolved site",
        ]
        chronicle = (await stage.store.chronicles(START, START + 3 * HOUR))[0]
        assert chronicle.acked_by == "ana"

    staged(LADDER, falls(600, HOUR), play)


def test_goalert_3378_oncall_1792_a_forgotten_acknowledgement_lapses_after_a_day() -> None:
    async def play(stage: Stage) -> None:
        await stage.until(1300)
        await stage.order("ack", monitor="site")
        await stage.until(1300 + 23.9 * HOUR)
        assert len(await stage.told()) == 2

        await stage.until(1300 + 24.1 * HOUR)
        assert (await stage.told())[2:] == ["person:ben/email escalate site"]

    staged(LADDER.replace("every: 30s", "every: 10m"), falls(0), play)


# a rule that silently stops after an exception


def test_elastalert_1169_1646_2284_3223_praeco_447_an_exception_stops_nothing_and_is_told() -> None:
    def script(check: str, at: float) -> Outcome:
        if 600 <= at < 1800:
            raise KeyError("@timestamp")
        return DOWN if at >= 2400 else UP

    async def play(stage: Stage) -> None:
        stage.expected_bugs = {"a probe raised"}
        await stage.until(HOUR)
        told = [(row.letter.message.kind, row.letter.message.items[0].title) for row in await stage.rows()]

        assert told == [("firing", "site: cannot be evaluated"), ("resolved", "site: cannot be evaluated"), ("firing", "site")]

    staged(SITE, script, play)


# a slow start, and slots that drift


def test_gatus_1176_five_hundred_endpoints_are_all_asked_within_one_interval() -> None:
    text = (
        BASE
        + "monitors:\n"
        + "".join(
            f'  m{number}: {{http: "https://{number}.example.com", every: 1m, timeout: 10s, alert: {{critical: down}}}}\n'
            for number in range(500)
        )
    )

    async def slow() -> Outcome:
        await asyncio.sleep(5)
        return UP

    async def play(stage: Stage) -> None:
        await stage.until(66)

        assert len(stage.engine.states) == 500

    staged(text, lambda *_: slow(), play)


def test_gatus_430_slots_do_not_drift_however_long_an_answer_takes() -> None:
    async def slow() -> Outcome:
        await asyncio.sleep(7.77)
        return UP

    async def play(stage: Stage) -> None:
        await stage.until(6 * HOUR)
        slots = [slot for _, slot in stage.asked]

        assert len(slots) == 720
        assert {later - sooner for sooner, later in pairwise(slots)} == {30.0}

    staged(SITE, lambda *_: slow(), play)


# flapping


def test_alertmanager_204_3048_prometheus_12219_checkly_186_what_flaps_is_told_once_until_it_is_steady() -> None:
    text = SITE.replace("down for 1m", "down")

    async def play(stage: Stage) -> None:
        await stage.until(4 * HOUR)
        told = await stage.told()

        assert told.count("page flapping site") == 1
        assert told[told.index("page flapping site") :] == ["page flapping site", "page resolved site"]

    staged(text, lambda _, at: DOWN if 1200 <= at < 3 * HOUR and at % 120 >= 60 else UP, play)


def test_pint_966_what_flaps_too_fast_for_its_for_still_tells_someone() -> None:
    async def play(stage: Stage) -> None:
        await stage.until(2 * HOUR)

        assert await stage.told() == ["page flapping site", "page resolved site"]

    staged(SITE, lambda _, at: DOWN if 1200 <= at < HOUR and at % 60 >= 30 else UP, play)


def test_every_complaint_has_its_numbers_in_a_name() -> None:
    """The issues this page answers, so that none is dropped in a rewrite."""
    names = " ".join(re.findall(r"def (test_\w+)", Path(__file__).read_text(encoding="utf-8")))
    numbers = [
        "1089",
        "1236",
        "1453",
        "1717",
        "2474",
        "2724",
        "3634",
        "4956",
        "7564",
        "109",
        "1708",
        "2344",
        "2345",
        "2346",
        "2470",
        "5508",
        "5810",
        "6486",
        "7095",
        "8010",
        "8130",
        "16290",
        "36376",
        "39711",
        "77800",
        "31157",
        "26117",
        "17482",
        "3606",
        "5277",
        "6816",
        "7527",
        "14085",
        "952",
        "642",
        "676",
        "1063",
        "2320",
        "3369",
        "126401",
        "2846",
        "4004",
        "6022",
        "7148",
        "1274",
        "1551",
        "312",
        "679",
        "1111",
        "4085",
        "2711",
        "2954",
        "1860",
        "13364",
        "9241",
        "379",
        "510",
        "1256",
        "209",
        "3378",
        "1792",
        "1646",
        "2284",
        "3223",
        "1169",
        "447",
        "1176",
        "430",
        "204",
        "3048",
        "966",
        "12219",
        "186",
    ]

    assert [number for number in numbers if f"_{number}_" not in names] == []
