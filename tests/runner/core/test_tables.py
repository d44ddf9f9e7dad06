"""The tables of `cases/`: what is measured and happens, and who is told of it when. A failing case says what came instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runner.core.table import Case, cases, moved, played, told

CASES = list(cases(Path(__file__).parent / "cases"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file.stem}: {case.name}")
def test_case(case: Case, tmp_path_factory: pytest.TempPathFactory) -> None:
    found, start = played(case, tmp_path_factory.getbasetemp() / "estate")
    expected = {name: case.said[name] for name in ("told", "states") if name in case.said}
    lists = {"told": told(found, start), "states": moved(found, start)}

    assert expected
    assert {name: lists[name] for name in expected} == expected
