"""The five estates run: real probes and notifiers over loopback, a real PostgreSQL, a clock that jumps. What is broken is told when the documents say.

The cases are `estates/*.yaml`. `seen` is how many whole minutes after the break the first message came; `told` are lines `MINUTE KIND RECEIVER`,
the minute counted from that message, as escalations count theirs. After it was mended `resolved` are those who learned that it is over, `later`
is anything else. Whom PagerDuty calls by the policy it was given is `called pagerduty:PERSON`. `lead` and `after` are minutes.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from monctl.cli.rehearsing import BEGIN, rehearsal, scene_of
from monctl.project import check
from monctl.runner.rehearsal import Line, Rehearsal
from monctl.runner.standins.postgres import PostgresStandin
from monctl.target import discover

MONITORS = Path(__file__).resolve().parents[2] / "monitors"
CASES = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(Path(__file__).with_name("estates").glob("*.yaml"))}
FAULTS = [(estate, fault) for estate, case in CASES.items() for fault in case["faults"]]
LEAD_MINUTES = 10
TARGETS = discover()


def test_every_estate_has_its_cases() -> None:
    estates = {path.name for path in MONITORS.iterdir() if (path / "monctl.yaml").is_file()}

    assert estates == set(CASES)
    assert all(len(case["faults"]) >= 3 for case in CASES.values())


@pytest.mark.parametrize("estate", CASES)
def test_nothing_is_told_while_nothing_is_wrong(estate: str, postgres_server: PostgresStandin, tmp_path: Path) -> None:
    case = CASES[estate]

    async def work(one: Rehearsal) -> tuple[list[Line], dict[str, str]]:
        await one.minutes(65)
        assert one.runner.failed == []
        return one.timeline(), one.runner.unknown()

    lines, unknown = _within(estate, case, postgres_server, tmp_path, work)

    assert lines == []
    assert set(unknown) == set(case.get("unknown", {}))


@pytest.mark.parametrize(("estate", "fault"), FAULTS, ids=[f"{estate}: {fault['fault']}" for estate, fault in FAULTS])
def test_what_is_broken_is_told(estate: str, fault: Mapping[str, Any], postgres_server: PostgresStandin, tmp_path: Path) -> None:
    async def work(one: Rehearsal) -> tuple[dict[str, Any], set[tuple[str, str]], set[tuple[str, str]]]:
        found, lines = await played(one, fault, CASES[estate])
        return found, *told_and_resolved(lines, one)

    found, told, over = _within(estate, fault, postgres_server, tmp_path, work)
    expected = {name: fault.get(name, []) for name in ("seen", "told", "resolved", "later")}

    assert found == expected
    assert told == over


async def played(one: Rehearsal, fault: Mapping[str, Any], case: Mapping[str, Any]) -> tuple[dict[str, Any], list[Line]]:
    """Break, look on, mend: what was told, in the words of the cases."""
    for action in fault.get("before", ()):
        await one.do(action)
    await one.minutes(case.get("lead", LEAD_MINUTES))
    assert one.timeline() == []
    broken = one.now
    for action in fault["break"]:
        await one.do(action)
    for minute, actions in sorted(fault.get("during", {}).items()):
        await one.until(broken + minute * 60)
        for action in actions:
            await one.do(action)
    await one.until(broken + fault["minutes"] * 60)
    lines = one.timeline(broken)
    first = lines[0].at if lines else broken
    for action in fault["mend"]:
        await one.do(action)
    await one.minutes(fault.get("after", case.get("after", 15)))
    assert one.runner.failed == []
    after = one.timeline(broken)[len(lines) :]
    return {
        "seen": int((first - broken) // 60),
        # what is sent in one moment has no order
        "told": [f"{minute} {words}" for minute, words in sorted((int((line.at - first) // 60), _words(line)) for line in lines)],
        "resolved": sorted(line.receiver for line in after if line.kind == "resolved"),
        "later": sorted({_words(line) for line in after if line.kind != "resolved"}),
    }, one.timeline(broken)


def told_and_resolved(lines: list[Line], one: Rehearsal) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(receiver, title) of what was told, and of what was told to be over. Digests and channels that want no end are apart."""
    quiet = {name for name, channel in one.runner.bundle.channels.items() if not channel.resolved}
    found = ({"firing", "update", "escalate"}, {"resolved"})
    told, over = (
        {(line.receiver, title) for line in lines if line.kind in kinds and line.receiver not in quiet for title in line.titles}
        for kinds in found
    )
    return told, over


def _words(line: Line) -> str:
    level = f" (level {line.level})" if line.level else ""
    return f"{line.kind} {line.receiver}{level}"


def _within(estate: str, said: Mapping[str, Any], server: PostgresStandin, folder: Path, work: Any) -> Any:
    """Something done in a rehearsal of the estate, in the phase and at the time the case says."""
    root = folder / estate
    shutil.copytree(MONITORS / estate, root, ignore=shutil.ignore_patterns(".monctl", "__pycache__"))
    if phase := said.get("phase") or CASES[estate].get("phase"):
        text = (root / "monctl.yaml").read_text(encoding="utf-8")
        (root / "monctl.yaml").write_text(re.sub(r"(?m)^phase: \S+$", f"phase: {phase}", text), encoding="utf-8")
    checked = check(root, targets=TARGETS)
    scene = scene_of(estate)
    assert scene is not None
    begin = datetime.fromisoformat(str(said["begin"])).replace(tzinfo=UTC) if "begin" in said else BEGIN

    async def run() -> Any:
        with rehearsal(checked, TARGETS, scene, folder / "account", server=server, begin=begin) as one:
            async with one:
                return await work(one)

    return asyncio.run(run())
