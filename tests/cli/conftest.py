"""A sandbox to which an estate was applied once, copied for each test, and edits as somebody makes them in a provider's page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monctl.cli import run
from monctl.sandbox.emulator import Request, Response
from monctl.sandbox.place import Sandbox
from monctl.target import discover

MONITORS = Path(__file__).resolve().parents[2] / "monitors"


@pytest.fixture(scope="session")
def _applied(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The sandbox of an estate, applied the first time it is asked for."""
    made: dict[str, Path] = {}

    def sandbox(estate: str) -> Path:
        if estate not in made:
            made[estate] = tmp_path_factory.mktemp(estate) / "sandbox"
            assert run(["apply", "-C", str(MONITORS / estate), "--sandbox", str(made[estate]), "--yes"]) == 0
        return made[estate]

    return sandbox


class Place:
    """An estate and a sandbox of its own to which it was applied."""

    def __init__(self, estate: str, sandbox: Path) -> None:
        self.estate = estate
        self.folder = MONITORS / estate
        self.sandbox = sandbox

    @property
    def where(self) -> list[str]:
        """The options that say where."""
        return ["-C", str(self.folder), "--sandbox", str(self.sandbox)]

    def held(self, target: str, kind: str) -> list[tuple[str, str, Any]]:
        """(id, name, body) of everything of a kind an emulator holds."""
        with Sandbox(self.sandbox, discover().values()) as opened:
            return [(one.id, one.name, one.body) for one in opened.emulators[target].held() if one.kind == kind]

    def call(self, target: str, method: str, path: str, body: Any = None) -> Any:
        """A request to an emulator, as a browser makes it; the answer's body. Fails the test when it is refused."""
        with Sandbox(self.sandbox, discover().values()) as opened:
            emulator = opened.emulators[target]
            environ = emulator.environment("http://sandbox.invalid")
            token = next(value for name, value in environ.items() if not name.endswith("_URL"))
            scheme = "Token token=" if target == "pagerduty" else "Bearer "
            headers = {"Authorization": f"{scheme}{token}", "Content-Type": "application/json"}
            data = b"" if body is None else json.dumps(body).encode()
            answer: Response = emulator.handle(Request.of(method, path, headers, data, base_url="http://sandbox.invalid"))
        assert answer.status < 300, answer
        return answer.body


@pytest.fixture
def place(_applied: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Place]:
    """An estate applied to a sandbox that is this test's own."""

    def copied(estate: str) -> Place:
        sandbox = tmp_path / "sandbox"
        shutil.copytree(_applied(estate), sandbox)
        return Place(estate, sandbox)

    return copied
