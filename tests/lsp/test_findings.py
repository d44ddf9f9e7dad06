"""Findings in the editor: at the token, of unsaved texts, of every file a change affects, pushed or asked for."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlparse

from tests.lsp.editor import PULLS, PUSHES, Start, checked, cut, has, lacks, place

SHOP = "estate: shop\ntargets: {runner: {}}\n"
CHANNELS = "channels:\n  ops: {slack: {channel: '#ops', webhook: '${env:OPS}'}}\n"
SEVERITIES = "severities:\n  high: {notify: [ops]}\n"
MONITORS = "monitors:\n  site:\n    http: https://shop.example\n    every: 1m\n    alert: {high: down for 2m}\n    notify: [ops]\n"


def shop(folder: Path, **files: str) -> Path:
    """An estate in order, with files of one's own."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"monctl": SHOP, "channels": CHANNELS, "severities": SEVERITIES, "monitors": MONITORS, **files}
    for name, text in told.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_an_unsaved_text_is_checked_and_the_finding_stands_at_its_token(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop"))
    uri = editor.open(tmp_path / "shop/monitors.yaml")
    text = MONITORS.replace("notify: [ops]", "notify: [opps]")
    editor.change(uri, text)

    (found,) = editor.told(uri, has("SPEC040"))

    assert cut(text, found["range"]) == "opps"
    assert found["message"] == "no channel is called 'opps'\ndid you mean 'ops'?"
    assert found["severity"] == 1
    assert found["source"] == "monctl"
    assert (tmp_path / "shop/monitors.yaml").read_text(encoding="utf-8") == MONITORS


def test_a_finding_behind_an_emoji_is_placed_in_utf_16_units(start: Start, tmp_path: Path) -> None:
    text = "monitors:\n  site: {title: '🚨🚨 shop', http: https://shop.example, every: 1m, alert: {high: down}, notify: [opps]}\n"
    editor = start(shop(tmp_path / "shop", monitors=text))
    uri = editor.open(tmp_path / "shop/monitors.yaml")

    (found,) = editor.told(uri, has("SPEC040"))

    assert found["range"]["start"] == place(text, "opps")
    assert found["range"]["start"]["character"] == text.split("\n")[1].index("opps") + 2


def test_an_editor_that_counts_bytes_gets_bytes(start: Start, tmp_path: Path) -> None:
    text = "monitors:\n  site: {title: '🚨 café', http: https://shop.example, every: 1m, alert: {high: down}, notify: [opps]}\n"
    editor = start(shop(tmp_path / "shop", monitors=text), {**PUSHES, "general": {"positionEncodings": ["utf-8", "utf-16"]}})
    uri = editor.open(tmp_path / "shop/monitors.yaml")

    (found,) = editor.told(uri, has("SPEC040"))

    assert editor.server["capabilities"]["positionEncoding"] == "utf-8"
    assert cut(text, found["range"], unit="utf-8", size=1) == "opps"


def test_changes_are_applied_where_the_editor_says(start: Start, tmp_path: Path) -> None:
    text = MONITORS.replace("  site:\n", "  site:\n    title: '🚨\u2028 shop'\n")
    editor = start(shop(tmp_path / "shop", monitors=text))
    uri = editor.open(tmp_path / "shop/monitors.yaml")
    before = place(text, "shop'")
    ops = place(text, "ops]")
    editor.edit(
        uri,
        [
            {"range": {"start": ops, "end": ops}, "text": "x"},
            {"range": {"start": before, "end": {**before, "character": before["character"] + 4}}, "text": "🚨🚨 store"},
        ],
    )

    (found,) = editor.told(uri, has("SPEC040"))

    assert "'xops'" in found["message"]
    assert found["range"]["start"] == ops


def test_a_change_tells_of_the_other_files_it_affects_and_takes_it_back(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop"))
    monitors, severities = (tmp_path / "shop" / f"{name}.yaml" for name in ("monitors", "severities"))
    uri = editor.open(tmp_path / "shop/channels.yaml")
    editor.change(uri, CHANNELS.replace("ops:", "operations:"))

    (found,) = editor.told(monitors.as_uri(), has("SPEC040"))
    editor.told(severities.as_uri(), has("SPEC040"))
    editor.change(uri, CHANNELS)
    editor.told(monitors.as_uri(), lacks("SPEC040"))
    editor.told(severities.as_uri(), lacks("SPEC040"))

    assert cut(MONITORS, found["range"]) == "ops"


def test_the_rules_of_lint_are_told_with_their_page(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop"))
    uri = editor.open(tmp_path / "shop/monitors.yaml")

    found = editor.told(uri, has("MON005"))
    (rule,) = (one for one in found if one["code"] == "MON005")
    page = Path(unquote(urlparse(rule["codeDescription"]["href"]).path)).read_text(encoding="utf-8")

    assert rule["severity"] in {1, 2}
    assert page.startswith("# MON005 page-without-runbook")
    assert "**Why.**" in page


def test_a_message_that_names_a_place_leads_there(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop", more=MONITORS))
    uri = (tmp_path / "shop/more.yaml").as_uri()
    other = (tmp_path / "shop/monitors.yaml").as_uri()

    (found,) = editor.until(
        lambda: next(
            (told for told in (editor.diagnostics.get(uri), editor.diagnostics.get(other)) if told and told[0]["code"] == "SPEC036"), None
        ),
        "nobody says that it is there twice",
    )
    (related,) = found["relatedInformation"]

    assert related["location"]["uri"] in {uri, other}
    assert related["location"]["range"]["start"]["line"] == 1


def test_an_editor_that_asks_is_answered_for_the_text_it_has(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop"), PULLS)
    uri = editor.open(tmp_path / "shop/monitors.yaml")
    editor.change(uri, MONITORS.replace("down for 2m", "dawn for 2m"))

    report = editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    whole = editor.ask("workspace/diagnostic", {"previousResultIds": []})

    assert report["kind"] == "full"
    assert [one["code"][:4] for one in report["items"]] == ["SPEC"]
    assert {one["uri"]: len(one["items"]) for one in whole["items"]}[uri] == 1
    assert len(whole["items"]) == 4
    assert not editor.diagnostics


def test_an_editor_that_knows_the_findings_is_told_that_they_are_the_same(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop"), PULLS)
    uri = editor.open(tmp_path / "shop/monitors.yaml")
    first = editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    again = editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}, "previousResultId": first["resultId"]})
    known = [
        {"uri": one["uri"], "value": one["resultId"]} for one in editor.ask("workspace/diagnostic", {"previousResultIds": []})["items"]
    ]
    whole = editor.ask("workspace/diagnostic", {"previousResultIds": known})
    editor.change(uri, MONITORS.replace("[ops]", "[opps]"))
    changed = editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}, "previousResultId": first["resultId"]})

    assert again == {"kind": "unchanged", "resultId": first["resultId"]}
    assert {one["kind"] for one in whole["items"]} == {"unchanged"}
    assert changed["kind"] == "full"


def test_an_editor_that_asks_is_told_to_ask_again_for_other_files(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop"), PULLS)
    uri = editor.open(tmp_path / "shop/channels.yaml")
    editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    editor.change(uri, CHANNELS.replace("ops:", "operations:"))
    monitors = editor.open(tmp_path / "shop/monitors.yaml")
    report = editor.ask("textDocument/diagnostic", {"textDocument": {"uri": monitors}})

    assert any(one["code"] == "SPEC040" for one in report["items"])
    editor.until(lambda: next((one for one in editor.messages if one["method"] == "workspace/diagnostic/refresh"), None), "no refresh")


def test_two_estates_of_a_workspace_are_kept_apart(start: Start, tmp_path: Path) -> None:
    shop(tmp_path / "w/one")
    shop(tmp_path / "w/two", monctl=SHOP.replace("shop", "other"), monitors=MONITORS.replace("[ops]", "[opps]"))
    editor = start(tmp_path / "w")
    one, two = ((tmp_path / "w" / name / "monitors.yaml") for name in ("one", "two"))
    editor.open(one)

    (found,) = editor.told(two.as_uri(), has("SPEC040"))
    told = editor.told(one.as_uri(), checked)

    assert cut(two.read_text(encoding="utf-8"), found["range"]) == "opps"
    assert not any(each["code"].startswith("SPEC") for each in told)


def test_a_file_of_an_estate_outside_the_workspace_is_checked(start: Start, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    shop(tmp_path / "elsewhere", monitors=MONITORS.replace("[ops]", "[opps]"))
    editor = start(tmp_path / "empty")
    uri = editor.open(tmp_path / "elsewhere/monitors.yaml")

    editor.told(uri, has("SPEC040"))


def test_a_file_of_no_estate_is_left_alone(start: Start, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    path = tmp_path / "empty/compose.yaml"
    path.write_text("services: {web: {image: nginx}}\n", encoding="utf-8")
    editor = start(tmp_path / "empty")
    uri = editor.open(path)

    assert editor.hover(uri, {"line": 0, "character": 2}) == ""
    assert editor.completions(uri, {"line": 0, "character": 2}) == []
    assert editor.diagnostics == {}


def test_a_file_that_is_not_saved_yet_belongs_to_the_estate(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop", monitors=MONITORS.replace("[ops]", "[new]")))
    monitors = (tmp_path / "shop/monitors.yaml").as_uri()
    editor.told(monitors, has("SPEC040"))
    editor.open(tmp_path / "shop/new.yaml", CHANNELS.replace("ops", "new"))

    editor.told(monitors, lacks("SPEC040"))


def test_a_closed_file_counts_as_it_is_on_the_disk(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop"))
    uri = editor.open(tmp_path / "shop/monitors.yaml", MONITORS.replace("[ops]", "[opps]"))
    editor.told(uri, has("SPEC040"))
    editor.tell("textDocument/didClose", {"textDocument": {"uri": uri}})

    editor.told(uri, lacks("SPEC040"))


def test_a_change_on_the_disk_counts_when_the_editor_tells_of_it(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop"))
    path = tmp_path / "shop/monitors.yaml"
    editor.told(path.as_uri(), checked)
    path.write_text(MONITORS.replace("[ops]", "[opps]"), encoding="utf-8")
    editor.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 2}]})

    editor.told(path.as_uri(), has("SPEC040"))


def test_an_estate_whose_settings_are_gone_has_no_findings(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop", monitors=MONITORS.replace("[ops]", "[opps]")))
    path = tmp_path / "shop/monitors.yaml"
    editor.told(path.as_uri(), has("SPEC040"))
    (tmp_path / "shop/monctl.yaml").unlink()
    editor.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": (tmp_path / "shop/monctl.yaml").as_uri(), "type": 3}]})

    assert editor.told(path.as_uri(), lambda told: not told) == []


def test_a_question_about_an_estate_that_goes_meanwhile_is_answered(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop"), PULLS)
    uri = editor.open(tmp_path / "shop/monitors.yaml")
    asked = [
        editor.send("textDocument/diagnostic", {"textDocument": {"uri": uri}}),
        editor.send("workspace/diagnostic", {"previousResultIds": []}),
    ]
    (tmp_path / "shop/monctl.yaml").unlink()
    editor.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": (tmp_path / "shop/monctl.yaml").as_uri(), "type": 3}]})

    assert all("result" in editor.answer(number) for number in asked)


def test_a_python_spec_runs_when_it_is_saved_and_not_while_it_is_typed(start: Start, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    text = f"from pathlib import Path\nfrom monctl import Monitor, http\nwith Path({str(ran)!r}).open('a') as file: file.write('x')\n"
    body = 'Monitor("api", http("https://shop.example"), every="1m", alert={"high": "down"}, notify=["ops"])\n'
    folder = shop(tmp_path / "shop")
    (folder / "more.py").write_text(text + body, encoding="utf-8")
    editor = start(folder)
    uri, monitors = editor.open(folder / "more.py"), editor.open(folder / "monitors.yaml")
    editor.told(monitors, checked)
    editor.change(uri, text + body.replace("ops", "opps"))
    editor.change(monitors, MONITORS.replace("[ops]", "[oops]"))
    editor.told(monitors, has("SPEC040"))

    assert ran.read_text(encoding="utf-8") == "x"

    (folder / "more.py").write_text(text + body.replace("ops", "opps"), encoding="utf-8")
    editor.tell("textDocument/didSave", {"textDocument": {"uri": uri}})
    (found,) = editor.told(uri, has("SPEC040"))

    assert found["range"]["start"]["line"] == 3
    assert ran.read_text(encoding="utf-8") == "xx"


def test_a_secret_in_clear_is_never_told(start: Start, tmp_path: Path) -> None:
    secret = "https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/abcdefghijklmnopqrstuvwx"
    channels = f"channels:\n  ops: {{slack: {{channel: '#ops', webhook: '{secret}'}}}}\n"
    editor = start(shop(tmp_path / "shop", channels=channels))
    uri = editor.open(tmp_path / "shop/channels.yaml")
    editor.told(uri, bool)
    said = [editor.hover(uri, place(channels, wanted, inside=1)) for wanted in ("ops:", "webhook", secret, "slack")]
    offered = editor.completions(uri, place(channels, secret, inside=5))

    assert secret not in str(editor.messages) + str(said) + str(offered)


def test_the_five_estates_have_the_findings_of_the_command_line(start: Start, estates: Path) -> None:
    from datetime import UTC, datetime

    from monctl.cli.lint import findings
    from monctl.project import check_all
    from monctl.target import discover

    known = discover()
    roots = sorted(path.parent for path in estates.glob("*/monctl.yaml"))
    expected = {
        (Path(found.span.file if found.span else "").resolve().as_uri(), found.code)
        for one in check_all(roots)
        for found in findings(one, known, datetime(2026, 11, 21, 9, tzinfo=UTC))
    }
    editor = start(estates, PULLS)
    for root in roots:
        editor.ask("textDocument/diagnostic", {"textDocument": {"uri": editor.open(root / "monctl.yaml")}})
    whole = editor.ask("workspace/diagnostic", {"previousResultIds": []})

    assert {(one["uri"], each["code"]) for one in whole["items"] for each in one["items"]} == expected
