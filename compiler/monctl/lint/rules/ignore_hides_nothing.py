"""LINT003."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.source import Origin


@rule("LINT003", "ignore-hides-nothing", level=Level.WARNING, last=True)
def ignore_hides_nothing(program: Program, context: Context) -> Iterator[Finding]:
    """An ignore hides no finding.

    What it was for has been mended, has moved to another line, or never was there.

    **Why.** It would hide the next fault of that kind at this place, which nobody has decided about.

    **Example**

        # monctl: ignore[SQL009] until 2027-01-31: one row is enough
        query: SELECT duration FROM runs ORDER BY started_at DESC LIMIT 1

    **Instead**

        query: SELECT duration FROM runs ORDER BY started_at DESC LIMIT 1

    **Source.** Unused suppressions in Ruff (RUF100): https://docs.astral.sh/ruff/rules/unused-noqa/ (from memory, 2026-11-21)
    """
    for ignore in context.ignores:
        if ignore.fault or ignore.is_over(context.today):
            continue
        idle = [code for code in ignore.codes if (ignore, code) not in context.hidden]
        if idle:
            what = ", ".join(idle)
            way_out = "remove it" if len(idle) == len(ignore.codes) else f"remove {what} from it"
            yield replace(found(f"there is no {what} here to ignore", Origin(ignore.span.file), help=way_out), span=ignore.span)
