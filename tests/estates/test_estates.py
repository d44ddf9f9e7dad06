"""The five estates of `monitors/`: valid, the same in both forms, compiled to what `tests/golden` holds."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
from pathlib import Path

import pytest

from monctl import output
from monctl.program import to_json
from monctl.project import Checked, build, check
from monctl.render.findings_text import concise
from monctl.target import discover

ROOT = Path(__file__).resolve().parents[2]
MONITORS = ROOT / "monitors"
ESTATES = sorted(path.name for path in MONITORS.iterdir() if (path / "monctl.yaml").is_file())
GOLDEN = ROOT / "tests" / "golden"
PAIRS = json.loads((ROOT / "tests" / "twins" / "pairs.json").read_text(encoding="utf-8"))
TARGETS = discover()


def _valid(folder: Path) -> Checked:
    checked = check(folder, targets=TARGETS)

    assert concise(checked.findings) == ""
    return checked


def test_there_are_five() -> None:
    assert ESTATES == ["ai-music-community", "audio-pipeline", "not-a-label", "tracks-posts", "tradosphere"]


@pytest.mark.parametrize("estate", ESTATES)
def test_an_estate_compiles_to_its_golden_files(estate: str, tmp_path: Path) -> None:
    files = output.rendered(build(_valid(MONITORS / estate), targets=TARGETS))
    golden = GOLDEN / estate
    if os.environ.get("UPDATE_GOLDEN"):
        shutil.rmtree(golden, ignore_errors=True)
        output.write(golden, files)
    output.write(tmp_path / estate, files)
    same = filecmp.dircmp(golden, tmp_path / estate)

    assert _differences(same) == [], "if this is meant: UPDATE_GOLDEN=1 make test ARGS=tests/estates, then review the diff"


@pytest.mark.parametrize("estate", ESTATES)
def test_compiling_twice_gives_the_same_bytes(estate: str) -> None:
    first = output.rendered(build(_valid(MONITORS / estate), targets=TARGETS))
    second = output.rendered(build(_valid(MONITORS / estate), targets=TARGETS))

    assert first == second


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['estate']}-{pair['twin']}")
def test_the_other_form_gives_the_same_program(pair: dict[str, str], tmp_path: Path) -> None:
    estate = tmp_path / pair["estate"]
    shutil.copytree(MONITORS / pair["estate"], estate)
    (estate / pair["original"]).unlink()
    shutil.copy(ROOT / "tests" / "twins" / pair["estate"] / pair["twin"], estate / pair["twin"])

    original, twin = _valid(MONITORS / pair["estate"]).program, _valid(estate).program

    assert to_json(twin) == to_json(original)


def test_every_estate_has_a_twin() -> None:
    assert sorted({pair["estate"] for pair in PAIRS}) == ESTATES


def test_at_least_two_estates_are_partly_python() -> None:
    partly = [estate for estate in ESTATES if any((MONITORS / estate).rglob("*.py"))]

    assert len(partly) >= 2


def _differences(compared: filecmp.dircmp[str]) -> list[str]:
    found = [f"only in golden: {name}" for name in compared.left_only]
    found += [f"not in golden: {name}" for name in compared.right_only]
    found += [f"differs: {compared.left}/{name}" for name in compared.diff_files]
    for below in compared.subdirs.values():
        found += _differences(below)
    return found
