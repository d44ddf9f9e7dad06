"""The benchmark's estates are what they claim to be, and its goals are judged from figures it takes. Nothing here looks at a clock."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from bench import account, generate, load, runner
from bench.goal import goals, judged
from bench.measure import Sample, WrongExit, cost, median
from bench.run import same
from monctl.measure import Http
from monctl.runner.core.effect import Chronicle
from monctl.runner.reading import read
from monctl.runner.store.sqlite import SqliteStore
from monctl.runner.store.store import Commit, Measurement

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


@pytest.mark.parametrize("index", [0, 7, 4711])
def test_a_rule_of_the_peer_says_what_the_monitor_says(index: int) -> None:
    (name, monitor), *_ = yaml.safe_load(generate.spec(index, "few"))["monitors"].items()
    (rule,) = yaml.safe_load(generate.rule(index))

    assert rule["alert"] == name
    assert rule["annotations"] == {key: monitor[key] for key in ("title", "description", "action", "runbook")}
    assert rule["labels"] == monitor["labels"] | {"severity": "warning", "service": monitor["service"]}
    assert monitor["alert"]["warning"] == f"stuck {rule['expr'].partition('}')[2].strip()} for {rule['for']}"


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
    measured.add("promtool")

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


def test_the_runner_under_load_gives_figures_and_blames_nobody_who_is_well() -> None:
    figures = runner.level(500, warm_s=12, seconds=8)

    assert set(runner.GOAL) <= figures.keys()
    assert figures["outcomes"]["measured"] > 0
    assert figures["asked"]["plain"] > figures["asked"]["silent"] > 0
    assert figures["incidents"].keys() == {"dead"}
    assert figures["sent"] > 0
    assert figures["blamed"] == []


def test_a_target_that_is_well_and_blamed_is_found(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)

    async def write() -> None:
        await store.record(
            [
                Measurement("plain-00001", "", 1.0, "measured", {"up": 0.0}, note="refused"),
                Measurement("query-00002", "", 1.0, "failed", note="no connection"),
                Measurement("plain-00003", "", 1.0, "measured", {"up": 1.0}),
                Measurement("silent-00004", "", 1.0, "measured", {"up": 0.0}, note="no answer"),
                Measurement("tls-00005", "", 1.0, "fault", note="no file descriptor left"),
            ]
        )
        chronicles = tuple(
            Chronicle(f"load/{name}#1", name, "", "shop", "critical", "alert", 1.0, 1.0, None, None, "", None, "", suppressed=False)
            for name in ("silent-00004", "plain-00001")
        )
        await store.commit(Commit(chronicles=chronicles))
        await store.close()

    asyncio.run(write())

    assert runner.found_in(tmp_path) == (["plain-00001 measured: refused", "query-00002 failed: no connection"], {"dead": 1, "well": 1})


def test_a_bundle_for_measuring_has_the_mix_it_claims(tmp_path: Path) -> None:
    ports = {"plain": 1, "tls": 2, "silent": 3, "hook": 4, "dsn": ""}
    found = read(load.write(tmp_path, 200, ports, page=9180))
    kinds = Counter(name.partition("-")[0] for name in found.monitors)

    assert kinds == {"plain": 100, "page": 40, "tls": 20, "query": 30, "silent": 10}
    assert {(one.every_s, one.timeout_s) for one in found.monitors.values()} == {(30.0, 10.0)}
    assert len({one.source.url for one in found.monitors.values() if isinstance(one.source, Http)}) == 100 + 16 + 10


def test_what_of_the_runners_goal_is_missed_is_named() -> None:
    assert runner.judged({"lag_p99_ms": 100.0, "cores": 0.5, "peak_mib": 255.0}) == ["cores 0.5, 0.4 at most"]
