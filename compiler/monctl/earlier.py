"""[I/O] A folder as it was at a commit, written to a temporary place to be read again. Runs git and nothing else."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from posixpath import basename, dirname, join, normpath
from tempfile import TemporaryDirectory

from monctl.changed import changed, git, parted, top_of
from monctl.discover import SETTINGS
from monctl.errors import EstateError

_ENTRY = re.compile(rb"(?P<mode>100(?:644|664|755)|120000) blob (?P<blob>[0-9a-f]+) +(?P<size>\d+)\t(?P<path>.+)", re.DOTALL)
_LINK = "120000"
_ELSEWHERE = re.compile(rb"path|file")
"""What a Python spec says that takes modules from elsewhere: sys.path, __file__, run_path, spec_from_file_location. Nothing is lost by one too many."""
_MOST = 128 * 1024 * 1024
"""Bytes of a folder; those of 10,000 monitors are 5 MB (measured 2026-11-21)."""
_MOST_LED = 64
"""Links on the way to a file."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or a link of a commit."""

    path: str
    """From the top of the repository."""
    mode: str
    blob: str
    size: int

    @property
    def is_link(self) -> bool:
        """Whether its content is a path."""
        return self.mode == _LINK


@contextmanager
def as_of(ref: str, folder: Path, *, without: str = "") -> Iterator[Path]:
    """A folder of a repository as it was where `ref` and HEAD parted, wherever it was then; empty where it was not there yet.

    Around it is what its links lead to, and where its Python specs may look for modules elsewhere every other Python file of the repository; the current
    folder is the same place there. What monctl keeps for itself and files whose names end as `without` are not in it. Contents are as git keeps them:
    no filter of a configuration is run.

    Raises UsageError as `changed.since` does, and EstateError for a folder that holds too much to be an estate, and for one that was not all in git.
    """
    top, commit = top_of(folder), parted(folder, ref)
    place_in_it = os.fsdecode(git(folder, "rev-parse", "--show-prefix").removesuffix(b"\n"))
    below = _as_it_was_called(top, commit, place_in_it)
    wanted = _wanted(top, commit, below, without)
    if sum(one.size for one in wanted) > _MOST:
        raise EstateError(f"{folder} holds more than {_MOST >> 20} MiB")
    with TemporaryDirectory(prefix="monctl-") as place:
        root = Path(place) / (top.name or "top")
        (root / below).mkdir(parents=True)
        for one, data in zip(wanted, _contents(top, [one.blob for one in wanted]), strict=True):
            (root / one.path).parent.mkdir(parents=True, exist_ok=True)
            if one.is_link:
                (root / one.path).symlink_to(os.path.relpath(_target(top, one, data), dirname(one.path)))
            else:
                (root / one.path).write_bytes(data)
        here = Path.cwd()
        same = root / here.relative_to(top) if here.is_relative_to(top) else root
        with chdir(same if same.is_dir() else root):
            yield root / below


def _as_it_was_called(top: Path, commit: str, below: str) -> str:
    """The path of an estate's folder then: where its settings are moved from."""
    if below and not git(top, "ls-tree", "-z", "--full-tree", commit, "--", f"{below}{SETTINGS}"):
        for one in changed(top, commit):
            if one.name == f"{below}{SETTINGS}" != one.was and basename(one.was) == SETTINGS:
                return join(dirname(one.was), "")
    return below


def _wanted(top: Path, commit: str, below: str, without: str) -> list[Entry]:
    """What is to be written of a commit, each once."""

    def is_left_out(one: Entry) -> bool:
        return bool(without) and one.path.endswith(without)

    inside = [one for one in _entries(top, commit, below) if not _is_ours(one.path[len(below) :]) and not is_left_out(one)]
    python = [one for one in inside if one.path.endswith(".py")]
    if python:
        _refuse_imports_from_now(top)
    looks_elsewhere = any(_ELSEWHERE.search(text) for text in _contents(top, [one.blob for one in python]))
    if not looks_elsewhere and not any(one.is_link for one in inside):
        return inside
    tree = _Tree(top, {one.path: one for one in _entries(top, commit, "")})
    tree.add(inside)
    wanted = {one.path: one for one in tree.taken.values() if not is_left_out(one)}
    others = [one for one in tree.entries.values() if looks_elsewhere and one.path.endswith(".py") and not one.is_link]
    if sum(one.size for one in (*wanted.values(), *others)) <= _MOST:  # else what they import is missing, and they say so
        wanted |= {one.path: one for one in others}
    return list(wanted.values())


def _refuse_imports_from_now(top: Path) -> None:
    """Raises EstateError where Python looks for modules in the repository, wherever a spec is: it would find them as they are now."""
    for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if os.environ.get("PYTHONPATH") else ():
        if Path(os.path.realpath(folder)).is_relative_to(top):
            raise EstateError("PYTHONPATH names a folder of the repository, from which its Python specs import what is there now")


@dataclass(slots=True)
class _Tree:
    """All entries of a commit, and those that are taken of them."""

    top: Path
    entries: Mapping[str, Entry]
    taken: dict[str, Entry] = field(default_factory=dict)
    _paths: list[str] = field(init=False)
    _led: dict[str, str] = field(init=False)
    """Link → the path it leads to."""

    def __post_init__(self) -> None:
        self._paths = sorted(self.entries)
        links = [one for one in self.entries.values() if one.is_link]
        texts = _contents(self.top, [one.blob for one in links]) if links else ()
        self._led = {one.path: _target(self.top, one, text) for one, text in zip(links, texts, strict=True)}

    def add(self, some: Iterable[Entry]) -> None:
        """Take entries, and what links among them lead to. Raises EstateError for a link that leads out of the repository to what may be specs."""
        for one in some:
            if one.path not in self.taken:
                if not one.is_link:
                    self.taken[one.path] = one
                elif not _leads_out(self._led[one.path]):
                    self.taken[one.path] = one
                    self._follow(self._led[one.path], _MOST_LED)
                elif one.path.endswith((".yaml", ".yml", ".py")) or (self.top / one.path).is_dir():
                    raise EstateError(f"the link {one.path} leads out of the repository")

    def _follow(self, path: str, left: int) -> None:
        """Take what is at a path: a file, a link, a folder, or what is behind a link on the way there."""
        if path in self.entries:
            self.add([self.entries[path]])
            return
        inside = "" if path == "." else f"{path}/"
        at = bisect_left(self._paths, inside)
        found = list(takewhile(lambda one: one.startswith(inside), self._paths[at:]))
        self.add(self.entries[one] for one in found if not _is_ours(one[len(inside) :]))
        parts = path.split("/")
        behind = next((head for end in range(1, len(parts)) if (head := "/".join(parts[:end])) in self._led), None)
        if not found and behind is not None and left:
            self.add([self.entries[behind]])
            rest = normpath(join(self._led[behind], path[len(behind) + 1 :]))
            if not _leads_out(rest):
                self._follow(rest, left - 1)


def _target(top: Path, link: Entry, text: bytes) -> str:
    """The path a link leads to, from the top; one that leads out of the repository is absolute or begins with `..`."""
    led = normpath(join(dirname(link.path), os.fsdecode(text)))
    return os.path.relpath(led, top) if Path(led).is_absolute() and Path(led).is_relative_to(top) else led


def _leads_out(path: str) -> bool:
    return path.startswith(("/", "../")) or path == ".."


def _is_ours(path: str) -> bool:
    """Whether monctl wrote it, for itself."""
    return ".monctl" in path.split("/")


def _entries(top: Path, commit: str, below: str) -> Iterator[Entry]:
    """Every file and link below a folder of a commit, or of all of it."""
    for line in git(top, "ls-tree", "-r", "-l", "-z", "--full-tree", commit, *(["--", below] if below else [])).split(b"\0"):
        found = _ENTRY.fullmatch(line)
        if found is not None:
            yield Entry(os.fsdecode(found["path"]), found["mode"].decode(), found["blob"].decode(), int(found["size"]))


def _contents(top: Path, blobs: Iterable[str]) -> Iterator[bytes]:
    """The content of each blob.

    Source of the form, `<sha1> SP <type> SP <size> LF <contents> LF`: git-cat-file(1), batch output, as in
    https://manpages.ubuntu.com/manpages/xenial/man1/git-cat-file.1.html (read 2026-11-21); tried with git 2.39.
    """
    told = git(top, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode())
    at = 0
    while at < len(told):
        end = told.index(b"\n", at)
        size = int(told[at:end].rsplit(b" ", 1)[1])
        yield told[end + 1 : end + 1 + size]
        at = end + size + 2
