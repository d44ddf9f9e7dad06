"""Somebody types anything anywhere: the server lives, and answers every question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lsp.editor import PULLS, Editor, Json, Start, at
from tests.lsp.test_findings import CHANNELS, MONITORS, SEVERITIES, shop
from tests.lsp.test_typing import SOURCES

QUESTIONS = (
    "textDocument/hover", "textDocument/completion", "textDocument/definition", "textDocument/references", "textDocument/prepareRename",
    "textDocument/rename", "textDocument/documentSymbol", "textDocument/codeAction", "textDocument/formatting",
)  # fmt: skip
PIECES = (
    "\n", "\n  ", "\n    ", " ", ": ", "- ", "[", "]", "{", "}", '"', "'", "|", "|\n", ">", "&a ", "*a", "<<: *a", "#", "%", "@", "!x ", "\t", "---\n",
    "? ", "\r\n", "\r", "\u2028", "\ufeff", "\x00", "\x85", "🚨", "é", "\ud83d", "${", "${var.x}", "> 5% for", "down", "or ", "notify", "ops", "monitors",
    "metrics", "sql: {query: |", "SELECT ", "for_each: [a, b]", "metric: posts.", "0", "1e999", ".inf", "~", "x" * 200, "[" * 60, "- " * 60,
)  # fmt: skip
PYTHON = 'from monctl import Monitor, http\n\nfor name in ("a", "b"):\n    Monitor(name, http("https://x.example"), every="1m", notify=["ops"])\n'
TEXTS = {"monitors.yaml": MONITORS, "channels.yaml": CHANNELS, "severities.yaml": SEVERITIES, "sources.yaml": SOURCES, "loop.py": PYTHON}

strokes = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 12), st.one_of(st.sampled_from(PIECES), st.text(max_size=4))), min_size=1, max_size=12
)


def asked(editor: Editor, uri: str, text: str, share: float) -> None:
    """Every question at one place; each is answered, and none of the answers is that the server has a bug."""
    lines = text.split("\n")
    line = min(int(share * len(lines)), len(lines) - 1)
    where = {"line": line, "character": int(share * 7919) % (len(lines[line]) + 2)}
    more: dict[str, Json] = {
        "textDocument/references": {"context": {"includeDeclaration": True}},
        "textDocument/rename": {"newName": "another"},
        "textDocument/codeAction": {"range": {"start": {"line": 0, "character": 0}, "end": where}, "context": {"diagnostics": []}},
        "textDocument/formatting": {"options": {"tabSize": 2, "insertSpaces": True}},
    }
    sent = [editor.send(question, at(uri, where) | more.get(question, {})) for question in QUESTIONS]
    answers: list[Any] = [editor.answer(number) for number in sent]

    assert all("result" in one or one["error"]["code"] == -32803 for one in answers)


@pytest.fixture
def editor(start: Start, tmp_path: Path) -> Editor:
    folder = shop(tmp_path / "shop", sources=SOURCES)
    (folder / "loop.py").write_text(PYTHON, encoding="utf-8")
    return start(folder, PULLS)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=st.sampled_from(sorted(TEXTS)), typed=strokes, share=st.floats(0, 1))
def test_whatever_is_typed_wherever_is_survived(
    editor: Editor, tmp_path: Path, file: str, typed: list[tuple[float, int, str]], share: float
) -> None:
    editor.messages.clear()
    path = tmp_path / "shop" / file
    text = TEXTS[file]
    uri = path.as_uri()
    if uri not in editor.opened:
        editor.open(path)
    editor.change(uri, text)
    for where, length, piece in typed:
        offset = int(where * len(text))
        text = text[:offset] + piece + text[offset + length :]
        editor.change(uri, text)
    asked(editor, uri, text, share)
    report = editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})

    assert report["kind"] == "full"
    assert [one for one in editor.messages if one["method"] == "window/logMessage"] == []


def test_a_file_typed_from_its_first_character_to_its_last_is_answered_all_along(editor: Editor, tmp_path: Path) -> None:
    uri = editor.open(tmp_path / "shop/monitors.yaml", "")
    line, character = 0, 0
    for index, char in enumerate(MONITORS):
        end = {"line": line, "character": character}
        editor.edit(uri, [{"range": {"start": end, "end": end}, "text": char}])
        line, character = (line + 1, 0) if char == "\n" else (line, character + 1)
        here = at(uri, {"line": line, "character": character})
        sent = [editor.send(question, here) for question in ("textDocument/completion", "textDocument/hover")]
        assert all("result" in editor.answer(number) for number in sent), MONITORS[: index + 1]
    report = editor.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})

    assert not any(one["code"].startswith("SPEC") for one in report["items"])
    assert [one for one in editor.messages if one["method"] == "window/logMessage"] == []


@pytest.mark.parametrize(
    "message",
    [
        {"method": "textDocument/hover", "params": {"textDocument": {"uri": "untitled:one"}, "position": {"line": 0, "character": 0}}},
        {"method": "textDocument/hover", "params": {"textDocument": {"uri": "file:///no/such.yaml"}, "position": {"line": 9, "character": 9}}},
        {"method": "textDocument/rename", "params": {"textDocument": {"uri": "file:///no/such.yaml"}, "position": {"line": 0, "character": 0}, "newName": "x"}},
        {"method": "textDocument/diagnostic", "params": {"textDocument": {"uri": "git:/x.yaml"}}},
        {"method": "no/such", "params": {}},
    ],
)  # fmt: skip
def test_a_question_about_nothing_is_answered(editor: Editor, message: Json) -> None:
    answer = editor.answer(editor.send(message["method"], message["params"]))

    assert ("result" in answer) != ("error" in answer)
    assert "Traceback" not in str(answer)
