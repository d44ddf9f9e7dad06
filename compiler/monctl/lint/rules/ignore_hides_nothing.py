"""LINT003."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from monctl.finding import Edit, Finding, Fix, Level
from monctl.lines import split_lines
from monctl.lint.context import Context
from monctl.lint.ignores import Ignore
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.source import Origin, Span


@rule("LINT003", "ignore-hides-nothing", level=Level.WARNING, fixes=True, last=True)
def ignore_hides_nothing(program: Program, context: Context) -> Iterator[Finding]:
    """An ignore hides no finding.

    What it was for has been mended, has moved to another line, or never was there.

    **Why.** It would hide the next fault of that kind at this place, which nobody has decided about.

    **Example**

        # monctl: ignore[SQL009] until 2027-01-31: one row is enough
        query: SELECT duration FROM runs ORDER BY started_at DESC LIMIT 1

    **Instead**

        query: SELECT duration FROM runs ORDER BY started_at DESC LIMIT 1

    **Source.** Unused suppressions in Ruff (RUF100): https://docs.astral.sh/ruff/rules/unused-noqa (read 2026-11-21)
    """
    for ignore in context.ignores:
        if ignore.fault or ignore.is_over(context.today):
            continue
        idle = [code for code in ignore.codes if (ignore, code) not in context.hidden]
        if idle:
            what = ", ".join(idle)
            way_out = "remove it" if len(idle) == len(ignore.codes) else f"remove {what} from it"
            yield replace(
                found(
                    f"there is no {what} here to ignore", Origin(ignore.span.file), help=way_out, fix=_fix(ignore, idle, way_out, context)
                ),
                span=ignore.span,
            )


def _fix(ignore: Ignore, idle: Sequence[str], way_out: str, context: Context) -> Fix | None:
    """The comment without the codes that hide nothing; without the comment where none is left. In YAML only."""
    text, span = context.texts.get(ignore.span.file), ignore.span
    if text is None or span.file.endswith(".py"):
        return None
    lines = split_lines(text)
    line = lines[span.line - 1]
    if len(idle) < len(ignore.codes):
        opening, closing = line.index("[", span.column - 1), line.index("]", span.column - 1)
        kept = ", ".join(code for code in ignore.codes if code not in idle)
        return Fix(way_out, (Edit(kept, span=Span(span.file, span.line, opening + 2, span.line, closing + 1)),))
    code = line[: span.column - 1].rstrip()
    if not code and span.line < len(lines):
        return Fix(way_out, (Edit("", span=Span(span.file, span.line, 1, span.line + 1, 1)),))
    return Fix(way_out, (Edit("", span=Span(span.file, span.line, len(code) + 1, span.line, len(line) + 1)),))
