"""What the command line prints as JSON is what its schemas say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from monctl.cli.group import root
from monctl.schema import schemas

ESTATES = Path(__file__).resolve().parents[3] / "monitors"
ALL = schemas()


def _faults(schema: str, printed: str) -> list[str]:
    value = json.loads(printed)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in Draft202012Validator(ALL[schema]).iter_errors(value)]


def test_findings(tmp_path: Path) -> None:
    (tmp_path / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\n")
    (tmp_path / "a.yaml").write_text("monitors: {site: {htp: https://shop.example}}\n")
    printed = CliRunner().invoke(root, ["validate", "-C", str(tmp_path), "-o", "json"], standalone_mode=False).stdout

    assert _faults("findings", printed) == []
    assert len(json.loads(printed)["findings"]) == 1


@pytest.mark.parametrize("estate", ["audio-pipeline", "tracks-posts"])
def test_a_plan(estate: str, tmp_path: Path) -> None:
    ran = CliRunner().invoke(
        root, ["diff", "-C", str(ESTATES / estate), "--sandbox", str(tmp_path / "sandbox"), "-o", "json"], standalone_mode=False
    )

    assert _faults("plan", ran.stdout) == []
    assert json.loads(ran.stdout)["summary"]["create"] > 0


def test_a_bundle(tmp_path: Path) -> None:
    out = tmp_path / "out"
    CliRunner().invoke(
        root, ["compile", "-C", str(ESTATES / "audio-pipeline"), "--target", "runner", "--out", str(out)], standalone_mode=False
    )
    (bundle,) = out.rglob("runner/bundle/*.json")

    assert _faults("bundle", bundle.read_text(encoding="utf-8")) == []
