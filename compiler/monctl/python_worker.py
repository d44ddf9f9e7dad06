"""Runs Python specs in a process of their own, and tells what they declared. `python -P -m monctl.python_worker < request`.

Standard input: `{"root", "files", "seconds"}`. Standard output: one JSON line per file, `{"file", "declared", "printed", "fault"}`.
What a spec prints never reaches standard output; a spec that does not return within its seconds is interrupted at the line it is on.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import re
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import monctl.python
from monctl.declare import recorder
from monctl.errors import reason
from monctl.suggest import closest

Fault = dict[str, Any]

_NOT_OURS = re.compile(r"cannot import name '(\w+)' from 'monctl'")
_PATH = re.compile(r" \(/[^)]*\)$")
_MODULE = "__monctl_spec__"
_MOST_PRINTED = 200


class TooSlow(BaseException):
    """A spec did not return in time."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def main() -> int:
    """Answer the request on standard input."""
    request = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # a spec that writes to file descriptor 1 must not garble the answers
    sys.dont_write_bytecode = True
    specs = frozenset(map(os.path.realpath, request["files"]))
    for file in request["files"]:
        answers.write(json.dumps(run(file, request["root"], specs, float(request["seconds"]))) + "\n")
        answers.flush()
    return 0


def run(file: str, root: str, specs: frozenset[str], seconds: float) -> dict[str, Any]:
    """What one spec file declares, prints and fails with."""
    recorder.start(file, specs)
    printed = io.StringIO()
    source = _source(file)
    if isinstance(source, str):
        with _own_modules(file, root), contextlib.redirect_stdout(printed):
            fault = _executed(file, source, seconds)
    else:
        fault = source
    declared = [] if fault else [dataclasses.asdict(one) for one in recorder.declared]
    return {"file": file, "declared": declared, "printed": printed.getvalue()[:_MOST_PRINTED], "fault": fault}


def _source(file: str) -> str | Fault:
    """The text of a spec, or why there is none."""
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        return {"kind": "unreadable", "message": reason(error), "line": 1}
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return {"kind": "encoding", "message": f"the byte 0x{error.object[error.start]:02x} at offset {error.start}", "line": line}


def _executed(file: str, source: str, seconds: float) -> Fault | None:
    """The fault a spec runs into; None when it returns."""

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise TooSlow(_line_in(file, frame))

    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        code = compile(source, file, "exec", dont_inherit=True)
        exec(code, sys.modules[_MODULE].__dict__)  # noqa: S102  # running the user's spec is the job
    except TooSlow as error:
        return {"kind": "slow", "message": f"{seconds:g}", "line": error.line}
    except SyntaxError as error:
        inside = error.filename == file
        return {"kind": "syntax", "message": error.msg, "line": (error.lineno if inside else _line_of(file, error)) or 1}
    except SystemExit as error:
        return {"kind": "exit", "message": f"sys.exit({error.code!r})", "line": _line_of(file, error)}
    except BaseException as error:  # noqa: BLE001  # whatever a spec raises is the user's fault to be told, never ours to die of
        return {"kind": "raised", "message": _told(error), "line": _line_of(file, error), "help": _meant(error)}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return None


@contextlib.contextmanager
def _own_modules(file: str, root: str) -> Iterator[None]:
    """The spec as a module, its own folder and the estate's to import from, and nothing of them left for the next file."""
    module = ModuleType(_MODULE)
    module.__file__ = os.path.abspath(file)  # noqa: PTH100  # as Python does: resolve() would follow links
    sys.modules[_MODULE] = module  # dataclasses and typing look their module up
    folders = list(dict.fromkeys((str(Path(file).resolve().parent), root)))
    sys.path[:0] = folders
    before = set(sys.modules)
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            if (getattr(sys.modules[name], "__file__", None) or "").startswith(root + os.sep):
                del sys.modules[name]
        for folder in folders:
            with contextlib.suppress(ValueError):
                sys.path.remove(folder)


def _meant(error: BaseException) -> str | None:
    """The name of monctl nearest to one that is not there."""
    missing = _NOT_OURS.search(str(error)) if isinstance(error, ImportError) else None
    near = closest(missing[1], monctl.python.__all__) if missing else None
    return f"did you mean '{near}'?" if near else None


def _told(error: BaseException) -> str:
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # noqa: BLE001  # an error whose __str__ raises is still only a fault of the spec
        lines = []
    text = _PATH.sub("", lines[0]) if lines and isinstance(error, ImportError) else "".join(lines[:1])
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _line_of(file: str, error: BaseException) -> int:
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    return lines[-1] if lines else 1


def _line_in(file: str, frame: FrameType | None) -> int:
    while frame is not None and frame.f_code.co_filename != file:
        frame = frame.f_back
    return frame.f_lineno if frame is not None else 1


if __name__ == "__main__":
    sys.exit(main())
