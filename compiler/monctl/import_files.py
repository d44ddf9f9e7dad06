"""Which file an imported object goes into, and the files of an import. Pure, but for `save`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monctl.discover import SETTINGS
from monctl.errors import UsageError
from monctl.saying import SaidObject, slug
from monctl.schema import for_editors
from monctl.spec.file import KINDS
from monctl.spec_writer import spec_text

ADOPT = "import-adopt.txt"
_FILES = {
    "severities": "severities",
    "people": "people",
    "teams": "people",
    "rotations": "oncall",
    "escalations": "oncall",
    "channels": "channels",
    "routes": "channels",
    "calendars": "calendars",
    "maintenance": "maintenance",
    "datasources": "sources",
    "services": "services",
    "metrics": "metrics",
    "monitors": "monitors",
    "slos": "monitors",
    "dashboards": "dashboards",
    "runbooks": "runbooks",
    "phases": "phases",
    "reports": "reports",
}
_SPLIT = frozenset({"metrics", "monitors", "dashboards"})
"""Kinds that get a file for each group once they are many."""
_MANY = 12
"""Objects of a kind that are still read with pleasure in one file."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where an import goes."""

    root: Path
    """The estate."""
    below: str = ""
    """Folder within the estate, with a slash at its end; empty: the estate's own."""
    about: str = ""
    """A comment at the top of each file."""
    written: Mapping[str, str] = field(default_factory=dict)
    """Path within the estate → text, of a finished import."""
    adopt: Sequence[str] = ()

    def files(self, objects: Sequence[SaidObject]) -> dict[str, str]:
        """Path within the estate → text."""
        many = {kind: sum(one.kind == kind for one in objects) > _MANY for kind in _SPLIT}
        found: dict[str, dict[str, list[SaidObject]]] = {}
        for kind in KINDS:
            for one in objects:
                if one.kind == kind:
                    split = many.get(kind, False) and one.group
                    name = f"{_FILES[kind]}/{slug(one.group) or 'other'}" if split else _FILES[kind]
                    found.setdefault(f"{self.below}{name}.yaml", {}).setdefault(kind, []).append(one)
        return {path: spec_text(kinds, about=self.about, depth=path.count("/")) for path, kinds in sorted(found.items())}

    @property
    def adopt_file(self) -> str:
        """Path within the estate of the list of what to adopt."""
        return f"{self.below}{ADOPT}"

    @property
    def adopt_text(self) -> str:
        """An option a line, as `xargs` reads them."""
        return "".join(f"--adopt {shlex.quote(one)}\n" for one in self.adopt)

    def save(self) -> list[Path]:
        """Write the files. Raises UsageError when one of them is there already, before anything is written."""
        texts = {self.root / path: text for path, text in self.written.items()}
        if SETTINGS in self.written:
            texts |= {self.root / path: text for path, text in for_editors().items()}
        if self.adopt:
            texts[self.root / self.adopt_file] = self.adopt_text
        there = next((path for path in texts if path.exists()), None)
        if there is not None:
            raise UsageError(
                f"{there} is there already, and an import overwrites nothing", hint="move it away, or import into another folder"
            )
        for path, text in texts.items():
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            except OSError as error:
                raise UsageError(f"cannot write {path}: {(error.strerror or '').lower()}", hint="name another folder") from None
        return sorted(texts)
