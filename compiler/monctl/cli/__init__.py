"""The command line's beginning: an answer that is known is given at once, before anything heavy is imported; else `monctl.cli.group` finds it."""

from __future__ import annotations

import gc
import os
import sys

import monctl.cache as cache  # `from monctl import cache` would load monctl.python first
from monctl import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main(arguments: list[str] | None = None) -> None:
    """Answer the command line and exit with the status that `monctl.cli.group.run` gives."""
    asked = sys.argv[1:] if arguments is None else arguments
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # closed by whoever started us: what is said there is for nobody
            setattr(sys, stream, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  # until the end; pathlib is heavy
    try:
        status = answer(asked)
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        os._exit(0)  # nobody reads any more, and Python would try once more to write what is left
    except OSError as error:
        _unwritten(error)
    except KeyboardInterrupt:
        status = 130
    if cache.COMMANDS.intersection(asked):
        # All is said and on the disk. Taking 10,000 specs apart object by object would take another 0.3 s (measured 2026-11-21).
        os._exit(status)
    sys.exit(status)


def run(arguments: list[str] | None = None) -> int:
    """Run a command line and give its exit status, whether or not its answer is known. Raises OSError where there is no room for it."""
    from monctl.cli import group

    return group.run(arguments)


def _unwritten(error: OSError) -> NoReturn:
    """End because the answer cannot be written, a full disk most often. What is left of it would only fail once more."""
    from monctl.errors import reason

    try:
        sys.stderr.write(f"monctl: cannot write the answer: {reason(error)}\n")
        sys.stderr.flush()
    finally:
        os._exit(3)


def answer(arguments: list[str]) -> int:
    """The exit status of a command line, its answer given."""
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"monctl {__version__}\n")
        return 0
    question = cache.question = cache.asked(arguments)
    status = question.answered() if question is not None else None
    if status is not None:
        return status
    if cache.COMMANDS.intersection(arguments):
        gc.disable()  # these read, say and end; what they make stays until then
    return run(arguments)
