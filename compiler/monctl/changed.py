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
_DIFF = (
    "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--text", "--find-renames", "--no-relative", "--ignore-submodules=all"
)  # fmt: skip
"""No programs that a configuration names; of a file under a new name, what is not as in the old one."""
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
_OF_A_REPOSITORY = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX", "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE",
}  # fmt: skip
"""What git tells its hooks: then the folder it is run in is taken for the top. `git rev-parse --local-env-vars` of git 2.39, but for the
configuration, which may hold `safe.directory`, and GIT_WORK_TREE, which says where the top is."""
_OF_PATHS = {"GIT_DIFF_OPTS", "GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_NOGLOB_PATHSPECS"}
_AT_ONCE = 200
"""Files asked for in one diff: a command line has an end."""
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


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that is not as it was."""

    name: str
    """From the top of the repository, as it is now."""
    was: str
    """The same, but of a file that was moved."""
    is_there: bool


def since(ref: str, folders: Mapping[Path, Iterable[Path]]) -> Changes:
    """What has changed below some folders, and in files elsewhere in their repositories, since `ref` and HEAD parted.

    That is what was committed, staged and edited, and files git does not know yet. Raises UsageError outside a repository, for a name that is no
    commit, and where git is not installed.
    """
    lines: dict[str, Sequence[range]] = {}
    for folder, files in folders.items():
        top = top_of(folder)
        commit = parted(folder, ref)
        below, others = Path(folder).resolve(), {Path(file).resolve() for file in files}
        asked = [one for one in changed(top, commit) if (path := (top / one.name).resolve()).is_relative_to(below) or path in others]
        for at in range(0, len(asked), _AT_ONCE):
            lines |= {os.path.realpath(top / name): stretches for name, stretches in _stretches(top, commit, asked[at : at + _AT_ONCE])}
        elsewhere = sorted(path for path in others if path.is_relative_to(top) and not path.is_relative_to(below))
        named = [os.path.relpath(path, top) for path in (below, *elsewhere)]
        untracked = git(top, "ls-files", "--others", "--exclude-standard", "-z", "--", *named)
        lines |= {os.path.realpath(top / name): _WHOLE for name in _names(untracked)}
    return Changes(lines)


def top_of(folder: Path) -> Path:
    """The top of the repository that a folder is in. Raises UsageError where there is none, and where git refuses it, in its own words."""
    done = _run(folder, "rev-parse", "--show-toplevel")
    if done.returncode == 0:
        return Path(os.fsdecode(done.stdout.removesuffix(b"\n")))
    said = done.stderr.decode(errors="replace")
    if not said or "not a git repository" in said:
        raise UsageError(
            f"--base compares with a commit, and {_shown(folder)} is in no git repository",
            hint="run it inside the repository, or leave --base out",
        )
    fault, _, rest = said.strip().partition("\n")
    way_out = next((line.strip() for line in rest.splitlines() if line.strip().startswith("git ")), None)
    raise UsageError(
        f"--base compares with a commit, and git refuses {_shown(folder)}: {fault.removeprefix('fatal: ')}",
        hint=f"`{way_out}`, if it is to be trusted; or leave --base out" if way_out else "leave --base out to see everything",
    )


def parted(folder: Path, ref: str) -> str:
    """The commit where `ref` and HEAD parted. Raises UsageError for a name that is no commit, and where they share none."""
    known = (
        None
        if ref.startswith("-") or not ref.strip() or "\0" in ref
        else _run(folder, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    )
    if known is None or known.returncode != 0:
        top_of(folder)
        raise UsageError(
            f"git knows no commit '{ref}'",
            hint="name a branch, a tag or a commit; in a workflow fetch it first (`fetch-depth: 0` of actions/checkout)",
        )
    base = _run(folder, "merge-base", known.stdout.decode().strip(), "HEAD")
    if base.returncode == 0 and base.stdout:
        return base.stdout.decode().split()[0]
    is_shallow = _run(folder, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
    raise UsageError(
        f"no common commit of '{ref}' and HEAD is known, so it cannot be said what has changed since they parted",
        hint="fetch more history: `fetch-depth: 0` of actions/checkout, or `git fetch --unshallow`"
        if is_shallow
        else "name a commit that HEAD came from, or leave --base out",
    )


def changed(top: Path, commit: str, *, among: Iterable[str] = ()) -> list[Changed]:
    """The files of a repository that are not as they were at a commit; `among` narrows them, and then a file is moved only within these."""
    told = iter(_names(git(top, *_DIFF, "--name-status", "-z", commit, "--", *among)))
    found = []
    for status in told:
        was = next(told)
        found.append(Changed(next(told) if status[0] in "RC" else was, was, status[0] != "D"))
    return found


def _stretches(top: Path, commit: str, some: Iterable[Changed]) -> Iterator[tuple[str, Sequence[range]]]:
    """Each file, by its path from the top, with its stretches. The diff is read beside the list of names, which needs no unquoting."""
    among = sorted({name for one in some for name in (one.name, one.was)})
    names = [one.name for one in changed(top, commit, among=among)]
    stretches = list(_files(git(top, *_DIFF, "--unified=0", "--inter-hunk-context=0", commit, "--", *among)))
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
    dropped = _OF_PATHS if "GIT_WORK_TREE" in os.environ else _OF_PATHS | _OF_A_REPOSITORY
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    environ = {**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C"}
    command = ["git", *_QUIET, *arguments]
    try:
        return subprocess.run(command, cwd=folder, env=environ, input=given or b"", capture_output=True, check=False)  # noqa: S603  # git, from the PATH as everywhere
    except FileNotFoundError:
        raise UsageError("--base needs git, which is not installed", hint="install git, or leave --base out") from None


def _shown(folder: Path) -> str:
    return "this folder" if str(folder) == "." else str(folder)
