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
from monctl.cli import answer
with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()):
    for line in json.loads(sys.argv[1]):
        assert answer(line) in (0, 64), line
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
    start = [sys.executable, "-X", "importtime", "-c", "from monctl.cli import main; main()", "validate", "-C", "estate"]

    def run() -> tuple[set[str], str]:
        done = subprocess.run(start, cwd=place.folder, check=True, capture_output=True, text=True)
        lines = done.stderr.splitlines()
        names = {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}
        return names, "\n".join(line for line in lines if not line.startswith("import time:"))

    first, said = run()
    again, said_again = run()

    assert said_again == said == "3 files, nothing wrong"
    assert "click" in first
    assert again & {"click", "dataclasses", "json", "pathlib", "re", "typing"} == set()
