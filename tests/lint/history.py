"""An estate in a git repository, for tests of what `--base` shows."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from monctl.cli import run

SETTINGS = "estate: shop\ntargets: {uptimerobot: {}}\nrules: {ROUTE: off}\n"
SPECS = """teams: {ops: {}}
severities:
  critical: {pages: true, notify: [mail]}
channels:
  mail: {email: {to: [ana@example.com]}}
monitors:
  web:
    http: https://example.com
    alert:
      critical: down
  shop:
    http: https://shop.example.com
    alert:
      critical: down
"""


def begin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository with one commit of all that is in a folder, the current one. No configuration of the machine reaches into it."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}.items():
        monkeypatch.setenv(name, value)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ana")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ana@example.com")
    git("init", "--quiet", "--initial-branch=main")
    (folder / ".gitignore").write_text(".monctl/\n", encoding="utf-8")
    commit()


def git(*arguments: str) -> str:
    """What git prints in the current folder."""
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def commit() -> None:
    """All that is there."""
    git("add", "--all")
    git("commit", "--quiet", "--message", "a change")


def edit(folder: Path, old: str, new: str, name: str = "specs.yaml") -> None:
    """Write another text for one that is in a file."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Code and object of each finding shown, sorted."""
    capsys.readouterr()
    run(["lint", "-o", "json", *arguments])
    return sorted(f"{one['code']} {one['address']}" for one in json.loads(capsys.readouterr().out)["findings"])
