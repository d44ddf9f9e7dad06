"""Between character offsets of a text and the positions of the protocol, which count UTF-16 or UTF-8 units.

Source: https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#position (read 2026-11-21)
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from lsprotocol import types

from monctl.source import Span

_BREAK = re.compile(r"\r\n|\n|\r")
_HALF = re.compile("[\ud800-\udfff]")


class Positions:
    """The lines of one text. Only CR, LF and CRLF end a line; `encoding` is the one agreed on: `utf-16`, `utf-8` or `utf-32`."""

    def __init__(self, text: str, encoding: str = "utf-16") -> None:
        self.text = text
        self._encoding = encoding
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]
        self._plain = text.isascii()

    def offset(self, position: types.Position) -> int:
        """The 0-based character offset; what lies beyond a line or the text is its end."""
        if position.line >= len(self._starts):
            return len(self.text)
        start = self._starts[position.line]
        line = self._line(position.line)
        if self._plain:
            return start + min(position.character, len(line))
        left = position.character
        for index, char in enumerate(line):
            if left <= 0:
                return start + index
            left -= self._width(char)
        return start + len(line)

    def position(self, offset: int) -> types.Position:
        """The position of a 0-based character offset; beyond the end, the end."""
        at = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, at) - 1
        before = self.text[self._starts[line] : at]
        return types.Position(line, len(before) if self._plain else sum(map(self._width, before)))

    def range(self, start: int, end: int) -> types.Range:
        """The range of the characters [start, end)."""
        return types.Range(self.position(start), self.position(max(start, end)))

    def of_span(self, span: Span) -> types.Range:
        """The range of a span, whose columns count characters."""
        return self.range(self.at(span.line, span.column), self.at(span.end_line, span.end_column))

    def at(self, line: int, column: int) -> int:
        """The offset of a 1-based line and column; beyond them, the end of the line or text."""
        if line > len(self._starts):
            return len(self.text)
        return self._starts[line - 1] + min(column - 1, len(self._line(line - 1)))

    def _line(self, line: int) -> str:
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        return self.text[self._starts[line] : end].rstrip("\r\n")

    def _width(self, char: str) -> int:
        code = ord(char)
        if self._encoding == "utf-16":
            return 2 if code > 0xFFFF else 1
        if self._encoding == "utf-8":
            return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
        return 1


def changed(text: str, changes: Sequence[types.TextDocumentContentChangeEvent], encoding: str) -> str:
    """The text after the changes an editor tells of, one after the other."""
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            places = Positions(text, encoding)
            start, end = places.offset(change.range.start), places.offset(change.range.end)
            text = text[:start] + change.text + text[max(start, end) :]
        else:
            text = change.text
    return sound(text)


def sound(text: str) -> str:
    """The text with U+FFFD for each half of a character: JSON can hold halves, files cannot."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _HALF.search(text) else text
