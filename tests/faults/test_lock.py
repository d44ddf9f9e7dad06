"""One apply at a time: who comes second is refused and told who is there, and a file that stayed behind is no lock."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from monctl.cli import run
from monctl.errors import JournalError, PlanRefused
from monctl.lock import all_held, held, lock_path
from tests.faults.conftest import PROVIDERS, Shop

FORK = multiprocessing.get_context("fork")
PATIENCE_S = 20
"""After which a test fails instead of hanging."""


def _hold(path: Path, taken: Event, let_go: Event) -> None:
    with held(path, "estate 'shop'"):
        taken.set()
        let_go.wait(PATIENCE_S)


@pytest.mark.parametrize("target", PROVIDERS)
def test_the_second_of_two_applies_is_refused_and_told_who_is_there(
    target: str, applied: Callable[[str], Shop], capsys: pytest.CaptureFixture[str]
) -> None:
    place = applied(target)
    place.edit()
    before = place.held()
    taken, let_go = FORK.Event(), FORK.Event()
    other = FORK.Process(target=_hold, args=(lock_path(place.sandbox, "shop", ""), taken, let_go))
    other.start()
    assert taken.wait(PATIENCE_S)
    capsys.readouterr()

    assert place.apply() == 5
    assert run(["destroy", *place.where, "--yes", "--confirm", "shop"]) == 5
    said = capsys.readouterr().err
    assert f"another apply or destroy is at work on estate 'shop' (process {other.pid} on " in said
    assert "wait until it ends" in said
    assert place.held() == before

    other.kill()  # a lock ends with its process, whatever the file says
    other.join()
    assert place.apply() == 0
    assert place.settled()


def test_a_plan_is_made_while_somebody_applies(shop: Callable[[str], Shop]) -> None:
    place = shop("sentry")
    with held(lock_path(place.sandbox, "shop", ""), "estate 'shop'"):
        assert run(["diff", *place.where, "--detailed-exitcode"]) == 2


def test_estates_and_environments_do_not_meet(tmp_path: Path) -> None:
    places = [lock_path(tmp_path, *names) for names in (("shop", ""), ("shop", "prod"), ("cafe", ""))]

    assert [path.name for path in places] == ["shop.lock", "shop.prod.lock", "cafe.lock"]
    with all_held((path, "it") for path in places):
        assert json.loads(places[0].read_text(encoding="utf-8"))["pid"] == os.getpid()


def test_all_or_none(tmp_path: Path) -> None:
    first, second = tmp_path / "a.lock", tmp_path / "b.lock"
    with held(second, "b"):
        with pytest.raises(PlanRefused, match="at work on b"), all_held([(first, "a"), (second, "b")]):
            pass
        with held(first, "a"):
            assert first.exists()


@pytest.mark.parametrize("left", ["", "{}", '{"pid": 1, "host": "gone", "since": "2026-01-01T00:00:00Z"}\n', "\x00\xff"])
def test_what_stayed_behind_is_no_lock(left: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.lock"
    path.write_text(left, encoding="utf-8")

    with held(path, "estate 'shop'", now=lambda: "2026-11-21T12:00:00Z"):
        assert json.loads(path.read_text(encoding="utf-8"))["since"] == "2026-11-21T12:00:00Z"


def test_a_holder_that_is_not_told_is_still_a_holder(tmp_path: Path) -> None:
    path = tmp_path / "shop.lock"
    with held(path, "it"):
        path.write_text("", encoding="utf-8")
        with pytest.raises(PlanRefused, match="at work on it; nothing was done"), held(path, "it"):
            pass


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(JournalError, match="cannot write the lock"), held(tmp_path / "file" / "shop.lock", "it"):
        pass
