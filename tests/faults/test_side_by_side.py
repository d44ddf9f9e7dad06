"""All providers at once: read and written side by side, and broken off in the middle of it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import Counter
from pathlib import Path
from threading import Barrier
from typing import TextIO, cast

import pytest
import requests
from requests import PreparedRequest, Response

from monctl.cli import run
from monctl.journal import Journal, read_journal
from monctl.sandbox.place import Sandbox
from monctl.target import discover
from tests.faults.adapter import Rule, Send, raised, replied
from tests.faults.conftest import _DIGEST, PROVIDERS, Shop, Spoil
from tests.faults.test_moments import Full

FORK = multiprocessing.get_context("fork")
SOON = 20.0
"""Seconds after which a thread that never comes fails the test instead of hanging it."""


class Whole(Shop):
    """The estate with all of its targets."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "all")

    @property
    def where(self) -> list[str]:
        return super().where[:-2]

    def held(self) -> Counter[tuple[str, str]]:
        with Sandbox(self.sandbox, discover().values()) as opened:
            return Counter(
                (f"{name} {one.kind}", _DIGEST.sub("]", one.name)) for name in PROVIDERS for one in opened.emulators[name].held()
            )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Counter[tuple[str, str]]:
    """What the providers hold after an apply in which nothing went wrong."""
    place = Whole(tmp_path_factory.mktemp("whole"))
    assert place.apply() == 0
    return place.held()


@pytest.mark.parametrize("when", ["reading", ""], ids=["reading", "writing"])
def test_providers_are_asked_at_the_same_time(when: str, tmp_path: Path, spoil: Spoil, whole: Counter[tuple[str, str]]) -> None:
    everybody = Barrier(len(PROVIDERS), timeout=SOON)

    def meet(_: PreparedRequest, send: Send) -> Response:
        everybody.wait()
        return send()

    for name in PROVIDERS:
        spoil(name, Rule(meet, when, only=0))
    place = Whole(tmp_path)

    assert place.apply() == 0
    assert place.held() == whole


def test_two_runs_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said: list[tuple[str, ...]] = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert Whole(tmp_path / name).apply("-o", "json") == 0
        told = capsys.readouterr()
        said.append((told.out, told.err))
        assert run(["destroy", *Whole(tmp_path / name).where, "--yes", "--confirm", "shop", "--allow-delete"]) == 0
        told = capsys.readouterr()
        said[-1] += (told.err,)

    assert said[0] == said[1]


def test_one_that_cannot_be_read_is_told_and_keeps_the_rest_from_nothing_but_the_apply(
    tmp_path: Path, spoil: Spoil, capsys: pytest.CaptureFixture[str]
) -> None:
    spoil("pagerduty", Rule(raised(requests.ConnectionError), "reading", always=True))
    place = Whole(tmp_path)

    assert run(["diff", *place.where]) == 3
    said = capsys.readouterr()
    assert [name for name in PROVIDERS if f"\n{name}   +" in said.out] == ["grafana", "sentry", "uptimerobot"]
    assert "pagerduty: no answer" in said.err
    assert place.apply() == 3
    assert not place.journal.exists()


def test_one_that_fails_stops_none_of_the_others(
    tmp_path: Path, spoil: Spoil, whole: Counter[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Whole(tmp_path)
    with monkeypatch.context():
        spoil("grafana", Rule(replied(403, b"{}"), always=True))
        assert place.apply() == 4
    monkeypatch.undo()
    held = place.held()
    assert {key: count for key, count in held.items() if not key[0].startswith("grafana ")} == {
        key: count for key, count in whole.items() if not key[0].startswith("grafana ")
    }

    assert place.apply("--resume") == 0
    assert place.held() == whole
    assert place.settled()


@pytest.mark.parametrize("room", [1, 2, 5, 8])
def test_a_full_disk_stops_all_of_them_and_nothing_is_made_twice(
    room: int, tmp_path: Path, whole: Counter[tuple[str, str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Whole(tmp_path)
    opened = Journal.__init__

    def full(self: Journal, path: Path) -> None:
        opened(self, path)
        self._file = cast("TextIO", Full(self._file, room))

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "__init__", full)
        assert place.apply() == (4 if room > 1 else 3)
    assert "No space left on device" in capsys.readouterr().err
    lines = place.journal.read_text(encoding="utf-8").split("\n")
    assert len(lines) == room + 1

    assert place.apply("--resume") == 0
    assert place.held() == whole
    assert place.settled()


def _die(place: Whole, name: str, number: int, spoil: Spoil) -> None:
    def kill(_: PreparedRequest, send: Send) -> Response:
        send()
        os.kill(os.getpid(), signal.SIGKILL)
        return send()

    spoil(name, Rule(kill, only=number))
    os._exit(run(["apply", *place.where, "--yes"]))


@pytest.mark.parametrize("name", PROVIDERS)
def test_kill_9_while_all_are_written_and_resume(
    name: str, tmp_path: Path, spoil: Spoil, whole: Counter[tuple[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the other providers are when one write of this one kills the process is another place every time."""
    killed = 0
    for number in range(20):
        folder = tmp_path / str(number)
        folder.mkdir()
        place = Whole(folder)
        child = FORK.Process(target=_die, args=(place, name, number, spoil))
        child.start()
        child.join()
        if child.exitcode == 0:
            break
        assert child.exitcode == -signal.SIGKILL
        killed += 1
        opened = read_journal(place.journal).open
        assert len({id.partition("/")[0] for id in opened}) == len(opened)

        assert place.apply("--resume") == 0, capsys.readouterr().err
        assert place.held() == whole
        assert place.settled()
    assert killed >= 2
