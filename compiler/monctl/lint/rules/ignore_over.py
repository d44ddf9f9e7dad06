"""LINT002."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.source import Origin


@rule("LINT002", "ignore-over", level=Level.WARNING, last=True)
def ignore_over(program: Program, context: Context) -> Iterator[Finding]:
    """The day of an ignore has passed.

    Since the day after `until` it hides nothing.

    **Why.** The reason was good for a time, and the time is over. What it hid is shown again beside this.

    **Example**

        # monctl: ignore[MON008] until 2020-01-31: the new probe is not there yet

    **Instead**

    Remove it and mend what it hid, or decide again and write another day.

    **Source.** pint snoozes until a date: https://cloudflare.github.io/pint/ignoring.html (read 2026-11-21)
    """
    for ignore in context.ignores:
        if not ignore.fault and ignore.is_over(context.today):
            message = f"this ignore ended on {ignore.until}: {ignore.reason}"
            yield replace(
                found(message, Origin(ignore.span.file), help="mend what it hid, or decide again and write another day"), span=ignore.span
            )
