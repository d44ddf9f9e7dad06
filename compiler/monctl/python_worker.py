"""Runs Python specs in a process of their own, and tells what they declared. `python -m monctl.python_worker < request`.

Standard input: `{"root", "files", "seconds"}`. Standard output: one JSON line per file, `{"file", "declared", "printed", "fault"}`.
What a spec prints never reaches standard output; a spec that does not return within its seconds is interrupted at the line it is on.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from monctl import python


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
    root = request["root"]
    sys.path.insert(0, root)
    sys.dont_write_bytecode = True
    for file in request["files"]:
        # a spec's own imports of siblings work, and one file's module state is not another's
        answers.write(json.dumps(run(file, float(request["seconds"]))) + "\n")
        answers.flush()
    return 0


def run(file: str, seconds: float) -> dict[str, Any]:
    """What one spec file declares, prints and fails with."""
    python.declared.clear()
    printed = io.StringIO()
    fault: dict[str, Any] | None = None

    def interrupt(signum: int, frame: FrameType | None) -> None:
        raise TooSlow(_line_in(file, frame))

    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        with contextlib.redirect_stdout(printed):
            code = compile(Path(file).read_bytes(), file, "exec", dont_inherit=True)
            exec(code, {"__name__": "__monctl_spec__", "__file__": file})  # noqa: S102  # running the user's spec is the job
    except TooSlow as error:
        fault = {"kind": "slow", "message": f"{seconds:g}", "line": error.line}
    except SyntaxError as error:
        fault = {"kind": "syntax", "message": error.msg, "line": error.lineno or 1, "column": error.offset or 1}
    except SystemExit as error:
        fault = {"kind": "exit", "message": f"sys.exit({error.code!r})", "line": _line_of(file, error)}
    except BaseException as error:  # noqa: BLE001  # whatever a spec raises is the user's fault to be told, never ours to die of
        text = str(error).strip().splitlines()
        fault = {"kind": "raised", "message": f"{type(error).__name__}: {text[0] if text else ''}".rstrip(": "), "line": _line_of(file, error)}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    declared = [{"kind": item.kind, "name": item.name, "value": item.value, "file": item.file, "line": item.line} for item in python.declared]
    try:
        json.dumps(declared, allow_nan=True)
    except (TypeError, ValueError) as error:
        declared, fault = [], {"kind": "raised", "message": f"a declared value cannot be kept: {error}", "line": 1}
    return {"file": file, "declared": declared, "printed": printed.getvalue()[:200], "fault": fault}


def _line_of(file: str, error: BaseException) -> int:
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    return lines[-1] if lines else 1


def _line_in(file: str, frame: FrameType | None) -> int:
    while frame is not None and frame.f_code.co_filename != file:
        frame = frame.f_back
    return frame.f_lineno if frame is not None else 1


if __name__ == "__main__":
    sys.exit(main())
