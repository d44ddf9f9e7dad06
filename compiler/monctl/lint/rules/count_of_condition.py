"""SQL022."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Fix, Level
from monctl.lint import sql_fix
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tree import place

_OPENING = re.compile(r"\b(COUNT\s*\()[\s(]*\Z", re.IGNORECASE)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|[()]")
_CONDITIONS = (
    exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between, exp.Like, exp.ILike, exp.And, exp.Or, exp.Not,
)  # fmt: skip
_FILTERS = frozenset({"postgres", "sqlite", "duckdb"})
"""Dialects with FILTER: https://modern-sql.com/feature/filter, https://www.caniusesql.com/f/filter-aggregate (read 2026-11-21)."""


@query_rule("SQL022", "count-of-condition", level=Level.ERROR, nodes=("Count",), fixes=True)
def count_of_condition(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query counts a condition, and so counts every row.

    COUNT takes whatever is not NULL, and false is not NULL.

    **Why.** The share of failures is 100 %, the number of failures that of all jobs.

    **Example**

        SELECT COUNT(state = 'failed') AS failed FROM jobs

    **Instead**

        SELECT COUNT(*) FILTER (WHERE state = 'failed') AS failed FROM jobs

    or, where the dialect has no FILTER,

        SELECT SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) AS failed FROM jobs

    **Source.** "computes the number of input rows in which the input value is not null":
    https://www.postgresql.org/docs/current/functions-aggregate.html (read in a copy 2026-11-21)
    """
    counted = node.this
    while isinstance(counted, exp.Paren):
        counted = counted.this
    if isinstance(counted, _CONDITIONS):
        yield query.fault(
            "COUNT counts rows where this is false, too",
            counted,
            help="write COUNT(*) FILTER (WHERE …), or SUM(CASE WHEN … THEN 1 ELSE 0 END)",
            fix=_fix(node, query),
        )


def _fix(node: exp.Expr, query: Query) -> Fix | None:
    """FILTER where the dialect has it and there is none yet, else CASE."""
    within = place(node.this, query.text)
    opening = _OPENING.search(query.text, 0, within[0]) if within is not None else None
    start = opening.end(1) if opening is not None else 0
    end = _closing(query.text, start) if opening is not None else None
    if opening is None or end is None:
        return None
    text = query.text[start:end].strip()
    if "\n" in text or "--" in text:
        return None
    if query.dialect in _FILTERS and not isinstance(node.parent, exp.Filter | exp.Window):

        def filtered(same: exp.Expr) -> exp.Expr:
            condition = same.this
            same.set("this", exp.Star())
            return exp.Filter(this=same, expression=exp.Where(this=condition))

        new = f"COUNT(*) FILTER (WHERE {text})"
        return sql_fix.fix("write COUNT(*) FILTER (WHERE …)", query, node, filtered, (opening.start(), end + 1, new))

    def chosen(same: exp.Expr) -> exp.Expr:
        same.set("this", exp.Case(ifs=[exp.If(this=same.this, true=exp.Literal.number(1))]))
        return same

    return sql_fix.fix("write COUNT(CASE WHEN … THEN 1 END)", query, node, chosen, (start, end, f"CASE WHEN {text} THEN 1 END"))


def _closing(text: str, start: int) -> int | None:
    """The offset of the bracket that closes the one before `start`."""
    depth = 1
    for found in _QUOTED.finditer(text, start):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth == 0:
            return found.start()
    return None
