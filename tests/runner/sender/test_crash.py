"""The runner dies at every point between a decision and its message being marked as sent: nothing is lost, and only a lost answer makes two of one."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from monctl.bundle import Bundle, bundle
from monctl.project import check
from tests.runner.sender.crash import Fate, arrived, last_seen, live
from tests.runner.sender.shop import write

FIRST = [("m0#1", "firing"), ("m0#1", "resolved"), ("m0#2", "firing"), ("m0#2", "resolved")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A compiled bundle, in a file."""
    folder = write(tmp_path_factory.mktemp("shop"))
    (folder / "bundle.json").write_text(json.dumps(bundle(check(folder, None).program)))
    return folder / "bundle.json"


@pytest.fixture(scope="module")
def shop(made: Path) -> Bundle:
    from monctl.runner.reading import read

    return read(made)


def judge(folder: Path, *, twice: int, where: str) -> None:
    """Everything arrived, in order, and at most so many of them twice, under their own key."""
    found = arrived(folder)
    incident = [(name, kind) for name, kind, _ in found]
    once = list(dict.fromkeys(incident))
    assert once == FIRST, (where, found)
    doubles = sum(Counter(found).values()) - len(once)
    assert doubles <= twice, (where, found)
    assert len({key for _, _, key in found}) == len(once), (where, "each attempt of a message bears the same key")
    assert incident == sorted(incident, key=once.index), (where, "a message that came again came before the next one")


def test_nobody_dies(shop: Bundle, tmp_path: Path) -> None:
    fate = Fate()
    asyncio.run(live(shop, tmp_path, fate))
    judge(tmp_path, twice=0, where="nowhere")

    assert Counter(fate.calls)["send"] == 4
    assert {"commit", "claim", "thread", "send", "settle"} <= set(fate.calls)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", ["commit", "record", "claim", "thread", "send", "settle", "states", "groups", "values", "orders"])
def test_it_dies_at_every_call(shop: Bundle, tmp_path: Path, name: str, after: bool) -> None:
    whole = Fate(name=name)
    asyncio.run(live(shop, tmp_path / "whole", whole))
    calls = len(whole.calls)
    assert calls
    step = max(1, calls // (12 if name in {"commit", "claim", "thread", "send", "settle"} else 4))  # each is like its neighbours
    for call in range(1, calls + 1, step):
        folder = tmp_path / f"{call}"
        where = f"{'after' if after else 'before'} {name} {call} of {calls}"
        asyncio.run(live(shop, folder, Fate(call, name, after=after)))
        asyncio.run(live(shop, folder, Fate(), begin=last_seen(folder)))
        unknown = (name, after) in {("send", True), ("settle", False)}
        judge(folder, twice=int(unknown), where=where)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["commit:5", "claim:12", "send:1", "settle:1", "send:2"])
def test_it_is_really_killed(made: Path, shop: Bundle, root: Path, tmp_path: Path, call: str, when: str) -> None:
    words = [sys.executable, "-m", "tests.runner.sender.crash", str(made), str(tmp_path), call, when]
    done = subprocess.run(words, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, check=False, capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    before = arrived(tmp_path)

    asyncio.run(live(shop, tmp_path, Fate(), begin=last_seen(tmp_path)))

    unknown = (call[:4], when) in {("send", "after"), ("sett", "before")}
    judge(tmp_path, twice=int(unknown), where=f"{when} {call}")
    assert arrived(tmp_path)[: len(before)] == before
