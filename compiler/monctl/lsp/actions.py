"""What an editor may do about a finding: its fix, where it is certain, or a comment that ignores it with a reason. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monctl.finding import Finding
from monctl.lines import split_lines
from monctl.lint.ignores import FORM, ignores
from monctl.lint.levels import can_be_ignored
from monctl.lsp import tree
from monctl.lsp.positions import Positions
from monctl.source import Span

Insert = tuple[int, int, str]
"""Start and end offset of what is replaced, and by what."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done about a finding."""

    title: str
    finding: Finding
    edits: tuple[tuple[Span, str], ...]
    """Spans that are replaced, and by what."""
    is_fix: bool


def actions(findings: Sequence[Finding], text: str, file: str) -> Iterator[Action]:
    """For each finding of a file, the fix first. `file` is its name as shown."""
    for found in findings:
        if found.fix is not None:
            edits = tuple((edit.span, edit.text) for edit in found.fix.edits if edit.span is not None)
            yield Action(found.fix.title, found, edits, is_fix=True)
    for found in findings:
        if found.span is not None and can_be_ignored(found.code):
            edit = _ignore(found.code, found.span, text, file)
            if edit is not None:
                yield Action(f"ignore {found.code} here, with a reason", found, (edit,), is_fix=False)


def _ignore(code: str, span: Span, text: str, file: str) -> tuple[Span, str] | None:
    """A comment above the line of a finding; a code more in the comment that is there already."""
    lines = split_lines(text)
    line = _line(span, text, file)
    if line > len(lines):
        return None
    for comment in ignores({file: text}):
        if not comment.fault and comment.first_line == line and code not in comment.codes:
            written = lines[comment.span.line - 1]
            at = written.find("]", comment.span.column) + 1
            return Span(file, comment.span.line, at, comment.span.line, at), f", {code}"
    indent = lines[line - 1][: len(lines[line - 1]) - len(lines[line - 1].lstrip())]
    comment_text = FORM.replace("CODE", code).replace(" until 2027-01-31", "").replace("reason", "why this is meant")
    return Span(file, line, 1, line, 1), f"{indent}{comment_text}\n"


def _line(span: Span, text: str, file: str) -> int:
    """The line a comment has to stand above: that of the key, for a finding inside a text of several lines."""
    if file.endswith(".py"):
        return span.line
    offset = Positions(text).at(span.line, span.column)
    found = tree.at(text, offset)
    if found is None or found.text is None or found.on_key or found.node.style not in {"|", ">"} or found.key is None:
        return span.line
    return text.count("\n", 0, found.key[0]) + 1
