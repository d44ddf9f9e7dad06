"""[I/O] Which files belong to which estate. Symbolic links to folders are followed, each folder is visited once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from monctl.errors import EstateError

SETTINGS = "monctl.yaml"
_SPEC_ENDINGS = (".yaml", ".yml", ".py")
_NEVER = {"__pycache__", "node_modules"}


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one estate."""

    root: Path
    settings: Path
    specs: tuple[Path, ...]
    """Sorted by path."""
    unreadable: tuple[tuple[Path, str], ...] = ()
    """Folders that could not be looked into, and why."""


def estates(folder: Path) -> list[Path]:
    """Roots of the estates a folder means: itself, or every estate below it, sorted.

    Raises EstateError when there is none.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise EstateError(f"{folder} {what}", hint="name an estate, or a folder of estates, with -C")
    if (folder / SETTINGS).is_file():
        return [folder]
    found = sorted(Path(place) for place, _, names in _walk(folder, []) if SETTINGS in names)
    if not found:
        raise EstateError(
            f"no estate in {folder}: there is no {SETTINGS} in it or below it",
            hint="run `monctl init` to begin one, or name another folder with -C",
        )
    return found


def files(root: Path, exclude: tuple[str, ...] = (), added: Iterable[Path] = ()) -> Files:
    """The spec files of one estate, and those `added` that are not on the disk yet.

    Folders with a `monctl.yaml` of their own are other estates; hidden ones are skipped.
    """
    specs = [path for path in added if _is_spec(path.name) and not _excluded(path.relative_to(root).as_posix(), exclude)]
    unreadable: list[OSError] = []
    top = str(root)
    for place, folders, names in _walk(root, unreadable):
        if place != top and SETTINGS in names:
            folders.clear()
            continue
        here = Path(place)
        below = here.relative_to(root).as_posix()
        for name in names:
            if _is_spec(name):
                relative = name if below == "." else f"{below}/{name}"
                if not _excluded(relative, exclude):
                    specs.append(here / name)
    told = tuple((Path(error.filename), (error.strerror or type(error).__name__).lower()) for error in unreadable)
    return Files(root, root / SETTINGS, tuple(sorted(set(specs) if added else specs)), told)


def _is_spec(name: str) -> bool:
    return name.endswith(_SPEC_ENDINGS) and name != SETTINGS and not name.startswith(".")


def _excluded(relative: str, exclude: tuple[str, ...]) -> bool:
    return any(fnmatch(relative, pattern) or relative.startswith(pattern.rstrip("/") + "/") for pattern in exclude)


def _walk(top: Path, unreadable: list[OSError]) -> Iterator[tuple[str, list[str], list[str]]]:
    """os.walk in sorted order, following links to folders but never into one it has been in."""
    seen: set[tuple[int, int]] = set()
    for place, folders, names in os.walk(top, followlinks=True, onerror=unreadable.append):
        about = Path(place).stat()
        if (about.st_dev, about.st_ino) in seen:
            folders.clear()
            continue
        seen.add((about.st_dev, about.st_ino))
        folders[:] = sorted(folder for folder in folders if not folder.startswith(".") and folder not in _NEVER)
        yield place, folders, sorted(names)
