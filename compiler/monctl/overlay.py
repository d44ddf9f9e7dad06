"""What stands for the files of the disk while an estate is loaded: an editor's unsaved texts, and what was read before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from monctl.document import Document
from monctl.load_python import PythonSpec


class Overlay(Protocol):
    """Asked instead of the disk. Documents it gives are shared between loads: nobody changes them."""

    def added(self, root: Path) -> Iterable[Path]:
        """Spec files below an estate's root that are not on the disk yet."""

    def document(self, path: Path, shown: str) -> Document:
        """A YAML file; one that cannot be read is a document with a finding."""

    def text(self, path: Path) -> str:
        """Any other file. Raises OSError and ValueError as reading it does."""

    def python(self, root: Path, paths: Sequence[Path], shown: Callable[[Path], str], seconds: float) -> Iterable[PythonSpec]:
        """What each Python spec declares, in their order."""
