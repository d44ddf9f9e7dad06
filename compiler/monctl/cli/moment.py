"""`--now`: the time a command takes it to be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def now(function: F) -> F:
    """`--now RFC3339`; without it None, which `time` reads as the clock's."""
    return click.option(
        "--now", "now", envvar="MONCTL_NOW", metavar="RFC3339", help="The time it is taken to be, for runs that can be repeated: 2026-11-21T09:00:00Z."
    )(function)  # fmt: skip


def time(text: str | None) -> datetime:
    """The time given, else the clock's; whole seconds, UTC. Raises click's error for a text that is no time."""
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"'{text}' is not a time; write one such as 2026-11-21T09:00:00Z", param_hint="--now") from None
    return (given if given.tzinfo is not None else given.replace(tzinfo=UTC)).astimezone(UTC)
