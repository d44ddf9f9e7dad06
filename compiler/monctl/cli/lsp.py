"""`monctl lsp`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import click

from monctl.cli import moment, options
from monctl.errors import UsageError


@click.command("lsp")
@click.option(
    "-e", "--env", "environment", envvar="MONCTL_ENV", metavar="NAME", help="The environment; else each estate's default.",
    cls=options.Once, instead="name one environment",
)  # fmt: skip
@click.option("--stdio", is_flag=True, hidden=True, help="Speak on standard input and output; nothing else is spoken.")
@moment.now
def command(environment: str | None, stdio: bool, now: str | None) -> int:
    """Answer an editor, on standard input and output: findings, meanings, names, renames. docs/editor.md says how to set editors up.

    Needs the extra `lsp`: pip install 'monctl-compiler[lsp]'.
    """
    try:
        from monctl.lsp.server import serve
    except ImportError:
        raise UsageError("the language server is not installed", hint="pip install 'monctl-compiler[lsp]'") from None
    # What anything prints goes to standard error: on standard output it would break the editor's stream.
    writing = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    reading = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    return serve(reading, writing, environment=environment, clock=_clock(now))


def _clock(now: str | None) -> Callable[[], datetime]:
    if now is None:
        return lambda: datetime.now(UTC)
    at = moment.time(now)
    return lambda: at
