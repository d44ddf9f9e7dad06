"""The benchmark's estates are what they claim to be, and its goals are judged from figures it takes. Nothing here looks at a clock."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench import account, generate
from bench.goal import goals, judged
from bench.measure import Sample, WrongExit, cost, median
from bench.run import same

MONCTL = Path(sys.executable).with_name("monctl")


@pytest.mark.parametrize("mode", sorted(generate.MODES))
def test_an_estate_for_measuring_is_valid(mode: str, tmp_path: Path) -> None:
    generate.write(tmp_path / "estate", 24, mode)
    done = subprocess.run([MONCTL, "validate", "-C", str(tmp_path / "estate")], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("provider", sorted(account.ACCOUNTS))
def test_an_account_for_measuring_has_as_many_objects_as_asked_for(provider: str, tmp_path: Path) -> None:
    account.write(tmp_path / "estate", provider, 40)
    where = ["-C", str(tmp_path / "estate"), "--sandbox", str(tmp_path / "sandbox"), "--target", provider]
    done = subprocess.run([str(MONCTL), "apply", *where, "--yes", "-o", "json"], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    made = {"grafana": 36 // 20 + 1 + 2 + 2, "pagerduty": 40, "sentry": 40, "uptimerobot": 39}  # a rule group holds twenty rules
    assert len(json.loads(done.stdout)["receipts"]) == made[provider]


@pytest.mark.parametrize("mode", sorted(generate.MODES))
def test_the_same_arguments_give_the_same_bytes(mode: str, tmp_path: Path) -> None:
    generate.write(tmp_path / "one", 120, mode)
    generate.write(tmp_path / "other", 120, mode)

    assert same(tmp_path / "one", tmp_path / "other")


def test_a_difference_of_one_byte_is_seen(tmp_path: Path) -> None:
    generate.write(tmp_path / "one", 3, "few")
    generate.write(tmp_path / "other", 3, "few")
    (tmp_path / "other" / generate.path(2)).write_text("monitors: {}\n", encoding="utf-8")

    assert not same(tmp_path / "one", tmp_path / "other")


@pytest.mark.parametrize(("mode", "shapes"), [("few", 8), ("distinct", 2000)])
def test_queries_have_as_many_shapes_as_the_mode_says(mode: str, shapes: int) -> None:
    queries = [generate.spec(index, mode).partition("query: |")[2].partition("values:")[0] for index in range(2000)]

    assert len({re.sub(r"\d+", "N", query) for query in queries}) == shapes


def test_a_spec_file_has_about_25_lines() -> None:
    lines = [generate.spec(index, mode).count("\n") for mode in generate.MODES for index in range(50)]

    assert {count in range(24, 28) for count in lines} == {True}


def test_a_goal_is_judged_when_its_figures_are_there() -> None:
    quick = Sample(wall_s=0.03, cpu_s=0.03, peak_mib=10, pass_s=0.01, ratio=3, runs=5)
    slow = Sample(wall_s=0.08, cpu_s=0.08, peak_mib=10, pass_s=0.01, ratio=8, runs=5)
    verdicts = judged({"--help": quick, "--version": slow}, compiled=True)

    assert [(verdict.goal, verdict.text, verdict.reached) for verdict in verdicts] == [("P1", "--help", True), ("P1", "--version", False)]


def test_a_goal_needs_only_figures_that_are_measured() -> None:
    starts = {"--help", "--version", "validate --help", "diff --help", "usage error"}
    measured = starts | {
        f"{command} {mode} {size} {state}"
        for command in ("validate", "lint", "compile")
        for mode in generate.MODES
        for size in (1000, 10_000)
        for state in ("cold", "unchanged", "one changed")
    }

    assert {need for goal in goals(compiled=False) for need in goal.needs} <= measured


def test_a_run_tells_its_exit_status_and_its_memory(tmp_path: Path) -> None:
    spent = cost([sys.executable, "-c", "import sys; b = bytearray(64 << 20); sys.exit(7)"], folder=tmp_path, environ={}, expected=(7,))

    assert spent.status == 7
    assert spent.peak_mib > 64


def test_a_run_that_fails_is_no_figure(tmp_path: Path) -> None:
    with pytest.raises(WrongExit, match=r"exit 1 from: .*\nno such estate"):
        cost([sys.executable, "-c", "import sys; sys.exit('no such estate')"], folder=tmp_path, environ={})


@pytest.mark.parametrize(("values", "middle"), [([3.0, 1.0, 2.0], 2.0), ([4.0, 1.0, 2.0, 3.0], 2.5)])
def test_the_median_is_the_middle(values: list[float], middle: float) -> None:
    assert median(values) == middle
