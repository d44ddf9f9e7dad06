"""Logs: which lines count, what becomes of a file that is rotated or truncated, and where a check goes on after a restart."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monctl.measure import Log
from monctl.runner.outcome import Failed, Measured, Nothing, Outcome, Reading
from monctl.runner.probes.log_line import fields_of, figure, matches, time_of
from monctl.runner.probes.log_probe import LogProbe
from monctl.runner.probes.log_reader import GiveUp, from_json, read_new, to_json
from monctl.runner.probes.probe import Ask, Means

SLOT = 1_795_000_000.0


def line(at: float = SLOT, **fields: Any) -> str:
    return json.dumps({"timestamp": datetime.fromtimestamp(at, UTC).isoformat(), **fields}) + "\n"


def append(path: Path, *lines: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(lines)


class Check:
    """A log check whose slots are run one by one, with writes in between; `restart` keeps only the cursors."""

    def __init__(self, source: Log, given: Means, *, every_s: float = 60.0) -> None:
        self.source, self.given, self.every_s = source, given, every_s
        self.slot = SLOT
        self.probe: LogProbe | None = None

    async def run(self, *, after_s: float = 60.0) -> Outcome:
        if self.probe is None:
            self.probe = LogProbe(self.source, self.given)
        self.slot += after_s
        return await self.probe.ask(Ask("check", self.slot, 20.0, self.every_s))

    async def value(self) -> float:
        found = await self.run()
        assert isinstance(found, Measured), found
        return found.readings[0].values["value"]

    async def restart(self) -> None:
        if self.probe is not None:
            await self.probe.close()
        self.probe = None


@pytest.fixture
def check(means: Callable[..., Means], cursors: Any, tmp_path: Path) -> Callable[..., Check]:
    """A check of `app.log` in the test's folder."""

    def made(source: Log, *, pattern: str = "app.log", every_s: float = 60.0, **options: Any) -> Check:
        return Check(source, means("logs", options={"path": str(tmp_path / pattern), **options}, cursors=cursors), every_s=every_s)

    return made


def play(check: Check, *steps: Callable[[], Any]) -> list[float]:
    """The values of runs, one after each step; a step that returns something to wait for is waited for."""

    async def run() -> list[float]:
        values = []
        for step in steps:
            waited = step()
            if waited is not None:
                await waited
            values.append(await check.value())
        await check.restart()
        return values

    return asyncio.run(run())


def outcome(check: Check) -> Outcome:
    async def run() -> Outcome:
        try:
            return await check.run()
        finally:
            await check.restart()

    return asyncio.run(run())


ERRORS = Log("d", {"level": "error"})


def test_lines_are_counted_once_since_the_last_run(check: Callable[..., Check], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, line(SLOT - 9_000, level="error"))

    values = play(
        check(ERRORS),
        lambda: append(log, line(SLOT + 30, level="error"), line(SLOT + 30, level="info")),
        lambda: append(log, line(level="error"), line(level="error")),
        lambda: None,
    )

    assert values == [1.0, 2.0, 0.0]


def test_a_line_that_is_still_being_written_counts_when_it_is_whole(check: Callable[..., Check], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    whole = line(level="error")
    append(log, line(SLOT - 9_000, level="info"))

    values = play(check(ERRORS), lambda: append(log, whole[:20]), lambda: append(log, whole[20:]))

    assert values == [0.0, 1.0]


def test_a_file_renamed_away_is_read_to_its_end(check: Callable[..., Check], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, line(SLOT - 9_000, level="info"))

    def rotate() -> None:
        append(log, line(level="error"))
        log.rename(tmp_path / "app.log.1")
        append(tmp_path / "app.log.1", line(level="error"))  # its writer has not looked yet
        append(log, line(level="error"), line(level="error"))

    values = play(check(ERRORS), lambda: None, rotate, lambda: append(tmp_path / "app.log.1", line(level="error")), lambda: None)

    assert values == [0.0, 4.0, 1.0, 0.0]


def test_a_file_renamed_within_the_pattern_is_not_counted_again(check: Callable[..., Check], tmp_path: Path) -> None:
    log = tmp_path / "app.log"

    def rotate() -> None:
        log.rename(tmp_path / "app-1.log")
        append(log, line(level="error"))

    values = play(check(ERRORS, pattern="app*.log"), lambda: append(log, line(SLOT + 30, level="error")), rotate, lambda: None)

    assert values == [1.0, 1.0, 0.0]


def test_a_file_that_is_copied_and_truncated_is_read_from_its_beginning(check: Callable[..., Check], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, line(SLOT - 9_000, level="error"), line(SLOT - 9_000, level="error"))

    def truncate() -> None:
        os.truncate(log, 0)
        append(log, line(level="error"))

    assert play(check(ERRORS), lambda: None, truncate, lambda: None) == [0.0, 1.0, 0.0]


def test_a_truncated_file_that_has_grown_past_the_old_place_is_noticed(check: Callable[..., Check], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, line(SLOT - 9_000, level="error"))

    def truncate() -> None:
        os.truncate(log, 0)
        append(log, *(line(SLOT + 60 + number, level="error") for number in range(5)))

    assert play(check(ERRORS), lambda: None, truncate, lambda: None) == [0.0, 5.0, 0.0]


def test_a_restart_goes_on_where_the_last_run_ended(check: Callable[..., Check], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, line(SLOT - 9_000, level="error"))
    one = check(ERRORS)

    def restart() -> Any:
        append(log, line(level="error"), line(level="error"))
        return one.restart()

    assert play(one, lambda: None, restart, lambda: None) == [0.0, 2.0, 0.0]


def test_another_question_begins_anew(check: Callable[..., Check], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, line(SLOT - 9_000, level="error"))
    first = check(ERRORS)
    play(first, lambda: None)
    append(log, line(SLOT - 8_000, level="warn"), line(SLOT + 50, level="warn"))

    assert play(check(Log("d", {"level": "warn"})), lambda: None) == [1.0]


def test_a_window_moves_with_the_slot_and_survives_a_restart(check: Callable[..., Check], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    one = check(Log("d", {"level": "error"}, window_s=300.0))
    append(log, line(SLOT - 900, level="error"), line(SLOT - 100, level="error"), line(SLOT + 50, level="error"))

    values = play(
        one,
        lambda: None,
        lambda: append(log, line(SLOT + 100, level="error")),
        one.restart,
        lambda: None,
        lambda: None,
        lambda: None,
        lambda: None,
    )

    # slots 60, 120, 180, 240, 300, 360, 420: the first line leaves at 200, the second at 350, the third at 400
    assert values == [2.0, 3.0, 3.0, 2.0, 2.0, 1.0, 0.0]


def test_a_large_window_is_read_again_from_the_files_after_a_restart(check: Callable[..., Check], tmp_path: Path, cursors: Any) -> None:
    log = tmp_path / "app.log"
    append(log, *(line(SLOT + 10, ms=number) for number in range(1, 3_001)))
    one = check(Log("d", {}, measure="max", field="ms", window_s=600.0))

    assert play(one, lambda: None, one.restart) == [3_000.0, 3_000.0]
    assert cursors.places["check"]["values"] == []


def test_a_line_of_the_next_window_waits_for_it(check: Callable[..., Check], tmp_path: Path) -> None:
    append(tmp_path / "app.log", line(SLOT + 90, level="error"))

    assert play(check(Log("d", {"level": "error"}, window_s=60.0)), lambda: None, lambda: None, lambda: None) == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(("measure", "value"), [("p50", 50.0), ("p95", 95.0), ("p99", 99.0), ("max", 100.0), ("average", 50.5)])
def test_figures_of_a_field(check: Callable[..., Check], tmp_path: Path, measure: Any, value: float) -> None:
    append(tmp_path / "app.log", *(line(SLOT + 30, metric="query", ms=number) for number in range(1, 101)), line(metric="query", ms="slow"))

    assert play(check(Log("d", {"metric": "query"}, measure=measure, field="ms", window_s=300.0)), lambda: None) == [value]


def test_a_figure_of_no_line_is_no_data(check: Callable[..., Check], tmp_path: Path) -> None:
    append(tmp_path / "app.log", line(level="info"))

    assert isinstance(outcome(check(Log("d", {}, measure="p95", field="ms"))), Nothing)


def test_each_group_is_an_instance_and_is_told_as_none_when_it_is_over(check: Callable[..., Check], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, line(SLOT + 30, level="error", message="a"), line(SLOT + 30, level="error", message="b"), line(SLOT + 30, level="error"))
    append(log, line(SLOT + 30, level="error", message="a"))
    one = check(Log("d", {"level": "error"}, by="message"))

    async def twice() -> tuple[Outcome, Outcome]:
        found = await one.run(), await one.run()
        await one.restart()
        return found

    first, second = asyncio.run(twice())

    assert isinstance(first, Measured)
    assert isinstance(second, Measured)
    assert first.readings == (Reading({"value": 2.0}, {"message": "a"}), Reading({"value": 1.0}, {"message": "b"}))
    assert second.readings == (Reading({"value": 0.0}, {"message": "a"}), Reading({"value": 0.0}, {"message": "b"}))


def test_no_group_at_all_is_good_news(check: Callable[..., Check], tmp_path: Path) -> None:
    append(tmp_path / "app.log", line(level="info"))

    found = outcome(check(Log("d", {"level": "error"}, by="message")))

    assert isinstance(found, Measured)
    assert found.readings == ()


def test_a_file_that_is_not_there_is_a_failure(check: Callable[..., Check], tmp_path: Path) -> None:
    found = outcome(check(ERRORS))

    assert found == Failed("datasource d: no such file", f"datasource d: no such file (nothing matches {tmp_path}/app.log)")


def test_a_file_that_comes_later_is_read_from_its_beginning(check: Callable[..., Check], tmp_path: Path) -> None:
    one = check(Log("d", {}, contains="error"), format="text")

    async def run() -> tuple[Outcome, float]:
        found = await one.run()
        append(tmp_path / "app.log", "error without a time\n")
        value = await one.value()
        await one.restart()
        return found, value

    found, value = asyncio.run(run())

    assert isinstance(found, Failed)
    assert value == 1.0


def test_a_file_between_two_names_is_no_failure(check: Callable[..., Check], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, line(SLOT - 9_000, level="error"))

    def away() -> None:
        append(log, line(level="error"))
        log.rename(tmp_path / "app.log.1")

    assert play(check(ERRORS), lambda: None, away) == [0.0, 1.0]


def test_packed_files_and_folders_are_passed_over(check: Callable[..., Check], tmp_path: Path) -> None:
    append(tmp_path / "app.log", line(SLOT + 1, level="error"))
    append(tmp_path / "app.log.2.gz", line(SLOT + 1, level="error"))
    (tmp_path / "app.d").mkdir()

    assert play(check(ERRORS, pattern="app*"), lambda: None) == [1.0]


def test_lines_of_text_count_when_they_hold_the_words(check: Callable[..., Check], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, "2026-11-18 11:06:50.123 UTC [7] LOG:  duration: 1200 ms\n", "2026-11-18 09:00:00 UTC [7] LOG:  duration: 9 ms\n")

    values = play(
        check(Log("d", {}, contains="duration:", window_s=300.0), format="text"),
        lambda: None,
        lambda: append(log, "LOG:  duration: 3000 ms, no time here\n", "LOG:  other\n"),
    )

    assert values == [1.0, 2.0]


def test_garbage_and_endless_lines_do_no_harm(check: Callable[..., Check], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_bytes(
        b"\xff\xfe\x00 no json\n[1]\n" + b"x" * 2_500_000 + b"\n" + line(SLOT + 1, level="error").encode() + b"[" * 100_000 + b"\n"
    )

    assert play(check(ERRORS), lambda: None) == [1.0]


def test_nothing_counts_as_read_when_reading_was_given_up(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, line())
    taken: list[str] = []

    with pytest.raises(GiveUp):
        read_new(str(log), (), taken.append, given_up=lambda: True)

    assert taken == []


def test_places_survive_json(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    append(log, line())
    places = read_new(str(log), None, lambda _: None).places

    assert from_json(json.loads(json.dumps(to_json(places)))) == places
    assert from_json({"other": 1}) is None
    assert from_json([["short"]]) is None


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ({"ms": "> 1000"}, True),
        ({"ms": "<= 1000"}, False),
        ({"ms": 1200}, True),
        ({"ms": "1200"}, True),
        ({"text": ">= 7"}, True),
        ({"user.plan": "free"}, True),
        ({"user.plan": "!= free"}, False),
        ({"nosuch": "!= free"}, True),
        ({"nosuch": "x"}, False),
        ({"nosuch": "> 0"}, False),
        ({"ok": False}, True),
        ({"ok": True}, False),
        ({"a.b": 1}, True),
        ({"ms": "> 1000", "ok": True}, False),
    ],
)
def test_where_compares_numbers_words_and_truths(where: dict[str, Any], holds: bool) -> None:
    fields = {"ms": 1200, "text": "7", "user": {"plan": "free"}, "ok": False, "a.b": 1}

    assert matches("", fields, where, None) is holds


@pytest.mark.parametrize(
    ("fields", "named", "seconds"),
    [
        ({"timestamp": "2026-11-18T11:06:40Z"}, None, SLOT),
        ({"time": "2026-11-18T12:06:40.500+01:00"}, None, SLOT + 0.5),
        ({"ts": SLOT}, None, SLOT),
        ({"ts": SLOT * 1_000}, None, SLOT),
        ({"ts": SLOT * 1e9}, None, SLOT),
        ({"@timestamp": "2026-11-18 11:06:40,250"}, None, SLOT + 0.25),
        ({"timestamp": "2026-01-01T00:00:00Z", "when": SLOT}, "when", SLOT),
        ({"timestamp": "yesterday"}, None, None),
        ({"timestamp": "2026-13-40T99:00:00Z"}, None, None),
        ({"t": 7}, None, None),
        ({}, None, None),
    ],
)
def test_a_line_tells_its_time_in_many_ways(fields: dict[str, Any], named: str | None, seconds: float | None) -> None:
    assert time_of(json.dumps(fields), fields, named) == seconds


def test_text_has_the_fields_of_its_pairs() -> None:
    assert fields_of('level=error msg="no way" ms=12', json_lines=False) == {"level": "error", "msg": "no way", "ms": "12"}


def test_a_percentile_is_a_value_that_was_there() -> None:
    assert [figure(name, [1.0, 2.0, 3.0, 100.0]) for name in ("p50", "p95", "p99")] == [2.0, 100.0, 100.0]
