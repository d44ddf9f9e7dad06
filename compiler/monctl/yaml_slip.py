"""Slips in YAML that libyaml complains of somewhere else, or not at all: what the text around shows. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

import yaml
from yaml._yaml import CParser  # where yaml.cyaml takes it from, and what its type stubs export

_CONFLICT = re.compile(r"^(?:(?:<{7}|>{7}|\|{7})(?: [^\r\n]*)?|={7})(?=[\r\n]|\Z)", re.MULTILINE)
_GLUED = re.compile(r"[\w-]+:(?=\S)")
_HEADER = re.compile(r"[:\-?][ \t]+([|>])[-+0-9]{0,2}[ \t]*(?:#.*)?$")
_HALF_QUOTED = re.compile(r"([\"'])([<>=!]=?[^\"'\\]*)\1[ \t]+$")
_COMPARISON = re.compile(r"[<>=!]=?")
_COMMENT = re.compile(r"[ \t]+(#[^\s#!,\]}]+)")
IN_QUOTES = "put the value into quotes"
_LOOKS_EMPTY = re.compile("[\u00a0\u2000-\u200b\u202f\u2060\u3000\ufeff]")
_ODD_SPACE = re.compile("^[ \\t-]*(?:[\\w-]+:)?[\u00a0\u2000-\u200a\u202f\u3000]|^(?:[^#\n]*[!-~])?[\u200b\u2060\ufeff]", re.MULTILINE)
"""A space where indentation or the space behind ':' belongs, and what nobody sees behind a plain letter; within a text in quotes or in a block both have their uses."""
_LONGEST = 60
"""Characters of a value that is written out in a way out."""


class Text(NamedTuple):
    """A text in a block (`|` or `>`) whose header is on a line."""

    line: int
    """Of the header, 1-based."""
    sign: str
    """`|` or `>`."""


def glued(key: object) -> str | None:
    """What to do where a key holds its value too: `every:5m` is one text."""
    found = _GLUED.match(key) if isinstance(key, str) else None
    return f"put a space behind the ':' of '{found.group()}'" if found else None


def conflict(text: str) -> tuple[int, int] | None:
    """Where the first mark of a merge conflict is: `<<<<<<< HEAD` and its like at the beginning of a line, as git writes them."""
    found = _CONFLICT.search(text)
    return found.span() if found else None


def unquoted(text: str, at: int) -> str:
    """What somebody wrote for a value at an offset, without quotes.

    It goes to the end of the line or to a comment, in `{}` and `[]` to their next `,`, `]` or `}`.
    """
    stops = r",\[\]{}" if flowing(text, at) else ""
    found = re.compile(rf".[^\r\n{stops}]*?(?=[ \t]*(?:[\r\n{stops}]|[ \t]#|\Z))").match(text, at)
    return found.group() if found else text[at : at + 1]


def way_out(text: str, at: int) -> str:
    """How to write a value that cannot stand without quotes: a comparison in full."""
    value = unquoted(text, at) if _COMPARISON.match(text, at) else ""
    return f"write {in_quotes(value)}, in quotes" if _can_quote(value) else IN_QUOTES


def half_quoted(text: str, at: int) -> str | None:
    """How to write a comparison of which only the beginning is in quotes: `"> 5" or down`. `at` is where the rest begins."""
    before = _HALF_QUOTED.search(text[_line_start(text, at) : at])
    rest = re.compile(r"[^\"'#,\[\]{}\r\n]+").match(text, at)
    value = f"{before[2].strip()} {rest.group().strip()}" if before and rest else ""
    return f"write {in_quotes(value)}, all of it in quotes" if _can_quote(value) else None


def comment(text: str, at: int) -> tuple[int, int] | None:
    """Where a `#` without a space behind it follows an offset on its line: YAML reads `channel: #ops` as no value and a comment."""
    found = _COMMENT.match(text, at)
    return found.span(1) if found else None


def block_before(text: str, at: int) -> Text | None:
    """The header of a block that stands last above the line of an offset, when the block has no text: `query: |` and nothing indented."""
    lines = text[: _line_start(text, at)].splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    found = _HEADER.search(lines[-1]) if lines else None
    return Text(len(lines), found[1]) if found else None


def block_ended(text: str, at: int) -> Text | None:
    """The block whose text ends above the line of an offset, because this line is not indented as the text is."""
    start = _line_start(text, at)
    last = last_scalar(text, start)
    if last is None or last.style not in {"|", ">"} or text[last.end_mark.index : start].strip():
        return None
    return Text(last.start_mark.line + 1, last.style)


def last_scalar(text: str, until: int) -> yaml.ScalarToken | None:
    """The last value or key before an offset."""
    last: yaml.ScalarToken | None = None
    try:
        scanner = CParser(text[:until])
        while (token := scanner.get_token()) is not None:
            last = token if isinstance(token, yaml.ScalarToken) else last
    except yaml.YAMLError:
        pass  # the tokens up to the fault are what is looked for
    return last


def cut_short(text: str, at: int) -> int | None:
    """The line (1-based) whose comment ends a value that the line of an offset goes on with, deeper than it."""
    above = text[: _line_start(text, at)].rstrip().splitlines()
    indent = at - _line_start(text, at)
    line = above[-1] if above else ""
    return len(above) if re.search(r":[ \t]+[^\s#].*[ \t]#", line) and len(line) - len(line.lstrip()) < indent else None


def odd_space(text: str) -> tuple[int, str] | None:
    """Where a character stands that looks like a space, or like nothing, and is none to YAML: offset and name. Pages of the web bring them along."""
    if text.isascii() or not _LOOKS_EMPTY.search(text):
        return None
    texts = _texts(text)
    for found in _ODD_SPACE.finditer(text):
        at = found.end() - 1
        if not any(start < at < end for start, end in texts):
            return at, f"U+{ord(text[at]):04X}"
    return None


def _texts(text: str) -> list[tuple[int, int]]:
    """Where values stand that hold whatever they like: those in quotes and in blocks."""
    found: list[tuple[int, int]] = []
    try:
        scanner = CParser(text)
        while (token := scanner.get_token()) is not None:
            if isinstance(token, yaml.ScalarToken) and token.style:
                found.append((token.start_mark.index, token.end_mark.index))
    except yaml.YAMLError:
        pass  # the tokens up to the fault are what is looked for
    return found


def open_bracket(text: str, until: int) -> int | None:
    """The offset of the innermost `[` or `{` that is still open at an offset."""
    opened: list[int] = []
    try:
        scanner = CParser(text[:until])
        while (token := scanner.get_token()) is not None:
            if isinstance(token, yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken):
                opened.append(token.start_mark.index)
            elif isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken) and opened:
                opened.pop()
    except yaml.YAMLError:
        pass  # the tokens up to the fault are what is looked for
    return opened[-1] if opened else None


def flowing(text: str, at: int) -> bool:
    """Whether an offset is inside `[]` or `{}`."""
    return open_bracket(text, at) is not None


def in_quotes(value: str) -> str:
    """A value as it has to be written: in double quotes where that is possible."""
    return f'"{value}"' if '"' not in value and "\\" not in value else f"'{value}'"


def _can_quote(value: str) -> bool:
    return 0 < len(value) <= _LONGEST and not ("'" in value and ('"' in value or "\\" in value))


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
