"""LINT001."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.source import Origin


@rule("LINT001", "ignore-malformed", level=Level.WARNING, last=True)
def ignore_malformed(program: Program, context: Context) -> Iterator[Finding]:
    """A comment is meant to ignore something, and is not an ignore that counts.

    An ignore has codes, a reason, and, where it should not last for ever, the last day on which it counts. It stands at the object that it is about,
    behind its key or above it, or at the line of the finding. What is not valid (SPEC…) cannot be ignored, nor can what is said of ignores.
    A comment that begins with `# monctl:` and goes on with other words than to ignore, disable, suppress, skip or a code in brackets is for people.

    **Why.** It hides nothing, and whoever wrote it believes it does. One without a reason nobody dares to remove.

    **Example**

        # monctl: ignore[SQL007]
        every: 10m

    **Instead**

        # monctl: ignore[SQL007] until 2027-01-31: the archive job writes once an hour
        every: 10m

    **Source.** pint reports comments it cannot read as well: https://cloudflare.github.io/pint/checks/pint/comment.html (read 2026-11-21)
    """
    for ignore in context.ignores:
        if ignore.fault:
            yield replace(found(f"this ignores nothing: {ignore.fault}", Origin(ignore.span.file), help=ignore.way_out), span=ignore.span)
