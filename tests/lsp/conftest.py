"""Servers that end with their test, and the five estates to be changed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lsp.editor import PUSHES, Editor, Json, Start

ESTATES = Path(__file__).resolve().parent.parent.parent / "monitors"


class Servers:
    """Servers by what their editors can do."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._editors: dict[str, Editor] = {}

    def editor(self, capabilities: Json) -> Editor:
        """A server that runs, started when it is first asked for."""
        key = json.dumps(capabilities, sort_keys=True)
        if key in self._editors and self._editors[key].process.poll() is not None:
            self._editors.pop(key).kill()  # a test has ended it; it said so there
        if key not in self._editors:
            self._editors[key] = Editor(None, capabilities, self._cache)
        return self._editors[key]

    def close(self) -> None:
        """End them all, as an editor does."""
        for editor in self._editors.values():
            try:
                if editor.process.poll() is None:
                    assert editor.close() == 0
                    assert editor.complaints == []
            finally:
                editor.kill()


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """One server for each kind of editor: a folder more is quicker than a server more."""
    found = Servers(tmp_path_factory.mktemp("editor"))
    yield found
    found.close()


@pytest.fixture
def start(servers: Servers) -> Iterator[Start]:
    """Gives an editor with a folder; what it opened is closed with the test."""
    lent: list[tuple[Editor, Path]] = []

    def begin(folder: Path, capabilities: Json = PUSHES) -> Editor:
        editor = servers.editor(capabilities)
        editor.enter(folder)
        lent.append((editor, folder))
        return editor

    yield begin
    for editor, folder in lent:
        editor.leave(folder)


@pytest.fixture
def estates(tmp_path: Path) -> Path:
    """The five estates, to be changed."""
    return Path(shutil.copytree(ESTATES, tmp_path / "monitors", ignore=shutil.ignore_patterns(".monctl", "__pycache__")))
