"""[I/O] Which lines of which files have changed since a commit, as git tells. Runs git and nothing else, always with a list of arguments."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from monctl.errors import UsageError

_HUNK = re.compile(rb"@@ -\d+(?:,(?P<gone>\d+))? \+(?P<first>\d+)(?:,(?P<new>\d+))? @@")
_DIFF = ("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--no-relative", "--ignore-submodules=all")
"""Neither programs that a configuration names nor renames: a file under a new name is new."""
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
_WHOLE = (range(1, 2**31),)


@dataclass(frozen=True, slots=True)
class Changes:
    """Changed lines of the files below some folders."""

    lines: Mapping[str, Sequence[range]] = field(default_factory=dict)
    """Real path → stretches of 1-based lines of the file as it is now. Where lines were only removed: the line before them."""

    def touch(self, file: str, first_line: int, last_line: int) -> bool:
        """Whether one of these lines (both inclusive) has changed."""
        if not self.lines:
            return False
        return any(stretch.start <= last_line and first_line < stretch.stop for stretch in self.lines.get(os.path.realpath(file), ()))


def since(ref: str, folders: Iterable[Path]) -> Changes:
    """What has changed below some folders since `ref` and HEAD parted: committed, staged, edited, and files git does not know yet.

    Raises UsageError outside a repository, for a name that is no commit, and where git is not installed.
    """
    lines: dict[str, Sequence[range]] = {}
    for folder in folders:
        top = _top(folder)
        commit = parted(folder, ref)
        lines |= {os.path.realpath(top / name): stretches for name, stretches in _changed(folder, commit)}
        lines |= {
            os.path.realpath(folder / name): _WHOLE for name in _names(git(folder, "ls-files", "--others", "--exclude-standard", "-z"))
        }
    return Changes(lines)


def _top(folder: Path) -> Path:
    done = _run(folder, "rev-parse", "--show-toplevel")
    if done.returncode != 0:
        raise UsageError(
            f"--base compares with a commit, and {_shown(folder)} is in no git repository",
            hint="run it inside the repository, or leave --base out",
        )
    return Path(os.fsdecode(done.stdout.rstrip(b"\n")))


def parted(folder: Path, ref: str) -> str:
    """The commit where `ref` and HEAD parted; where they share nothing, `ref` itself. Raises UsageError for a name that is no commit."""
    known = (
        None
        if ref.startswith("-") or not ref.strip() or "\0" in ref
        else _run(folder, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    )
    if known is None or known.returncode != 0:
        _top(folder)
        raise UsageError(
            f"git knows no commit '{ref}'",
            hint="name a branch, a tag or a commit; in a workflow fetch it first (`fetch-depth: 0` of actions/checkout)",
        )
    commit = known.stdout.decode().strip()
    base = _run(folder, "merge-base", commit, "HEAD")
    return base.stdout.decode().split()[0] if base.returncode == 0 and base.stdout else commit


def _changed(folder: Path, commit: str) -> Iterator[tuple[str, Sequence[range]]]:
    """Each changed file, by its path from the top, with its stretches. The diff is read beside the list of names, which needs no unquoting."""
    names = _names(git(folder, *_DIFF, "--name-only", "-z", commit, "--", "."))
    stretches = list(_files(git(folder, *_DIFF, "--unified=0", "--inter-hunk-context=0", commit, "--", ".")))
    if len(stretches) != len(names):  # a merge with conflicts: git tells of some files twice
        yield from ((name, _WHOLE) for name in names)
    else:
        yield from zip(names, stretches, strict=True)


def _files(diff: bytes) -> Iterator[Sequence[range]]:
    """The stretches of each file of a diff. Lines of a hunk are counted, so that no text of a file is taken for a header."""
    lines = iter(diff.split(b"\n"))
    current: list[range] | None = None
    for line in lines:
        if line.startswith(b"diff --git "):
            if current is not None:
                yield current
            current = []
        elif current is not None and (hunk := _HUNK.match(line)):
            first, new = int(hunk["first"]), int(hunk["new"] or 1)
            current.append(range(max(1, first), max(1, first) + max(1, new)))
            left = int(hunk["gone"] or 1) + new
            while left and (body := next(lines, None)) is not None:
                left -= not body.startswith(b"\\")
    if current is not None:
        yield current


def _names(listed: bytes) -> list[str]:
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]


def git(folder: Path, *arguments: str, given: bytes | None = None) -> bytes:
    """What git prints in a folder, `given` on its standard input. Raises UsageError where it fails."""
    done = _run(folder, *arguments, given=given)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().partition("\n")[0]
        raise UsageError(f"git cannot tell what has changed in {_shown(folder)}: {said}", hint="leave --base out to see everything")
    return done.stdout


def _run(folder: Path, *arguments: str, given: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    command = ["git", *_QUIET, *arguments]
    try:
        return subprocess.run(command, cwd=folder, env=environ, input=given or b"", capture_output=True, check=False)  # noqa: S603  # git, from the PATH as everywhere
    except FileNotFoundError:
        raise UsageError("--base needs git, which is not installed", hint="install git, or leave --base out") from None


def _shown(folder: Path) -> str:
    return "this folder" if str(folder) == "." else str(folder)
