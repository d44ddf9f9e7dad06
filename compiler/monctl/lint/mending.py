"""Findings with fixes to new texts: which fixes can be taken together, and what the files are then. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from monctl.finding import Finding, Fix
from monctl.lines import Lines
from monctl.source import Span


class Taken(NamedTuple):
    """One fix, and the finding it mends."""

    finding: Finding
    fix: Fix

    @property
    def spans(self) -> tuple[Span, ...]:
        """Of its edits."""
        return tuple(edit.span for edit in self.fix.edits if edit.span is not None)


def compatible(findings: Iterable[Finding]) -> list[Taken]:
    """Fixes of which none touches what another changes, in the order of the findings. What is left out may come after them."""
    taken: list[Taken] = []
    busy: dict[str, list[Span]] = {}
    for finding in findings:
        if finding.fix is None:
            continue
        one = Taken(finding, finding.fix)
        if (
            one.spans
            and len(one.spans) == len(one.fix.edits)
            and not any(_touch(span, other) for span in one.spans for other in busy.get(span.file, ()))
        ):
            taken.append(one)
            for span in one.spans:
                busy.setdefault(span.file, []).append(span)
    return taken


def mended(texts: Mapping[str, str], fixes: Iterable[Taken]) -> dict[str, str]:
    """The new texts of the files that change. The fixes are compatible, and made for these very texts."""
    edits: dict[str, list[tuple[int, int, str]]] = {}
    lines = {file: Lines(text) for file, text in texts.items()}
    for one in fixes:
        for edit in one.fix.edits:
            if edit.span is not None:
                at = lines[edit.span.file]
                start, end = at.offset(edit.span.line, edit.span.column), at.offset(edit.span.end_line, edit.span.end_column)
                edits.setdefault(edit.span.file, []).append((start, end, edit.text))
    new = {}
    for file, some in edits.items():
        text = texts[file]
        for start, end, written in sorted(some, reverse=True):
            text = text[:start] + written + text[end:]
        new[file] = text
    return new


def _touch(one: Span, other: Span) -> bool:
    """Whether two stretches have a character or an end in common."""
    return (one.line, one.column) <= (other.end_line, other.end_column) and (other.line, other.column) <= (one.end_line, one.end_column)
