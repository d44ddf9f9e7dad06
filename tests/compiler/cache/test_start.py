"""What answers before any work is done loads nothing heavy: modules are counted, never time."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from monctl.cli.group import COMMANDS
from tests.compiler.cache.place import Place

HEAVY = {"asyncio", "http.client", "jinja2", "jsonschema", "pydantic", "requests", "sqlglot", "sqlite3", "urllib3", "yaml"}
LOADED = """
import contextlib, io, json, sys
from monctl.cli import main
with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
    for line in json.loads(sys.argv[1]):
        try:
            main(line)
        except SystemExit as stop:
            assert stop.code in (0, 64), (line, stop.code)
print(json.dumps(sorted(sys.modules)))
"""


def loaded(place: Place, *lines: list[str]) -> set[str]:
    done = subprocess.run([sys.executable, "-c", LOADED, json.dumps(lines)], cwd=place.folder, check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("line", [[], ["--help"], ["--nonsense"], ["nonsense"]], ids=" ".join)
def test_help_and_wrong_words_load_no_command(place: Place, line: list[str]) -> None:
    names = loaded(place, line)

    assert names & HEAVY == set()
    assert {f"monctl.cli.{module}" for module, _ in COMMANDS.values()} & names == set()


def test_the_help_and_the_usage_errors_of_no_command_load_anything_heavy(place: Place) -> None:
    lines = [[command, wrong] for command in sorted(COMMANDS) for wrong in ("--help", "--nonsense")]

    assert loaded(place, *lines, ["targets", "matrix", "--help"]) & HEAVY == set()


def test_the_version_is_told_without_the_command_line(place: Place) -> None:
    assert loaded(place, ["--version"]) & {"click", "typing", "dataclasses"} == set()


def test_an_answer_that_is_known_is_given_without_the_command_line(place: Place) -> None:
    line = ["validate", "-C", "estate"]
    assert "click" in loaded(place, line)
    known = [sys.executable, "-c", "import json, sys; from monctl.cli import main\ntry: main()\nfinally: print(json.dumps(sorted(sys.modules)))", *line]
    first = subprocess.run(known, cwd=place.folder, check=True, capture_output=True, text=True)
    again = subprocess.run(known, cwd=place.folder, check=True, capture_output=True, text=True)

    assert "click" in json.loads(first.stdout)
    assert set(json.loads(again.stdout)) & {"click", "typing", "dataclasses", "pathlib", "json.scanner"} == {"json.scanner"}
    assert again.stderr == first.stderr
