"""Where each character of a YAML scalar's value stands in the file: plain, quoted, folded and literal scalars alike.

Whatever YAML does to white space (indentation, folding, chomping), the other characters of the value stand in the file in the
same order. So those are paired one by one, escapes and doubled quotes as one; white space is placed between its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_BLANK = frozenset(" \t\r\n\x85\u2028\u2029")
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t\r\n]+)*")
_HEADER = re.compile(r"[|>][^\r\n]*(?:\r\n|\r|\n)?")
_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "/": "/",
    "\\": "\\",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_HEX = {"x": 2, "u": 4, "U": 8}

Unit = tuple[str, int, int]
"""A character of the value, and where it stands in the file: start and end."""


def content_start(text: str, start: int) -> int:
    """Where a scalar itself begins, after its anchor and tag."""
    found = _PROPERTIES.match(text, start)
    return found.end() if found else start


def map_offsets(text: str, start: int, end: int, style: str, value: str, within: tuple[int, int]) -> tuple[int, int]:
    """The offsets in `text` of the part `within` of the value of the scalar at text[start:end].

    `style` is PyYAML's: "" plain, ' " quoted, | literal, > folded. Parts outside the value are cut to it;
    the whole scalar where the value cannot be found again.
    """
    first = min(max(within[0], 0), len(value))
    last = min(max(within[1], first), len(value))
    start = content_start(text, start)
    if style in {"", "'", '"'} and text[start + len(style) : start + len(style) + len(value)] == value and "\n" not in value:
        return start + len(style) + first, start + len(style) + last  # written as it reads: nearly all that are not blocks
    if style == "|" and first < last and (quickly := _in_literal(text, start, value, (first, last))) is not None:
        return quickly
    places = _places(text, start, end, style, value)
    if places is None:
        return start, end
    begin = places[first][0] if first < len(value) else (places[-1][1] if places else start)
    return begin, max(begin, places[last - 1][1]) if last > first else begin


def _in_literal(text: str, start: int, value: str, within: tuple[int, int]) -> tuple[int, int] | None:
    """The same for a literal block, whose lines are those of the file but for their indentation; None where they do not look so."""
    header = _HEADER.match(text, start)
    if header is None or "\r" in text:
        return None
    begin, end = (_on_its_line(text, header.end(), value, at) for at in (within[0], within[1] - 1))
    return None if begin is None or end is None else (begin, end + 1)


def _on_its_line(text: str, block: int, value: str, at: int) -> int | None:
    """Where the character of a literal block's value at an offset stands in the file; its first line begins at `block`."""
    below = value.count("\n", 0, at)
    for _ in range(below):
        block = text.find("\n", block) + 1
    first = value.rfind("\n", 0, at) + 1
    last = value.find("\n", first)
    line = value[first : last if last >= 0 else len(value)]
    ends = _line_end(text, block, len(text))
    return ends - len(line) + at - first if text[block:ends].endswith(line) else None


def _places(text: str, start: int, end: int, style: str, value: str) -> list[tuple[int, int]] | None:
    """Start and end in the file of each character of the value; None where they do not fit."""
    match style:
        case '"':
            start, units = start + 1, list(_double_quoted(text, start + 1, end - 1))
        case "'":
            start, units = start + 1, list(_single_quoted(text, start + 1, end - 1))
        case "|" | ">":
            header = _HEADER.match(text, start)
            start = header.end() if header else start
            units = _unquoted(text, start, end)
        case _:
            units = _unquoted(text, start, end)
    places: list[tuple[int, int]] = []
    run: list[str] = []
    before, position = start, 0
    for char in value:
        unit = units[position] if position < len(units) else None
        if unit is not None and unit[0] == char:
            places += _blanks(text, run, before, unit[1])
            run = []
            places.append((unit[1], unit[2]))
            before, position = unit[2], position + 1
        elif char in _BLANK:
            run.append(char)
        else:
            return None
    return places + _blanks(text, run, before, end)


def _blanks(text: str, run: list[str], before: int, after: int) -> list[tuple[int, int]]:
    """Places for a run of white space of the value between two offsets: line breaks at line breaks, the rest beside its neighbours."""
    if not run:
        return []
    lines = "".join(run).split("\n")
    if len(lines) == 1:
        return [(min(before + i, after), min(before + i + 1, after)) for i in range(len(run))]
    places = [(min(before + i, after), min(before + i + 1, after)) for i in range(len(lines[0]))]
    at = before
    for number, line in enumerate(lines[1:], 1):
        found = re.compile(r"\r\n|\n|\r").search(text, at, after)
        brk = found.start() if found else min(at, after)
        places.append((brk, brk + 1 if found else brk))
        at = found.end() if found else brk
        ends = after if number == len(lines) - 1 else _line_end(text, at, after)
        places += [(max(at, ends - len(line) + i), max(at, min(ends, ends - len(line) + i + 1))) for i in range(len(line))]
    return places


def _line_end(text: str, at: int, limit: int) -> int:
    found = re.compile(r"[^\r\n]*").match(text, at, limit)
    return found.end() if found else at


def _unquoted(text: str, start: int, end: int) -> list[Unit]:
    return [(text[i], i, i + 1) for i in range(start, end) if text[i] not in _BLANK]


def _single_quoted(text: str, start: int, end: int) -> Iterator[Unit]:
    at = start
    while at < end:
        width = 2 if text.startswith("''", at) else 1
        if text[at] not in _BLANK:
            yield text[at], at, at + width
        at += width


def _double_quoted(text: str, start: int, end: int) -> Iterator[Unit]:
    at = start
    while at < end:
        char = text[at]
        if char != "\\":
            if char not in _BLANK:
                yield char, at, at + 1
            at += 1
            continue
        code = text[at + 1 : at + 2]
        digits = _HEX.get(code, 0)
        if code in _ESCAPES:
            yield _ESCAPES[code], at, at + 2
        elif digits:
            yield chr(int(text[at + 2 : at + 2 + digits], 16)), at, at + 2 + digits
        at += 2 + digits  # a line break after a backslash stands for nothing
