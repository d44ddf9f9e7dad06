"""What a person sees while providers make monctl wait: an estimate before, a line meanwhile, nothing on standard output, nothing when it is quick."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monctl.cli import apply_saved, deploying, run
from monctl.cli.progress import Screen, in_order
from monctl.errors import JournalError
from monctl.forecast import Forecast, about
from monctl.order import Step, Verb
from monctl.pace import Budget, Pace
from monctl.plan import Action, Change
from monctl.receipt import Outcome, Receipt

TEN = Budget(10, 60.0, "a page")


class Clock:
    """Seconds that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Bench:
    """A screen of which everything is kept, and a target that is asked."""

    def __init__(self, *, terminal: bool) -> None:
        self.clock = Clock()
        self.said: list[str] = []
        self.screen = Screen(clock=self.clock, sleep=self.clock.sleep, write=self.said.append, terminal=lambda: terminal)
        self.pace = Pace("uptimerobot", TEN, clock=self.clock, told=self.screen.told)

    def ask(self, times: int = 1, takes_s: float = 0.0) -> None:
        for _ in range(times):
            slot, wait = self.pace.take()
            if wait > 0:
                self.screen.sleep(wait)
            self.clock.now += takes_s
            self.pace.done(slot)


def test_what_is_over_soon_says_nothing() -> None:
    for terminal in (False, True):
        bench = Bench(terminal=terminal)
        with bench.screen.reading():
            bench.ask(10, takes_s=0.05)

        assert bench.said == []


def test_a_terminal_has_one_line_that_is_rewritten_and_then_gone() -> None:
    bench = Bench(terminal=True)
    with bench.screen.reading():
        bench.ask(11)

    assert bench.said[0] == "\r\x1b[Kreading: uptimerobot 10 requests, the next in 60 s (10 a minute)"
    assert bench.said[30] == "\r\x1b[Kreading: uptimerobot 10 requests, the next in 30 s (10 a minute)"
    assert bench.said[-1] == "\r\x1b[K"
    assert not any("\n" in text for text in bench.said)


def test_elsewhere_there_is_a_line_now_and_then() -> None:
    bench = Bench(terminal=False)
    with bench.screen.reading():
        bench.ask(11)

    assert bench.said == [f"reading: uptimerobot 10 requests, the next in {left} s (10 a minute)\n" for left in (51, 36, 21, 6)]


def test_an_apply_tells_how_much_is_done_and_how_long_the_rest_takes() -> None:
    bench = Bench(terminal=False)
    forecast = Forecast("uptimerobot", {f"uptimerobot/monitor/s{number}": 1 for number in range(25)}, bench.pace)
    with bench.screen.applying([forecast], 30):
        for number in range(25):
            bench.ask()
            list(bench.screen.heard([receipt(f"s{number}")]))

    assert bench.said[0] == "10 of 30 steps done; uptimerobot about 1 min 50 s left, the next in 51 s (10 a minute)\n"
    assert bench.said[-1].startswith("20 of 30 steps done; uptimerobot about ")
    assert len(bench.said) == 8


def receipt(key: str) -> Receipt:
    return Receipt(Step(Change("monitor.site", "uptimerobot", "monitor", key, key, Action.CREATE), Verb.CREATE), Outcome.DONE)


PLACE = {f"uptimerobot/monitor/{key}": number for number, key in enumerate("abcd")}


def test_receipts_come_in_the_order_of_the_plan_while_it_is_quick() -> None:
    given = in_order(map(receipt, "bdac"), PLACE, clock=Clock())

    assert [one.step.change.key for one in given] == list("abcd")


def test_a_slow_target_does_not_hold_back_what_the_others_did() -> None:
    clock = Clock()

    def slowly() -> Iterator[Receipt]:
        yield receipt("b")
        clock.now = 6.0
        yield receipt("d")
        yield receipt("a")
        yield receipt("c")

    assert [one.step.change.key for one in in_order(slowly(), PLACE, clock=clock)] == list("bdac")


def test_what_was_held_back_is_told_when_it_breaks_off() -> None:
    def broken() -> Iterator[Receipt]:
        yield receipt("c")
        yield receipt("b")
        raise JournalError("the disk is full")

    told: list[str] = []
    with pytest.raises(JournalError, match="the disk is full"):
        told.extend(one.step.change.key for one in in_order(broken(), PLACE, clock=Clock()))
    assert told == ["b", "c"]


def test_a_note_stands_above_the_line() -> None:
    bench = Bench(terminal=True)
    with bench.screen.reading():
        bench.ask(10)
        bench.clock.now += 2.0
        bench.ask()
        before = len(bench.said)
        bench.screen.note("uptimerobot: rate limit, waiting 7.0 s")

    assert bench.said[before : before + 2] == ["\r\x1b[K", "uptimerobot: rate limit, waiting 7.0 s\n"]
    assert bench.said[before + 2].startswith("\r\x1b[Kreading: ")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "a few seconds"),
        (12, "about 10 s"),
        (57, "about 55 s"),
        (58, "about 1 min"),
        (220, "about 3 min 40 s"),
        (3569, "about 59 min 30 s"),
        (3571, "about 1 h"),
        (7500, "about 2 h 5 min"),
    ],
)
def test_an_estimate_is_not_more_exact_than_it_can_be(seconds: float, said: str) -> None:
    assert about(seconds) == said


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Clock]:
    """An estate with 25 monitors on UptimeRobot's free plan, whose stand-in is asked ten times a minute of a clock that nobody waits for."""
    estate = tmp_path / "shop"
    estate.mkdir()
    (estate / "monctl.yaml").write_text("estate: shop\ntargets: {uptimerobot: {plan: free}}\n", encoding="utf-8")
    (estate / "sites.yaml").write_text(
        "severities: {low: {notify: [ops]}}\n"
        "channels: {ops: {email: {to: [ops@example.org]}}}\n"
        "monitors:\n" + "".join(
            f"  site-{number:02}: {{http: 'https://s{number:02}.example', every: 5m, alert: {{low: down}}}}\n" for number in range(25)
        ),
        encoding="utf-8",
    )  # fmt: skip
    clock = Clock()
    screen = Screen(clock=clock, sleep=clock.sleep, terminal=lambda: False, stand_ins=True)
    for module in (deploying, apply_saved):
        monkeypatch.setattr(module, "screen", screen)
    return ["-C", str(estate), "--sandbox", str(tmp_path / "sandbox")], clock


def test_a_slow_apply_says_so_before_and_meanwhile(slow: tuple[list[str], Clock], capsys: pytest.CaptureFixture[str]) -> None:
    where, clock = slow
    assert run(["diff", *where]) == 0
    shown = capsys.readouterr()
    assert "note: uptimerobot: to carry this out takes 28 requests at 10 a minute, about 2 min" in shown.out

    assert run(["apply", *where, "--yes", "-o", "json"]) == 0
    said = capsys.readouterr()

    assert len(json.loads(said.out)["receipts"]) == 26
    assert re.search(r"^uptimerobot: 28 requests at 10 a minute, about [23] min", said.err, re.MULTILINE)
    lines = re.findall(r"^(\d+) of 26 steps done; uptimerobot about .* left.*$", said.err, re.MULTILINE)
    assert len(lines) >= 8
    assert lines == sorted(lines, key=int)
    assert clock.now > 120


def test_a_saved_plan_keeps_the_budget_too(slow: tuple[list[str], Clock], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where, clock = slow
    assert run(["diff", *where, "--out", str(tmp_path / "plan.json")]) == 0
    clock.now = 10_000.0
    capsys.readouterr()

    assert run(["apply", str(tmp_path / "plan.json"), *where, "--yes"]) == 0
    assert "uptimerobot: 28 requests at 10 a minute, about" in capsys.readouterr().err
    assert clock.now > 10_120
    assert run(["diff", *where, "--detailed-exitcode"]) == 0


def test_a_quick_apply_says_nothing_of_it(
    slow: tuple[list[str], Clock], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    where, _ = slow
    monkeypatch.undo()
    assert run(["apply", *where, "--yes"]) == 0
    said = capsys.readouterr()

    assert "a minute" not in said.out + said.err
    assert "steps done;" not in said.err
