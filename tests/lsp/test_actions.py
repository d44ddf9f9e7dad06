"""What can be done about a finding in the editor, and the one layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lsp.editor import Editor, Failed, Json, Start, cut, has, lacks
from tests.lsp.test_findings import MONITORS, shop

FORMAT: Json = {"tabSize": 2, "insertSpaces": True}


def acted(editor: Editor, uri: str, where: Json, **context: object) -> list[Json]:
    """The actions at a range."""
    found: list[Json] = editor.ask(
        "textDocument/codeAction", {"textDocument": {"uri": uri}, "range": where, "context": {"diagnostics": [], **context}}
    )
    return found


def edited(text: str, action: Json) -> str:
    """The text after an action."""
    ((_, edits),) = action["edit"]["changes"].items()
    return written(text, edits)


def written(text: str, edits: list[Json]) -> str:
    """The text after some edits."""
    for edit in sorted(edits, key=lambda one: (one["range"]["start"]["line"], one["range"]["start"]["character"]), reverse=True):
        before, after = (len(cut(text, {"start": {"line": 0, "character": 0}, "end": edit["range"][end]})) for end in ("start", "end"))
        text = text[:before] + edit["newText"] + text[after:]
    return text


def test_a_finding_is_ignored_with_a_comment_that_wants_a_reason(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop"))
    uri = editor.open(tmp_path / "shop/monitors.yaml")
    found = editor.told(uri, has("MON005"))
    (rule,) = (one for one in found if one["code"] == "MON005")
    (action,) = (one for one in acted(editor, uri, rule["range"]) if "MON005" in one["title"])
    text = edited(MONITORS, action)
    line = MONITORS.split("\n")[rule["range"]["start"]["line"]]
    indent = line[: len(line) - len(line.lstrip())]
    editor.change(uri, text)
    rest = editor.told(uri, lacks("MON005"))

    assert action["title"] == "ignore MON005 here, with a reason"
    assert action["kind"] == "quickfix"
    assert f"{indent}# monctl: ignore[MON005]: why this is meant\n{line}\n" in text
    assert not any(one["code"].startswith("LINT") for one in rest)


def test_a_second_ignore_of_one_line_joins_the_first(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop"))
    uri = editor.open(tmp_path / "shop/monitors.yaml")
    found = editor.told(uri, has("MON005"))
    line = next(one for one in found if one["code"] == "MON005")["range"]["start"]["line"]
    lines = MONITORS.split("\n")
    text = "\n".join([*lines[:line], "  # monctl: ignore[MON099]: another", *lines[line:]])
    editor.change(uri, text)
    moved = editor.told(uri, lambda told: any(one["code"] == "MON005" and one["range"]["start"]["line"] == line + 1 for one in told))
    where = next(one for one in moved if one["code"] == "MON005")["range"]
    (action,) = (one for one in acted(editor, uri, where) if "MON005" in one["title"])

    assert "# monctl: ignore[MON099, MON005]: another" in edited(text, action)


def test_a_finding_inside_a_query_is_ignored_above_the_key_of_the_query(start: Start, tmp_path: Path) -> None:
    text = (
        "datasources:\n  db: {type: postgresql, dsn: '${env:DATABASE_URL}'}\nmetrics:\n  posts:\n    every: 5m\n    unit: posts\n    sql:\n"
        "      datasource: db\n      query: |\n        SELECT count(*) AS n\n        FROM posts\n        WHERE track_id = NULL\n"
        "monitors:\n  posts: {metric: posts, alert: {high: '> 1'}, notify: [ops]}\n"
    )
    editor = start(shop(tmp_path / "shop", more=text))
    uri = editor.open(tmp_path / "shop/more.yaml")
    found = editor.told(uri, lambda told: any(one["range"]["start"]["line"] == 11 for one in told))
    rule = next(one for one in found if one["range"]["start"]["line"] == 11)
    (action,) = (one for one in acted(editor, uri, rule["range"]) if f"ignore {rule['code']}" in one["title"])
    new = edited(text, action)
    editor.change(uri, new)
    editor.told(uri, lacks(rule["code"]))

    assert f"      # monctl: ignore[{rule['code']}]: why this is meant\n      query: |\n" in new


def test_what_is_not_valid_cannot_be_ignored(start: Start, tmp_path: Path) -> None:
    text = MONITORS.replace("[ops]", "[opps]")
    editor = start(shop(tmp_path / "shop", monitors=text))
    uri = editor.open(tmp_path / "shop/monitors.yaml")
    (found,) = editor.told(uri, has("SPEC040"))

    assert not any("ignore" in one["title"] for one in acted(editor, uri, found["range"]))


def test_what_is_said_of_ignores_cannot_be_ignored(start: Start, tmp_path: Path) -> None:
    text = f"# monctl: ignore[MON099]\n{MONITORS}"
    editor = start(shop(tmp_path / "shop", monitors=text))
    uri = editor.open(tmp_path / "shop/monitors.yaml")
    (found,) = (one for one in editor.told(uri, has("LINT001")) if one["code"] == "LINT001")

    assert not any("LINT001" in one["title"] for one in acted(editor, uri, found["range"]))


def test_a_certain_fix_is_offered_first_and_mends_it(start: Start, tmp_path: Path) -> None:
    text = (
        "datasources:\n  db: {type: postgresql, dsn: '${env:DATABASE_URL}'}\nmetrics:\n  posts:\n    every: 5m\n    unit: posts\n    sql:\n"
        "      datasource: db\n      query: |\n        SELECT count(*) AS n\n        FROM posts\n        WHERE track_id = NULL\n"
        "monitors:\n  posts: {metric: posts, alert: {high: '> 1'}, notify: [ops]}\n"
    )
    editor = start(shop(tmp_path / "shop", more=text))
    uri = editor.open(tmp_path / "shop/more.yaml")
    found = editor.told(uri, lambda told: any(one["range"]["start"]["line"] == 11 for one in told))
    rule = next(one for one in found if one["range"]["start"]["line"] == 11)
    first, *_ = acted(editor, uri, rule["range"])
    new = edited(text, first)
    editor.change(uri, new)
    editor.told(uri, lacks(rule["code"]))

    assert first["isPreferred"] is True
    assert new == text.replace("= NULL", "IS NULL")


def test_an_editor_that_wants_other_kinds_of_action_gets_none(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop"))
    uri = editor.open(tmp_path / "shop/monitors.yaml")
    found = editor.told(uri, bool)

    assert acted(editor, uri, found[0]["range"], only=["refactor"]) == []


def test_a_file_is_laid_out_as_fmt_does_it(start: Start, tmp_path: Path) -> None:
    from monctl.formatting import formatted

    text = "# 🚨 the shop\nmonitors:\n    site:   # ours\n        http:   https://shop.example\n        every: 1m\n        alert: {high:   down for 2m}\n        notify: [ops]\n"
    editor = start(shop(tmp_path / "shop", monitors=text))
    uri = editor.open(tmp_path / "shop/monitors.yaml")
    edits = editor.ask("textDocument/formatting", {"textDocument": {"uri": uri}, "options": FORMAT})
    laid = formatted("", text).text

    assert laid != text
    assert written(text, edits) == laid
    assert edits[0]["range"]["start"]["line"] > 0


def test_a_file_in_its_layout_is_left_alone(start: Start, tmp_path: Path) -> None:
    from monctl.formatting import formatted

    editor = start(shop(tmp_path / "shop"))
    uri = editor.open(tmp_path / "shop/monitors.yaml", formatted("", MONITORS).text)

    assert editor.ask("textDocument/formatting", {"textDocument": {"uri": uri}, "options": FORMAT}) == []


def test_a_file_that_cannot_be_read_is_not_laid_out(start: Start, tmp_path: Path) -> None:
    editor = start(shop(tmp_path / "shop"))
    uri = editor.open(tmp_path / "shop/monitors.yaml", "monitors: [\n")

    with pytest.raises(Failed) as refused:
        editor.ask("textDocument/formatting", {"textDocument": {"uri": uri}, "options": FORMAT})

    assert str(refused.value).startswith("the file stays as it is: ")
