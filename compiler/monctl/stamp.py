"""[I/O] What files look like from outside: one digest over path, size, times, inode and mode of each. Imports next to nothing.

A change of content, name, mode or kind always changes the ctime, which no program can set back. So two equal stamps mean equal content,
except for a file that was changed after the stamp within the clock tick it already bore: who keeps a stamp asks for `newest` to be older.
"""

from __future__ import annotations

import os
from _blake2 import blake2b  # hashlib's own, without loading OpenSSL: 3 ms and 3 MB, a third of an empty interpreter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

SPEC_ENDINGS = (".yaml", ".yml", ".py")
PASSED_BY = frozenset({"__pycache__", "node_modules"})


class Stamp:
    """What some files look like. A plain class: dataclasses cost as much to import as an empty interpreter."""

    __slots__ = ("devices", "digest", "newest", "python")

    def __init__(self) -> None:
        self.digest = ""
        self.newest = 0
        """The latest ctime, in nanoseconds of the file system's own clock."""
        self.devices: set[int] = set()
        """File systems the files are on: clocks of two may differ."""
        self.python = False
        """Whether there is a Python file."""


def tree(top: str, *, specs: bool) -> Stamp:
    """The stamp of the folder `top`, with what links lead to: of every file, or (`specs`) of those that `monctl.discover` may read.

    Raises OSError when `top` itself cannot be listed.
    """
    stamp = Stamp()
    digest = blake2b(os.fsencode(os.path.realpath(top)), digest_size=16)
    open_folders = [top]
    seen = set()
    while open_folders:
        place = open_folders.pop()
        try:
            about = os.stat(place)
            if (about.st_dev, about.st_ino) in seen:
                continue
            seen.add((about.st_dev, about.st_ino))
            stamp.devices.add(about.st_dev)
            folders, rows = _folder(place, stamp, specs=specs)
        except OSError as error:
            if place == top:
                raise
            folders, rows = [], [f"unreadable {error.errno}"]
        rows.sort()
        digest.update(f"{place}\0{len(rows)}\0".encode(errors="surrogateescape"))
        digest.update("\0".join(rows).encode(errors="surrogateescape"))
        open_folders += sorted((place + "/" + name for name in folders), reverse=True)
    stamp.digest = digest.hexdigest()
    return stamp


def _folder(place: str, stamp: Stamp, *, specs: bool) -> tuple[list[str], list[str]]:
    """Names of the folders in a folder, and a row for each of its files and links."""
    folders: list[str] = []
    rows: list[str] = []
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)  # the system looks up names from here: a quarter quicker than whole paths
    try:
        with os.scandir(handle) as entries:
            for entry in entries:
                name = entry.name
                if entry.is_symlink():
                    if not (specs and name[0] == "."):
                        rows.append(_link(place, name, stamp))
                        if os.path.isdir(f"{place}/{name}") and not (specs and name in PASSED_BY):
                            folders.append(name)
                        elif name.endswith(".py"):
                            stamp.python = True
                elif entry.is_dir():
                    if not (specs and (name[0] == "." or name in PASSED_BY)):
                        folders.append(name)
                elif not specs or (name[0] != "." and name.endswith(SPEC_ENDINGS)):
                    about = entry.stat(follow_symlinks=False)
                    if about.st_ctime_ns > stamp.newest:
                        stamp.newest = about.st_ctime_ns
                    stamp.devices.add(about.st_dev)
                    if name.endswith(".py"):
                        stamp.python = True
                    rows.append(f"{name} {about.st_size} {about.st_mtime_ns} {about.st_ctime_ns} {about.st_ino} {about.st_mode}")
    finally:
        os.close(handle)
    return folders, rows


def _link(place: str, name: str, stamp: Stamp) -> str:
    """The row of a symbolic link: itself, where it leads, and what is there."""
    path = f"{place}/{name}"
    said = f"{name} {_row(os.lstat(path), stamp)} {os.path.realpath(path)}"
    try:
        return f"{said} {_row(os.stat(path), stamp)}"
    except OSError as error:
        return f"{said} leads nowhere {error.errno}"


def listed(paths: Iterable[str]) -> Stamp:
    """The stamp of single files and folders, a folder's own and not its content. What is not there is part of the stamp too."""
    stamp = Stamp()
    digest = blake2b(digest_size=16)
    for path in paths:
        try:
            row = _row(os.stat(path), stamp)
        except OSError as error:
            row = f"absent {error.errno}"
        digest.update(f"{path}\0{row}\0".encode(errors="surrogateescape"))
    stamp.digest = digest.hexdigest()
    return stamp


def linked(paths: Iterable[str]) -> Stamp:
    """The stamp of single files, and of where links on the way to them lead."""
    known = list(paths)
    return listed([*known, *map(os.path.realpath, known)])


def folders(tops: Iterable[str]) -> Stamp:
    """The stamp of everything in some folders. Raises OSError when one is not there."""
    whole = Stamp()
    for top in tops:
        one = tree(top, specs=False)
        whole.newest = max(whole.newest, one.newest)
        whole.devices |= one.devices
        whole.digest += one.digest
    return whole


def _row(about: os.stat_result, stamp: Stamp) -> str:
    stamp.newest = max(stamp.newest, about.st_ctime_ns)
    stamp.devices.add(about.st_dev)
    return f"{about.st_size} {about.st_mtime_ns} {about.st_ctime_ns} {about.st_ino} {about.st_mode}"
