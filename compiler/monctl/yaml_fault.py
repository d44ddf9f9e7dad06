"""What is wrong with a YAML file, in words for the person who wrote it: libyaml's complaints translated."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import yaml

from monctl import yaml_slip
from monctl.lines import Lines, split_lines
from monctl.number import shorten
from monctl.yaml_slip import IN_QUOTES

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
    if marked := yaml_slip.conflict(text):
        way_out = "keep one of the two sides, and remove the lines of '<<<<<<<', '=======' and '>>>>>>>'"
        return Fault(BROKEN, "a merge conflict is left in the file", way_out, *marked)
    at = _offset(error.problem_mark, text)
    problem = _Problem(text, at, _offset(error.context_mark, text) if error.context_mark else at, (error.problem or "").strip())
    if fault := _tab(text, at):
        return fault
    if "directive" in (error.context or ""):
        return _percent(text, problem.opened)
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
    way_out = f"write '&{name[1:]}' above, where the value stands; or put '{name}' into quotes if it is a text"
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
    return cannot_begin(problem.text, problem.at)


def cannot_begin(text: str, at: int) -> Fault:
    """The fault of a value whose first character means something else to YAML: `> 5`, `!= 3`, `@ops`, `*/5`, `%`."""
    sign = re.compile(r"[<>=!]=?|.?").match(text, at)
    shown = sign.group() if sign else ""
    return Fault(BROKEN, f"a value cannot begin with '{shown}'", yaml_slip.way_out(text, at), at, at + max(1, len(shown)))


def swallowed(text: str, at: int) -> Fault | None:
    """The fault of an empty value at an offset where something was written that YAML takes for none: `#ops`, `>5`."""
    if re.compile(r">[-+]?\d").match(text, at):
        return cannot_begin(text, at)
    if found := yaml_slip.comment(text, at):
        written = text[slice(*found)]
        way_out = f"write {yaml_slip.in_quotes(written)}, in quotes; a comment has a space behind its '#'"
        return Fault(BROKEN, f"'{written}' is read as a comment, and the value is missing", way_out, *found)
    return None


def _block_header(problem: _Problem) -> Fault:
    """Of `> 5`, or of a text behind `|`."""
    text, at = problem.text, problem.opened
    if text[at : at + 1] == ">" and re.compile(r">=?[ \t]*[-+]?[.\d]").match(text, at):
        return cannot_begin(text, at)
    sign = text[at : at + 1]
    way_out = f"begin it on the next line, indented; or {'put the value into quotes' if sign == '>' else f'leave the {chr(39)}{sign}{chr(39)} out'}"
    return Fault(BROKEN, f"a text stands on the line of its '{sign}'", way_out, problem.at, _line_end(text, problem.at))


def _nothing_there(problem: _Problem) -> Fault:
    """Of `[` at the end of a file, `,,`, and a bracket that closes nothing."""
    text, at = problem.text, problem.at
    opened = yaml_slip.open_bracket(text, at)
    if not text[at : at + 1].strip() and opened is not None:
        return _never_closed(text, opened)
    char = text[at : at + 1]
    if opened is not None:
        way_out = "remove the ',' that is too much" if char == "," else f"write it before the '{char}'"
        return Fault(BROKEN, f"a value is missing before the '{char}'", way_out, at, at + 1)
    return Fault(BROKEN, f"a value cannot begin with '{char}'", IN_QUOTES, at, at + 1)


def _no_dash(problem: _Problem) -> Fault:
    message = f"a line of the list opened on line {problem.opened_line} does not begin with '-'"
    return Fault(BROKEN, message, "check the indentation", problem.at, _line_end(problem.text, problem.at))


def _unclosed(problem: _Problem) -> Fault:
    text, at = problem.text, problem.at
    if text[at : at + 1] == "{" and text[at - 1 : at] == "$":
        reference = re.compile(r"\$\{[^{}\r\n]*\}?").match(text, at - 1)
        shown = reference.group() if reference else "${"
        way_out = f"write {yaml_slip.in_quotes(shown)}, in quotes" if shown.endswith("}") else IN_QUOTES
        return Fault(BROKEN, "within a map or list in brackets, '{' begins another map", way_out, at - 1, at - 1 + len(shown))
    line = text[:at].splitlines()[-1:]
    if text[at : at + 1] not in {":", ",", "[", "]", "{", "}", ""} and line and line[0].rstrip(" ")[-1:] in {"'", '"'}:
        return _after_quote(problem)
    if text[at : at + 2] == ": " and problem.opened_line == Lines(text).place(at)[0]:
        return Fault(
            BROKEN, "a ',' is missing before this ':', or the value holds it", "add the ',', or put the value into quotes", at, at + 1
        )
    return _never_closed(text, problem.opened)


def _never_closed(text: str, opened: int) -> Fault:
    kind, closing = ("list", "]") if text[opened] == "[" else ("map", "}")
    rest = text[opened : _line_end(text, opened)]
    if commented := re.search(r"(?<=[\s\[{,])#[^\s#]+", rest):
        message = f"the {kind} opened on this line is not closed before the '#', which begins a comment"
        return Fault(BROKEN, message, "put a value with '#' into quotes", opened + commented.start(), opened + commented.end())
    return Fault(BROKEN, f"the {kind} opened here lacks a ',' or its '{closing}'", f"add the ',' or the '{closing}'", opened, opened + 1)


def _no_colon(problem: _Problem) -> Fault:
    text, opened = problem.text, problem.opened
    return _of_block(text, opened) or Fault(BROKEN, "a ':' is missing after the key", "write 'key: value'", opened, _line_end(text, opened))


def _of_block(text: str, at: int) -> Fault | None:
    """The fault of a line that was meant to belong to the text of a `|` or `>` above it."""
    if block := yaml_slip.block_before(text, at):
        message, way_out = (
            f"the text of the '{block.sign}' on line {block.line} is not indented",
            f"indent it deeper than line {block.line}",
        )
    elif block := yaml_slip.block_ended(text, at):
        message = f"this line is indented less than the text of the '{block.sign}' on line {block.line} begins"
        way_out = "line it up with the first line of the text, or with the keys when it is one"
    else:
        return None
    return Fault(BROKEN, message, way_out, at, _line_end(text, at))


def _after_quote(problem: _Problem) -> Fault:
    text, at = problem.text, problem.at
    quoted = yaml_slip.last_scalar(text, at)
    if quoted is not None and quoted.start_mark.line < quoted.end_mark.line:
        message = f"the quote opened here is closed by the next one, on line {quoted.end_mark.line + 1}"
        return Fault(BROKEN, message, "close it where its value ends", quoted.start_mark.index, quoted.start_mark.index + 1)
    way_out = yaml_slip.half_quoted(text, at) or "put all of it into one pair of quotes; inside single quotes write '' for one"
    return Fault(BROKEN, "text follows the closing quote of a value", way_out, at, _line_end(text, at))


def _no_document(problem: _Problem) -> Fault:
    text, at = problem.text, problem.at
    before = text[:at]
    if re.search(r"^\.\.\.", before, re.MULTILINE):
        return _several(problem)
    if before.lstrip().startswith("%"):
        return _percent(text, before.index("%"))
    return Fault(BROKEN, "this line is indented less than the first line of the file", "line the two up", at, _line_end(text, at))


def _percent(text: str, at: int) -> Fault:
    return Fault(BROKEN, "a line cannot begin with '%'", "remove it, or put it into quotes", at, _line_end(text, at))


def _question_mark(problem: _Problem) -> Fault:
    return Fault(BROKEN, "a value cannot begin with '?'", IN_QUOTES, problem.at, problem.at + 1)


def _no_name(problem: _Problem) -> Fault:
    return cannot_begin(problem.text, problem.opened)


def _inline_list(problem: _Problem) -> Fault:
    way_out = "put '- ' on the next line, or write [a, b]"
    return Fault(BROKEN, "a list cannot begin on the line of its key", way_out, problem.at, problem.at + 1)


def unknown_tag(tag: str, text: str, at: int) -> Fault:
    """The fault of a tag such as `!Ref`."""
    shown = tag.replace("tag:yaml.org,2002:", "!!")
    if shown.startswith("!=") and text[at : at + 2] == "!=":
        return cannot_begin(text, at)
    return Fault(TAG, f"the tag '{shorten(shown)}' is not known", "remove the tag", at, at + len(shown))


def _control_character(text: str) -> Fault:
    found = _CONTROL.search(text)
    at = found.start() if found else 0
    name = "a NUL character" if text[at : at + 1] == "\0" else f"the control character U+{ord(text[at : at + 1] or ' '):04X}"
    return Fault(CONTROL, f"the file holds {name}", "remove it; in double quotes it can be written as an escape", at, at + 1)


def odd_space(text: str) -> Fault | None:
    """The fault of a space that is none, such as a no-break space for indentation, and of what cannot be seen."""
    if found := yaml_slip.odd_space(text):
        at, name = found
        seen = "looks like a space and is none" if text[at].isspace() else "cannot be seen"
        return Fault(CONTROL, f"the character {name} {seen}", "remove it, or write a space", at, at + 1)
    return None


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
        word = re.search(r":[ \t]+([\w-]+)$", head)
        way_out = f"{IN_QUOTES}; or '{shorten(word[1])}:' on the next line, indented, if it is a key" if word else IN_QUOTES
        return Fault(BROKEN, "a value holds a ':' followed by a space", way_out, at, at + 1)
    number, before = next(((i, line) for i, line in reversed(list(enumerate(lines[:-1], 1))) if line.strip()), (0, ""))
    start = at - len(head.lstrip())
    if glued := _GLUED_KEY.match(before):
        return Fault(BROKEN, f"line {number} has no space after its ':'", f"write '{shorten(glued.group().strip())} …'", start, at)
    if _KEY_WITH_VALUE.match(before + " "):
        message = f"this line is indented deeper than line {number}, which already has a value"
        return Fault(BROKEN, message, f"line it up with line {number}", start, at)
    if before.rstrip().endswith("："):
        return Fault(BROKEN, f"line {number} ends with '：', which is not the ':' of a key", "write ':'", start, at)
    return Fault(BROKEN, f"line {number} has no ':'", f"write '{shorten(before.strip())}:' if it is a key", start, at)


def _no_key(problem: _Problem) -> Fault:
    text, at = problem.text, problem.at
    if text[:at].rstrip(" ")[-1:] in {"'", '"'} and not text[:at].endswith("\n"):
        return _after_quote(problem)
    if text[at : at + 1] in {"]", "}"}:
        return Fault(BROKEN, f"this '{text[at]}' closes nothing", "remove it", at, at + 1)
    if text[at : at + 2] == "- ":
        way_out = "line it up with the other '-' of its list, or indent the list below its key"
        return Fault(BROKEN, "this '-' lines up with no list above", way_out, at, _line_end(text, at))
    if text[:at].rstrip(" ")[-1:] in {"]", "}"}:
        message = f"text follows the closing '{text[:at].rstrip(' ')[-1]}' of a value"
        return Fault(BROKEN, message, "put all of it into quotes, or the text on a line of its own", at, _line_end(text, at))
    if fault := _of_block(text, at):
        return fault
    if line := yaml_slip.cut_short(text, at):
        way_out = "remove the comment, or write the text below a '|', indented"
        return Fault(BROKEN, f"the value that goes on here is ended by the comment on line {line}", way_out, at, _line_end(text, at))
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
    "found undefined tag handle": lambda problem: unknown_tag(problem.word, problem.text, problem.at),
    "found unexpected end of stream": _open_quote,
    "found unexpected document indicator": _open_quote,
    "found unknown escape character": _escape,
    "found unexpected ':'": lambda problem: Fault(BROKEN, "a value in brackets holds a ':'", IN_QUOTES, problem.at, problem.at + 1),
    "found character that cannot start any token": _first_character,
    "did not find expected key": _no_key,
    "did not find expected '-' indicator": _no_dash,
    "did not find expected ',' or ']'": _unclosed,
    "did not find expected ',' or '}'": _unclosed,
    "could not find expected ':'": _no_colon,
    "did not find expected comment or line break": _block_header,
    "found an indentation indicator equal to 0": _block_header,
    "did not find expected node content": _nothing_there,
    "did not find expected <document start>": _no_document,
    "did not find expected alphabetic or numeric character": _no_name,
    "mapping keys are not allowed in this context": _question_mark,
    "block sequence entries are not allowed in this context": _inline_list,
}
"""libyaml's complaints (scanner.c, parser.c) and PyYAML's (_yaml.pyx), as of libyaml 0.2.5 and PyYAML 6.0."""
