"""What is wrong with a YAML file, in words for the person who wrote it: libyaml's complaints translated."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import yaml

from monctl.lines import Lines, split_lines
from monctl.number import shorten

BROKEN, TAB, DUPLICATE, NOT_A_MAP, SEVERAL, NOT_UTF8, CONTROL, TAG, BOMB, TOO_LARGE, TOO_DEEP, KEY, MERGE, UNREADABLE = (
    f"SPEC{number:03}" for number in range(1, 15)
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_KEY_WITH_VALUE = re.compile(r"[\s\-?]*[^\s#][^:]*:\s")
_GLUED_KEY = re.compile(r"\s*[\w-]+:(?=[^\s/])")


class Fault(NamedTuple):
    """A finding of the reader before its file is known. Offsets are 0-based characters of the text, end exclusive."""

    code: str
    message: str
    help: str | None
    start: int
    end: int


class _Problem(NamedTuple):
    text: str
    at: int
    """Where libyaml stumbled."""
    opened: int
    """Where the thing began that it was reading."""
    what: str
    """libyaml's own words."""

    @property
    def opened_line(self) -> int:
        return Lines(self.text).place(self.opened)[0]

    @property
    def word(self) -> str:
        return _word(self.text, self.at)


def explain(error: yaml.YAMLError, text: str) -> Fault:
    """The fault behind an exception of the parser or composer."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return _control_character(text)
    at = _offset(error.problem_mark, text)
    problem = _Problem(text, at, _offset(error.context_mark, text) if error.context_mark else at, (error.problem or "").strip())
    if fault := _tab(text, at):
        return fault
    if told := _TOLD.get(problem.what):
        return told(problem)
    context = f" {error.context.strip()}" if error.context else ""
    return Fault(
        BROKEN, f"the YAML cannot be read{context}: {problem.what}", "check quotes, brackets and indentation here", at, _line_end(text, at)
    )


def _several(problem: _Problem) -> Fault:
    way_out = "put each into a file of its own"
    return Fault(SEVERAL, "the file holds several documents", way_out, problem.at, problem.at + len(problem.word))


def _no_anchor(problem: _Problem) -> Fault:
    name = problem.word
    way_out = f"write '&{name[1:]}' where the value stands, above this line"
    return Fault(BROKEN, f"'{name}' refers to no anchor", way_out, problem.at, problem.at + len(name))


def _anchor_again(problem: _Problem) -> Fault:
    name = problem.word
    message = f"the anchor '{name}' is given twice, first on line {problem.opened_line}"
    return Fault(BROKEN, message, "rename one of them", problem.at, problem.at + len(name))


def _open_quote(problem: _Problem) -> Fault:
    return Fault(BROKEN, "the quote opened here is never closed", "close it with the same quote", problem.opened, problem.opened + 1)


def _escape(problem: _Problem) -> Fault:
    written = problem.text[problem.at : problem.at + 2]
    return Fault(
        BROKEN, f"'{written}' is not an escape", "use single quotes, where a backslash is only a backslash", problem.at, problem.at + 2
    )


def _first_character(problem: _Problem) -> Fault:
    char = problem.text[problem.at : problem.at + 1]
    return Fault(BROKEN, f"a value cannot begin with '{char}'", "put the value into quotes", problem.at, problem.at + 1)


def _no_dash(problem: _Problem) -> Fault:
    message = f"a line of the list opened on line {problem.opened_line} does not begin with '-'"
    return Fault(BROKEN, message, "check the indentation", problem.at, _line_end(problem.text, problem.at))


def _unclosed(problem: _Problem) -> Fault:
    closing = problem.what[-2]
    message = f"the {'list' if closing == ']' else 'map'} opened here lacks a ',' or its '{closing}'"
    return Fault(BROKEN, message, f"add the ',' or the '{closing}'", problem.opened, problem.opened + 1)


def _no_colon(problem: _Problem) -> Fault:
    return Fault(BROKEN, "a ':' is missing after the key", "write 'key: value'", problem.opened, _line_end(problem.text, problem.opened))


def _inline_list(problem: _Problem) -> Fault:
    way_out = "put '- ' on the next line, or write [a, b]"
    return Fault(BROKEN, "a list cannot begin on the line of its key", way_out, problem.at, problem.at + 1)


def unknown_tag(tag: str, at: int) -> Fault:
    """The fault of a tag such as `!Ref`."""
    shown = tag.replace("tag:yaml.org,2002:", "!!")
    return Fault(TAG, f"the tag '{shorten(shown)}' is not known", "remove the tag", at, at + len(shown))


def _control_character(text: str) -> Fault:
    found = _CONTROL.search(text)
    at = found.start() if found else 0
    name = "a NUL character" if text[at : at + 1] == "\0" else f"the control character U+{ord(text[at : at + 1] or ' '):04X}"
    return Fault(CONTROL, f"the file holds {name}", "remove it; in double quotes it can be written as an escape", at, at + 1)


def _tab(text: str, at: int) -> Fault | None:
    """The fault of a tab in the indentation of the line of an offset."""
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    indent = re.compile(r"[ \t]*").match(text, start)
    if indent and "\t" in indent.group():
        tab = start + indent.group().index("\t")
        return Fault(TAB, "a tab is used for indentation", "use spaces", tab, tab + 1)
    return None


def _second_colon(problem: _Problem) -> Fault:
    text, at = problem.text, problem.at
    lines = split_lines(text[:at])
    head = lines[-1]
    if _KEY_WITH_VALUE.match(head):
        return Fault(BROKEN, "a value holds a ':' followed by a space", "put the value into quotes", at, at + 1)
    number, before = next(((i, line) for i, line in reversed(list(enumerate(lines[:-1], 1))) if line.strip()), (0, ""))
    start = at - len(head.lstrip())
    if glued := _GLUED_KEY.match(before):
        return Fault(BROKEN, f"line {number} has no space after its ':'", f"write '{shorten(glued.group().strip())} …'", start, at)
    if _KEY_WITH_VALUE.match(before + " "):
        message = f"this line is indented deeper than line {number}, which already has a value"
        return Fault(BROKEN, message, f"line it up with line {number}", start, at)
    return Fault(BROKEN, f"line {number} has no ':'", f"write '{shorten(before.strip())}:' if it is a key", start, at)


def _no_key(problem: _Problem) -> Fault:
    text, at = problem.text, problem.at
    if text[:at].rstrip(" ")[-1:] in {"'", '"'} and not text[:at].endswith("\n"):
        way_out = "put all of it into one pair of quotes; inside single quotes write '' for one"
        return Fault(BROKEN, "text follows the closing quote of a value", way_out, at, _line_end(text, at))
    return Fault(
        BROKEN,
        "the indentation of this line fits none of the lines above",
        "line it up with the other keys of its map",
        at,
        _line_end(text, at),
    )


def _offset(mark: yaml.Mark | None, text: str) -> int:
    return min(mark.index, len(text)) if mark else 0


def _word(text: str, at: int) -> str:
    found = re.compile(r"[^\s,\[\]{}]+").match(text, at)
    return found.group() if found else text[at : at + 1]


def _line_end(text: str, at: int) -> int:
    found = re.compile(r"[^\r\n]*").match(text, at)
    return at + len(found.group().rstrip()) if found else at


_TOLD: dict[str, Callable[[_Problem], Fault]] = {
    "mapping values are not allowed in this context": _second_colon,
    "but found another document": _several,
    "found undefined alias": _no_anchor,
    "second occurrence": _anchor_again,
    "found undefined tag handle": lambda problem: unknown_tag(problem.word, problem.at),
    "found unexpected end of stream": _open_quote,
    "found unknown escape character": _escape,
    "found character that cannot start any token": _first_character,
    "did not find expected key": _no_key,
    "did not find expected '-' indicator": _no_dash,
    "did not find expected ',' or ']'": _unclosed,
    "did not find expected ',' or '}'": _unclosed,
    "could not find expected ':'": _no_colon,
    "block sequence entries are not allowed in this context": _inline_list,
}
"""libyaml's complaints (scanner.c, parser.c) and PyYAML's (_yaml.pyx), as of libyaml 0.2.5 and PyYAML 6.0."""
