"""Names across files: where they are declared, who names them, other names for them; and the outline of what there is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monctl.project import check
from tests.lsp.editor import PUSHES, Editor, Failed, Json, Start, at, checked, cut, has, place
from tests.lsp.test_findings import MONITORS, shop

CONFIRMS: Json = {
    "textDocument": {"rename": {"prepareSupport": True}},
    "workspace": {"workspaceEdit": {"documentChanges": True, "changeAnnotationSupport": {"groupsOnLabel": True}}},
}


@pytest.fixture
def editor(start: Start, estates: Path) -> Editor:
    return start(estates / "not-a-label")


def asked(editor: Editor, method: str, path: Path, wanted: str, *, inside: int = 1, after: str = "", **more: Any) -> Any:
    """A question about a place in a file of the disk."""
    uri = editor.open(path) if path.as_uri() not in editor.opened else path.as_uri()
    return editor.ask(f"textDocument/{method}", at(uri, place(path.read_text(encoding="utf-8"), wanted, inside=inside, after=after)) | more)


def shown(location: Json) -> tuple[str, str]:
    """Name of the file and text at a location."""
    path = Path(location["uri"].removeprefix("file://"))
    return path.name, cut(path.read_text(encoding="utf-8"), location["range"])


def applied(change: Json, folder: Path) -> dict[str, str]:
    """Carry out a workspace edit on the files of the disk; name → new text of each that changed."""
    done = {}
    for one in change["documentChanges"]:
        path = Path(one["textDocument"]["uri"].removeprefix("file://"))
        text = path.read_text(encoding="utf-8")
        for edit in sorted(
            one["edits"], key=lambda edit: (edit["range"]["start"]["line"], edit["range"]["start"]["character"]), reverse=True
        ):
            before = len(cut(text, {"start": {"line": 0, "character": 0}, "end": edit["range"]["start"]}))
            after = len(cut(text, {"start": {"line": 0, "character": 0}, "end": edit["range"]["end"]}))
            text = text[:before] + edit["newText"] + text[after:]
        path.write_text(text, encoding="utf-8")
        done[path.relative_to(folder).as_posix()] = text
    return done


@pytest.mark.parametrize(
    ("file", "wanted", "after", "expected"),
    [
        ("application.yaml", "slack-alerts", "", ("channels.yaml", "slack-alerts")),
        ("application.yaml", "error-rate", "metric: ", ("application.yaml", "error-rate")),
        ("application.yaml", "SEV2", "", ("severities.yaml", "SEV2")),
        ("application.yaml", "high-error-rate", "runbook: ", ("runbooks.yaml", "high-error-rate")),
        ("people.yaml", "oncall.backup", "", ("people.yaml", "oncall")),
        ("channels.yaml", "oncall", "to: [", ("people.yaml", "oncall")),
        ("endpoints.py", "business-hours", '"during": ', ("severities.yaml", "business-hours")),
        ("endpoints.py", "SEV1", "", ("severities.yaml", "SEV1")),
    ],
)
def test_a_name_leads_to_where_it_is_declared(
    editor: Editor, estates: Path, file: str, wanted: str, after: str, expected: tuple[str, str]
) -> None:
    (found,) = asked(editor, "definition", estates / "not-a-label" / file, wanted, after=after)

    assert shown(found) == expected


def test_the_value_of_a_metric_leads_to_its_column(start: Start, estates: Path) -> None:
    path = estates / "tracks-posts/integrity.yaml"
    text = path.read_text(encoding="utf-8")
    name = next(line.partition("metric: ")[2].strip() for line in text.splitlines() if "metric: " in line and "." in line)
    editor = start(estates / "tracks-posts")
    (found,) = asked(editor, "definition", path, name, inside=len(name) - 1)

    assert shown(found) == ("integrity.yaml", name.partition(".")[2])


def test_what_is_declared_in_python_is_found_there(start: Start, estates: Path) -> None:
    folder = estates / "audio-pipeline"
    (folder / "more.yaml").write_text("monitors:\n  more: {metric: utilisation, alert: {medium: '> 99%'}}\n", encoding="utf-8")
    editor = start(folder)
    (found,) = asked(editor, "definition", folder / "more.yaml", "utilisation")
    literal = shown(found)
    computed = folder / "computed.yaml"
    computed.write_text("monitors:\n  most: {metric: stem-separation-1h.p95, alert: {medium: '> 1h'}}\n", encoding="utf-8")
    editor.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": computed.as_uri(), "type": 1}]})
    uri = editor.open(computed)
    editor.told(uri, checked)
    (call,) = editor.ask("textDocument/definition", at(uri, place(computed.read_text(encoding="utf-8"), "stem-separation-1h")))

    assert literal == ("performance.py", "utilisation")
    assert shown(call)[0] == "performance.py"


def test_everybody_who_names_a_thing_is_found_in_all_files(editor: Editor, estates: Path) -> None:
    found = asked(editor, "references", estates / "not-a-label/channels.yaml", "slack-alerts", context={"includeDeclaration": True})
    without = asked(editor, "references", estates / "not-a-label/channels.yaml", "slack-alerts", context={"includeDeclaration": False})

    assert {shown(one) for one in found} == {
        (name, "slack-alerts") for name in ("application.yaml", "channels.yaml", "endpoints.py", "infrastructure.yaml", "severities.yaml")
    }
    assert len(without) == len(found) - 1


def test_a_name_that_python_computes_is_among_them(editor: Editor, estates: Path) -> None:
    found = asked(editor, "references", estates / "not-a-label/runbooks.yaml", "service-down", context={"includeDeclaration": False})

    assert "endpoints.py" in {Path(one["uri"]).name for one in found}


def test_another_name_is_written_in_every_file_and_the_estate_stays_valid(editor: Editor, estates: Path) -> None:
    folder = estates / "not-a-label"
    change = asked(editor, "rename", folder / "channels.yaml", "slack-alerts", newName="team-channel")
    done = applied(change, folder)

    assert sorted(done) == ["application.yaml", "channels.yaml", "endpoints.py", "infrastructure.yaml", "severities.yaml"]
    assert "slack-alerts" not in "".join(done.values())
    assert check(folder).findings == ()


def test_a_rotation_keeps_its_layers_when_it_is_renamed(editor: Editor, estates: Path) -> None:
    folder = estates / "not-a-label"
    done = applied(asked(editor, "rename", folder / "people.yaml", "oncall", after="rotations:", newName="duty"), folder)

    assert "notify: [duty.primary]" in done["people.yaml"]
    assert "to: [duty]" in done["channels.yaml"]
    assert "escalation: oncall" in done["channels.yaml"]
    assert check(folder).findings == ()


def test_the_name_that_would_be_changed_is_shown_first(editor: Editor, estates: Path) -> None:
    found = asked(editor, "prepareRename", estates / "not-a-label/people.yaml", "oncall.backup", inside=8)

    assert found["placeholder"] == "oncall"


@pytest.mark.parametrize(
    ("file", "wanted", "new", "reason"),
    [
        (
            "runbooks.yaml",
            "service-down",
            "x",
            "endpoints.py:19: monitor 'endpoint-ai' names it by a computed text: write the name itself there",
        ),
        ("channels.yaml", "slack-alerts", "pagerduty", "there is a channel 'pagerduty' already: take another name"),
        ("channels.yaml", "slack-alerts", "not a name", "'not a name' cannot be a name"),
        ("channels.yaml", "slack-alerts", "true", "'true' cannot be a name here: without quotes it is read as something else than text"),
        ("channels.yaml", "slack-alerts", "1e3", "'1e3' cannot be a name here"),
        ("channels.yaml", "slack-alerts", "null", "'null' cannot be a name here"),
        ("channels.yaml", "slack-alerts", "", "'' cannot be a name"),
        ("application.yaml", "response-time:", "x", "'response-time' makes several objects"),
        ("application.yaml", "every: 1m", "x", "there is no name of an object here"),
        ("monctl.yaml", "runner", "x", "'runner' is declared in monctl.yaml"),
    ],
)
def test_a_rename_that_is_not_certain_is_refused_with_its_reason(
    editor: Editor, estates: Path, file: str, wanted: str, new: str, reason: str
) -> None:
    with pytest.raises(Failed) as refused:
        asked(editor, "rename", estates / "not-a-label" / file, wanted, newName=new)

    assert reason in str(refused.value)


def test_a_pattern_that_would_no_longer_match_stops_a_rename(start: Start, tmp_path: Path) -> None:
    routes = "routes:\n  sites: {match: {monitor: 'si*'}, notify: [ops]}\n"
    folder = shop(tmp_path / "shop", routes=routes)
    editor = start(folder)
    with pytest.raises(Failed) as refused:
        asked(editor, "rename", folder / "monitors.yaml", "site", newName="front")

    assert "the pattern 'si*' of route.sites matches only one of 'site' and 'front'" in str(refused.value)
    assert asked(editor, "rename", folder / "monitors.yaml", "site", newName="sixth")["documentChanges"]


def test_a_variable_that_holds_the_name_stops_a_rename(start: Start, tmp_path: Path) -> None:
    settings = "estate: shop\ntargets: {runner: {}}\nvariables: {where: ops}\n"
    folder = shop(tmp_path / "shop", monctl=settings, monitors=MONITORS.replace("[ops]", "['${var.where}']"))
    editor = start(folder)
    with pytest.raises(Failed) as refused:
        asked(editor, "rename", folder / "channels.yaml", "ops", newName="team")

    assert "monitors.yaml:6: monitor 'site' names it by a computed text" in str(refused.value)


def test_a_file_that_cannot_be_read_stops_a_rename(start: Start, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", severities="severities: [\n")
    editor = start(folder)
    with pytest.raises(Failed) as refused:
        asked(editor, "rename", folder / "channels.yaml", "ops", newName="team")

    assert "a file of the estate cannot be read, and may name it" in str(refused.value)


def test_the_line_that_keeps_the_object_is_offered_to_be_confirmed(start: Start, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    editor = start(folder, CONFIRMS)
    change = asked(editor, "rename", folder / "monitors.yaml", "site", newName="front")
    done = applied(change, folder)

    assert change["changeAnnotations"]["moved"]["needsConfirmation"] is True
    assert done["monitors.yaml"] == MONITORS.replace("site:", "front:") + "\nmoved:\n  monitor.site: monitor.front\n"
    assert check(folder).program.moved == {"monitor.site": "monitor.front"}


def test_an_editor_without_versions_gets_plain_changes(start: Start, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    editor = start(folder, {})
    change = asked(editor, "rename", folder / "channels.yaml", "ops", newName="team")

    assert sorted(Path(uri).name for uri in change["changes"]) == ["channels.yaml", "monitors.yaml", "severities.yaml"]


def test_the_outline_has_kinds_and_their_objects(editor: Editor, estates: Path) -> None:
    uri = editor.open(estates / "not-a-label/application.yaml")
    found = editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})

    assert {one["name"]: [child["name"] for child in one["children"]] for one in found} == {
        "metrics": ["requests", "requests-per-second", "response-time", "error-rate"],
        "monitors": ["high-error-rate", "payment-failures"],
    }


def test_the_outline_of_a_python_spec_has_its_calls(start: Start, estates: Path) -> None:
    editor = start(estates / "audio-pipeline")
    uri = editor.open(estates / "audio-pipeline/performance.py")
    found = editor.ask("textDocument/documentSymbol", {"textDocument": {"uri": uri}})

    assert [one["name"] for one in found][-2:] == ["utilisation", "queue-growing"]
    assert found[0]["detail"] == "metric"


def test_objects_of_every_estate_are_found_by_name(start: Start, estates: Path) -> None:
    editor = start(estates)
    editor.told(editor.open(estates / "not-a-label/monctl.yaml"), checked)
    found = editor.ask("workspace/symbol", {"query": "ENDPOINT-MA"})

    assert {(one["name"], one["containerName"], Path(one["location"]["uri"]).name) for one in found} >= {
        ("endpoint-main", "monitor", "endpoints.py"),
        ("endpoint-main-warnings", "monitor", "endpoints.py"),
    }


def test_half_typed_text_leads_on_as_before(start: Start, tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    editor = start(folder, PUSHES)
    uri = editor.open(folder / "monitors.yaml")
    editor.told(uri, checked)
    text = MONITORS + '  other: {http: "http\n'
    editor.change(uri, text)
    editor.told(uri, has("SPEC001"))
    (found,) = editor.ask("textDocument/definition", at(uri, place(text, "ops", inside=1)))

    assert shown(found) == ("channels.yaml", "ops")


def test_a_variable_leads_to_monctl_yaml_and_everybody_who_uses_it_is_found(start: Start, tmp_path: Path) -> None:
    settings = "estate: shop\ntargets: {runner: {}}\nvariables: {domain: shop.example}\n"
    uses = MONITORS.replace("https://shop.example", "https://${var.domain}/${var.domain}")
    folder = shop(tmp_path / "shop", monctl=settings, monitors=uses)
    editor = start(folder)
    (found,) = asked(editor, "definition", folder / "monitors.yaml", "var.domain", inside=5)

    assert shown(found) == ("monctl.yaml", "domain")
    used = asked(editor, "references", folder / "monitors.yaml", "var.domain", inside=5, context={"includeDeclaration": False})
    assert [shown(one) for one in used] == [("monitors.yaml", "domain")] * 2
    with pytest.raises(Failed) as refused:
        asked(editor, "rename", folder / "monitors.yaml", "var.domain", inside=5, newName="host")
    assert "'domain' is declared in monctl.yaml" in str(refused.value)
