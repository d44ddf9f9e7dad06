"""The server as an editor meets it: it starts, answers, and leaves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.lsp.editor import PROGRAM, PULLS, PUSHES, Editor, at, has, lacks
from tests.lsp.test_findings import CHANNELS, MONITORS, shop


def test_it_says_what_it_can_do_and_leaves_when_asked(estates: Path, tmp_path: Path) -> None:
    editor = Editor(estates, PUSHES, tmp_path)
    able = editor.server["capabilities"]

    assert able["positionEncoding"] == "utf-16"
    assert able["renameProvider"] == {"prepareProvider": True}
    assert able["hoverProvider"] is True
    assert editor.server["serverInfo"]["name"] == "monctl"
    assert editor.close() == 0
    assert editor.complaints == []


def test_it_ends_when_the_editor_is_gone(tmp_path: Path) -> None:
    editor = Editor(tmp_path, PUSHES, tmp_path)
    assert editor.process.stdin is not None
    editor.process.stdin.close()

    assert editor.ended() == 0


LOUD = """
import os
import monctl.lsp.workspace as workspace

quiet = workspace.see

def loud(*given):
    print("to the terminal")
    os.write(1, b"and to the stream")
    return quiet(*given)

workspace.see = loud
"""
BROKEN = """
import monctl.lsp.workspace as workspace

def broken(*given):
    raise RuntimeError("what nobody is to read")

workspace.see = broken
"""


def test_what_is_printed_does_not_reach_the_editor(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    editor = Editor(folder, PULLS, tmp_path, program=LOUD + PROGRAM)
    uri = editor.open(folder / "monitors.yaml")
    report = editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})

    assert report["kind"] == "full"
    assert editor.close() == 0
    assert {said in b"".join(editor.complaints) for said in (b"to the terminal", b"and to the stream")} == {True}


def test_a_bug_is_told_to_the_log_and_the_server_goes_on(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    editor = Editor(folder, PULLS, tmp_path, program=BROKEN + PROGRAM)
    uri = editor.open(folder / "monitors.yaml")
    report = editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    offered = editor.completions(uri, {"line": 1, "character": 2})
    told = [one["params"]["message"] for one in editor.messages if one["method"] == "window/logMessage"]

    assert report["items"] == []
    assert offered == []
    assert told[0].startswith("a bug in monctl: RuntimeError at <string>")
    assert "nobody" not in str(editor.messages)
    assert editor.close() == 0
    assert editor.complaints == []


FAILING = """
import monctl.cli.lint as lint
from monctl.errors import UsageError

def failing(*given):
    raise UsageError("the rule ACME001 broken of acme failed", hint="mend it")

lint.findings = failing
"""


def test_a_rule_that_fails_leaves_what_is_not_valid_told(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    editor = Editor(folder, PULLS, tmp_path, program=FAILING + PROGRAM)
    uri = editor.open(folder / "monitors.yaml")
    asked = {"textDocument": {"uri": uri}}

    assert editor.ask("textDocument/diagnostic", asked)["items"] == []
    assert editor.hover(uri, {"line": 1, "character": 3}).startswith("**monitor `site`**")
    assert [one["params"]["message"] for one in editor.messages if one["method"] == "window/logMessage"] == [
        "the rule ACME001 broken of acme failed (mend it)"
    ]
    editor.change(uri, MONITORS.replace("[ops]", "[opps]"))
    assert [one["code"] for one in editor.ask("textDocument/diagnostic", asked)["items"]] == ["SPEC040"]
    assert editor.close() == 0


UNLOADABLE = """
from importlib.metadata import EntryPoint
import monctl.lint.catalog as catalog

catalog.entry_points = lambda group: [EntryPoint("acme", "not_there", group)] if group == catalog.GROUP else []
"""


def test_a_package_of_rules_that_cannot_be_loaded_leaves_what_is_not_valid_told(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", channels="channels: {}\n")
    editor = Editor(folder, PUSHES, tmp_path, program=UNLOADABLE + PROGRAM)
    uri = editor.open(folder / "monitors.yaml")

    assert [one["code"] for one in editor.told(uri, has("SPEC040"))] == ["SPEC040"]
    channels = editor.open(folder / "channels.yaml", CHANNELS)
    assert editor.told(uri, lacks("SPEC040")) == []
    editor.hover(channels, {"line": 0, "character": 0})
    assert "the lint rules of entry point 'acme' cannot be loaded: ModuleNotFoundError" in str(editor.messages)
    assert editor.close() == 0


UNSHOWABLE = """
import monctl.lsp.workspace as workspace

def broken(*given):
    raise RuntimeError

workspace.diagnostic = broken
"""


def test_what_cannot_be_shown_is_told_to_the_log(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", channels="channels: {}\n")
    editor = Editor(folder, PUSHES, tmp_path, program=UNSHOWABLE + PROGRAM)
    uri = editor.open(folder / "monitors.yaml")
    told = editor.until(lambda: next((one for one in editor.messages if one["method"] == "window/logMessage"), None), "nothing was told")

    assert told["params"]["message"].startswith("a bug in monctl: RuntimeError")
    assert editor.hover(uri, {"line": 1, "character": 3}).startswith("**monitor `site`**")
    assert editor.close() == 0


def test_every_request_is_answered_whatever_is_in_it(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    editor = Editor(folder, PULLS, tmp_path)
    uri = editor.open(folder / "monitors.yaml")
    answers = [
        editor.answer(editor.send("textDocument/hover", params))
        for params in ({}, {"textDocument": 5, "position": None}, at(uri, {"line": -1, "character": 0}))
    ]

    assert [answer["error"]["code"] for answer in answers] == [-32602] * 3
    assert editor.process.stdin is not None
    editor.process.stdin.write(b'Content-Length: 5\r\n\r\n{"a":')
    assert editor.hover(uri, {"line": 1, "character": 3}).startswith("**monitor `site`**")
    assert "the editor sent a message that is not JSON" in str(editor.messages)
    editor.ask("shutdown", None)
    assert editor.answer(editor.send("textDocument/hover", at(uri, {"line": 1, "character": 3})))["error"]["code"] == -32600
    editor.tell("exit", None)
    assert editor.ended() == 0
    assert editor.complaints == []


def test_an_editor_that_leaves_without_a_shutdown_is_told_so_by_the_exit_code(tmp_path: Path) -> None:
    editor = Editor(shop(tmp_path / "shop"), PULLS, tmp_path)
    editor.tell("exit", None)

    assert editor.ended() == 1


def test_a_question_that_is_taken_back_is_answered_so(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop")
    editor = Editor(folder, PULLS, tmp_path)
    uri = editor.open(folder / "monitors.yaml")
    number = editor.send("textDocument/hover", at(uri, {"line": 1, "character": 3}))
    editor.tell("$/cancelRequest", {"id": number})

    assert editor.answer(number)["error"]["code"] == -32800
    assert editor.close() == 0


def test_without_the_extra_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['pygls.lsp.server'] = None; from monctl.cli import run; sys.exit(run(['lsp']))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 64
    assert done.stderr == "monctl: the language server is not installed\n  help: pip install 'monctl-compiler[lsp]'\n"
