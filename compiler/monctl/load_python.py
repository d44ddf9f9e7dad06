"""[I/O] Python specs to raw objects. They run in a process of their own, which is killed when it cannot be interrupted."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monctl.clear_text import find_secret
from monctl.expand import Raw
from monctl.finding import Finding, Level
from monctl.source import Origin

SECONDS = 10.0
"""How long one Python spec may take."""
_GRACE = 5.0
"""Seconds a worker has to start, and to tell that it was interrupted, before it is killed."""

_CHUNK = 65_536

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PythonSpec:
    """What one Python file declares, and what was wrong with it."""

    path: Path
    raws: tuple[Raw, ...]
    findings: tuple[Finding, ...]


def refused(path: Path, shown: str) -> PythonSpec:
    """A Python file in an estate that wants none."""
    help = "write it in YAML, or remove `python: false` from monctl.yaml"
    return PythonSpec(path, (), (Finding("SPEC083", "this estate refuses specs written in Python", Origin(shown, line=1), help=help),))


def python_specs(root: Path, paths: Sequence[Path], shown: Callable[[Path], str], seconds: float = SECONDS) -> Iterator[PythonSpec]:
    """What each file declares, in their order. `shown` is how a path is told to the user."""
    for path, answer in zip(paths, answers(root, [str(path) for path in paths], seconds), strict=True):
        origin = Origin(shown(path))
        raws = tuple(Raw(item["kind"], item["name"], item["value"], Origin(origin.file, line=item["line"])) for item in answer["declared"])
        yield PythonSpec(path, raws, tuple(_findings(answer, origin)))


def answers(root: Path, files: Sequence[str], seconds: float) -> Iterator[Answer]:
    """The worker's answer for each file. Where a worker dies or hangs, its file is told so and a new worker takes the rest."""
    left = list(files)
    while left:
        worker = subprocess.Popen(
            [sys.executable, "-P", "-m", "monctl.python_worker"],  # -P: a spec called signal.py must not stand in for the library's
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        status: int | None = None
        try:
            _ask(worker, {"root": str(root.resolve()), "files": left, "seconds": seconds})
            for answer in _lines(worker, len(left), seconds + _GRACE):
                yield answer
                left.pop(0)
            if left:
                status = worker.wait(_GRACE)
        except (TimeoutError, subprocess.TimeoutExpired):
            pass  # it hangs
        finally:
            worker.kill()  # also when all is told: a spec may have left a thread behind
            worker.wait()
            assert worker.stdout is not None
            worker.stdout.close()
        if left:
            yield _lost(left.pop(0), seconds, status)


def _ask(worker: subprocess.Popen[bytes], request: Mapping[str, Any]) -> None:
    assert worker.stdin is not None
    with contextlib.suppress(BrokenPipeError), worker.stdin:  # a worker that is gone is told of by its missing answers
        worker.stdin.write(json.dumps(request).encode())


def _lines(worker: subprocess.Popen[bytes], count: int, seconds: float) -> Iterator[Answer]:
    """Up to `count` answers, fewer when the worker ends. Raises TimeoutError when one does not come within the seconds."""
    assert worker.stdout is not None
    held = b""
    deadline = time.monotonic() + seconds
    while count:
        line, feed, rest = held.partition(b"\n")
        if feed:
            yield json.loads(line)
            held, count, deadline = rest, count - 1, time.monotonic() + seconds
            continue
        ready, _, _ = select.select([worker.stdout], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        more = os.read(worker.stdout.fileno(), _CHUNK)
        if not more:
            return
        held += more


def _lost(file: str, seconds: float, status: int | None) -> Answer:
    fault = {"kind": "slow", "message": f"{seconds:g}", "line": 1}
    if status is not None:
        how = f"signal {-status}" if status < 0 else f"status {status}"
        fault = {"kind": "exit", "message": f"{how}", "line": 1}
    return {"file": file, "declared": [], "printed": "", "fault": fault}


def _findings(answer: Answer, origin: Origin) -> Iterator[Finding]:
    if printed := _short(answer["printed"]):
        help = "a spec only declares; remove the print"
        yield Finding("SPEC082", f"the spec printed '{printed}'", Origin(origin.file, line=1), Level.WARNING, help=help)
    fault = answer["fault"]
    if fault is None:
        return
    where = Origin(origin.file, line=fault["line"])
    message = _short(fault["message"])
    match fault["kind"]:
        case "slow":
            help = "this line was running; a spec must not wait, nor loop for ever"
            yield Finding("SPEC081", f"the spec did not return within {message} s", where, help=help)
        case "syntax":
            yield Finding("SPEC080", f"not valid Python: {message}", where, help="mend this line; nothing of the file is used until then")
        case "exit":
            help = "remove the exit; raise an error if something is wrong"
            yield Finding("SPEC080", f"the spec ended the process: {message}", where, help=help)
        case "encoding":
            yield Finding("SPEC006", f"{message} is not UTF-8", where, help="save the file as UTF-8")
        case "unreadable":
            yield Finding("SPEC014", f"the file cannot be read: {message}", where, help="check that it exists and is yours")
        case _:
            help = fault.get("help") or "mend this line; nothing of the file is used until it runs through"
            yield Finding("SPEC080", f"the spec raised {message}", where, help=help)


def _short(text: str) -> str:
    """One line, cut, and without what looks like a secret."""
    line = " ".join(text.split())
    while (secret := find_secret(line)) is not None:
        line = f"{line[: secret.start]}***{line[secret.end :]}"
    return line if len(line) <= 160 else line[:157] + "…"
