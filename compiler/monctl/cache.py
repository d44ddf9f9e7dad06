"""[I/O] Answers of earlier runs, given again when nothing they follow from has changed. Imports next to nothing: deciding is all the work there is.

An answer is kept under all that was asked (arguments, folder, environment, streams, day, interpreter) and holds what was said, the exit status,
and stamps of all it follows from: the spec files, files the specs name, the program's own modules, and the files that were written. It is given
again only where each stamp is the same. What cannot be stamped is not kept: estates with Python specs, which may read anything; a file changed
within the clock tick of the run; files on another file system than the cache, whose clock may differ.

The answers are in `.monctl/cache/` of the folder the command is about. Whatever is wrong with that folder means no cache, never an error.
"""

from __future__ import annotations

import os
import sys
import time
from _blake2 import blake2b  # see monctl.stamp

from monctl.stamp import Stamp, folders, linked, listed, tree  # `from monctl import stamp` would load monctl.python first

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = frozenset({"validate", "lint", "compile"})
SETTINGS = "monctl.yaml"
_FORMAT = b"monctl answer 1\n"
FIELDS = ("status", "said", "inputs", "modules", "modules_stamp", "named", "named_stamp", "written", "written_stamp")
"""Of an answer. A stamp is of the files that the field before it lists, with a zero byte between."""
_ENVIRONMENT = ("LC_", "MONCTL_", "PYDANTIC_", "PYTHON", "SQLGLOT", "_PYTHON")
_VARIABLES = frozenset({"COLUMNS", "FORCE_COLOR", "LANG", "LANGUAGE", "LINES", "NO_COLOR", "TERM", "TZ"})
_DAY_S = 86_400


def packed(answer: dict[str, bytes]) -> bytes:
    """The bytes of a file: a digest first, so that one that was cut or changed is not believed."""
    body = b"".join(b"%d\n%s" % (len(answer[name]), answer[name]) for name in FIELDS)
    return _FORMAT + blake2b(body, digest_size=16).hexdigest().encode() + b"\n" + body


def unpacked(data: bytes) -> dict[str, bytes] | None:
    """The answer in the bytes of a file; None for anything else."""
    head = len(_FORMAT) + 33
    body = data[head:]
    if data[:head] != _FORMAT + blake2b(body, digest_size=16).hexdigest().encode() + b"\n":
        return None
    answer, at = {}, 0
    for name in FIELDS:
        line = body.index(b"\n", at)
        at = line + 1 + int(body[at:line])
        answer[name] = body[line + 1 : at]
    return answer


class Question:
    """One run of a command whose answer may be known. Make one with `asked`."""

    def __init__(self, top: str, key: str) -> None:
        self.top = top
        """The folder the command is about: an estate, or a folder of estates."""
        self.folder = f"{top}/.monctl/cache"
        self.path = f"{self.folder}/{key}"
        """The file of the answer."""
        self.since = 0
        """When the run began, in nanoseconds by the clock of the file system."""
        self.inputs = Stamp()

    def answered(self) -> int | None:
        """The exit status after the known answer was given; None when there is none that still holds."""
        try:
            with open(self.path, "rb") as file:  # pathlib alone takes as long to import as an empty interpreter
                answer = unpacked(file.read())
            if answer is None:
                return None
            self.begin()
            if not self._holds(answer):
                return None
        except (OSError, ValueError):
            return None
        say(answer["said"])
        return int(answer["status"])

    def begin(self) -> bool:
        """Stamp the inputs before anything reads them. Gives whether the answer may be kept. Raises OSError where there can be no cache."""
        if not self.since:
            self.since = _now(self.folder)
            self.inputs = tree(self.top, specs=True)
        return not self.inputs.python and self.inputs.newest < self.since and self.inputs.devices == {os.stat(self.folder).st_dev}

    def _holds(self, answer: dict[str, bytes]) -> bool:
        """Whether everything the answer follows from is as it was. What was written comes last: it may be as many files as the inputs."""
        if answer["inputs"] != self.inputs.digest.encode():
            return False
        for field, stamped in (("modules", listed), ("named", linked), ("written", folders)):
            paths = [os.fsdecode(path) for path in answer[field].split(b"\0") if path]
            if answer[f"{field}_stamp"] != stamped(paths).digest.encode():
                return False
        return True


question: Question | None = None
"""Of this process, where its answer may be kept. See `monctl.recording`."""


def asked(arguments: Sequence[str]) -> Question | None:
    """The question a command line puts; None where no answer is to be given or kept."""
    if (
        not COMMANDS.intersection(arguments)
        or "--no-cache" in arguments
        or os.environ.get("MONCTL_NO_CACHE")
        or "_MONCTL_COMPLETE" in os.environ
    ):
        return None
    try:
        top = _top(arguments)
        return None if top is None else Question(top, _key(arguments))
    except (OSError, AttributeError):  # a folder that cannot be read; a stream that is closed
        return None


def say(said: bytes) -> None:
    """Write what was recorded: `1` or `2` for the stream, the length, and the bytes, again and again."""
    at = 0
    while at < len(said):
        line = said.index(b"\n", at)
        stream, _, length = said[at:line].partition(b" ")
        at = line + 1 + int(length)
        out = (sys.stdout if stream == b"1" else sys.stderr).buffer
        out.write(said[line + 1 : at])
        out.flush()


def _top(arguments: Sequence[str]) -> str | None:
    """The folder a command line is about, as `monctl.cli.options.roots` finds it; None where there is no estate in it or just below."""
    given = os.environ.get("MONCTL_DIR")
    for index, argument in enumerate(arguments):
        if argument in {"-C", "--dir"} and index + 1 < len(arguments):
            given = arguments[index + 1]
        elif argument.startswith("--dir="):
            given = argument[6:]
        elif argument.startswith("-C"):
            given = argument[2:]
    top = given or ("monitors" if not os.path.isfile(SETTINGS) and os.path.isdir("monitors") else ".")
    if os.path.isfile(f"{top}/{SETTINGS}"):
        return top
    with os.scandir(top) as entries:
        return top if any(os.path.isfile(f"{top}/{entry.name}/{SETTINGS}") for entry in entries if entry.name[0] != ".") else None


def _now(folder: str) -> int:
    """The time by the clock of the file system the cache is on, in nanoseconds. Makes the folder where it is not there."""
    clock = f"{folder}/clock"
    try:
        os.utime(clock)
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)
        for path, text in ((f"{folder}/.gitignore", b"*\n"), (clock, b"")):
            with open(path, "wb") as file:
                file.write(text)
    return os.stat(clock).st_mtime_ns


def concerns(variable: str) -> bool:
    """Whether an environment variable is part of the question."""
    return variable in _VARIABLES or variable.startswith(_ENVIRONMENT)


def _key(arguments: Sequence[str]) -> str:
    """A digest of all that was asked but what is in files."""
    environ = sorted((name, value) for name, value in os.environ.items() if concerns(name))
    streams = [(stream.isatty(), stream.encoding, stream.errors, _width(stream.fileno())) for stream in (sys.stdout, sys.stderr)]
    interpreter = (sys.executable, sys.version, sys.path, tuple(sys.flags))
    asked = (list(arguments), os.getcwd(), environ, streams, interpreter, os.geteuid(), int(time.time()) // _DAY_S)
    return blake2b(repr(asked).encode(errors="surrogateescape"), digest_size=16).hexdigest()


def _width(handle: int) -> tuple[int, int]:
    try:
        return os.get_terminal_size(handle)
    except OSError:
        return 0, 0
