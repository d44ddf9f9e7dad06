"""[I/O] Records what a run says and follows from, and keeps it as an answer when the run could be repeated to the same end."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import zoneinfo
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from monctl import cache, stamp
from monctl.cache import Question

MOST_ANSWERS = 32
"""Answers kept for one folder; the oldest go."""
MOST_BYTES = 16 * 1024 * 1024
"""Of one answer; nobody reads more."""


class Recording:
    """What a run has said so far, and what its answer follows from."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.said: list[tuple[int, bytes]] = []
        """Pieces in their order, each with the number of its stream: 1 or 2."""
        self.named: tuple[str, ...] | None = None
        """Files the specs name. None until the command says that its answer follows from files alone."""
        self.written: tuple[str, ...] = ()


_current: Recording | None = None


def follows(roots: Iterable[Path], *, named: Iterable[Path] = (), written: Iterable[Path] = ()) -> None:
    """Tell that the answer follows from the spec files of some estates, the files they name, and the folders it has found as they should be.

    The answer of a command that does not call this is not kept.
    """
    if _current is not None and all(_below(_current.question.top, str(root)) for root in roots):
        _current.named = tuple(str(path) for path in named)
        _current.written = tuple(str(path) for path in written)


def recorded(run: Callable[[], int]) -> int:
    """The exit status of a command, its answer kept where this process has a question and the command says what it follows from."""
    question = cache.question
    try:
        if question is None or not question.begin():
            return run()
    except OSError:
        return run()
    with _listening(question) as recording:
        status = run()
    keep(recording, status)
    return status


@contextmanager
def _listening(question: Question) -> Iterator[Recording]:
    """Record what is written to both streams meanwhile."""
    global _current  # noqa: PLW0603  # one process has one command
    recording = _current = Recording(question)
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_listened(stream, recording, number) for number, stream in enumerate(streams, 1))
    try:
        yield recording
    finally:
        with suppress(OSError):  # nobody reads any more: what is left is lost either way
            sys.stdout.flush()
            sys.stderr.flush()
        sys.stdout, sys.stderr = streams
        _current = None


def keep(recording: Recording, status: int) -> bool:
    """Keep the answer, if it follows from nothing but what can be stamped and all of that is older than the run. Gives whether it was kept."""
    if recording.named is None:
        return False
    question = recording.question
    modules = sorted(set(_modules()))
    try:
        program, named, written = stamp.listed(modules), stamp.linked(recording.named), stamp.folders(recording.written)
        if not all(_older(part, question) for part in (named, written)) or program.newest >= question.since or _absent(recording.named):
            return False
        answer = cache.packed(
            {
                "status": str(status).encode(),
                "said": b"".join(b"%d %d\n%s" % (number, len(data), data) for number, data in _joined(recording.said)),
                "inputs": question.inputs.digest.encode(),
                "modules": _listed(modules),
                "modules_stamp": program.digest.encode(),
                "named": _listed(recording.named),
                "named_stamp": named.digest.encode(),
                "written": _listed(recording.written),
                "written_stamp": written.digest.encode(),
            }
        )
        if len(answer) > MOST_BYTES:
            return False
        _put(question.path, answer)
        _forget_oldest(Path(question.folder))
    except (OSError, ValueError):  # ValueError: a path with a zero byte
        return False
    return True


def _older(part: stamp.Stamp, question: Question) -> bool:
    return part.newest < question.since and part.devices <= question.inputs.devices


def _absent(paths: Sequence[str]) -> bool:
    """Whether one is not there: it may have been there when it was read."""
    return not all(os.path.exists(path) for path in paths)


def _listed(paths: Iterable[str]) -> bytes:
    return b"\0".join(map(os.fsencode, paths))


def _modules() -> Iterator[str]:
    """What the program is: all modules loaded but the interpreter's own, whose version is asked; what is installed; the time zones."""
    own = os.path.dirname(os.__file__) + os.sep
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if path and os.path.isabs(path) and (not path.startswith(own) or "site-packages" in path):
            yield path
    for place in {path for path in sys.path if os.path.exists(path)}:
        yield place
        if os.path.isdir(place):
            with os.scandir(place) as entries:
                yield from (f"{entry.path}/entry_points.txt" for entry in entries if entry.name.endswith((".dist-info", ".egg-info")))
    for place in zoneinfo.TZPATH:
        yield from (place, f"{place}/tzdata.zi", f"{place}/+VERSION")


def _below(top: str, root: str) -> bool:
    """Whether an estate is among those the stamp of `top` has seen."""
    parts = Path(os.path.relpath(root, top)).parts
    return not any(part.startswith(".") for part in parts)


def _joined(said: list[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """The pieces, neighbours of one stream as one."""
    pieces: list[bytes] = []
    for index, (number, data) in enumerate(said):
        pieces.append(data)
        if index + 1 == len(said) or said[index + 1][0] != number:
            yield number, b"".join(pieces)
            pieces = []


def _put(path: str, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=Path(path).parent, prefix=".answer-")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.replace(temporary, path)


def _forget_oldest(folder: Path) -> None:
    answers = sorted((path for path in folder.iterdir() if len(path.name) == 32), key=lambda path: path.stat().st_mtime_ns)
    for path in answers[:-MOST_ANSWERS]:
        path.unlink(missing_ok=True)


class _Listener(io.RawIOBase):
    """Passes bytes on to a stream and remembers them in order."""

    def __init__(self, beneath: BinaryIO, recording: Recording, number: int) -> None:
        self._beneath = beneath
        self._recording = recording
        self._number = number

    def write(self, data: object, /) -> int:
        piece = bytes(cast("bytes", data))
        self._beneath.write(piece)
        self._recording.said.append((self._number, piece))
        return len(piece)

    def flush(self) -> None:
        if not self.closed:
            self._beneath.flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._beneath.isatty()

    def fileno(self) -> int:
        return self._beneath.fileno()


def _listened(stream: TextIO, recording: Recording, number: int) -> TextIO:
    """A stream that writes where the other does, by bytes that are remembered. Closing it closes nothing."""
    return io.TextIOWrapper(
        cast("BinaryIO", _Listener(stream.buffer, recording, number)),
        encoding=stream.encoding,
        errors=stream.errors,
        write_through=True,
    )
