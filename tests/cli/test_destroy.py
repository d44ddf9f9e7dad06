"""`monctl destroy` against the sandbox: everything of ours goes, users before what they use; nothing of others, nothing protected."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monctl.cli import run

Placed = Callable[[str], Any]
ESTATES = ["ai-music-community", "audio-pipeline", "not-a-label", "tracks-posts", "tradosphere"]


def destroy(place: Any, *more: str) -> int:
    return run(["destroy", *place.where, "--yes", "--confirm", place.estate, *more])


def ours(place: Any, tmp_path: Path) -> dict[str, int]:
    """Target → objects that bear the estate's mark."""
    file = tmp_path / "count.json"
    assert run(["snapshot", *place.where, "--out", str(file), "--now", "2026-11-21T09:00:00Z"]) == 0
    estate = json.loads(file.read_text(encoding="utf-8"))["estates"][0]
    return {name: len(state["objects"]) for name, state in estate["targets"].items()}


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """A person at a terminal who types one line."""

    def types(line: str) -> None:
        monkeypatch.setattr(os, "isatty", lambda _: True)
        monkeypatch.setattr("click.prompt", lambda *_, **__: line)

    return types


@pytest.mark.parametrize("estate", ESTATES)
def test_everything_of_ours_goes_and_nothing_of_others(
    estate: str, place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = place(estate)
    before = {(kind, id) for kind in ("alert_contact", "monitor") for id, _, _ in here.held("uptimerobot", kind)}
    here.call(
        "uptimerobot",
        "POST",
        "/monitors",
        {"type": "HTTP", "friendlyName": "By hand", "url": "https://hand.example/", "interval": 300, "timeout": 30},
    )

    assert destroy(here, "--allow-delete") == 0

    assert set(ours(here, tmp_path).values()) == {0}
    left = [name for _, name, _ in here.held("uptimerobot", "monitor")]
    assert sorted(left) == ["By hand", "Company blog"]
    assert before
    assert [name for _, name, _ in here.held("grafana", "folder")] == ["Operations"]
    capsys.readouterr()
    assert destroy(here) == 0
    assert capsys.readouterr().out == "Nothing to remove.\n"


def test_another_estate_in_the_same_accounts_is_untouched(place: Placed, tmp_path: Path) -> None:
    here = place("not-a-label")
    other = [*here.where]
    other[1] = str(here.folder.parent / "tracks-posts")
    assert run(["apply", *other, "--yes"]) == 0

    assert destroy(here, "--allow-delete") == 0

    assert run(["drift", *other]) == 0
    assert set(ours(here, tmp_path).values()) == {0}


def test_more_than_the_limit_is_refused_after_the_plan_was_shown(place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    before = ours(here, tmp_path)
    capsys.readouterr()

    assert destroy(here) == 5

    written = capsys.readouterr()
    assert "  - monitor Main site" in written.out
    assert "say --allow-delete" in written.err
    assert ours(here, tmp_path) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--yes"], "--yes alone does not destroy"),
        (["--yes", "--confirm", "other"], "--confirm names 'other', and the estate here is 'audio-pipeline'"),
    ],
)
def test_yes_needs_the_name(words: list[str], said: str, place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("audio-pipeline")

    assert run(["destroy", *here.where, "--allow-delete", *words]) == 64
    assert said in capsys.readouterr().err
    assert sum(ours(here, tmp_path).values()) > 0


def test_several_estates_are_too_many(place: Placed, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("audio-pipeline")

    assert run(["destroy", "-C", str(here.folder.parent), "--sandbox", str(here.sandbox)]) == 64
    assert "5 estates are here, and destroy takes one" in capsys.readouterr().err


def test_without_a_terminal_nobody_is_asked_and_nothing_is_done(
    place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place("audio-pipeline")
    monkeypatch.setattr(os, "isatty", lambda _: False)

    assert run(["destroy", *here.where, "--allow-delete"]) == 1
    assert "nobody to ask here; say --yes --confirm audio-pipeline" in capsys.readouterr().err
    assert sum(ours(here, tmp_path).values()) > 0


def test_at_a_terminal_the_name_must_be_typed(place: Placed, tmp_path: Path, terminal: Callable[[str], None]) -> None:
    here = place("audio-pipeline")

    terminal("yes")
    assert run(["destroy", *here.where, "--allow-delete"]) == 1
    assert sum(ours(here, tmp_path).values()) > 0

    terminal("audio-pipeline")
    assert run(["destroy", *here.where, "--allow-delete"]) == 0
    assert sum(ours(here, tmp_path).values()) == 0


def test_a_selection_and_a_target_narrow_it(place: Placed, tmp_path: Path) -> None:
    here = place("not-a-label")
    before = ours(here, tmp_path)

    assert destroy(here, "--select", "endpoint-ai", "--target", "uptimerobot") == 0
    after = ours(here, tmp_path)
    assert after == {**before, "uptimerobot": before["uptimerobot"] - 1}
    assert "AI service" not in [name for _, name, _ in here.held("uptimerobot", "monitor")]

    assert destroy(here, "--target", "sentry") == 0
    assert ours(here, tmp_path) == {**after, "sentry": 0}


def test_what_stays_and_uses_something_that_goes_is_said(place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    rotation = "rotation.*"

    status = destroy(here, "--target", "pagerduty", "--select", rotation)

    written = capsys.readouterr()
    assert "the escalation policy 'On-call, then backup', which stays, uses the schedule" in written.out
    assert status == 4, "PagerDuty keeps what is in use"
    assert "not; when the cause is mended, run it again" in written.err


def test_what_is_protected_stays(place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    here.folder = shutil.copytree(here.folder, tmp_path / "estate")
    endpoints = here.folder / "endpoints.py"
    text = endpoints.read_text(encoding="utf-8").replace(
        'alert={"SEV1": "down for 2m"}, **shared)', 'alert={"SEV1": "down for 2m"}, protect=name == "main", **shared)'
    )
    endpoints.write_text(text, encoding="utf-8")

    assert destroy(here, "--target", "uptimerobot", "--allow-delete") == 0

    assert "'Main site' is protected and stays" in capsys.readouterr().out
    assert "Main site" in [name for _, name, _ in here.held("uptimerobot", "monitor")]


def test_a_target_that_cannot_be_asked_stops_everything(place: Placed, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("audio-pipeline")

    assert run(["destroy", "-C", str(here.folder), "--yes", "--confirm", "audio-pipeline", "--allow-delete"]) == 3
    assert "GRAFANA_URL" in capsys.readouterr().err


def test_receipts_are_json_and_the_plan_is_shown_all_the_same(place: Placed, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("audio-pipeline")
    capsys.readouterr()

    assert destroy(here, "--allow-delete", "-o", "json") == 0

    written = capsys.readouterr()
    receipts = json.loads(written.out)["receipts"]
    assert {(one["verb"], one["outcome"]) for one in receipts} == {("delete", "done")}
    assert "to delete" in written.err
    assert list(here.sandbox.glob("*.journal.jsonl"))


def test_after_it_the_estate_can_be_applied_again(place: Placed) -> None:
    here = place("not-a-label")

    assert destroy(here, "--allow-delete") == 0
    assert run(["apply", *here.where, "--yes"]) == 0
    assert run(["diff", *here.where, "--detailed-exitcode"]) == 0
    assert run(["drift", *here.where]) == 0
