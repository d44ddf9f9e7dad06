"""[I/O] New lines of log files: each once, over rotation (renamed, copied and truncated, deleted) and restarts."""

from __future__ import annotations

import glob
import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Final

_HEAD: Final = 256
"""Bytes a file is recognised by: an inode may be given to a new file, and a truncated file may grow past where we were."""
_MOST: Final = 64 * 1024 * 1024
"""Read in one run; the rest is read in the next."""
_BACK: Final = 16 * 1024 * 1024
"""Of a file never seen before, how much of its end is looked at when the check begins."""
_LONGEST_LINE: Final = 1024 * 1024
_CHUNK: Final = 256 * 1024
_QUIET: Final = 3
"""Runs without growth after which a file that was renamed away is let go."""
_PACKED: Final = frozenset({".gz", ".bz2", ".xz", ".zst", ".lz4", ".zip"})


@dataclass(frozen=True, slots=True)
class Place:
    """How far one file has been read."""

    path: str
    device: int
    inode: int
    offset: int
    head: str
    """SHA-256 of its first bytes."""
    head_bytes: int
    quiet: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """What one run found."""

    places: tuple[Place, ...]
    files: int
    """That the pattern names now."""
    behind: bool = False
    """There is more than one run reads."""


class GiveUp(Exception):
    """Nobody waits for these lines any more."""


def read_new(
    pattern: str, places: tuple[Place, ...] | None, take: Callable[[str], None], *, given_up: Callable[[], bool] = lambda: False
) -> Read:
    """Gives every new whole line to `take`. Without places it begins: with the ends of the files there are.

    Raises OSError for a file that may not be read, GiveUp when `given_up` says so.
    """
    return _Run(pattern, places, take, given_up).read()


def to_json(places: tuple[Place, ...]) -> list[list[Any]]:
    """For a cursor."""
    return [[one.path, one.device, one.inode, one.offset, one.head, one.head_bytes, one.quiet] for one in places]


def from_json(said: object) -> tuple[Place, ...] | None:
    """From a cursor; None where it is not one of ours."""
    try:
        return tuple(Place(*one) for one in said) if isinstance(said, list) else None
    except TypeError:
        return None


class _Run:
    def __init__(self, pattern: str, places: tuple[Place, ...] | None, take: Callable[[str], None], given_up: Callable[[], bool]) -> None:
        self._pattern, self._take, self._given_up = pattern, take, given_up
        self._begins = places is None
        self._known: Mapping[tuple[int, int], Place] = {(one.device, one.inode): one for one in places or ()}
        self._left = _MOST
        self._behind = False

    def read(self) -> Read:
        named = sorted(glob.glob(self._pattern, recursive=True))  # noqa: PTH207  # Path.glob takes no absolute pattern
        paths = [path for path in named if Path(path).suffix not in _PACKED]
        found: dict[tuple[int, int], Place] = {}
        files = 0
        # what was renamed away is older than what took its name
        for path in [*self._renamed(set(paths)), *paths]:
            place = self._file(path, listed=path in paths)
            if place is not None and (place.device, place.inode) not in found:
                found[place.device, place.inode] = place
            files += place is not None and path in paths
        kept = tuple(place for place in found.values() if place.quiet < _QUIET)
        return Read(kept, files, self._behind)

    def _renamed(self, listed: set[str]) -> list[str]:
        """Files we were reading that the pattern does not name any more, under their new names beside the old ones."""
        there = {key for path in listed if (key := _key(path)) is not None}
        lost = {key: place for key, place in self._known.items() if key not in there}
        folders = {str(Path(place.path).parent) for place in lost.values()}
        return sorted(
            entry.path
            for folder in folders
            for entry in _entries(folder)
            if Path(entry.path).suffix not in _PACKED and _key(entry.path) in lost and entry.path not in listed
        )

    def _file(self, path: str, *, listed: bool) -> Place | None:
        try:
            file = open(path, "rb")  # noqa: PTH123, SIM115  # closed below; FileNotFoundError alone is no news
        except (FileNotFoundError, IsADirectoryError):
            return None
        with file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                return None
            known = self._known.get((about.st_dev, about.st_ino))
            if known is not None and (about.st_size < known.offset or _head(file, known.head_bytes) != known.head):
                known = None  # truncated, or another file with its number
                offset = 0
            elif known is not None:
                offset = known.offset
            else:
                offset = max(0, about.st_size - _BACK) if self._begins else 0
            whole = known is not None or not self._begins
            reached = self._lines(file, offset, about.st_size, mid=offset > 0 and not whole)
            size = min(_HEAD, about.st_size)
            place = Place(path, about.st_dev, about.st_ino, reached, _head(file, size), size)
            quiet = 0 if listed or reached > offset or known is None else known.quiet + 1
            return replace(place, quiet=quiet)

    def _lines(self, file: IO[bytes], offset: int, size: int, *, mid: bool) -> int:
        """Gives the whole lines between offset and size; where the last of them ends."""
        file.seek(offset)
        done, rest, drop = offset, b"", mid
        while offset < size:
            if self._given_up():
                raise GiveUp
            if self._left <= 0:
                self._behind = True
                break
            chunk = file.read(min(_CHUNK, size - offset))
            if not chunk:
                break
            offset += len(chunk)
            self._left -= len(chunk)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                done += len(line) + 1
                if drop:
                    drop = False  # the end of a line whose beginning was not read
                elif line.strip():
                    self._take(line.rstrip(b"\r").decode("utf-8", "replace"))
            if len(rest) > _LONGEST_LINE:
                done += len(rest)
                rest, drop = b"", True
        return done


def _key(path: str) -> tuple[int, int] | None:
    try:
        about = os.stat(path)  # noqa: PTH116  # a fifth of pathlib's time, for each file of each run
    except OSError:
        return None
    return about.st_dev, about.st_ino


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if entry.is_file()]
    except OSError:
        return []


def _head(file: IO[bytes], count: int) -> str:
    file.seek(0)
    return hashlib.sha256(file.read(count)).hexdigest()
