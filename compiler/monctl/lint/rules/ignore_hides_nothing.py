"""LINT003."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from monctl.finding import Edit, Finding, Fix, Level
from monctl.lines import split_lines
from monctl.lint.context import Context
from monctl.lint.ignores import Ignore
from monctl.lint.known import Known
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.source import Origin, Span


@rule("LINT003", "ignore-hides-nothing", level=Level.WARNING, fixes=True, last=True)
def ignore_hides_nothing(program: Program, context: Context) -> Iterator[Finding]:
    """An ignore hides no finding.

    What it was for has been mended, has moved to another line, or never was there. An ignore behind the key of an object or above it is for
    the whole object, and so is one at any line of a call in a Python spec; one at another line is for that line, and for the text of several lines
    that begins there. Where the same object has such a finding at a line that the ignore is not for, it is said which, and there is no fix.

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
            known = context.known.beside(program.targets)
            lines = {code: line for code in idle if (line := _elsewhere(ignore, code, context)) is not None}
            for told in _told(ignore, idle, lines, known, context):
                yield replace(told, span=ignore.span)


def _told(ignore: Ignore, idle: Sequence[str], lines: Mapping[str, int], known: Known, context: Context) -> Iterator[Finding]:
    where = Origin(ignore.span.file)
    for code, line in lines.items():
        yield found(f"there is no {code} here to ignore: it stands in line {line}", where, help="write it there", same=f"{code} elsewhere")
    for code in (code for code in idle if not known.has(code)):
        yield found(f"no rule is called '{code}'", where, help=known.meant(code) or "`monctl lint --rules` lists them")
    gone = [code for code in idle if code not in lines and known.has(code)]
    if gone:
        what = ", ".join(gone)
        way_out = "remove it" if len(gone) == len(ignore.codes) else f"remove {what} from it"
        yield found(f"there is no {what} here to ignore", where, help=way_out, fix=_fix(ignore, gone, way_out, context))


def _elsewhere(ignore: Ignore, code: str, context: Context) -> int | None:
    """The line of such a finding in the same object; None where there is none."""
    first, last = ignore.around or (1, 0)
    places = (one.span for one in context.remaining if one.code == code and one.span is not None and one.span.file == ignore.span.file)
    return next((span.line for span in places if first <= span.line <= last), None)


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
