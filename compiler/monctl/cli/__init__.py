"""The command line's beginning: an answer that is known is given at once, before anything heavy is imported; else `monctl.cli.group` finds it."""

from __future__ import annotations

import sys

import monctl.cache as cache  # `from monctl import cache` would load monctl.python first
from monctl import __version__


def main(arguments: list[str] | None = None) -> None:
    """Answer the command line and exit with the status that `monctl.cli.group.run` gives."""
    try:
        sys.exit(_answer(sys.argv[1:] if arguments is None else arguments))
    except BrokenPipeError:
        sys.exit(0)


def run(arguments: list[str] | None = None) -> int:
    """Run a command line and give its exit status, whether or not its answer is known."""
    from monctl.cli import group

    return group.run(arguments)


def _answer(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):
        sys.stdout.write(f"monctl {__version__}\n")
        return 0
    question = cache.question = cache.asked(arguments)
    status = question.answered() if question is not None else None
    return run(arguments) if status is None else status
