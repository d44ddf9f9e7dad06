"""SQL030."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, found, query_rule
from monctl.lint.tables import type_of

_NAMES = {"mysql": "MySQL", "postgres": "PostgreSQL", "sqlite": "SQLite", "duckdb": "DuckDB"}
_HIDDEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/""", re.DOTALL)
_DATE_WORDS = ("UNIX_TIMESTAMP", "CURDATE", "GETDATE", "TIMESTAMPDIFF", "UTC_TIMESTAMP", "STR_TO_DATE", "CONVERT_TZ")
# PostgreSQL 15, SQLite 3.40 and DuckDB 2.0 were asked (2026-11-21); for MySQL 8.4:
# https://dev.mysql.com/doc/refman/8.4/en/built-in-function-reference.html (2026-11-21)
_LACKS: dict[str, dict[str, str]] = {
    "mysql": {
        r"\bFILTER\s*\(\s*WHERE\b": "SUM(CASE WHEN … THEN 1 ELSE 0 END)",
        r"::\s*\w+": "CAST(… AS …)",
        r"\bILIKE\b": "LIKE, which ignores case by most collations",
        r"\bDISTINCT\s+ON\s*\(": "GROUP BY or ROW_NUMBER()",
        r"\bFULL\s+(?:OUTER\s+)?JOIN\b": "a UNION of LEFT JOIN and RIGHT JOIN",
        r"\bDATE_TRUNC\s*\(": "DATE_FORMAT(…)",
        r"\bSTRING_AGG\s*\(": "GROUP_CONCAT(…)",
        r"\bARRAY_AGG\s*\(": "JSON_ARRAYAGG(…)",
        r"\bPERCENTILE_(?:CONT|DISC)\s*\(": "PERCENT_RANK() in a subquery",
        r"\bGENERATE_SERIES\s*\(": "WITH RECURSIVE",
        r"\bNULLS\s+(?:FIRST|LAST)\b": "ORDER BY … IS NULL, …",
        r"\bEXTRACT\s*\(\s*EPOCH\b": "UNIX_TIMESTAMP(…) or TIMESTAMPDIFF(SECOND, …)",
        r"\bINTERVAL\s+'\s*'(?!\s*(?:MICROSECOND|SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|QUARTER|YEAR))": "INTERVAL 5 MINUTE",
    },
    "postgres": {
        **{rf"\b{word}\s*\(": "NOW(), DATE_TRUNC(…) and EXTRACT(EPOCH FROM …)" for word in _DATE_WORDS},
        r"\b(?:IFNULL|NVL|ISNULL)\s*\(": "COALESCE(…)",
        r"\bGROUP_CONCAT\s*\(": "STRING_AGG(…)",
        r"\bDATE_SUB\s*\(": "NOW() - INTERVAL '5 minutes'",
        r"\bDATEDIFF\s*\(": "a difference of dates",
        r"\bSTRFTIME\s*\(": "TO_CHAR(…) or EXTRACT(…)",
        r"\bINTERVAL\s+\d+": "INTERVAL '5 minutes', in quotes",
        r"\bQUALIFY\b": "a subquery with WHERE",
        r"\bREGEXP\b": "~",
        r"\bLIMIT\s+\d+\s*,\s*\d+": "LIMIT … OFFSET …",
        r"\bIF\s*\(": "CASE WHEN … THEN … ELSE … END",
    },
    "sqlite": {
        **{rf"\b{word}\s*\(": "datetime('now'), unixepoch(…) and julianday(…)" for word in (*_DATE_WORDS, "NOW", "DATE_TRUNC", "DATE_SUB", "DATE_ADD")},
        r"::\s*\w+": "CAST(… AS …)",
        r"\bILIKE\b": "LIKE, which ignores the case of ASCII letters",
        r"\bDISTINCT\s+ON\s*\(": "GROUP BY or ROW_NUMBER()",
        r"\bINTERVAL\b": "datetime('now', '-5 minutes')",
        r"\bEXTRACT\s*\(": "strftime(…) or unixepoch(…)",
        r"\bGREATEST\s*\(": "max(…, …)",
        r"\bLEAST\s*\(": "min(…, …)",
        r"\bLATERAL\b": "a correlated subquery",
        r"\b(?:ARRAY_AGG|JSON_AGG)\s*\(": "json_group_array(…)",
        r"\bQUALIFY\b": "a subquery with WHERE",
    },
    "duckdb": {
        **{rf"\b{word}\s*\(": "NOW(), DATE_TRUNC(…) and DATE_DIFF(…)" for word in _DATE_WORDS},
        r"\b(?:NVL|ISNULL)\s*\(": "COALESCE(…)",
        r"\bTO_CHAR\s*\(": "STRFTIME(…)",
    },
}  # fmt: skip

_UNITS = frozenset({"MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"})
_FLOATS = (exp.DType.DOUBLE, exp.DType.FLOAT)
_FLOAT = re.compile(r"double precision|real|float\d?(?:\s*\(\d+\))?")


@query_rule("SQL030", "not-of-this-dialect", level=Level.ERROR, nodes=(ROOT, "Round", "TimestampDiff"))
def not_of_this_dialect(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query uses a word, or a form of a function, that its database does not have.

    FILTER, `::` and ILIKE in MySQL, IFNULL and DATE_SUB in PostgreSQL, NOW() and INTERVAL in SQLite. They parse, as any function might be the
    user's own, and fail when they are run. Functions named with a schema are left alone. Two forms are told as well: in PostgreSQL ROUND to digits of a
    floating-point number, for it rounds only numeric to digits (said of casts, of columns that are declared so, of RANDOM and PERCENTILE_CONT, and of
    what is computed from them), and in MySQL TIMESTAMPDIFF with its unit at the end.

    **Why.** The query was copied from an estate with another database. It fails on its first run, after the pull request is merged.

    **Example**

        datasources:
          shop: {type: mysql, dsn: "${env:SHOP_DSN}"}
        …
        query: SELECT COUNT(*) FILTER (WHERE state = 'failed') AS failed FROM jobs

    **Instead**

        query: SELECT SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) AS failed FROM jobs

    **Source.** PostgreSQL 15, SQLite 3.40 and DuckDB 2.0 were asked; for MySQL 8.4 its list of functions (2026-11-21). PostgreSQL 16 answers
    "function round(double precision, integer) does not exist" (tried 2026-11-21)
    """
    if isinstance(node, exp.Round | exp.TimestampDiff):
        yield from _form(node, query)
        return
    upper = query.text.upper() if query.dialect in _LACKS else ""
    hinted = dict.fromkeys([pattern for hint, pattern in _hints(query.dialect) if hint in upper]) if upper else ()
    likely = [pattern for pattern in hinted if _looks_into_quotes(pattern) or pattern.search(query.text) or "/*" in upper or "--" in upper]
    if not likely:
        return
    code = _HIDDEN.sub(
        lambda one: one[0][0] + " " * (len(one[0]) - 2) + one[0][-1] if one[0][0] in "'\"" else " " * len(one[0]), query.text
    )
    for pattern in likely:
        match = next((one for one in pattern.finditer(code) if code[: one.start()].rstrip()[-1:] not in {".", '"'}), None)
        if match is not None:
            word = query.text[match.start() : match.end()].split("(")[0].strip()
            yield found(
                f"{_NAMES[query.dialect]} has no {word}",
                query.origin,
                help=f"write {_LACKS[query.dialect][pattern.pattern]}",
                address=query.address,
                within=(match.start(), match.end()),
            )


def _form(node: exp.Round | exp.TimestampDiff, query: Query) -> Iterator[Finding]:
    """A function that is there, but not for what is given to it."""
    if isinstance(node, exp.Round):
        if query.dialect == "postgres" and node.args.get("decimals") is not None and _is_float(node.this, query):
            yield query.fault("PostgreSQL rounds no floating-point number to digits", node.this, help="write ROUND((…)::numeric, …)")
    elif query.dialect == "mysql" and _is_unit(node.this) and not _is_unit(node.args.get("unit")):
        yield query.fault(
            f"TIMESTAMPDIFF has its unit first, and not '{node.this.name}' at the end", node, help="write TIMESTAMPDIFF(unit, from, to)"
        )


def _is_unit(node: exp.Expr | None) -> bool:
    return isinstance(node, exp.Column | exp.Var) and not node.text("table") and node.name.upper().removeprefix("SQL_TSI_") in _UNITS


def _is_float(node: exp.Expr | None, query: Query) -> bool:
    """Whether a node is certainly of a floating-point type, or of one that such a figure makes of another, such as an interval."""
    left = [node]
    while left:
        match left.pop():
            case exp.Cast(to=to):
                if to.this in _FLOATS:
                    return True
            case exp.Column() as one:
                if _FLOAT.fullmatch(type_of(one, query) or ""):
                    return True
            case exp.Rand() | exp.PercentileCont():
                return True
            case exp.Add() | exp.Sub() | exp.Mul() | exp.Div() as one:
                left += (one.left, one.right)
            case exp.Coalesce() | exp.Greatest() | exp.Least() as one:
                left += (one.this, *one.expressions)
            case exp.Paren() | exp.Neg() | exp.Abs() | exp.Nullif() | exp.Filter() | exp.Window() | exp.WithinGroup() as one:
                left.append(one.this)
            case exp.Sum() | exp.Avg() | exp.Max() | exp.Min() as one:
                left.append(one.this)
            case exp.Subquery(this=exp.Select(expressions=[one])):
                left.append(one.unalias())
    return False


@cache
def _hints(dialect: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Words of which one is in every text that a pattern finds, each with its pattern: a search for them takes a tenth of the time."""
    return tuple((word, re.compile(pattern, re.IGNORECASE)) for pattern in _LACKS[dialect] for word in _words(pattern))


def _looks_into_quotes(pattern: re.Pattern[str]) -> bool:
    """Whether it finds what is there only once texts are emptied."""
    return "'" in pattern.pattern


def _words(pattern: str) -> tuple[str, ...]:
    group = re.match(r"\\b\(\?:([A-Z_|]+)\)", pattern)
    return tuple(group[1].split("|")) if group is not None else tuple(re.findall(r"[A-Z_]{2,}|::", pattern)[:1])
