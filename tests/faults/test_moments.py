"""What goes wrong around the answers: objects that go meanwhile, a disk that fills up, and an end at any moment."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import pytest
from requests import PreparedRequest, Response

from monctl.cli import run
from monctl.journal import read_journal
from monctl.sandbox.place import Sandbox
from monctl.target import discover
from tests.faults.adapter import Act, Rule, Send
from tests.faults.conftest import PROVIDERS, Shop, Spoil

FORK = multiprocessing.get_context("fork")
Held = Counter[tuple[str, str]]
CHANGED = {"grafana": ("rule", ""), "pagerduty": ("escalation_policy", ""), "sentry": ("detector", "failing"), "uptimerobot": ("monitor", "site")}
"""The kind of the object that `Shop.edit` changes."""


def _delete(place: Shop) -> None:
    """Somebody deletes the object that the edit changes, in the provider's page."""
    raise NotImplementedError(place)


class Full:
    """A journal's file on a disk that has room for some lines and the half of one more."""

    def __init__(self, file: TextIO, room: int) -> None:
        self._file = file
        self._room = room

    def write(self, text: str) -> int:
        if self._room == 0:
            self._file.write(text[: len(text) // 2])
            self._file.flush()
            raise OSError(errno.ENOSPC, "No space left on device")
        self._room -= 1
        return self._file.write(text)

    def flush(self) -> None:
        self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()

    def close(self) -> None:
        self._file.close()


@pytest.mark.parametrize("room", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("target", PROVIDERS)
def test_a_full_disk_stops_everything_and_nothing_is_made_twice(
    target: str,
    room: int,
    shop: Callable[[str], Shop],
    clean: Callable[..., Held],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from monctl.journal import Journal

    place, whole = shop(target), clean(target)
    assert run(["diff", *place.where, "--out", str(place.sandbox / "plan.json")]) == 0
    before = place.held()
    opened = Journal.__init__

    def full(self: Journal, path: Path) -> None:
        opened(self, path)
        monkeypatch.setattr(self, "_file", Full(self._file, room), raising=True)

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "__init__", full)
        capsys.readouterr()
        assert place.apply() == (4 if room >= 2 else 3)
    said = capsys.readouterr().err
    assert "No space left on device" in said
    assert "monctl apply --resume" in said
    assert (place.held() == before) == (room < 2)

    assert place.apply("--resume") == 0
    assert place.held() == whole
    assert place.settled()
    assert read_journal(place.journal).ended
    assert place.apply("--resume") == 0


def _killing(at: str) -> Act:
    def act(request: PreparedRequest, send: Send) -> Response:
        if at == "after":
            send()
        os.kill(os.getpid(), signal.SIGKILL)
        return send()

    return act


def _die(place: Shop, act: Act, number: int, spoil: Spoil, words: list[str]) -> None:
    spoil(place.target, Rule(act, only=number))
    os._exit(run(words))


@pytest.mark.parametrize("saved", [False, True], ids=["plan", "saved"])
@pytest.mark.parametrize("at", ["before", "after"])
@pytest.mark.parametrize("target", PROVIDERS)
def test_kill_9_at_every_write_and_resume(
    target: str, at: str, saved: bool, tmp_path: Path, spoil: Spoil, clean: Callable[..., Held], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = clean(target)
    killed = 0
    for number in range(20):
        folder = tmp_path / str(number)
        folder.mkdir()
        place = Shop(folder, target)
        plan = [str(folder / "plan.json")] if saved else []
        if saved:
            assert run(["diff", *place.where, "--out", *plan]) == 0
        where = place.where[:-2] if saved else place.where
        child = FORK.Process(target=_die, args=(place, _killing(at), number, spoil, ["apply", *plan, *where, "--yes"]))
        child.start()
        child.join()
        if child.exitcode == 0:
            break
        killed += 1
        assert child.exitcode == -signal.SIGKILL

        assert run(["apply", *plan, *where, "--yes", "--resume"]) == 0, capsys.readouterr().err
        assert place.held() == whole
        assert place.settled()
    assert killed >= 2
    assert child.exitcode == 0


def test_a_torn_last_line_is_taken_away_before_more_is_written(shop: Callable[[str], Shop]) -> None:
    place = shop("sentry")
    assert place.apply() == 0
    place.edit()
    with place.journal.open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-11-21T12:00:00Z", "event": "inten')

    assert place.apply("--resume") == 0
    assert read_journal(place.journal).ended
    assert "inten\"" not in place.journal.read_text(encoding="utf-8")
    assert place.apply("--resume") == 0


def test_every_case_of_the_sandbox_has_a_provider() -> None:
    assert {name for name, target in discover().items() if target.capabilities.credentials} == set(PROVIDERS)
    assert Sandbox
