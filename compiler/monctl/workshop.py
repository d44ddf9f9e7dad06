"""[I/O] A folder that goes away, in which an import is put together: a copy of the estate that is there, or a new one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from monctl.discover import SETTINGS
from monctl.import_files import Layout
from monctl.project import Checked, check
from monctl.resource import Json
from monctl.spec_writer import estate_text
from monctl.target import Target


@dataclass(frozen=True, slots=True)
class Place:
    """Where the specs go: a new estate, or a folder within one that is there."""

    layout: Layout
    base: Path | None
    """The estate that is there."""
    estate: str
    """Of a new one, its name."""
    environment: str | None = None
    options: Mapping[str, Json] = field(default_factory=dict)
    """Of a new estate: the target's block of monctl.yaml."""


@dataclass(slots=True)
class Workshop:
    """A copy of the estate that is there, or an empty one, in a folder that goes away."""

    root: Path
    place: Place
    settings_text: str = ""
    _files: tuple[str, ...] = ()

    def settings(self, target: Target, options: Mapping[str, Json]) -> None:
        """The monctl.yaml of a new estate; that of one that is there stays."""
        if self.place.base is None:
            said: dict[str, Json] = {"estate": self.place.estate, "targets": {target.name: dict(options)}}
            self.settings_text = estate_text(said)
            (self.root / SETTINGS).write_text(self.settings_text, encoding="utf-8")

    def write(self, files: Mapping[str, str]) -> None:
        """These spec files instead of those written before."""
        for name in self._files:
            (self.root / name).unlink()
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self._files = tuple(files)

    def checked(self, targets: Mapping[str, Target]) -> Checked:
        """The estate as its files say it now."""
        return check(self.root, self.place.environment, targets=targets)


@contextmanager
def workshop(place: Place) -> Iterator[Workshop]:
    """The folder for an import to this place, with the estate that is there, if any."""
    with tempfile.TemporaryDirectory(prefix="monctl-import-") as folder:
        root = Path(folder) / "estate"
        if place.base is None:
            root.mkdir()
        else:
            shutil.copytree(place.base, root, ignore=shutil.ignore_patterns(".*", "__pycache__", "node_modules"))
        yield Workshop(root, place)
