"""Lays the tokens of a YAML text out anew: indentation, spaces, empty lines, the place of comments. Pure.

Two spaces for each level, lists one level below their key, one space behind `:` `,` and `-`, none inside brackets, two at least before a comment.
One empty line before each kind of a file, at most one elsewhere. Line breaks stay where they are, and so do the order of keys, the text of
scalars, and the column of comments at line ends as far as it can: those that stand in one column keep to one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monctl.yaml_tokens import Remark, Token

STEP = 2
_LEAST = 2
"""Spaces before a comment at the end of a line."""
_MODELINE = re.compile(r"#\s*yaml-language-server\s*:")
_INDICATOR = re.compile(r"[|>][-+]?[1-9]")


@dataclass(slots=True)
class _Block:
    """A map or list without brackets."""

    kind: str
    old: int
    new: int
    is_bare: bool = False
    """A list at the column of its key."""


@dataclass(slots=True)
class _Line:
    text: str
    remark: str = ""
    column: int = 0
    """Where the remark would like to stand."""
    is_fixed: bool = False
    """A line of a block scalar."""


def laid_out(found: Iterable[Token]) -> str:
    """The text of some tokens in the one layout, its lines ended by LF; empty for no token and no comment."""
    layout = _Layout()
    every = list(found)
    for at, token in enumerate(every):
        layout.add(token, is_kind=_is_kind(every, at))
    return layout.finished()


def _is_kind(every: Sequence[Token], at: int) -> bool:
    """Whether a token is a key in the first column that holds a map or a list without brackets, and something other stands above it."""
    token = every[at]
    if not token.is_key or token.column or token.opens or at == 0 or every[at - 1].kind in {"---", "%"}:
        return False
    value = next((at for at in range(at, len(every)) if every[at].kind == ":"), at) + 1
    while value < len(every) and every[value].kind in {"&", "!"}:
        value += 1
    return value < len(every) and every[value].breaks > 0 and (bool(every[value].opens) or every[value].kind == "-")


class _Layout:
    def __init__(self) -> None:
        self._lines: list[_Line] = []
        self._blocks: list[_Block] = []
        self._depth = 0
        """Of brackets."""
        self._before: Token | None = None
        self._shift = 0
        """Columns by which what stands on the present line has moved."""
        self._is_cut = False
        """A block scalar ends the file without a line break, which would be a part of it."""

    def add(self, token: Token, *, is_kind: bool) -> None:
        """The next token with what stands before it."""
        left = list(self._blocks)
        self._close(token)
        remarks = list(token.remarks)
        if remarks and remarks[0].row == 0 and self._before is not None:
            behind = remarks.pop(0)
            self._lines[-1].remark, self._lines[-1].column = behind.text, max(behind.column + self._shift, 0)
        is_first = token.breaks > 0 or self._before is None
        indent = self._indent(token) if is_first else 0
        if is_first:
            self._between(token, remarks, left, indent, is_kind=is_kind)
        if token.kind == "end":
            self._is_cut = not token.breaks and self._before is not None and self._before.style in {"|", ">"}
            return
        if is_first:
            self._lines.append(_Line(" " * indent))
            self._shift = indent - token.column
        else:
            self._lines[-1].text += self._gap(token)
        for kind, old in token.opens:
            self._blocks.append(_Block(kind, old, len(self._lines[-1].text)))
        self._write(token)
        self._depth += (token.kind in {"{", "["}) - (token.kind in {"}", "]"})
        self._before = token

    def finished(self) -> str:
        """All lines, comments put where they belong."""
        self._align()
        text = "".join(f"{line.text}{_pad(line)}{line.remark}".rstrip("" if line.is_fixed else " ") + "\n" for line in self._lines)
        return text.removesuffix("\n") if self._is_cut else text

    def _close(self, token: Token) -> None:
        """Leave the blocks that end before a token; enter a list at the column of its key, for which libyaml has no word."""
        for _ in range(token.closes):
            if self._blocks and self._blocks[-1].is_bare:
                self._blocks.pop()
            if self._blocks:
                self._blocks.pop()
        top = self._blocks[-1] if self._blocks else None
        if top is None or self._depth:
            return
        opens_list = any(kind == "list" for kind, _ in token.opens)
        if token.kind == "-" and top.kind == "map" and not opens_list:
            self._blocks.append(_Block("list", top.old, top.new + STEP, is_bare=True))
        elif top.is_bare and token.kind != "-" and (token.is_key or token.kind in {"?", ":"}) and not token.opens:
            self._blocks.pop()

    def _indent(self, token: Token) -> int:
        """The new column of a token that is the first of its line."""
        top = self._blocks[-1] if self._blocks else None
        if token.kind in {"---", "...", "%", "end"}:
            return 0
        if self._depth:
            return max(token.column + (top.new - top.old if top else 0), 0)
        if top is None:
            return 0
        if token.opens or not (token.is_key or token.kind in {"-", "?", ":"}):
            return top.new + STEP
        return top.new

    def _gap(self, token: Token) -> str:
        """The space between two tokens of one line."""
        before = self._before.kind if self._before else ""
        if before in {"{", "["} or token.kind in {"}", "]", ","}:
            return ""
        if token.kind == ":":
            return "" if before != "*" and before not in {"-", "?", ",", ":", "&", "!"} else " "
        return " "

    def _write(self, token: Token) -> None:
        if token.kind != "scalar":
            self._lines[-1].text += token.text
            return
        text = _double_quoted(token.text) if token.style == "'" else token.text
        first, *rest = text.split("\n")
        self._lines[-1].text += first.rstrip(" \t") if rest and token.style != '"' else first
        if not rest:
            return
        top = self._blocks[-1] if self._blocks else None
        if token.style in {"|", ">"}:
            self._lines += [_Line(line, is_fixed=True) for line in _block_lines(first, rest, top)]
            return
        if self._depth and top is not None:
            self._continue(token, rest, None, top.new - top.old)
        else:
            self._continue(token, rest, STEP if top is None else top.new + STEP, 0)

    def _continue(self, token: Token, rest: list[str], indent: int | None, shift: int) -> None:
        """The further lines of a plain or quoted scalar, at a column or moved by some."""
        for line in rest:
            written = line.lstrip(" \t")
            lead = len(line) - len(written)
            new = max(lead + shift, 1) if indent is None else indent
            self._lines.append(_Line(" " * new + written if written else "", is_fixed=token.style == '"'))
            self._shift = new - lead
        self._lines[-1].is_fixed = False

    def _between(self, token: Token, remarks: list[Remark], left: list[_Block], indent: int, *, is_kind: bool) -> None:
        """Empty lines and comments before a token that is the first of its line."""
        row, parted = 0, _parted(token, remarks) if is_kind else -1
        if not self._lines:
            remarks = _modeline_first(remarks)
        is_kept = self._before is not None and self._before.style in {"|", ">"} and "+" in self._before.text.partition("\n")[0]
        opens = self._before is not None and not self._lines[-1].remark and _opens(self._before, token)
        for at, remark in enumerate([*remarks, None]):
            place = token.breaks if remark is None else remark.row
            if is_kept:  # the empty lines are a part of the text
                self._lines += [_Line("", is_fixed=True) for _ in range(place - row - 1)]
            elif remark is None and token.kind == "end":
                return
            elif (place - row > 1 or at == parted) and self._lines and not (at == 0 and opens):
                self._lines.append(_Line(""))
            if remark is not None:
                column = _remark_indent(remark, token, left, indent)
                if self._before is not None and self._before.style in {"|", ">"} and left:
                    column = min(column, left[-1].new)  # deeper, it would be a part of the text
                self._lines.append(_Line(" " * column + remark.text))
            row, is_kept = place, False

    def _align(self) -> None:
        """Comments behind adjacent lines that would like to stand in one column do."""
        at = 0
        while at < len(self._lines):
            end = at
            while end < len(self._lines) and self._lines[end].remark and self._lines[end].column == self._lines[at].column:
                end += 1
            run = self._lines[at:end]
            column = max((max(line.column, len(line.text) + _LEAST) for line in run), default=0)
            for line in run:
                line.column = column
            at = max(end, at + 1)


def _modeline_first(remarks: list[Remark]) -> list[Remark]:
    """The comments of a file's head with the one that names its schema before the others, which move down a line."""
    at = next((at for at, one in enumerate(remarks) if _MODELINE.match(one.text)), 0)
    if not at:
        return remarks
    above = [one._replace(row=one.row + 1) for one in remarks[:at]]
    return [remarks[at]._replace(row=remarks[0].row), *above, *remarks[at + 1 :]]


def _opens(before: Token, token: Token) -> bool:
    """Whether a token is the first inside of what the one before it begins."""
    inside = bool(token.opens) or (not token.is_key and token.kind not in {"-", "?", "end"}) or (before.kind == ":" and token.kind == "-")
    return before.kind in {"{", "["} or (before.kind in {":", "-", "?"} and inside)


def _parted(token: Token, remarks: Sequence[Remark]) -> int:
    """The index of the first comment that belongs to a key: those right above it, one below the other. Their number where there is none."""
    at, row = len(remarks), token.breaks
    while at and remarks[at - 1].row == row - 1 and remarks[at - 1].column <= token.column:
        at, row = at - 1, row - 1
    return at


def _remark_indent(remark: Remark, token: Token, left: Sequence[_Block], indent: int) -> int:
    """The column of a comment on a line of its own: that of what follows, or of the block it is the last line of."""
    if remark.column > token.column:
        for block in reversed(left):
            if block.old <= remark.column:
                return block.new if block.old == remark.column else block.new + STEP
    return indent


def _pad(line: _Line) -> str:
    return " " * (line.column - len(line.text)) if line.remark and line.text else ""


def _block_lines(header: str, rest: list[str], top: _Block | None) -> list[str]:
    """The lines of a block scalar under their new indentation; what is a part of the text stays."""
    if top is None:
        return rest
    own = [len(line) - len(line.lstrip(" ")) for line in rest if line.strip(" ")]
    if _INDICATOR.match(header):
        shift = top.new - top.old
        return [line and (" " * shift + line if shift > 0 else line[min(-shift, len(line) - len(line.lstrip(" "))) :]) for line in rest]
    return [" " * (top.new + STEP) + line[own[0] :] if own and len(line) > own[0] else "" for line in rest]


def _double_quoted(text: str) -> str:
    """A text in single quotes in double ones, where it reads the same there without a backslash."""
    inside = text[1:-1]
    return text if '"' in inside or "\\" in inside or "\n" in inside else '"' + inside.replace("''", "'") + '"'
