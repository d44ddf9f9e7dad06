"""`diff`, `apply`, `diff` from the command line, for every estate: all targets at once, and each alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monctl.cli import run

ROOT = Path(__file__).resolve().parents[2]
MONITORS = ROOT / "monitors"
TARGETS = {
    "ai-music-community": ["grafana", "runner", "sentry", "uptimerobot"],
    "audio-pipeline": ["grafana", "runner"],
    "not-a-label": ["grafana", "pagerduty", "runner", "sentry", "uptimerobot"],
    "tracks-posts": ["grafana", "pagerduty", "runner", "sentry"],
    "tradosphere": ["grafana", "runner", "sentry", "uptimerobot"],
}
CASES = [(estate, only) for estate, targets in TARGETS.items() for only in ["", *targets]]


@pytest.mark.parametrize(("estate", "only"), CASES, ids=[f"{estate}-{only or 'all'}" for estate, only in CASES])
def test_a_second_diff_is_empty(estate: str, only: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["-C", str(MONITORS / estate), "--sandbox", str(tmp_path / "sandbox"), *(["--target", only] if only else [])]

    assert run(["diff", *where, "--detailed-exitcode"]) == 2
    assert run(["apply", *where, "--yes"]) == 0
    capsys.readouterr()
    assert run(["diff", *where, "--detailed-exitcode", "-o", "json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["changes"] == []
    assert plan["errors"] == []
    assert plan["summary"]["unchanged"] > 0


def test_the_targets_above_are_those_of_the_estates() -> None:
    from monctl.project import check

    found = {path.name: sorted(check(path).program.targets) for path in sorted(MONITORS.iterdir()) if (path / "monctl.yaml").is_file()}

    assert found == TARGETS


def test_all_estates_share_one_sandbox_and_one_saved_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["-C", str(MONITORS), "--sandbox", str(tmp_path / "sandbox")]
    saved = str(tmp_path / "plan.json")

    assert run(["diff", *where, "--out", saved, "--detailed-exitcode"]) == 2
    assert run(["apply", saved, *where, "--yes"]) == 0
    assert run(["diff", *where, "--detailed-exitcode"]) == 0
    assert run(["apply", saved, *where, "--yes"]) == 5, "what a saved plan would make is there already: it moved since"


def test_secrets_of_the_estate_are_in_no_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_WEBHOOK_CRITICAL", "https://hooks.example/secret-0123456789")
    where = ["-C", str(MONITORS / "tracks-posts"), "--sandbox", str(tmp_path / "sandbox")]

    assert run(["diff", *where, "--out", str(tmp_path / "plan.json"), "-o", "json"]) == 0
    assert run(["apply", *where, "--yes"]) == 0
    written = capsys.readouterr()
    assert "secret-0123456789" not in written.out + written.err
    assert "secret-0123456789" not in (tmp_path / "plan.json").read_text(encoding="utf-8")
