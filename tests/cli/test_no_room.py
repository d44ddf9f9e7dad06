"""Answers that cannot be written: a sentence and exit 3, whichever command was asked. `/dev/full` is a disk that is always full."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monctl.cli import group, run

FULL_DISK = Path("/dev/full")
FULL = "monctl: cannot write the answer: no space left on device\n"


def monctl(folder: Path, *arguments: str, **streams: object) -> subprocess.CompletedProcess[str]:
    code = "from monctl.cli import main; main()"
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    return subprocess.run([sys.executable, "-c", code, *arguments], cwd=folder, text=True, check=False, timeout=120, **given)  # type: ignore[call-overload,no-any-return]  # which streams is up to the test


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    (tmp_path / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\nnonsense: 1\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--help"],
        ["lint"],
        ["lint", "--no-cache", "-o", "json"],
        ["validate", "-o", "sarif"],
        ["fmt", "--check", "-o", "json"],
        ["rule", "SQL007"],
        ["completion", "bash"],
    ],
    ids=" ".join,
)
def test_a_full_disk_is_told(arguments: list[str], estate: Path) -> None:
    with FULL_DISK.open("w", encoding="utf-8") as full:
        done = monctl(estate, *arguments, stdout=full)

    assert (done.returncode, done.stderr) == (3, FULL)


def test_an_answer_that_is_known_gets_no_further(estate: Path) -> None:
    assert monctl(estate, "validate").returncode == monctl(estate, "validate").returncode == 1
    with FULL_DISK.open("w", encoding="utf-8") as full:
        done = monctl(estate, "validate", stdout=full)

    assert (done.returncode, done.stderr) == (3, FULL)


def test_where_nothing_can_be_told_the_status_still_is(estate: Path) -> None:
    with FULL_DISK.open("w", encoding="utf-8") as full:
        assert monctl(estate, "lint", stderr=full).returncode == 3
        assert monctl(estate, "lint", stdout=full, stderr=full).returncode == 3


@pytest.mark.parametrize("closed", [1, 2])
def test_streams_that_are_closed_take_nothing(closed: int, estate: Path) -> None:
    done = monctl(estate, "validate", preexec_fn=lambda: os.close(closed))

    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_other_faults_of_the_system_are_bugs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(group.root, "main", fails)

    assert run(["lint"]) == 70
    assert capsys.readouterr().err.startswith("monctl: a bug in monctl: OSError; ")
