"""What the declared type of a column holds: a number, text, a time. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

Kind = Literal["number", "text", "boolean", "time", "uuid", "document", "interval", "other"]

_WORDS: tuple[tuple[Kind, str], ...] = (
    ("interval", r"interval"),
    ("number", r"(?:tiny|small|medium|big|huge|u|utiny|usmall|ubig)?int(?:eger)?\d?|(?:small|big)?serial\d?"),
    ("number", r"numeric|dec(?:imal)?|real|double(?: precision)?|float\d?|money|number"),
    ("text", r"(?:tiny|medium|long)?text|(?:n?var)?char|character(?: varying)?|string|citext|name|clob"),
    ("boolean", r"bool(?:ean)?"),
    ("time", r"timestamp(?:tz)?(?:_(?:s|ms|ns))?(?: with(?:out)? time zone)?|datetime|date"),
    ("uuid", r"uuid"),
    ("document", r"jsonb?|xml|bytea|blob|bit(?: varying)?"),
)
# https://www.postgresql.org/docs/current/datatype.html, https://dev.mysql.com/doc/refman/8.4/en/data-types.html,
# https://duckdb.org/docs/stable/sql/data_types/overview (2026-11-21)
_KINDS = tuple((kind, re.compile(words)) for kind, words in _WORDS)
_DETAIL = re.compile(r"\([^)]*\)|\b(?:unsigned|signed|zerofill)\b|character set \w+|collate \S+", re.IGNORECASE)


@cache
def kind_of(declared: str | None) -> Kind:
    """The kind of a type as a datasource declares it, such as `numeric(10,2)` or `timestamp with time zone`; `other` where it is not known."""
    if not declared:
        return "other"
    if declared.rstrip().endswith("]"):
        return "other"
    plain = " ".join(_DETAIL.sub(" ", declared.lower()).split())
    return next((kind for kind, words in _KINDS if words.fullmatch(plain)), "other")


def has_zone(declared: str | None) -> bool:
    """Whether a type is of moments, whatever zone they are shown in."""
    return declared is not None and ("tz" in declared.lower() or "with time zone" in " ".join(declared.lower().split()))
