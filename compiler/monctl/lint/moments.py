"""Whether a comparison is one of times, whatever its columns are called: by the time now, a date, an epoch in it. Pure."""

from __future__ import annotations

import re

from sqlglot import expressions as exp

_KINDS = (
    exp.CurrentTimestamp,
    exp.CurrentDatetime,
    exp.CurrentDate,
    exp.CurrentTime,
    exp.Localtimestamp,
    exp.Localtime,
    exp.UtcTimestamp,
    exp.UtcDate,
    exp.UtcTime,
    exp.UnixToTime,
    exp.TimestampTrunc,
    exp.DateTrunc,
    exp.TsOrDsToDate,
    exp.TsOrDsToTimestamp,
    exp.StrToTime,
    exp.StrToDate,
    exp.Timestamp,
    exp.DateDiff,
    exp.TimestampDiff,
    exp.DateSub,
    exp.DateAdd,
    exp.Extract,
    exp.Year,
)
_FUNCTIONS = frozenset(
    {
        "now", "sysdate", "statement_timestamp", "transaction_timestamp", "clock_timestamp", "unix_timestamp", "from_unixtime", "unixepoch",
        "julianday", "datetime", "strftime", "to_timestamp", "date_part", "date_trunc", "age", "today", "epoch", "epoch_ms", "epoch_us",
    }
)  # fmt: skip
"""Functions of times that have no class of their own in sqlglot 30.30, in any of the dialects."""
_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d.*)?", re.DOTALL)


def has_moment(comparison: exp.Expr) -> bool:
    """Whether a column is compared with a time, or is made one: `sent > now()`, `to_timestamp(sent) > …`, `sent > '2026-01-01'`.

    An interval alone is none: `duration > INTERVAL '5 minutes'` says nothing about when.
    """
    return comparison.find(exp.Column) is not None and any(_is_moment(node) for node in comparison.walk())


def _is_moment(node: exp.Expr) -> bool:
    if isinstance(node, exp.Anonymous):
        return node.name.lower() in _FUNCTIONS
    if isinstance(node, exp.Literal):
        return bool(node.is_string) and _DATE.fullmatch(node.name) is not None
    if isinstance(node, exp.Interval):
        return isinstance(node.parent, exp.Add | exp.Sub)
    return isinstance(node, _KINDS)
