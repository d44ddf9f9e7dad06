"""The hooks of pre-commit, run by git before a commit in a repository of their own."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
IDS = [hook["id"] for hook in HOOKS]
SPECS = "teams: {shop: {}}\nchannels: {mail: {email: {to: [a@example.com]}}}\nseverities: {warning: {notify: [mail]}}\n\nmonitors:\n  site: {http: https://example.com, team: shop, alert: {warning: down}}\n"
UNTIDY = SPECS.replace("  site: {", "    site:   {")
NOT_VALID = SPECS.replace("down", "downn")
CANNOT_WORK = SPECS + '\nmetrics:\n  orphans:\n    sql: {datasource: db, query: SELECT COUNT(*) FROM t WHERE a = NULL}\n\ndatasources:\n  db: {type: postgresql, dsn: "${env:DB}"}\n'  # fmt: skip  # noqa: S608  # a spec, run against no database


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    environ = {**os.environ, "PATH": path, "NO_COLOR": "1", "MONCTL_NO_CACHE": "1"}
    return subprocess.run(["git", *identity, *arguments], cwd=folder, env=environ, capture_output=True, text=True, check=False)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Runs every hook before a commit as pre-commit does: not at all where no file is meant, and failed when it changes one."""
    assert git(tmp_path, "init", "--quiet").returncode == 0
    lines = ["#!/bin/sh", "status=0"]
    for hook in HOOKS:
        run = f"{{ git diff > .git/before; {hook['entry']} && git diff | cmp -s - .git/before; }} || {{ echo failed {hook['id']}; status=1; }}"
        lines.append(f"if git diff --cached --name-only | grep -Eq {shlex.quote(hook['files'])}; then {run}; fi")
    script = tmp_path / ".git" / "hooks" / "pre-commit"
    script.parent.mkdir(exist_ok=True)
    script.write_text("\n".join([*lines, "exit $status", ""]), encoding="utf-8")
    script.chmod(0o755)
    (tmp_path / "monitors").mkdir()
    (tmp_path / "monitors" / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\n", encoding="utf-8")
    return tmp_path


def failed(repository: Path, specs: str) -> list[str]:
    """The hooks that stop a commit of these specs."""
    (repository / "monitors" / "specs.yaml").write_text(specs, encoding="utf-8")
    git(repository, "add", ".")
    done = git(repository, "commit", "-m", "specs")
    told = re.findall(r"^failed (\S+)", done.stdout + done.stderr, re.MULTILINE)
    assert (done.returncode == 0) == (not told), done.stderr
    return told


@pytest.mark.parametrize(
    ("specs", "stopping"),
    [
        pytest.param(SPECS, [], id="in order"),
        pytest.param(UNTIDY, ["monctl-fmt"], id="untidy"),
        pytest.param(NOT_VALID, ["monctl-validate", "monctl-lint"], id="not valid"),
        pytest.param(CANNOT_WORK, ["monctl-lint"], id="cannot work"),
    ],
)
def test_a_commit_is_stopped_by_the_hook_it_offends(specs: str, stopping: list[str], repository: Path) -> None:
    assert failed(repository, specs) == stopping


def test_what_fmt_has_changed_can_be_committed(repository: Path) -> None:
    assert failed(repository, UNTIDY) == ["monctl-fmt"]
    mended = (repository / "monitors" / "specs.yaml").read_text(encoding="utf-8")

    assert mended == SPECS
    assert failed(repository, mended) == []


def test_files_that_are_no_specs_start_no_hook(repository: Path) -> None:
    failed(repository, SPECS)
    (repository / "monitors" / "specs.yaml").write_text(NOT_VALID, encoding="utf-8")  # not to be committed
    (repository / "notes.txt").write_text("words\n", encoding="utf-8")
    git(repository, "add", "notes.txt")

    assert git(repository, "commit", "-m", "notes").returncode == 0


def test_the_documented_hooks_are_the_hooks() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")

    assert re.findall(r"- id: (monctl-\w+)", page) == IDS
