"""What goes wrong around the answers: objects that go meanwhile, a disk that fills up, and an end at any moment."""

from __future__ import annotations

import errno
import json
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
from monctl.journal import Journal, read_journal
from monctl.sandbox.place import Sandbox
from monctl.target import Settings, discover
from tests.faults.adapter import Act, Rule, Send, replied_after
from tests.faults.conftest import PROVIDERS, Shop, Spoil

FORK = multiprocessing.get_context("fork")
Held = Counter[tuple[str, str]]
DELETED = {"grafana": ("rule_group",), "pagerduty": ("service", "escalation_policy"), "sentry": ("detector",), "uptimerobot": ("monitor",)}
"""The kinds of the object that `Shop.edit` changes, and of what keeps it from being deleted."""


def _delete_what_changes(place: Shop) -> None:
    """Somebody deletes the object that `Shop.edit` changes, in the provider's page; with what keeps it, where the vendor asks for that."""
    target = discover()[place.target]
    with Sandbox(place.sandbox, [target]) as opened:
        access = opened.settings_for(target)
        client = target.connect(Settings(access.url, access.environ, {"organization": "shop"}, "shop", "", access.transport))
        lives = {live.kind: live for live in client.read(()) if live.mark is not None}
        for kind in DELETED[place.target]:
            client.delete(lives[kind])


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


@pytest.mark.parametrize("target", PROVIDERS)
def test_an_object_deleted_since_the_plan_was_saved_is_refused(
    target: str, applied: Callable[[str], Shop], clean: Callable[..., Held], capsys: pytest.CaptureFixture[str]
) -> None:
    place, whole = applied(target), clean(target, edited=True)
    place.edit()
    plan = str(place.sandbox / "plan.json")
    assert run(["diff", *place.where, "--out", plan]) == 0
    _delete_what_changes(place)
    capsys.readouterr()

    assert run(["apply", plan, *place.where[:-2], "--yes"]) == 5
    said = capsys.readouterr().err
    assert "is gone since the plan was saved" in said
    assert "make a new plan" in said

    assert place.apply() == 0
    assert place.held() == whole
    assert place.settled()


@pytest.mark.parametrize("target", PROVIDERS)
def test_an_object_deleted_under_way_is_made_again(
    target: str, applied: Callable[[str], Shop], clean: Callable[..., Held], spoil: Spoil, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    place, whole = applied(target), clean(target, edited=True)
    place.edit()

    def first_deleted(_: PreparedRequest, send: Send) -> Response:
        _delete_what_changes(place)
        return send()

    with monkeypatch.context():
        spoil(target, Rule(first_deleted, only=0))
        capsys.readouterr()
        assert place.apply() == (0 if target == "grafana" else 4)  # its rule groups are written whole, there or not
    said = capsys.readouterr().err
    assert target == "grafana" or ("404" in said and "--resume" in said)

    monkeypatch.undo()
    assert place.apply("--resume") == 0
    assert place.held() == whole
    assert place.settled()


@pytest.mark.parametrize("room", [0, 1, 2, 3])
@pytest.mark.parametrize("target", PROVIDERS)
def test_a_full_disk_stops_everything_and_nothing_is_made_twice(
    target: str,
    room: int,
    shop: Callable[[str], Shop],
    clean: Callable[..., Held],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
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


@pytest.mark.parametrize(("at", "saved"), [("before", False), ("after", True)], ids=["before", "after-saved"])
@pytest.mark.parametrize("target", PROVIDERS)
def test_kill_9_at_every_write_and_resume(
    target: str, at: str, saved: bool, tmp_path: Path, spoil: Spoil, clean: Callable[..., Held], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = clean(target)
    killed, status = 0, -signal.SIGKILL
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
        status = child.exitcode or 0
        if status == 0:
            break
        killed += 1
        assert status == -signal.SIGKILL

        assert run(["apply", *plan, *where, "--yes", "--resume"]) == 0, capsys.readouterr().err
        assert place.held() == whole
        assert place.settled()
    assert killed >= 2
    assert status == 0


def test_a_torn_last_line_is_taken_away_before_more_is_written(shop: Callable[[str], Shop]) -> None:
    place = shop("sentry")
    assert place.apply() == 0
    place.edit()
    with place.journal.open("a", encoding="utf-8") as file:
        file.write('{"at": "2026-11-21T12:00:00Z", "event": "inten')

    assert place.apply("--resume") == 0
    assert read_journal(place.journal).ended
    assert 'inten"' not in place.journal.read_text(encoding="utf-8")
    assert place.apply("--resume") == 0


@pytest.mark.parametrize("target", PROVIDERS)
def test_a_saved_plan_goes_on_after_an_answer_that_was_lost(
    target: str, applied: Callable[[str], Shop], clean: Callable[..., Held], spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, whole = applied(target), clean(target, edited=True)
    place.edit()
    plan = str(place.sandbox / "plan.json")
    assert run(["diff", *place.where, "--out", plan]) == 0
    spoil(target, Rule(replied_after(500), "changing"))
    assert run(["apply", plan, *place.where[:-2], "--yes"]) == 4

    monkeypatch.undo()
    assert run(["apply", plan, *place.where[:-2], "--yes", "--resume"]) == 0
    assert place.held() == whole
    assert place.settled()


def test_what_a_broken_off_replacement_left_behind_goes_with_resume_and_a_copy_stays_without(
    shop: Callable[[str], Shop], clean: Callable[..., Held], spoil: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, whole = shop("sentry"), clean("sentry")

    def twice(_: PreparedRequest, send: Send) -> Response:
        send()
        return send()

    spoil("sentry", Rule(twice, only=1))
    assert place.apply() == 0
    monkeypatch.undo()
    with Sandbox(place.sandbox, discover().values()) as opened:
        copies = sorted((int(one.id) for one in opened.emulators["sentry"].held() if one.kind == "workflow"), reverse=True)
    assert len(copies) == 2
    assert place.apply() == 0
    assert place.held() != whole

    key = "sentry/workflow/failing/critical"
    about = {"step": key, "change": key, "target": "sentry", "kind": "workflow", "verb": "create", "remote_id": None, "old": str(copies[0])}
    with place.journal.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"at": "2026-11-21T12:00:00Z", "event": "intended", **about}) + "\n")
    assert place.apply("--resume") == 0
    assert place.held() == whole
    assert place.settled()
