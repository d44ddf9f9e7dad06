"""[I/O] A folder as it was at a commit, written to a temporary place to be read again. Runs git and nothing else."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from monctl.changed import git, parted
from monctl.errors import EstateError

_FILE = re.compile(rb"100(?:644|755) blob (?P<blob>[0-9a-f]+) +(?P<size>\d+)\t(?P<path>.+)", re.DOTALL)
_MOST = 128 * 1024 * 1024
"""Bytes of a folder; those of 10,000 monitors are 5 MB (measured 2026-11-21)."""


@contextmanager
def as_of(ref: str, folder: Path, *, without: str = "") -> Iterator[Path]:
    """A folder of a repository as it was where `ref` and HEAD parted; empty where it was not there yet.

    Links, hidden files and those whose names end as `without` are not in it. Contents are as git keeps them: no filter of a configuration is run.
    Raises UsageError as `changed.since` does, and EstateError for a folder that holds too much to be an estate.
    """
    listed = [one for one in _files(folder, parted(folder, ref)) if not without or not one[0].endswith(without)]
    if sum(size for _, _, size in listed) > _MOST:
        raise EstateError(f"{folder} holds more than {_MOST >> 20} MiB")
    files = [(path, blob) for path, blob, _ in listed]
    with TemporaryDirectory(prefix="monctl-") as place:
        top = Path(place) / (Path(os.path.realpath(folder)).name or "estate")
        top.mkdir()
        for (path, _), data in zip(files, _contents(folder, [blob for _, blob in files]), strict=True):
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_bytes(data)
        yield top


def _files(folder: Path, commit: str) -> Iterator[tuple[str, str, int]]:
    """Path below the folder, the name of the content, and its bytes, of each file."""
    for entry in git(folder, "ls-tree", "-r", "-l", "-z", commit, "--", ".").split(b"\0"):
        found = _FILE.fullmatch(entry)
        if found is not None:
            path = os.fsdecode(found["path"])
            if not path.startswith(("/", "../")) and not any(part.startswith(".") for part in path.split("/")):
                yield path, found["blob"].decode(), int(found["size"])


def _contents(folder: Path, blobs: Iterable[str]) -> Iterator[bytes]:
    """The content of each blob.

    Source of the form, `<sha1> SP <type> SP <size> LF <contents> LF`: git-cat-file(1), batch output, as in
    https://manpages.ubuntu.com/manpages/xenial/man1/git-cat-file.1.html (read 2026-11-21); tried with git 2.39.
    """
    told = git(folder, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode())
    at = 0
    while at < len(told):
        end = told.index(b"\n", at)
        size = int(told[at:end].rsplit(b" ", 1)[1])
        yield told[end + 1 : end + 1 + size]
        at = end + size + 2
