"""`monctl demo`: from the specs to who is told in which minute, and nothing is left behind."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from monctl.cli.demo import command

MONITORS = Path(__file__).resolve().parents[2] / "monitors"


@pytest.fixture
def estates(tmp_path: Path) -> Path:
    """One estate, alone."""
    shutil.copytree(MONITORS / "tradosphere", tmp_path / "estates" / "tradosphere", ignore=shutil.ignore_patterns(".monctl"))
    return tmp_path / "estates"


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are made."""
    folder = Path(tempfile.mkdtemp(prefix="left-"))  # short: a socket's path has 107 characters
    folder.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_the_demo_ends_with_who_was_told(estates: Path, left: Path) -> None:
    done = CliRunner().invoke(command, ["-C", str(estates)], standalone_mode=False)
    story = done.output.partition("tradosphere: Stripe does not answer the health check")[2]
    people = "Dana Reyes by email · Dana Reyes by sms · Eli Brandt by email · Eli Brandt by sms"
    lines = [line.split(maxsplit=2) for line in story.splitlines() if " min " in line]

    assert (done.return_value, done.exception) == (0, None)
    assert [" ".join(line[2].split()) for line in lines] == [
        "broken",
        "seen Payment processing broken (threshold down for 2m)",
        "told #production-alerts · SMS, critical alerts · email-alerts",
        "level 1 Dana Reyes by email · Dana Reyes by sms",
        "level 2 Eli Brandt by email · Eli Brandt by sms",
        "mended",
        f"over #production-alerts · {people} · SMS, critical alerts · email-alerts",
    ]
    assert [int(line[0]) for line in lines][:1] == [0]
    assert list(left.iterdir()) == []
    left.rmdir()
