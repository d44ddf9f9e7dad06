"""[I/O] The texts an editor holds, over the files of the disk; what was read and run is kept until it changes. Implements `monctl.overlay.Overlay`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monctl.document import Document, load_file, load_text
from monctl.load_python import PythonSpec, python_specs


def real(path: Path | str) -> str:
    """One spelling of a path: absolute, links followed."""
    return os.path.realpath(path)


@dataclass
class Kept:
    """What was read and run, for the next time."""

    documents: dict[tuple[str, str], tuple[object, Document]] = field(default_factory=dict)
    """(path, name as shown) → what it was made of, and the document."""
    ran: dict[str, tuple[object, tuple[PythonSpec, ...]]] = field(default_factory=dict)
    """Root of an estate → which files in which generation, and what they declared."""


@dataclass(frozen=True)
class View:
    """The texts at one moment. A check runs on it while the editor goes on."""

    texts: Mapping[str, str]
    """Real path → text, of what is open."""
    generation: int
    """Grows when something was saved that a Python spec may read: then they are run again."""
    kept: Kept

    def added(self, root: Path) -> Iterable[Path]:
        """Open files below the root that are not on the disk yet."""
        top = real(root)
        for path in self.texts:
            below = os.path.relpath(path, top)
            if not below.startswith("..") and not any(part.startswith(".") for part in Path(below).parts) and not Path(path).exists():
                yield root / below

    def document(self, path: Path, shown: str) -> Document:
        """The open text of a file, else the file."""
        where = real(path)
        text = self.texts.get(where)
        made_of: object = text
        if text is None:
            try:
                about = path.stat()
                made_of = (about.st_mtime_ns, about.st_size, about.st_ino)
            except OSError:
                return load_file(path, shown)
        known = self.kept.documents.get((where, shown))
        if known is None or known[0] != made_of:
            known = (made_of, load_file(path, shown) if text is None else load_text(shown, text))
            self.kept.documents[where, shown] = known
        return known[1]

    def text(self, path: Path) -> str:
        """The open text of a file, else the file's."""
        held = self.texts.get(real(path))
        return path.read_text(encoding="utf-8") if held is None else held

    def python(self, root: Path, paths: Sequence[Path], shown: Callable[[Path], str], seconds: float) -> Iterable[PythonSpec]:
        """What the specs declared when they were last run: they run as they are on the disk, and only after something was saved."""
        there = [path for path in paths if path.exists()]
        made_of = (self.generation, tuple(paths))
        known = self.kept.ran.get(real(root))
        if known is None or known[0] != made_of:
            answered = {spec.path: spec for spec in python_specs(root, there, shown, seconds)} if there else {}
            known = (made_of, tuple(answered.get(path, PythonSpec(path, (), ())) for path in paths))
            self.kept.ran[real(root)] = known
        return known[1]
