"""A YAML text as the tokens that are written in it, with the comments and empty lines between them. Pure.

libyaml scans; what it makes up itself (the start and end of blocks, keys without `?`) becomes a note of the token that follows. Every character
of the text belongs to one token, one comment, or is white space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml
from yaml._yaml import CParser

NOT_BREAKS = re.compile("[\x85\u2028\u2029\f\v]")
"""Characters that end a line for some readers of YAML and not for others."""
_OPENING = (yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken)
_SILENT = (yaml.StreamStartToken, yaml.StreamEndToken)
_WORDS: dict[type, str] = {
    yaml.BlockEntryToken: "-",
    yaml.KeyToken: "?",
    yaml.ValueToken: ":",
    yaml.FlowEntryToken: ",",
    yaml.FlowMappingStartToken: "{",
    yaml.FlowSequenceStartToken: "[",
    yaml.FlowMappingEndToken: "}",
    yaml.FlowSequenceEndToken: "]",
    yaml.DocumentStartToken: "---",
    yaml.DocumentEndToken: "...",
    yaml.DirectiveToken: "%",
    yaml.AnchorToken: "&",
    yaml.AliasToken: "*",
    yaml.TagToken: "!",
}
_NOTHING: tuple[tuple[Remark, ...], int] = ((), 0)


class NotUnderstood(Exception):
    """The text holds something this module has no place for."""


class Remark(NamedTuple):
    """A comment between two tokens."""

    text: str
    """From the `#` on, without space at its end."""
    column: int
    """0-based."""
    row: int
    """Lines after the one of the token before; 0: behind it."""


class Token(NamedTuple):
    """One token that is written, and what stands before it."""

    kind: str
    """`scalar`, `end` of the text, or the sign itself: - ? : , { [ } ] --- ... % & * !"""
    text: str
    column: int
    """0-based."""
    style: str
    """Of a scalar, as PyYAML has it: "" plain, ' " quoted, | literal, > folded."""
    is_key: bool
    """It begins an implicit key."""
    opens: tuple[tuple[str, int], ...]
    """Blocks that begin with it: `map` or `list`, and their 0-based columns."""
    closes: int
    """Blocks that end before it."""
    remarks: tuple[Remark, ...]
    breaks: int
    """Line breaks before it."""


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text whose lines end in LF, the last of the kind `end`.

    Raises yaml.YAMLError for a text that is not YAML, NotUnderstood for one with signs where none can stand.
    """
    parser, before = CParser(text), 0
    opens: tuple[tuple[str, int], ...] = ()
    closes, is_key = 0, False
    while (token := parser.get_token()) is not None:
        kind = token.__class__
        start, end = token.start_mark.index, token.end_mark.index
        if kind in _OPENING:
            opens += (("map" if kind is yaml.BlockMappingStartToken else "list", token.start_mark.column),)
        elif kind is yaml.BlockEndToken:
            closes += 1
        elif kind is yaml.KeyToken and start == end:
            is_key = True
        elif kind not in _SILENT and start < end:
            written = text[start:end]
            style = ""
            if kind is yaml.ScalarToken:
                style = getattr(token, "style", "") or ""
                if style in {"|", ">"}:
                    written = _own(written)
                    end = start + len(written)
            remarks, breaks = _NOTHING if before == start else _between(text[before:start], before, text)
            name = "scalar" if kind is yaml.ScalarToken else _WORDS[kind]
            yield Token(name, written, token.start_mark.column, style, is_key, opens, closes, remarks, breaks)
            before, opens, closes, is_key = end, (), 0, False
    remarks, breaks = _between(text[before:], before, text)
    yield Token("end", "", 0, "", False, (), closes, remarks, breaks)


def prove(text: str) -> None:
    """Raises yaml.YAMLError for a text that is not YAML: scanning alone does not find everything."""
    parser = CParser(text)
    while parser.get_event() is not None:
        pass


def meaning(text: str) -> list[Any]:
    """What a text says, without how it is laid out: equal for two texts that no reader of YAML tells apart.

    Raises yaml.YAMLError.
    """
    parser = CParser(text)
    said: list[Any] = []
    while (event := parser.get_event()) is not None:
        if isinstance(event, yaml.ScalarEvent):
            style = event.style if event.style in {"|", ">"} else "quoted" if event.style else ""
            said.append(("scalar", event.anchor, event.tag, event.implicit, event.value, style))
        else:
            said.append((event.__class__.__name__, getattr(event, "anchor", None), getattr(event, "tag", None)))
    return said


def _own(written: str) -> str:
    """A block scalar without the line break at its end, and without the empty lines after it where they are not a part of it."""
    header, *lines = written.removesuffix("\n").split("\n")
    if "+" not in header.partition("#")[0]:
        indent = next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")), len(written))
        while lines and not lines[-1].strip(" ") and len(lines[-1]) <= indent:
            lines.pop()
    return "\n".join([header, *lines])


def _between(gap: str, start: int, text: str) -> tuple[tuple[Remark, ...], int]:
    if gap == " ":
        return _NOTHING
    if "\n" not in gap and "#" not in gap:
        if gap.strip(" \t\ufeff"):
            raise NotUnderstood(gap.strip()[:20])
        return _NOTHING
    lines = gap.split("\n")
    remarks = []
    for row, line in enumerate(lines):
        written = line.strip(" \t\r")
        if written.startswith("#"):
            lead = len(line) - len(line.lstrip(" \t"))
            column = lead + (start - (text.rfind("\n", 0, start) + 1) if row == 0 else 0)
            remarks.append(Remark(written, column, row))
        elif written:
            raise NotUnderstood(written[:20])
    return tuple(remarks), len(lines) - 1
