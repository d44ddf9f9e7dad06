"""What a database calls a column that has no AS. Pure.

PostgreSQL takes the column, function or type it is made of (`FigureColname` in its parse_target.c; "a function or type name may be used, or the
system may fall back on a generated name such as ?column?", https://www.postgresql.org/docs/current/sql-select.html#SQL-SELECT-LIST, read in its
source 2026-11-21), MySQL, SQLite and DuckDB the text of the expression. 90 expressions were tried on PostgreSQL 15, SQLite 3.40 and DuckDB (2026-11-21).
"""

from __future__ import annotations

import re

from sqlglot import expressions as exp

_BY_TEXT = frozenset({"mysql", "sqlite", "duckdb"})
_WRAPPED = (exp.Paren, exp.Filter, exp.Window, exp.WithinGroup, exp.Collate, exp.Bracket, exp.IgnoreNulls, exp.RespectNulls)
_UNNAMED = (exp.Literal, exp.Null, exp.Binary, exp.Not, exp.Neg, exp.Is, exp.In, exp.Between, exp.Predicate)
_TYPES = {
    exp.DType.SMALLINT: "int2",
    exp.DType.INT: "int4",
    exp.DType.BIGINT: "int8",
    exp.DType.DOUBLE: "float8",
    exp.DType.DECIMAL: "numeric",
    exp.DType.BOOLEAN: "bool",
    exp.DType.TEXT: "text",
    exp.DType.VARCHAR: "varchar",
    exp.DType.DATE: "date",
    exp.DType.TIMESTAMP: "timestamp",
    exp.DType.TIMESTAMPTZ: "timestamptz",
    exp.DType.INTERVAL: "interval",
    exp.DType.JSON: "json",
    exp.DType.JSONB: "jsonb",
    exp.DType.UUID: "uuid",
}
"""PostgreSQL's own names of types; others are not known for certain."""
_WORDS: dict[type[exp.Expr], str] = {
    exp.AtTimeZone: "timezone",
    exp.Array: "array",
    exp.Tuple: "row",
    exp.Exists: "exists",
    exp.Coalesce: "coalesce",
    exp.Overlay: "overlay",
    exp.Normalize: "normalize",
    exp.GroupConcat: "string_agg",
    exp.StrPosition: "position",
    exp.CurrentDate: "current_date",
    exp.CurrentTime: "current_time",
    exp.CurrentTimestamp: "current_timestamp",
    exp.Localtime: "localtime",
    exp.Localtimestamp: "localtimestamp",
    exp.CurrentUser: "current_user",
    exp.SessionUser: "session_user",
    exp.CurrentSchema: "current_schema",
}
"""What PostgreSQL calls syntax of its own; where a function is written as one, its name stands in the text."""
_TRIMS = {"": "btrim", "BOTH": "btrim", "LEADING": "ltrim", "TRAILING": "rtrim"}
_CALL = re.compile(r"\s*\(")


def name_of(node: exp.Expr, text: str, dialect: str) -> str | None:
    """The name of a column of the result, `*` for a star; empty where it is none that anybody asks for, None where it is not known for certain.

    `text` is the query the node was parsed from.
    """
    if isinstance(node, exp.Alias):
        return str(node.args["alias"].name)
    if isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star)):
        return "*"
    if isinstance(node, exp.Column):
        return node.name
    if dialect == "postgres":
        return _figured(node, text)
    return "" if dialect in _BY_TEXT and _is_computed(node, text) else None


def _is_computed(node: exp.Expr, text: str) -> bool:
    """Whether the text of an expression can be no plain word: a call of a function, an operator."""
    if isinstance(node, exp.Filter | exp.Window | exp.Case | exp.Binary) and not isinstance(node, exp.Dot | exp.Collate):
        return True
    return _word(node, text) is not None


def _word(node: exp.Expr, text: str) -> str | None:
    """The name of a function as it is written; None for what is none."""
    meta = node.meta
    if "start" not in meta or not _CALL.match(text, meta["end"] + 1):
        return None
    word = text[meta["start"] : meta["end"] + 1]
    return word[1:-1] if word.startswith('"') else None if word.upper() == "TREAT" else word.lower()


def _figured(node: exp.Expr, text: str) -> str | None:
    """As PostgreSQL does it. A type and CASE give a name only to what has none inside."""
    inner, fallback = _inside(node)
    match inner:
        case None:
            return fallback
        case exp.Star():
            return None
        case exp.Alias():
            return str(inner.args["alias"].name)
        case exp.Column() | exp.Identifier():
            return None if isinstance(inner.this, exp.Star) else inner.name
        case exp.Interval():
            return fallback or "interval"
        case exp.Trim():
            return _TRIMS.get(str(inner.args.get("position") or "").upper())
    word = _word(inner, text) or _WORDS.get(type(inner))
    if word is not None:
        return word
    return fallback if isinstance(inner, _UNNAMED) else None


def _inside(node: exp.Expr | None) -> tuple[exp.Expr | None, str | None]:
    """What gives a column its name, without all that does not; and the name it has where that gives none."""
    fallback: str | None = ""
    while True:
        if isinstance(node, exp.Cast):
            fallback = _type(node.to) if fallback == "" else fallback
            node = node.this
        elif isinstance(node, exp.Case):
            fallback = "case" if fallback == "" else fallback
            node = node.args.get("default")
        elif isinstance(node, exp.Dot):
            node = node.expression
        elif isinstance(node, exp.Subquery):
            node, fallback = _first(node), ""
        elif isinstance(node, _WRAPPED):
            node = node.this
        else:
            return node, fallback


def _first(node: exp.Subquery) -> exp.Expr:
    """The one column of a subquery that is a value; a star where it has several."""
    inner: exp.Expr = node.this
    while isinstance(inner, exp.Subquery | exp.SetOperation):
        inner = inner.this
    return inner.expressions[0] if isinstance(inner, exp.Select) and len(inner.expressions) == 1 else exp.Star()


def _type(kind: exp.DataType) -> str | None:
    of = kind.expressions[0] if kind.is_type(exp.DType.ARRAY) and kind.expressions else kind
    if not isinstance(of, exp.DataType) or (of.is_type(exp.DType.DOUBLE) and of.expressions):
        return None  # float(3) is float4
    return _TYPES.get(of.this)
