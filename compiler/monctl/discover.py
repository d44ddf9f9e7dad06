"""[I/O] Which files belong to which estate. Symbolic links to folders are followed, each folder is visited once."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from monctl.errors import EstateError, reason
from monctl.irregular import irregular

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
    irregular: tuple[tuple[Path, str], ...] = ()
    """What has the name of a spec and is no file, and what it is. Nobody opens it."""


def estates(folder: Path) -> list[Path]:
    """Roots of the estates a folder means: itself, or every estate below it, sorted.

    A folder below it that cannot be looked into may be an estate: it is among them, for whoever loads it to tell. Raises EstateError when there is none.
    """
    _must_be_folder(folder)
    if os.path.isfile(folder / SETTINGS):  # noqa: PTH113  # Path.is_file raises where the folder may be listed and not entered
        return [folder]
    unreadable: list[OSError] = []
    found = [Path(place) for place, _, entries in _walk(folder, unreadable) if SETTINGS in entries]
    closed = [Path(error.filename) for error in unreadable]
    if found or folder in closed:
        return sorted({*found, *(path for path in closed if not any(path.is_relative_to(root) for root in found))})
    but = f", but {closed[0]} cannot be read: {reason(unreadable[0])}" if closed else ""
    raise EstateError(
        f"no estate in {folder}: there is no {SETTINGS} in it or below it{but}",
        hint="run `monctl init` to begin one, or name another folder with -C",
    )


def _must_be_folder(folder: Path) -> None:
    """Raises EstateError."""
    try:
        fault = "" if stat.S_ISDIR(folder.stat().st_mode) else "is not a folder"
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a zero byte
        fault = "does not exist"
    except OSError as error:
        fault = f"cannot be read: {reason(error)}"
    if fault:
        raise EstateError(f"{folder} {fault}", hint="name an estate, or a folder of estates, with -C")


def files(root: Path, exclude: tuple[str, ...] = (), added: Iterable[Path] = ()) -> Files:
    """The spec files of one estate, and those `added` that are not on the disk yet.

    Folders with a `monctl.yaml` of their own are other estates; hidden ones are skipped.
    """
    specs = [path for path in added if _is_spec(path.name) and not _excluded(path.relative_to(root).as_posix(), exclude)]
    odd: list[tuple[Path, str]] = []
    unreadable: list[OSError] = []
    top = str(root)
    for place, folders, entries in _walk(root, unreadable):
        if place != top and SETTINGS in entries:
            folders.clear()
            continue
        here = Path(place)
        below = here.relative_to(root).as_posix()
        for name in filter(_is_spec, sorted(entries)):
            if exclude and _excluded(name if below == "." else f"{below}/{name}", exclude):
                continue
            path = here / name
            if _is_file(entries[name]) or (what := irregular(path)) is None:
                specs.append(path)
            else:
                odd.append((path, what))
    closed = [(Path(error.filename), reason(error)) for error in unreadable]
    told = tuple((path, why) for path, why in closed if not _excluded(path.relative_to(root).as_posix(), exclude))
    return Files(root, root / SETTINGS, tuple(sorted(set(specs) if added else specs)), told, tuple(odd))


def _is_spec(name: str) -> bool:
    return name.endswith(_SPEC_ENDINGS) and name != SETTINGS and not name.startswith(".")


def _excluded(relative: str, exclude: tuple[str, ...]) -> bool:
    return any(fnmatch(relative, pattern) or relative.startswith(pattern.rstrip("/") + "/") for pattern in exclude)


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a regular file, as the folder's own list says: only links are looked after."""
    try:
        return entry.is_file()
    except OSError:
        return False


def _walk(top: Path, unreadable: list[OSError]) -> Iterator[tuple[str, list[str], dict[str, os.DirEntry[str]]]]:
    """Each folder with its folders in sorted order and what else is in it, following links to folders but never into one it has been in.

    Which of its folders are visited is up to who takes them from the list.
    """
    seen: set[tuple[int, int]] = set()
    left = [str(top)]
    while left:
        place = left.pop()
        try:
            about = Path(place).stat()
            with os.scandir(place) as listed:
                entries = {entry.name: entry for entry in listed}
        except OSError as error:
            unreadable.append(error)
            continue
        if (about.st_dev, about.st_ino) in seen:
            continue
        seen.add((about.st_dev, about.st_ino))
        inner = [name for name, entry in entries.items() if _is_folder(entry)]
        others = {name: entries[name] for name in entries.keys() - set(inner)} if inner else entries
        folders = sorted(name for name in inner if not name.startswith(".") and name not in _NEVER)
        yield place, folders, others
        left += [f"{place.rstrip('/')}/{name}" for name in reversed(folders)]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
