"""The place of these tests, made anew for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monctl import cache
from tests.compiler.cache.place import ESTATE, Place


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Place]:
    monkeypatch.chdir(tmp_path)
    for name, text in ESTATE.items():
        path = tmp_path / "estate" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    made = Place(tmp_path, capfd.readouterr)
    made.settle()
    yield made
    cache.question = None
