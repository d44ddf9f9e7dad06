"""Findings as rustc and pint print them: place, source line, caret span, what is wrong, one way out."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import category, east_asian_width

from monctl.finding import Finding, Level
from monctl.number import counted
from monctl.render.style import Style
from monctl.source import Sources, Span

_WIDEST = 160
"""Source lines are shown up to so many characters, around the caret."""
_COLOR = {Level.ERROR: "red", Level.WARNING: "yellow", Level.INFO: "cyan"}


def text(findings: Sequence[Finding], sources: Sources, *, color: bool = False) -> str:
    """Every finding with its place (they must be `located`), a blank line between; empty for none."""
    style = Style(color)
    return "\n".join(one(found, sources, style) for found in findings)


def one(found: Finding, sources: Sources, style: Style) -> str:
    """One finding, with its final newline."""
    span = found.span or Span(found.origin.file)
    head = style.paint(f"{found.level.value}[{found.code}]", _COLOR[found.level], bold=True)
    lines = [f"{head}: {style.bold(found.message)}"]
    gutter = " " * len(str(span.line))
    lines.append(f"{gutter}{style.dim('-->')} {span.file}:{span.line}:{span.column}")
    quoted = _line(sources, span)
    if quoted is not None:
        shown, start, width = _window(quoted, span)
        bar = style.dim("|")
        lines.append(f"{gutter} {bar}")
        lines.append(f"{style.dim(str(span.line))} {bar} {shown}")
        lines.append(
            f"{gutter} {bar} {' ' * _columns(shown[:start])}{style.paint('^' * max(1, _columns(shown[start : start + width])), _COLOR[found.level])}"
        )
    if found.help:
        lines.append(f"{gutter} {style.dim('=')} help: {found.help}")
    return "\n".join(lines) + "\n"


def summary(findings: Sequence[Finding], files: int, scope: str = "") -> str:
    """`2 errors, 1 warning in 14 files`; `14 files, nothing wrong` for none, with the `scope` behind it."""
    counts = [(level, sum(1 for found in findings if found.level is level)) for level in Level]
    told = [f"{count} {level.value if level is not Level.INFO else 'note'}{'s' if count != 1 else ''}" for level, count in counts if count]
    noun = f"{counted(files, 'file')}"
    return f"{', '.join(told)} in {noun}" if told else f"{noun}, nothing wrong{scope}"


def concise(findings: Sequence[Finding]) -> str:
    """One line each: `file:line:column: error[SPEC040] message`."""
    lines = []
    for found in findings:
        span = found.span or Span(found.origin.file)
        lines.append(f"{span.file}:{span.line}:{span.column}: {found.level.value}[{found.code}] {found.message}")
    return "".join(line + "\n" for line in lines)


def _line(sources: Sources, span: Span) -> str | None:
    whole = sources.quoted(span.file)
    if whole is None:
        return None
    lines = whole.splitlines()
    return lines[span.line - 1].replace("\t", " ") if 0 < span.line <= len(lines) else None


def _window(line: str, span: Span) -> tuple[str, int, int]:
    """The part of a line that is shown, where the caret begins in it, and how long it is."""
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    width = max(1, min(end, len(line)) - start)
    if len(line) <= _WIDEST:
        return line, start, width
    left = max(0, start - _WIDEST // 3)
    shown = line[left : left + _WIDEST]
    head, tail = ("…" if left else ""), ("…" if left + _WIDEST < len(line) else "")
    return head + shown + tail, start - left + len(head), min(width, len(shown) - (start - left))


def _columns(text: str) -> int:
    """Cells of a terminal: wide characters take two, those that go with the one before take none."""
    if text.isascii():
        return len(text)
    return sum(0 if category(character) in {"Mn", "Me", "Cf"} else 2 if east_asian_width(character) in "WF" else 1 for character in text)
