"""Lines and columns of a text, from character offsets."""

from __future__ import annotations

import re
from bisect import bisect_right

from monctl.source import Span

_BREAK = re.compile(r"\r\n|\n|\r")


class Lines:
    """Where the lines of one text begin. Only CR, LF and CRLF end a line, as editors count."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]

    def place(self, offset: int) -> tuple[int, int]:
        """1-based line and column of a 0-based character offset; beyond the end, the end."""
        at = min(max(offset, 0), len(self._text))
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """The 0-based character offset of a 1-based line and column; beyond the end, the end."""
        return min(self._starts[line - 1] + column - 1, len(self._text)) if line <= len(self._starts) else len(self._text)

    def span(self, file: str, start: int, end: int) -> Span:
        """The span of the characters [start, end)."""
        return Span(file, *self.place(start), *self.place(max(start, end)))

    def of_line(self, file: str, line: int) -> Span:
        """The span of what is written on one line, without the space around it; the end of the text for a line beyond it."""
        if line > len(self._starts):
            return self.span(file, len(self._text), len(self._text))
        start = self._starts[max(line, 1) - 1]
        end = self._starts[line] if line < len(self._starts) else len(self._text)
        written = self._text[start:end]
        stripped = written.strip()
        first = start + (len(written) - len(written.lstrip()) if stripped else 0)
        return self.span(file, first, first + len(stripped))


def split_lines(text: str) -> list[str]:
    """The lines of a text without their ends; line 1 is at index 0."""
    return _BREAK.split(text)
