"""The server as an editor meets it: it starts, answers, and leaves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.lsp.editor import PROGRAM, PULLS, PUSHES, Editor
from tests.lsp.test_findings import shop


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


def test_without_the_extra_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['pygls.lsp.server'] = None; from monctl.cli import run; sys.exit(run(['lsp']))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert done.returncode == 64
    assert done.stderr == "monctl: the language server is not installed\n  help: pip install 'monctl-compiler[lsp]'\n"
