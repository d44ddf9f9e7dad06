"""`monctl drift` against the sandbox: edits in each provider's page, deletions, lost marks, clones, what only the specs changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from monctl.cli import run
from monctl.drift import Deviation, Drift, What
from monctl.drift_report import drift_schema, report
from monctl.plan import Cause
from monctl.render.drift import markdown as rendered_markdown
from monctl.render.drift import text as rendered
from tests.cli.conftest import MONITORS

Placed = Callable[[str], Any]


def told(capsys: pytest.CaptureFixture[str], place: Any, *more: str) -> tuple[int, Any]:
    """The exit status and the JSON document."""
    capsys.readouterr()
    status = run(["drift", *place.where, *more, "-o", "json"])
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(drift_schema()).validate(document)
    return status, document


def brief(document: Any) -> list[tuple[str, ...]]:
    return [(one["target"], one["kind"], one["name"], one["what"], one["cause"]) for one in document["drift"]]


@pytest.mark.parametrize("estate", ["ai-music-community", "audio-pipeline", "not-a-label", "tracks-posts", "tradosphere"])
def test_what_was_just_applied_has_no_drift(estate: str, place: Placed, capsys: pytest.CaptureFixture[str]) -> None:
    status, document = told(capsys, place(estate))

    assert (status, document["drift"], document["notes"]) == (0, [], [])
    assert document["summary"]["unchanged"] > 0
    assert document["summary"]["pending"] == 0


def test_an_edit_in_each_providers_page_is_named_with_its_fields_and_the_way_out(place: Placed, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    uid, _, held = next(one for one in here.held("grafana", "dashboard") if one[1] == "Business Metrics")
    model = here.call("grafana", "GET", f"/api/dashboards/uid/{uid}")["dashboard"]
    here.call(
        "grafana",
        "POST",
        "/api/dashboards/db",
        {"dashboard": {**model, "title": "Money"}, "folderUid": held["folderUid"], "overwrite": True},
    )
    (policy, _, body), *_ = here.held("pagerduty", "escalation_policy")
    here.call(
        "pagerduty",
        "PUT",
        f"/escalation_policies/{policy}",
        {
            "escalation_policy": {
                "type": "escalation_policy",
                "name": "Nobody",
                "num_loops": 0,
                "escalation_rules": body["escalation_rules"],
            }
        },
    )
    workflow, _, body = here.held("sentry", "workflow")[0]
    here.call("sentry", "PUT", f"/api/0/organizations/not-a-label/workflows/{workflow}/", {"name": body["name"], "enabled": False})
    monitor = next(id for id, name, _ in here.held("uptimerobot", "monitor") if name == "Main site")
    here.call("uptimerobot", "PATCH", f"/monitors/{monitor}", {"interval": 600})

    status, document = told(capsys, here)

    assert status == 1
    assert brief(document) == [
        ("grafana", "dashboard", "Business Metrics", "changed", "outside"),
        ("pagerduty", "escalation_policy", "On-call, then backup", "changed", "outside"),
        ("sentry", "workflow", "SEV2 · High Error Rate", "changed", "outside"),
        ("uptimerobot", "monitor", "Main site", "changed", "outside"),
    ]
    fields = {one["target"]: {field["path"]: (field["before"], field["after"]) for field in one["fields"]} for one in document["drift"]}
    assert fields["grafana"] == {"dashboard.title": ("Business Metrics", "Money")}
    assert fields["pagerduty"]["name"] == ("On-call, then backup", "Nobody")
    assert fields["sentry"] == {"enabled": (True, False)}
    assert fields["uptimerobot"] == {"interval": (300, 600)}
    assert all(one["source"]["file"] and "`monctl apply` puts it back" in one["help"] for one in document["drift"])

    assert run(["drift", *here.where]) == 1
    shown = capsys.readouterr().out
    assert '~ dashboard.title: "Business Metrics" → "Money"' in shown
    assert "~ interval: 300 → 600" in shown
    assert shown.splitlines()[-1].startswith("Drift: 4 changed outside; 14 as applied")

    assert run(["apply", *here.where, "--yes"]) == 0
    assert told(capsys, here)[0] == 0


def test_a_deleted_object_is_told_from_one_that_was_never_made(place: Placed, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    here = place("not-a-label")
    snapshot = str(tmp_path / "live.json")
    assert run(["snapshot", *here.where, "--out", snapshot]) == 0
    monitor = next(id for id, name, _ in here.held("uptimerobot", "monitor") if name == "Main site")
    here.call("uptimerobot", "DELETE", f"/monitors/{monitor}")

    status, document = told(capsys, here)
    assert (status, brief(document)) == (1, [("uptimerobot", "monitor", "Main site", "deleted", "outside")])

    (journal,) = here.sandbox.glob("*.journal.jsonl")
    journal.unlink()
    assert brief(told(capsys, here)[1]) == [("uptimerobot", "monitor", "Main site", "missing", "unknown")]
    assert brief(told(capsys, here, "--since", snapshot)[1]) == [("uptimerobot", "monitor", "Main site", "deleted", "outside")]


def test_a_target_that_was_emptied_is_seen_where_the_estate_is_held_elsewhere(place: Placed, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    folder = next(id for id, name, _ in here.held("grafana", "folder") if name == "Not a Label")
    here.call("grafana", "DELETE", f"/api/folders/{folder}")  # with the dashboards in it
    (journal,) = here.sandbox.glob("*.journal.jsonl")
    journal.unlink()

    status, document = told(capsys, here)
    assert (status, document["targets"]["grafana"]["missing"]) == (1, 4)

    status, document = told(capsys, here, "--target", "grafana")
    assert (status, document["targets"]["grafana"]["missing"]) == (1, 4), "asked alone, where nothing tells that it ever held anything"


def test_an_estate_that_was_never_applied_or_was_emptied_is_not_called_free_of_drift(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["-C", str(MONITORS / "tracks-posts"), "--sandbox", str(tmp_path)]

    assert run(["drift", *where]) == 1
    shown = capsys.readouterr().out
    assert "not there   deleted outside, or never applied" in shown
    assert "`--since SNAPSHOT`, tells which it was" in shown


def test_an_object_that_lost_its_mark_is_taken_back_as_the_message_says(place: Placed, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    (team, name, body), *_ = here.held("pagerduty", "team")
    here.call(
        "pagerduty",
        "PUT",
        f"/teams/{team}",
        {"team": {"type": "team", "name": name, "description": body["description"].rpartition("managed-by:")[0].strip()}},
    )

    status, document = told(capsys, here)

    assert (status, brief(document)) == (1, [("pagerduty", "team", name, "unmarked", "outside")])
    command = document["drift"][0]["help"].split("`")[1]
    assert command.startswith("monctl apply --adopt pagerduty/team/")
    assert run([*command.split()[1:], *here.where, "--yes"]) == 0
    assert told(capsys, here)[0] == 0
    assert len(here.held("pagerduty", "team")) == 1


def test_a_clone_is_drift(place: Placed, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    (_, name, body), *_ = here.held("sentry", "workflow")
    here.call("sentry", "POST", "/api/0/organizations/not-a-label/workflows/", {"name": name, "detectorIds": body["detectorIds"]})

    status, document = told(capsys, here)

    assert status == 1
    assert [(one["what"], one["help"]) for one in document["drift"]] == [("copied", "delete the copy, or take the mark out of it")]


def test_what_only_the_specs_changed_is_counted_and_both_are_told_apart(
    place: Placed, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    here = place("not-a-label")
    here.folder = shutil.copytree(here.folder, tmp_path / "estate")
    endpoints = here.folder / "endpoints.py"
    endpoints.write_text(endpoints.read_text(encoding="utf-8").replace('"every": "5m"', '"every": "10m"'), encoding="utf-8")

    status, document = told(capsys, here, "--target", "uptimerobot")
    assert (status, document["drift"]) == (0, [])
    assert document["summary"]["spec"] > 0

    monitor = next(id for id, name, _ in here.held("uptimerobot", "monitor") if name == "Main site")
    here.call("uptimerobot", "PATCH", f"/monitors/{monitor}", {"interval": 900})
    status, document = told(capsys, here, "--target", "uptimerobot")
    assert (status, brief(document)) == (1, [("uptimerobot", "monitor", "Main site", "changed", "both")])


def test_foreign_objects_are_never_judged(place: Placed, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    before = told(capsys, here)[1]["summary"]["foreign"]
    here.call(
        "uptimerobot",
        "POST",
        "/monitors",
        {"type": "HTTP", "friendlyName": "By hand", "url": "https://hand.example/", "interval": 300, "timeout": 30},
    )

    status, document = told(capsys, here)

    assert (status, document["drift"], document["summary"]["foreign"]) == (0, [], before + 1)


def test_a_selection_is_all_that_is_judged(place: Placed, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    for id, name, _ in here.held("uptimerobot", "monitor"):
        if name in {"Main site", "API health"}:
            here.call("uptimerobot", "PATCH", f"/monitors/{id}", {"interval": 600})

    assert len(told(capsys, here)[1]["drift"]) == 2
    one = told(capsys, here)[1]["drift"][0]["address"]
    assert [each["address"] for each in told(capsys, here, "--select", one)[1]["drift"]] == [one]


def test_a_target_that_cannot_be_asked_is_exit_3_and_never_no_drift(
    place: Placed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = place("not-a-label")
    monkeypatch.setenv("GRAFANA_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("GRAFANA_TOKEN", "t")

    assert run(["drift", "-C", str(here.folder), "--target", "pagerduty"]) == 3
    written = capsys.readouterr()
    assert "PAGERDUTY_TOKEN is not set" in written.err
    assert "not asked: pagerduty" in written.out
    assert "No drift in what could be asked" in written.out


def test_markdown_names_every_estate_and_nothing_in_it_is_obeyed(place: Placed, capsys: pytest.CaptureFixture[str]) -> None:
    here = place("not-a-label")
    monitor = next(id for id, name, _ in here.held("uptimerobot", "monitor") if name == "Main site")
    here.call("uptimerobot", "PATCH", f"/monitors/{monitor}", {"friendlyName": "``` @everyone"})
    capsys.readouterr()

    assert run(["drift", *here.where, "-o", "markdown"]) == 1
    shown = capsys.readouterr().out
    assert "- `not-a-label`: Drift: 1 changed outside; 17 as applied" in shown
    assert "````\nnot-a-label\n" in shown
    assert '~ friendlyName: "Main site" → "``` @everyone"' in shown


def test_markdown_is_cut_where_an_issue_ends_and_says_so() -> None:
    gone = Deviation(
        "monitor.site", "uptimerobot", "monitor", "site", "Site", What.DELETED, Cause.OUTSIDE, help="`monctl apply` makes it again"
    )
    whole = report([Drift("uptimerobot", (gone,) * 50)], estate="shop", environment="prod")

    assert rendered_markdown([whole]).count("deleted outside") == 52, "each, and in both summaries"
    cut = rendered_markdown([whole], limit=1000)
    assert len(cut) <= 1000
    assert "more lines are not shown; `monctl drift` shows them" in cut
    assert "- `shop · prod`: Drift: 50 deleted outside" in cut


def test_estates_of_a_folder_are_one_document(place: Placed, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    here = place("not-a-label")
    (tmp_path / "both").mkdir()
    for name in ("not-a-label", "audio-pipeline"):
        shutil.copytree(here.folder.parent / name, tmp_path / "both" / name)
    monitor = next(id for id, name, _ in here.held("uptimerobot", "monitor") if name == "Main site")
    here.call("uptimerobot", "PATCH", f"/monitors/{monitor}", {"interval": 600})
    here.folder = tmp_path / "both"
    capsys.readouterr()

    assert run(["drift", *here.where, "-o", "json"]) == 1

    document = json.loads(capsys.readouterr().out)
    changed = [one["address"] for one in document["drift"] if one["what"] == "changed"]
    assert changed == ["not-a-label/monitor.endpoint-main"]
    assert {one["address"].partition("/")[0] for one in document["drift"] if one["what"] == "missing"} == {"audio-pipeline"}
    assert document["summary"]["changed"] == 1


def test_nothing_at_all_reads_as_nothing() -> None:
    assert rendered([]) == ""
