"""Where in a spec somebody types, read from the text before the cursor alone, by indentation: it may be as broken as half-typed text is. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Path = tuple[str | int, ...]
_KEY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s#"'\[\]{},&*!|>%@`-][^#]*?|-[^\s#][^#]*?)\s*:(?=\s|$)""")
_DASH = re.compile(r"-(?=\s|$)")
_BLOCK = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")
_PROPERTY = re.compile(r"(?:[&!]\S*\s+)+")
_COMMENT = re.compile(r"(?:^|\s)#")


@dataclass(frozen=True, slots=True)
class Cursor:
    """What is being typed."""

    path: Path
    """Of the map or list a key or item is typed in, or of the value."""
    start: int
    """Offset at which the typed text begins."""
    typed: str
    """From there to the cursor, without an opening quote."""
    is_key: bool = False
    """A key may be meant: nothing is before it on its line but indentation, a dash, or `{`."""
    is_item: bool = False
    """A value may be meant: it stands behind `key:`, a dash, or in `[`."""
    quote: str = ""
    in_block: bool = False
    """Inside a block scalar; `typed` is the whole of it up to the cursor."""
    in_flow: bool = False
    there: tuple[str, ...] = ()
    """Keys before it in the same `{`, which may not be closed yet."""


@dataclass(slots=True)
class _Stack:
    """Keys and items that are open, from the outside in."""

    levels: list[tuple[int, str | int]] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return tuple(part for _, part in self.levels)

    def key(self, column: int, name: str) -> None:
        self.close(column)
        self.levels.append((column, name))

    def dash(self, column: int) -> None:
        while self.levels and self.levels[-1][0] > column:
            self.levels.pop()
        index = 0
        if self.levels and self.levels[-1][0] == column and isinstance(last := self.levels[-1][1], int):
            index = last + 1
            self.levels.pop()
        self.levels.append((column, index))

    def close(self, column: int) -> None:
        while self.levels and self.levels[-1][0] >= column:
            self.levels.pop()


def cursor(text: str, offset: int) -> Cursor | None:
    """What is typed at an offset; None inside a comment."""
    before = text[:offset]
    stack = _Stack()
    at = 0
    while at <= len(before):
        end = before.find("\n", at)
        last = end < 0
        line = before[at : len(before) if last else end].rstrip("\r")
        opened = _line(stack, line, at, last=last)
        if isinstance(opened, Cursor) or (last and opened is None):
            return opened
        if isinstance(opened, _Open):
            inside = opened.in_block(before) if opened.block else opened.in_flow(before)
            if isinstance(inside, Cursor):
                return inside
            at = inside
            continue
        at = end + 1
    return None


@dataclass(frozen=True, slots=True)
class _Open:
    """A value that may go on over several lines."""

    path: Path
    at: int
    """Offset at which it begins."""
    indent: int
    """Of its key: a block scalar is further in."""
    block: bool

    def in_block(self, before: str) -> Cursor | int:
        """The cursor in the scalar, or the offset of the first line behind it."""
        first = before.find("\n", self.at)
        at = first + 1
        while first >= 0:
            end = before.find("\n", at)
            line = before[at : end if end >= 0 else len(before)]
            if line.strip() and len(line) - len(line.lstrip(" ")) <= self.indent:
                return at
            if end < 0:
                return Cursor(self.path, first + 1, before[first + 1 :], in_block=True)
            at = end + 1
        return len(before) + 1

    def in_flow(self, before: str) -> Cursor | int:
        """The cursor in `{…}` or `[…]`, or the offset behind its line."""
        flow = _Flow(self.at)
        for at in range(self.at, len(before)):
            if before[at] == "\n" and _is_over(before, at + 1, self.indent):
                return at + 1
            if flow.take(before, at):
                end = before.find("\n", at)
                return end + 1 if end >= 0 else len(before) + 1
        return flow.cursor(self.path, before) if flow.open else len(before) + 1


@dataclass(slots=True)
class _Flow:
    """`{…}` and `[…]` that are open, read character by character."""

    start: int
    """Where the text behind the last `{`, `[`, `,` or `:` begins."""
    open: list[tuple[str, str | int]] = field(default_factory=list)
    """Each bracket with its key or index."""
    keys: list[list[str]] = field(default_factory=list)
    """What each of them has had so far."""
    quote: str = ""

    def take(self, text: str, at: int) -> bool:
        """Take one character in; whether the outermost bracket is closed by it."""
        char = text[at]
        if self.quote:
            self.quote = "" if char == self.quote else self.quote
        elif char in "\"'" and not text[self.start : at].strip():
            self.quote, self.start = char, at
        elif char == "{" and text[at - 1 : at] == "$":
            self.quote = "}"  # of `${var.name}`
        elif char in "{[":
            self.open.append((char, "" if char == "{" else 0))
            self.keys.append([])
            self.start = at + 1
        elif char in "}]":
            del self.open[-1:], self.keys[-1:]
            self.start = at + 1
            return not self.open
        else:
            self._separate(text, at)
        return False

    def _separate(self, text: str, at: int) -> None:
        char = text[at]
        if char == "," and self.open:
            kind, part = self.open[-1]
            self.open[-1] = (kind, part + 1 if isinstance(part, int) else "")
            self.start = at + 1
        elif char == ":" and self.open and self.open[-1] == ("{", "") and text[at + 1 : at + 2] in {" ", "", "\n"}:
            self.keys[-1].append(text[self.start : at].strip().strip("\"'"))
            self.open[-1] = ("{", self.keys[-1][-1])
            self.start = at + 1

    def cursor(self, path: Path, text: str) -> Cursor:
        """What is typed at the end of the text."""
        typed = text[self.start :].lstrip()
        begin = len(text) - len(typed)
        mark = typed[:1] if typed[:1] in {'"', "'"} else ""
        kind, part = self.open[-1]
        above = (*path, *(part for _, part in self.open[:-1]))
        if kind == "{" and part == "":
            there = tuple(self.keys[-1])
            return Cursor(above, begin + len(mark), typed[len(mark) :], is_key=True, quote=mark, in_flow=True, there=there)
        return Cursor((*above, part), begin + len(mark), typed[len(mark) :], is_item=True, quote=mark, in_flow=True)


def _is_over(text: str, at: int, indent: int) -> bool:
    """Whether a line begins a key no further in than the one whose `{` or `[` was never closed."""
    end = text.find("\n", at)
    line = text[at : end if end >= 0 else len(text)]
    column = len(line) - len(line.lstrip(" "))
    return column <= indent and _KEY.match(line, column) is not None


def _line(stack: _Stack, line: str, start: int, *, last: bool) -> Cursor | _Open | bool | None:
    """Take one line in. On the `last` one the cursor is at its end: what is typed there, None in a comment; True: go on."""
    stripped = line.lstrip(" ")
    column = len(line) - len(stripped)
    if not last and (not stripped.strip() or stripped.startswith(("#", "---"))):
        return True
    dashed = False
    while (dash := _DASH.match(line, column)) is not None and (not last or dash.end() < len(line)):
        stack.dash(column)
        dashed = True
        column = len(line) - len(line[dash.end() :].lstrip(" "))
    key = _KEY.match(line, column)
    if key is None:
        return _item(stack, line, start, column, dashed=dashed, last=last)
    stack.key(column, key["key"].strip("\"'"))
    return _value(stack.path, line, start, key.end(), column, last=last)


def _item(stack: _Stack, line: str, start: int, column: int, *, dashed: bool, last: bool) -> Cursor | _Open | bool | None:
    """A line that begins with no key: an item of a list, or a key that is being typed."""
    rest = line[column:]
    if not last:
        if dashed and rest[:1] in {"{", "["}:
            return _Open(stack.path, start + column, column, block=False)
        return True
    if _COMMENT.search(rest):
        return None
    if rest[:1] in {"{", "["}:
        return _Open(stack.path, start + column, column, block=False)
    if not dashed:
        stack.close(column)
    mark = rest[:1] if rest[:1] in {'"', "'"} else ""
    return Cursor(stack.path, start + column + len(mark), rest[len(mark) :], is_key=not mark, is_item=dashed, quote=mark)


def _value(path: Path, line: str, start: int, after: int, indent: int, *, last: bool) -> Cursor | _Open | bool | None:
    """What stands behind `key:`."""
    rest = line[after:]
    lead = len(rest) - len(rest.lstrip())
    found = _PROPERTY.match(rest, lead)
    lead = found.end() if found else lead
    value = rest[lead:]
    if _BLOCK.match(value) and not last:
        return _Open(path, start + after + lead, indent, block=True)
    if value[:1] in {"{", "["}:
        return _Open(path, start + after + lead, indent, block=False)
    if not last:
        return True
    mark = value[:1] if value[:1] in {'"', "'"} else ""
    closed = bool(mark) and value.count(mark) > 1
    if not rest or closed or (not mark and _COMMENT.search(value)):
        return None
    return Cursor(path, start + after + lead + len(mark), value[len(mark) :], is_item=True, quote=mark)
