"""`monctl snapshot` and `monctl diff --against`: what a fork's pull request sees, without credentials and without a network."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from monctl.cli import run
from monctl.snapshot import snapshot_schema

Placed = Callable[[str], Any]
ESTATES = ["ai-music-community", "audio-pipeline", "not-a-label", "tracks-posts", "tradosphere"]
TAKEN = ["--now", "2026-11-21T09:00:00Z"]


@pytest.fixture
def unplugged(monkeypatch: pytest.MonkeyPatch) -> None:
    """No socket can be made at all."""

    def refused(*_: Any, **__: Any) -> None:
        raise AssertionError("a plan against a snapshot asks nobody")

    monkeypatch.setattr(socket, "socket", refused)


def take(place: Any, tmp_path: Path, *more: str) -> str:
    file = str(tmp_path / "live.json")
    assert run(["snapshot", *place.where, "--out", file, *TAKEN, *more]) == 0
    return file


def plan(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    capsys.readouterr()
    status = run(["diff", *words, "--detailed-exitcode", "-o", "json"])
    return status, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("estate", ESTATES)
def test_a_plan_against_a_fresh_snapshot_is_empty(
    estate: str, place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str], unplugged: None
) -> None:
    here = place(estate)
    file = take(here, tmp_path)
    jsonschema.Draft202012Validator(snapshot_schema()).validate(json.loads(Path(file).read_text(encoding="utf-8")))

    status, document = plan(capsys, "-C", str(here.folder), "--against", file, *TAKEN)

    assert (status, document["changes"], document["errors"]) == (0, [], [])
    assert document["summary"]["unchanged"] > 0


def test_it_shows_the_changes_a_live_plan_shows(place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    monitor = next(id for id, name, _ in here.held("uptimerobot", "monitor") if name == "Main site")
    here.call("uptimerobot", "PATCH", f"/monitors/{monitor}", {"interval": 600})
    schedule = next(id for id, name, _ in here.held("pagerduty", "schedule"))
    here.call("pagerduty", "PUT", f"/teams/{here.held('pagerduty', 'team')[0][0]}", {"team": {"type": "team", "name": "Renamed"}})
    assert schedule
    file = take(here, tmp_path)
    here.folder = shutil.copytree(here.folder, tmp_path / "estate")
    endpoints = here.folder / "endpoints.py"
    text = endpoints.read_text(encoding="utf-8").replace(
        '"ai": ("AI service", "/api/ai/status", "ai-service"),', '"new": ("New", "/new", "api"),'
    )
    endpoints.write_text(text, encoding="utf-8")

    status, kept = plan(capsys, "-C", str(here.folder), "--against", file, *TAKEN)
    assert status == 2
    _, made = plan(capsys, *here.where)

    def shown(document: Any) -> list[tuple[str, ...]]:
        return [
            (one["target"], one["kind"], one["name"], one["action"], one["cause"], str(one["remote_id"])) for one in document["changes"]
        ]

    assert shown(kept) == shown(made)
    assert [(one["name"], one["fields"]) for one in kept["changes"] if one["action"] == "update"] == [
        (one["name"], one["fields"]) for one in made["changes"] if one["action"] == "update"
    ]


def test_its_age_is_shown_and_a_day_is_too_old(place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("audio-pipeline")
    file = take(here, tmp_path)
    capsys.readouterr()

    assert run(["diff", "-C", str(here.folder), "--against", file, "--now", "2026-11-21T12:30:00Z"]) == 0
    fresh = capsys.readouterr()
    assert "note: snapshot: made against a snapshot of 2026-11-21 09:00 UTC, 3 hours old" in fresh.out
    assert "warning" not in fresh.err

    assert run(["diff", "-C", str(here.folder), "--against", file, "--now", "2026-11-23T09:00:01Z"]) == 0
    old = capsys.readouterr()
    assert "2 days old" in old.out
    assert "warning: the snapshot is older than a day" in old.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "plan.json"], "for reading"),
        (["--sandbox", "there"], "--against reads a file and --sandbox asks the stand-ins"),
        (["--adopt", "monitor.x"], "nothing in it can be adopted"),
    ],
)
def test_what_has_no_meaning_against_a_snapshot_is_a_usage_error(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(["diff", "--against", "live.json", *words]) == 64
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_sandbox_of_the_environment_gives_way_to_the_flag(place: Placed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = place("audio-pipeline")
    file = take(here, tmp_path)
    monkeypatch.setenv("MONCTL_SANDBOX", str(tmp_path / "other"))

    assert run(["diff", "-C", str(here.folder), "--against", file]) == 0
    assert not (tmp_path / "other").exists()


def test_secrets_of_the_providers_are_not_in_it(place: Placed, tmp_path: Path) -> None:
    here = place("not-a-label")
    values = [row["integration_key"] for row in _rows(here, "pagerduty", "integration")]
    values += [body["value"] for body in _rows(here, "uptimerobot", "integration") if body.get("value")]

    written = Path(take(here, tmp_path, "--all")).read_text(encoding="utf-8")

    assert values
    assert [value for value in values if value in written] == []


def _rows(place: Any, target: str, kind: str) -> list[Any]:
    from monctl.sandbox.store import Store

    store = Store.open(place.sandbox / "sandbox.sqlite", target)
    try:
        return store.all(kind)
    finally:
        store.close()


def test_with_a_key_secrets_are_hashed_and_the_key_is_nowhere(
    place: Placed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = place("tradosphere")
    monkeypatch.setenv("MONCTL_SNAPSHOT_KEY", "a key that nobody guesses")
    file = take(here, tmp_path)
    written = capsys.readouterr()

    content = Path(file).read_text(encoding="utf-8")
    assert json.loads(content)["secrets"] == "hmac-sha256"
    assert "hmac-sha256:" in content
    assert "a key that nobody guesses" not in content + written.out + written.err
    assert plan(capsys, "-C", str(here.folder), "--against", file)[1]["changes"] == []
    monkeypatch.delenv("MONCTL_SNAPSHOT_KEY")
    assert plan(capsys, "-C", str(here.folder), "--against", file)[1]["changes"] == []


def test_a_short_key_is_refused_before_anything_is_asked(place: Placed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = place("audio-pipeline")
    monkeypatch.setenv("MONCTL_SNAPSHOT_KEY", "short")

    assert run(["snapshot", *here.where, "--out", str(tmp_path / "live.json")]) == 64
    assert not (tmp_path / "live.json").exists()


def test_foreign_objects_are_counted_and_named_only_on_request(place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    here.call(
        "uptimerobot",
        "POST",
        "/monitors",
        {"type": "HTTP", "friendlyName": "By hand", "url": "https://hand.example/secret-path", "interval": 300, "timeout": 30},
    )

    counted = Path(take(here, tmp_path)).read_text(encoding="utf-8")
    assert "By hand" not in counted
    assert json.loads(counted)["estates"][0]["targets"]["uptimerobot"]["foreign"] == {"alert_contact": 2, "monitor": 2}

    named = Path(take(here, tmp_path, "--all")).read_text(encoding="utf-8")
    assert "By hand" in named
    assert "secret-path" not in named


def test_a_target_that_cannot_be_asked_means_no_snapshot(place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    (tmp_path / "live.json").write_text("the old one", encoding="utf-8")

    assert run(["snapshot", "-C", str(here.folder), "--target", "pagerduty", "--out", str(tmp_path / "live.json")]) == 3
    assert "a snapshot is whole or it is none" in capsys.readouterr().err
    assert (tmp_path / "live.json").read_text(encoding="utf-8") == "the old one"


def test_a_target_it_was_taken_without_cannot_be_asked_and_a_new_one_is_new(
    place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = place("not-a-label")
    file = take(here, tmp_path, "--target", "grafana")

    assert plan(capsys, "-C", str(here.folder), "--against", file, "--target", "grafana")[1]["changes"] == []
    capsys.readouterr()
    assert run(["diff", "-C", str(here.folder), "--against", file]) == 3
    assert "pagerduty: the snapshot was taken without it" in capsys.readouterr().err


def test_an_estate_it_does_not_know_is_shown_as_new(place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("audio-pipeline")
    file = take(here, tmp_path)

    status, document = plan(capsys, "-C", str(here.folder.parent / "not-a-label"), "--against", file)

    assert (status, {one["action"] for one in document["changes"]}) == (2, {"create"})
    assert "which does not know estate 'not-a-label'" in document["notes"][0]["message"]


def test_the_same_state_gives_the_same_bytes(place: Placed, tmp_path: Path) -> None:
    here = place("tracks-posts")

    first = Path(take(here, tmp_path)).read_bytes()

    assert Path(take(here, tmp_path)).read_bytes() == first


def test_json_says_what_was_written(place: Placed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("audio-pipeline")
    capsys.readouterr()

    take(here, tmp_path, "-o", "json")

    document = json.loads(capsys.readouterr().out)
    assert (document["taken_at"], [one["target"] for one in document["targets"]]) == ("2026-11-21T09:00:00+00:00", ["grafana", "runner"])
