"""Runs `tests/cli/scripts/*.txt`: files, a command, and the exact text a user sees.

A script is sections that begin with `-- NAME --`: `file PATH` writes a file, `run COMMAND LINE` runs monctl in the folder of the files,
`exit N`, `stdout`, `stderr` say what must come of the run before them (0 and nothing when left out). `UPDATE_SCRIPTS=1` rewrites them.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent / "scripts"
_HEAD = re.compile(r"^-- (.+) --$", re.MULTILINE)


@dataclass
class Run:
    """One command of a script and what it must say."""

    line: str
    exit: int = 0
    stdout: str = ""
    stderr: str = ""


@dataclass
class Script:
    """A script as read."""

    note: str
    files: dict[str, str] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)


def parse(text: str) -> Script:
    pieces = _HEAD.split(text)
    script = Script(pieces[0])
    for head, body in zip(pieces[1::2], pieces[2::2], strict=True):
        word, _, rest = head.partition(" ")
        said = body.removeprefix("\n")
        match word:
            case "file":
                script.files[rest] = said
            case "run":
                script.runs.append(Run(rest))
            case "exit":
                script.runs[-1].exit = int(rest)
            case "stdout":
                script.runs[-1].stdout = said
            case "stderr":
                script.runs[-1].stderr = said
            case _:
                raise ValueError(f"unknown section '{head}'")
    return script


def write(script: Script) -> str:
    parts = [script.note]
    parts += [f"-- file {path} --\n{text}" for path, text in script.files.items()]
    for run in script.runs:
        parts.append(f"-- run {run.line} --\n")
        if run.exit:
            parts.append(f"-- exit {run.exit} --\n")
        parts += [f"-- {name} --\n{text}" for name, text in (("stdout", run.stdout), ("stderr", run.stderr)) if text]
    return "".join(part if part.endswith("\n") or not part else part + "\n" for part in parts)


@pytest.mark.parametrize("path", sorted(SCRIPTS.glob("*.txt")), ids=lambda path: path.stem)
def test_a_script_says_what_a_user_sees(path: Path, tmp_path: Path) -> None:
    script = parse(path.read_text(encoding="utf-8"))
    for name, text in script.files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    seen = [_run(run.line, tmp_path) for run in script.runs]
    if os.environ.get("UPDATE_SCRIPTS"):
        path.write_text(write(Script(script.note, script.files, seen)), encoding="utf-8")
        return

    assert seen == script.runs


def _run(line: str, folder: Path) -> Run:
    words = shlex.split(line)
    assert words[0] == "monctl"
    done = subprocess.run(
        [sys.executable, "-c", "from monctl.cli import main; main()", *words[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        env={name: value for name, value in os.environ.items() if not name.startswith("MONCTL_")} | {"NO_COLOR": "1"},
        check=False,
    )
    assert "Traceback" not in done.stderr + done.stdout
    place = str(folder)
    return Run(line, done.returncode, done.stdout.replace(place, "FOLDER"), done.stderr.replace(place, "FOLDER"))
