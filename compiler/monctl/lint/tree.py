"""Questions to ask of a parsed query: where a node stands, what a select yields, how long an interval is. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlglot import expressions as exp

from monctl.lint.column_name import name_of

if TYPE_CHECKING:
    from monctl.lint.queries import Query

SECONDS = {
    "MICROSECOND": 1e-6, "MILLISECOND": 1e-3, "SECOND": 1.0, "SEC": 1.0, "S": 1.0, "MINUTE": 60.0, "MIN": 60.0, "M": 60.0, "HOUR": 3600.0, "H": 3600.0,
    "DAY": 86_400.0, "D": 86_400.0, "WEEK": 604_800.0, "W": 604_800.0, "MONTH": 2_592_000.0, "YEAR": 31_536_000.0,
}  # fmt: skip
"""Seconds in one of each unit of an interval; months have 30 days."""
_PART = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*([A-Za-z]+)")
_CLOCK = re.compile(r"(\d+):(\d\d)(?::(\d\d(?:\.\d+)?))?")
_NOW = frozenset(
    {
        "NOW",
        "SYSDATE",
        "GETDATE",
        "GETUTCDATE",
        "UTC_TIMESTAMP",
        "STATEMENT_TIMESTAMP",
        "TRANSACTION_TIMESTAMP",
        "CLOCK_TIMESTAMP",
        "LOCALTIMESTAMP",
    }
)
_LEADS: dict[type[exp.Expr], re.Pattern[str]] = {
    kind: re.compile(rf"{words}\s*\Z", re.IGNORECASE)
    for kind, words in {
        exp.Subquery: r"\(\s*SELECT(?:\s+DISTINCT)?",
        exp.Limit: "LIMIT",
        exp.Fetch: r"FETCH\s+(?:FIRST|NEXT)",
        exp.Group: r"GROUP\s+BY",
        exp.Delete: r"DELETE\s+FROM",
        exp.Insert: r"INSERT\s+INTO",
        exp.Update: "UPDATE",
        exp.Into: "INTO",
    }.items()
}
"""Words before the first token of a node that belong to it."""
_TAILS = (
    re.compile(r"\s*\(\s*\)"),  # NOW()
    re.compile(r"\s*-\s*INTERVAL\s+(?:'[^']*'|\(?\s*\d+\s*\)?)(?:\s+(?:SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)S?\b)?", re.IGNORECASE),
    re.compile(r"\s*(?:=|<>|!=)\s*NULL\b", re.IGNORECASE),
)
"""What may follow the last token of a node and has no place of its own."""
_OPENED = re.compile(r"\(\s*\Z")
_CLOSED = re.compile(r"\s*\)")
_SQLITE_CLOCKS = frozenset({"DATETIME", "DATE", "STRFTIME", "UNIXEPOCH", "JULIANDAY"})


def place(node: exp.Expr, text: str) -> tuple[int, int] | None:
    """0-based offsets [start, end) of a node in its query, from the tokens below it; None where none is known.

    sqlglot keeps `start` and `end` (inclusive) in `meta` of names, literals and functions, not of keywords, NULL and intervals
    (https://sqlglot.com, 30.30, read 2026-11-21); those are looked for beside the others.
    """
    metas = [below.meta for below in node.walk() if "start" in below.meta]
    if not metas:
        return None
    start, end = min(meta["start"] for meta in metas), max(meta["end"] for meta in metas) + 1
    for kind, lead in _LEADS.items():
        if isinstance(node, kind) and (found := lead.search(text, 0, start)):
            start = found.start()
    for tail in _TAILS:
        if found := tail.match(text, end):
            end = found.end()
    missing = text.count("(", start, end) - text.count(")", start, end)
    while missing < 0 and (found := _OPENED.search(text, 0, start)):
        start, missing = found.start(), missing + 1
    while missing > 0 and (found := _CLOSED.match(text, end)):
        end, missing = found.end(), missing - 1
    return start, end


def outer_select(tree: exp.Expr) -> exp.Select | None:
    """The select whose columns the query yields: itself, or the first of a union; None where there is none."""
    while isinstance(tree, exp.Subquery | exp.SetOperation):
        tree = tree.this
    return tree if isinstance(tree, exp.Select) else None


def columns(select: exp.Select, query: Query) -> list[tuple[str | None, exp.Expr]]:
    """Name and expression of each column, `*` for a star; the name is empty where it is none that can be asked for, None where it is not known."""
    text, dialect = query.text, query.dialect
    return [(name_of(one, text, dialect), one.this if isinstance(one, exp.Alias) else one) for one in select.expressions]


def column_of(node: exp.Expr, select: exp.Select) -> str | None:
    """The name of the column of a select that a node is part of; None where it stands elsewhere (WHERE, FROM)."""
    child = node
    while child.parent is not None and child.parent is not select:
        child = child.parent
    return child.alias_or_name if child.parent is select and child.arg_key == "expressions" else None


def aggregates(node: exp.Expr) -> Iterator[exp.AggFunc]:
    """The aggregates of a node that belong to its own select: those inside subqueries and windows are another's."""
    return (
        below
        for below in node.walk(prune=lambda one: isinstance(one, exp.Subquery | exp.Window | exp.Exists))
        if isinstance(below, exp.AggFunc) and not isinstance(below.parent, exp.Window)
    )


def is_one_row(select: exp.Select) -> bool:
    """Whether a select yields one row whatever the data: no table, or aggregates without GROUP BY."""
    if select.args.get("from_") is None:
        return True
    if select.args.get("group") is not None:
        return False
    return any(isinstance(one.unalias(), exp.AggFunc) for one in select.expressions) or any(
        True for one in select.expressions for _ in aggregates(one)
    )


def grouped_by(select: exp.Select) -> Iterator[exp.Expr]:
    """What the rows of a select are grouped by; `GROUP BY 1` is the first column."""
    group = select.args.get("group")
    for one in group.expressions if group is not None else ():
        at = number(one)
        yield select.expressions[int(at) - 1].unalias() if at is not None and 1 <= at <= len(select.expressions) else one


def conjuncts(node: exp.Expr | None) -> Iterator[exp.Expr]:
    """The parts of a condition that must all hold. Without recursion: a generated condition has thousands."""
    left = [node] if node is not None else []
    while left:
        one = left.pop()
        if isinstance(one, exp.And):
            left += (one.right, one.left)
        elif isinstance(one, exp.Paren):
            left.append(one.this)
        else:
            yield one


def is_comma(join: exp.Expr) -> bool:
    """Whether a join is a comma, or the word alone: nothing says how, or by what."""
    return not any(join.args.get(word) for word in ("kind", "side", "method", "on", "using"))


def is_negated(node: exp.Expr) -> bool:
    """Whether NOT stands before it, or inside as in NOT BETWEEN."""
    around = node.parent
    while isinstance(around, exp.Paren):
        around = around.parent
    return isinstance(around, exp.Not) != bool(node.args.get("negate"))


def bare(node: exp.Expr) -> exp.Expr:
    """The node without brackets and casts around it."""
    while isinstance(node, exp.Paren | exp.Cast):
        node = node.this
    return node


def number(node: exp.Expr | None) -> float | None:
    """The value of a literal number; None for anything else."""
    sign = 1.0
    while isinstance(node, exp.Paren | exp.Cast | exp.Neg):
        sign = -sign if isinstance(node, exp.Neg) else sign
        node = node.this
    if not isinstance(node, exp.Literal):
        return None
    try:
        return sign * float(node.name)
    except ValueError:
        return None


def ago_s(node: exp.Expr) -> float | None:
    """How many seconds before now a time is: 300 for `NOW() - INTERVAL '5 minutes'`, 0 for `NOW()`; None where that is not written."""
    since = 0.0
    while True:
        node = bare(node)
        length: float | None
        if isinstance(node, exp.Sub):
            length = interval_s(node.expression)
        elif isinstance(node, exp.DateSub | exp.TimestampSub | exp.DatetimeSub):
            count, unit = number(node.expression), node.args.get("unit")
            length = None if count is None or unit is None else _length(count, unit.name)
        else:
            break
        if length is None:
            return None
        since, node = since + length, node.this
    if isinstance(node, exp.CurrentTimestamp | exp.CurrentDatetime):
        return since
    if isinstance(node, exp.Anonymous) and node.name.upper() in _NOW:
        return since
    if isinstance(node, exp.Anonymous) and node.name.upper() in _SQLITE_CLOCKS:
        ago = _sqlite_ago(node)
        return None if ago is None else since + ago
    return None


def interval_s(node: exp.Expr) -> float | None:
    """Seconds in an interval that is written out; None where it is computed."""
    node = node.this if isinstance(node, exp.Paren) else node
    if isinstance(node, exp.Cast) and node.is_type("interval"):
        return _text_s(node.this.name) if isinstance(node.this, exp.Literal) else None
    if not isinstance(node, exp.Interval):
        return None
    unit = node.args.get("unit")
    if unit is None:
        return _text_s(node.name) if isinstance(node.this, exp.Literal) else None
    count = number(node.this)
    return None if count is None else _length(count, unit.name)


def _sqlite_ago(node: exp.Anonymous) -> float | None:
    texts = [part.name for part in node.expressions if isinstance(part, exp.Literal)]
    if "now" not in texts:
        return None
    shifts = [-length for text in texts if text.startswith("-") and (length := _text_s(text)) is not None]
    return sum(shifts) if shifts or texts[-1] == "now" else None


def _text_s(text: str) -> float | None:
    """Seconds in `1 hour 30 minutes`, `5 min`, `01:30:00`."""
    parts = _PART.findall(text)
    lengths = [_length(float(count), unit) for count, unit in parts]
    clock = _CLOCK.search(text)
    if clock is not None:
        lengths.append(int(clock[1]) * 3600.0 + int(clock[2]) * 60.0 + float(clock[3] or 0))
    rest = _CLOCK.sub("", _PART.sub("", text)).strip(" ,")
    if not lengths or rest or any(length is None for length in lengths):
        return None
    return sum(length for length in lengths if length is not None)


def _length(count: float, unit: str) -> float | None:
    word = unit.upper()
    scale = SECONDS.get(word) or SECONDS.get(word.removesuffix("S"))
    return None if scale is None else count * scale
