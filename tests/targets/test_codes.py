"""Every target lists the codes of what it finds, and no others."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from monctl.target import DISTRIBUTION, discover

SOURCES = Path(__file__).resolve().parents[2] / "targets" / "monctl_targets"
TARGETS: dict[str, Any] = dict(discover(of=DISTRIBUTION))


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_lists_what_it_says_and_nothing_else(name: str) -> None:
    area = name.upper()
    said = {
        node.value
        for path in (SOURCES / name).rglob("*.py")
        if path.name != "codes.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.removeprefix(area).isdigit() and node.value != area
        if node.value.startswith(area)
    }

    assert said == set(TARGETS[name].codes)


@pytest.mark.parametrize("name", TARGETS)
def test_codes_are_in_order_and_say_something(name: str) -> None:
    codes = TARGETS[name].codes

    assert list(codes) == sorted(codes)
    assert all(said and not said.endswith(".") for said in codes.values())
