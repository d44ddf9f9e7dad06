"""[I/O] Paths as the repository of a file knows them: what GitHub shows is found by its path from the top."""

from __future__ import annotations

import os
from pathlib import Path


def from_top(file: str) -> str:
    """A path as told to the user (relative to the current folder) as it is from the top of the git repository it is in, with forward slashes.

    As it was where the file is in none. git is not run: the top is the nearest folder with a `.git`, a folder or, in worktrees and submodules, a file.
    """
    path, real = Path(os.path.abspath(file)), Path(os.path.realpath(file))  # noqa: PTH100  # resolve() would follow links
    top = top_of(path.parent) or top_of(real.parent)
    if top is None:
        return file
    real_top = top.resolve()  # git knows what is behind a link by the path it has itself
    return (real.relative_to(real_top) if real.is_relative_to(real_top) else path.relative_to(top)).as_posix()


def top_of(folder: Path) -> Path | None:
    """The top of the repository that an absolute folder is in; None where it is in none."""
    return next((one for one in (folder, *folder.parents) if os.path.lexists(one / ".git")), None)
