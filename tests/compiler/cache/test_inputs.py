"""A command reads nothing, and asks the environment for nothing, that is not part of its question or stamped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from monctl import cache
from tests.compiler.cache.place import ESTATE, Place

WATCHED = """
import json, os, sys
opened, asked = [], set()

class Watched(dict):
    def __getitem__(self, name):
        asked.add(name)
        return super().__getitem__(name)
    def get(self, name, default=None):
        asked.add(name)
        return super().get(name, default)
    def __contains__(self, name):
        asked.add(name)
        return super().__contains__(name)

os.environ = Watched(os.environ)
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" and not str(given[1] or "r").strip("rb") else None)
from monctl.cli import answer
status = answer(sys.argv[1:])
modules = [module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)]
with open(os.path.join(os.getcwd(), "told.json"), "w") as file:
    json.dump({"status": status, "opened": opened, "asked": sorted(asked), "modules": modules}, file)
"""

COMMANDS = (["validate", "-C", "estate"], ["lint", "-C", "estate", "-o", "json"], ["compile", "-C", "estate", "--out", "out", "--report"])
ASIDE = frozenset({"PATH", "HOME", "TMPDIR", "TEMP", "TMP", "_MONCTL_COMPLETE"})
"""Where programs and temporary files are, on which nothing depends that is said; and what makes the command line complete words instead."""


def told(place: Place, command: list[str]) -> Any:
    subprocess.run([sys.executable, "-c", WATCHED, *command], cwd=place.folder, check=True, capture_output=True)
    return json.loads((place.folder / "told.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_file_that_is_read_is_stamped(place: Place, command: list[str]) -> None:
    said = told(place, command)
    program = {Path(path).resolve() for path in said["modules"]}

    def known(path: Path) -> bool:
        within = [folder for folder in (place.estate, place.folder / "out") if path.is_relative_to(folder)]
        own = path.suffix in {".py", ".pyc", ".so", ".zip"} or path.resolve() in program
        return bool(within) or own or path.is_dir() or "zoneinfo" in path.parts or any(part.endswith(".dist-info") for part in path.parts)

    opened = {place.folder / path for path in said["opened"]}
    specs = {path for path in opened if path.is_relative_to(place.estate) and path.is_file() and ".monctl" not in path.parts}
    assert said["status"] == 0
    assert sorted(path for path in opened if not known(path)) == []
    assert specs == {place.estate / name for name in ESTATE}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_every_variable_that_is_asked_for_is_part_of_the_question(place: Place, command: list[str]) -> None:
    asked = {name for name in told(place, command)["asked"] if not cache.concerns(name)}

    assert asked - ASIDE == set()
    assert os.environ["NO_COLOR"]
