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


@query_rule("SQL030", "not-of-this-dialect", level=Level.ERROR, nodes=(ROOT,))
def not_of_this_dialect(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query uses a word that its database does not have.

    FILTER, `::` and ILIKE in MySQL, IFNULL and DATE_SUB in PostgreSQL, NOW() and INTERVAL in SQLite. They parse, as any function might be the
    user's own, and fail when they are run. Functions named with a schema are left alone.

    **Why.** The query was copied from an estate with another database. It fails on its first run, after the pull request is merged.

    **Example**

        datasources:
          shop: {type: mysql, dsn: "${env:SHOP_DSN}"}
        …
        query: SELECT COUNT(*) FILTER (WHERE state = 'failed') AS failed FROM jobs

    **Instead**

        query: SELECT SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) AS failed FROM jobs

    **Source.** PostgreSQL 15, SQLite 3.40 and DuckDB 2.0 were asked; for MySQL 8.4 its list of functions (2026-11-21)
    """
    upper = query.text.upper() if query.dialect in _LACKS else ""
    likely = dict.fromkeys([pattern for hint, pattern in _hints(query.dialect) if hint in upper]) if upper else ()
    if not likely:
        return
    code = _HIDDEN.sub(
        lambda one: one[0][0] + " " * (len(one[0]) - 2) + one[0][-1] if one[0][0] in "'\"" else " " * len(one[0]), query.text
    )
    for pattern in likely:
        match = next(
            (one for one in re.finditer(pattern, code, re.IGNORECASE) if code[: one.start()].rstrip()[-1:] not in {".", '"'}), None
        )
        if match is not None:
            word = query.text[match.start() : match.end()].split("(")[0].strip()
            yield found(
                f"{_NAMES[query.dialect]} has no {word}",
                query.origin,
                help=f"write {_LACKS[query.dialect][pattern]}",
                address=query.address,
                within=(match.start(), match.end()),
            )


@cache
def _hints(dialect: str) -> tuple[tuple[str, str], ...]:
    """Words of which one is in every text that a pattern finds, each with its pattern: a search for them takes a tenth of the time."""
    return tuple((word, pattern) for pattern in _LACKS[dialect] for word in _words(pattern))


def _words(pattern: str) -> tuple[str, ...]:
    group = re.match(r"\\b\(\?:([A-Z_|]+)\)", pattern)
    return tuple(group[1].split("|")) if group is not None else tuple(re.findall(r"[A-Z_]{2,}|::", pattern)[:1])
