"""Ignores in comments: `# monctl: ignore[SQL007] until 2027-01-31: reason`, on the line of a finding or above it."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from monctl.finding import Finding
from monctl.lines import Lines, split_lines
from monctl.lint.levels import is_locked
from monctl.source import Span
from monctl.yaml_reader import compose

FORM = "# monctl: ignore[CODE] until 2027-01-31: reason"
_MARK = re.compile(r"#\s*monctl\s*:\s*(?P<rest>.*)")
_IN_QUERY = re.compile(r"(?:--|/\*)[ \t]*monctl[ \t]*:[ \t]*ignore\b.*")
_IGNORE = re.compile(r"ignore\s*\[(?P<codes>[^\]]*)\]\s*(?:until\s+(?P<until>[^:\s]*)\s*)?(?::(?P<reason>.*))?$")
_CODE = re.compile(r"[A-Z]{2,12}\d{3}")


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment. With a `fault` it hides nothing."""

    span: Span
    """Of the comment."""
    codes: tuple[str, ...]
    until: date | None
    """The last day it counts; None: for ever."""
    reason: str
    first_line: int
    """1-based: findings that begin on these lines are hidden."""
    last_line: int
    fault: str = ""
    """Why it is not an ignore, as the end of a sentence."""

    def is_over(self, today: date | None) -> bool:
        """Whether its day has passed."""
        return self.until is not None and today is not None and today > self.until


def ignores(texts: Mapping[str, str]) -> list[Ignore]:
    """Every comment that speaks to monctl, in order of file and line; those of SQL in a block among them, which hide nothing."""
    return [
        ignore
        for file, text in texts.items()
        if "monctl" in text and (_MARK.search(text) or _IN_QUERY.search(text))
        for ignore in _of_file(file, text)
    ]


def apply(
    findings: Sequence[Finding], comments: Sequence[Ignore], today: date | None
) -> tuple[list[Finding], frozenset[tuple[Ignore, str]]]:
    """The located findings that remain, and the (ignore, code) pairs that hid one."""
    by_place: dict[tuple[str, int, str], Ignore] = {}
    for ignore in comments:
        if not ignore.fault and not ignore.is_over(today):
            for line in range(ignore.first_line, ignore.last_line + 1):
                for code in ignore.codes:
                    by_place[ignore.span.file, line, code] = ignore
    if not by_place:
        return list(findings), frozenset()
    remaining, hidden = [], set()
    for finding in findings:
        place = (finding.span.file, finding.span.line, finding.code) if finding.span else ("", 0, "")
        hiding = None if is_locked(finding.code) else by_place.get(place)
        if hiding is None:
            remaining.append(finding)
        else:
            hidden.add((hiding, finding.code))
    return remaining, frozenset(hidden)


def _of_file(file: str, text: str) -> Iterator[Ignore]:
    lines = split_lines(text)
    is_python = file.endswith(".py")
    comments = _python_comments(text) if is_python else _yaml_comments(text, lines)
    blocks = {} if is_python else _long_scalars(text)
    yield from _in_queries(file, text)
    for line, column in comments:
        written = lines[line - 1][column:]
        mark = _MARK.match(written)
        if mark is None:
            continue
        alone = not lines[line - 1][:column].strip()
        covered = _next_line(lines, line) if alone else line
        yield _read(
            mark["rest"].strip(),
            Span(file, line, column + 1, line, column + 1 + len(written.rstrip())),
            covered,
            blocks.get(covered, covered),
        )


def _in_queries(file: str, text: str) -> Iterator[Ignore]:
    """Comments of SQL: a part of the text of the spec, which is for the database."""
    places = Lines(text)
    for written in _IN_QUERY.finditer(text):
        span = places.span(file, written.start(), written.start() + len(written[0].rstrip()))
        if "#" not in text[text.rfind("\n", 0, written.start()) + 1 : written.start()]:
            yield Ignore(
                span,
                (),
                None,
                "",
                span.line,
                span.line,
                "it stands in a query; write it as a comment of the file, above the key or the call",
            )


def _read(text: str, span: Span, first_line: int, last_line: int) -> Ignore:
    form = _IGNORE.fullmatch(text)
    if form is None:
        return Ignore(span, (), None, "", first_line, last_line, "it does not have the form of an ignore")
    codes = tuple(code.strip() for code in form["codes"].split(",") if code.strip())
    until, fault = None, ""
    if not codes:
        fault = "it names no code"
    elif odd := next((code for code in codes if not _CODE.fullmatch(code)), None):
        fault = f"'{odd}' is not a code"
    elif locked := next((code for code in codes if is_locked(code)), None):
        fault = f"{locked} says that a spec is not valid, which nothing can hide"
    elif not (form["reason"] or "").strip():
        fault = "it gives no reason"
    if form["until"] is not None:
        try:
            until = date.fromisoformat(form["until"])
        except ValueError:
            fault = fault or f"'{form['until']}' is not a date"
    return Ignore(span, codes, until, (form["reason"] or "").strip(), first_line, last_line, fault)


def _next_line(lines: Sequence[str], line: int) -> int:
    """The 1-based number of the next line that is neither empty nor a comment."""
    return next((at for at in range(line + 1, len(lines) + 1) if (text := lines[at - 1].strip()) and not text.startswith("#")), line)


def _python_comments(text: str) -> Iterator[tuple[int, int]]:
    """1-based line and 0-based column of every comment; as far as the file can be read."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start
    except (tokenize.TokenError, SyntaxError):
        return


def _yaml_comments(text: str, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """1-based line and 0-based column of every mark that stands in a comment, not in a text of the file."""
    scalars = sorted((text.find("\n", begin) if is_block else begin, end) for begin, end, is_block in _scalars(text))
    starts = Lines(text)
    for found in _MARK.finditer(text):
        if not any(begin <= found.start() < end for begin, end in scalars):
            line, column = starts.place(found.start())
            yield line, column - 1


def _long_scalars(text: str) -> dict[int, int]:
    """First line → last line of every scalar of several lines; the first line of a block is the one of its `|` or `>`."""
    starts = Lines(text)
    placed = ((starts.place(begin)[0], starts.place(max(begin, end - 1))[0]) for begin, end, _ in _scalars(text) if "\n" in text[begin:end])
    return {first: last for first, last in placed if last > first}


def _scalars(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start, end, and whether it is a block, of every scalar."""
    stack: list[Any] = [compose(text)[0]]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node.value, str):
            yield node.start_mark.index, node.end_mark.index, node.style in {"|", ">"}
        else:
            for part in node.value:
                stack.extend(part if isinstance(part, tuple) else (part,))
