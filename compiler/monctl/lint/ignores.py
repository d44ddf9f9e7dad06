"""Ignores in comments: `# monctl: ignore[SQL007] until 2027-01-31: reason`, at the object or the line of a finding, or above it."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from monctl.finding import Finding
from monctl.lines import Lines, split_lines
from monctl.lint.coverage import Coverage, Stretch, of_python, of_yaml
from monctl.lint.levels import ABOUT_IGNORES, is_locked
from monctl.source import Span
from monctl.yaml_reader import compose

FORM = "# monctl: ignore[CODE] until 2027-01-31: reason"
_REMOVE = "remove it"
_MARK = re.compile(r"#[ \t]*monctl\b[ \t]*(?P<colon>:?)[ \t]*(?P<rest>.*)", re.IGNORECASE)
_ATTEMPT = re.compile(r"(?:ignor\w*|noqa|disabled?|suppress|skip|off)\b|\w+\[", re.IGNORECASE)
"""What a comment begins with that is meant to hide something, behind `# monctl:`; all else is for people."""
_IN_QUERY = re.compile(r"(?:--|/\*)[ \t]*monctl[ \t]*:[ \t]*ignore\b.*", re.IGNORECASE)
_IGNORE = re.compile(r"ignore\s*\[(?P<codes>[^\]]*)\]\s*(?:until\s+(?P<until>[^:\s]*)\s*)?(?::(?P<reason>.*))?$")
_CODE = re.compile(r"[A-Z]{2,12}\d{3}")
Hiding = Mapping[str, Mapping[str, Mapping[int, "Ignore"]]]
"""Code → file → 1-based line → the ignore that hides what begins there."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment. With a `fault` it hides nothing."""

    span: Span
    """Of the comment."""
    codes: tuple[str, ...] = ()
    until: date | None = None
    """The last day it counts; None: for ever."""
    reason: str = ""
    first_line: int = 0
    """1-based: findings that begin on these lines are hidden."""
    last_line: int = 0
    around: Stretch | None = None
    """First and last line of the object it is in, or above."""
    fault: str = ""
    """Why it is not an ignore, as the end of a sentence."""
    way_out: str = f"write `{FORM}`"
    """Of the fault."""

    def is_over(self, today: date | None) -> bool:
        """Whether its day has passed."""
        return self.until is not None and today is not None and today > self.until


def ignores(texts: Mapping[str, str]) -> list[Ignore]:
    """Every comment that speaks to monctl, in order of file and line; those of SQL in a block among them, which hide nothing."""
    return [
        ignore
        for file, text in texts.items()
        if ("monctl" in text or "Monctl" in text or "MONCTL" in text) and (_MARK.search(text) or _IN_QUERY.search(text))
        for ignore in _of_file(file, text)
    ]


def hiding(comments: Iterable[Ignore], today: date | None) -> Hiding:
    """What the ignores among some comments hide today. Of two that cover a line the later one does: it stands nearer."""
    known: dict[str, dict[str, dict[int, Ignore]]] = {}
    for ignore in comments:
        if not ignore.fault and not ignore.is_over(today):
            for code in ignore.codes:
                lines = known.setdefault(code, {}).setdefault(ignore.span.file, {})
                lines.update(dict.fromkeys(range(ignore.first_line, ignore.last_line + 1), ignore))
    return known


def apply(findings: Sequence[Finding], known: Hiding) -> tuple[list[Finding], frozenset[tuple[Ignore, str]]]:
    """The located findings that remain, and the (ignore, code) pairs that hid one."""
    if not known:
        return list(findings), frozenset()
    remaining, hidden = [], set()
    for finding in findings:
        span = finding.span
        by = known.get(finding.code, {}).get(span.file, {}).get(span.line) if span is not None else None
        if by is None or is_locked(finding.code):
            remaining.append(finding)
        else:
            hidden.add((by, finding.code))
    return remaining, frozenset(hidden)


def _of_file(file: str, text: str) -> Iterator[Ignore]:
    lines = split_lines(text)
    is_python = file.endswith(".py")
    marked = [
        (line, column, mark)
        for line, column in (_python_comments(text) if is_python else _yaml_comments(text, lines))
        if (mark := _MARK.match(lines[line - 1], column)) is not None and _is_attempt(mark)
    ]
    coverage = (of_python(text) if is_python else of_yaml(text, _long_scalars(text))) if marked else Coverage()
    yield from _in_queries(file, text)
    for line, column, mark in marked:
        alone = not lines[line - 1][:column].strip()
        about = _next_line(lines, line) if alone else line
        first, last = coverage.of(about)
        yield replace(
            _read(mark, Span(file, line, column + 1, line, column + 1 + len(mark[0].rstrip()))),
            first_line=first,
            last_line=last,
            around=coverage.around(about),
        )


def _is_attempt(mark: re.Match[str]) -> bool:
    """Whether a comment means to ignore something. One without the colon has to look very much like it."""
    return (
        _ATTEMPT.match(mark["rest"]) is not None
        if mark["colon"]
        else re.match(r"ignore\w*[ \t]*\[", mark["rest"], re.IGNORECASE) is not None
    )


def _in_queries(file: str, text: str) -> Iterator[Ignore]:
    """Comments of SQL: a part of the text of the spec, which is for the database."""
    places = Lines(text)
    for written in _IN_QUERY.finditer(text):
        span = places.span(file, written.start(), written.start() + len(written[0].rstrip()))
        if "#" not in text[text.rfind("\n", 0, written.start()) + 1 : written.start()]:
            yield Ignore(span, fault="it stands in a query", way_out="write it as a comment of the file, above the key or the call")


def _read(mark: re.Match[str], span: Span) -> Ignore:
    """The ignore that a comment is, or why it is none; its lines are not known yet."""
    rest = mark["rest"].strip()
    form = _IGNORE.fullmatch(rest) if mark["colon"] else None
    if form is None or not mark[0].lstrip("# \t").startswith("monctl"):
        if not _IGNORE.fullmatch(rest.lower()):
            return Ignore(span, fault="it does not have the form of an ignore")
        if not mark["colon"]:
            return Ignore(span, fault="there is no colon behind `monctl`")
        return Ignore(span, fault="`monctl` and `ignore` are written in small letters")
    codes = tuple(code.strip() for code in form["codes"].split(",") if code.strip())
    fault, way_out = _fault_of(codes)
    until, reason = None, (form["reason"] or "").strip()
    if not fault and not reason:
        fault = "it gives no reason"
    if form["until"] is not None:
        try:
            until = date.fromisoformat(form["until"])
        except ValueError:
            fault = fault or f"'{form['until']}' is not a date"
    ignore = Ignore(span, codes, until, reason, fault=fault)
    return replace(ignore, way_out=way_out) if way_out else ignore


def _fault_of(codes: Sequence[str]) -> tuple[str, str]:
    """What is wrong with the codes of an ignore, and the way out where it is not the form."""
    if not codes:
        return "it names no code", ""
    for code in codes:
        if not _CODE.fullmatch(code):
            from monctl.lint.known import known  # the rules, which know this module

            near = f"write {code.upper()}" if _CODE.fullmatch(code.upper()) else known({}).meant(code)
            return f"'{code}' is not a code", near or ""
        away = _REMOVE if len(codes) == 1 else f"remove {code} from it"
        if is_locked(code):
            return f"{code} says that a spec is not valid, which nothing can hide", f"{away}, and mend what {code} says"
        if code in ABOUT_IGNORES:
            return f"{code} is about ignores themselves, and nothing can hide it", f"{away}, and mend what {code} says"
    return "", ""


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


def _long_scalars(text: str) -> Iterator[Stretch]:
    """First and last line of every scalar of several lines; the first line of a block is the one of its `|` or `>`."""
    starts = Lines(text)
    placed = ((starts.place(begin)[0], starts.place(max(begin, end - 1))[0]) for begin, end, _ in _scalars(text) if "\n" in text[begin:end])
    return ((first, last) for first, last in placed if last > first)


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
