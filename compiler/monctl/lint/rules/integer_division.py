"""SQL014."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tables import type_of
from monctl.lint.tree import number

_WHOLE = (exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT, exp.DType.TINYINT)
_DECLARED = re.compile(r"(?:tiny|small|medium|big)?int(?:eger)?\d?|(?:small|big)?serial\d?")
_SMALL = re.compile(r"(?:tiny|small|medium)?int(?:eger)?|int[24]|(?:small)?serial[24]?")
"""Types whose SUM is a whole number in PostgreSQL; that of bigint is numeric: https://www.postgresql.org/docs/current/functions-aggregate.html (2026-11-21)."""


@query_rule("SQL014", "integer-division", level=Level.WARNING, nodes=("Div",))
def integer_division(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query divides whole numbers, and the fraction is lost.

    Found in dialects where a whole number divided by a whole number is a whole number (PostgreSQL, SQLite), for counts, casts, and columns that are
    declared as whole numbers. Dividing by a number that is written out, such as 8 or 60, is taken as meant.

    **Why.** `COUNT(…) / COUNT(*) * 100` is 0 or 100 and nothing between: 99 failures of 100 are 0 %.

    **Example**

        SELECT COUNT(*) FILTER (WHERE failed) / NULLIF(COUNT(*), 0) * 100 AS failure_rate FROM jobs

    **Instead**

        SELECT 100.0 * COUNT(*) FILTER (WHERE failed) / NULLIF(COUNT(*), 0) AS failure_rate FROM jobs

    **Source.** https://datacomy.com/sql/postgresql/division/ (read 2026-11-21); per dialect as sqlglot models it (`TYPED_DIVISION`, 30.30)
    """
    if (
        isinstance(node, exp.Div)
        and node.args.get("typed")
        and number(node.expression) is None
        and _is_whole(node.this, query)
        and _is_whole(node.expression, query)
    ):
        yield query.fault(
            "whole numbers are divided, and the fraction is lost", node, help="multiply by 100.0 or 1.0 first, or cast one side to numeric"
        )


def _is_whole(node: exp.Expr | None, query: Query) -> bool:
    """Whether a node is certainly a whole number."""
    left = [node]
    while left:
        match left.pop():
            case exp.Count():
                pass
            case exp.Literal(is_string=False, name=digits) if digits.isdigit():
                pass
            case exp.Paren() | exp.Filter() | exp.Nullif() | exp.Neg() | exp.Window() as one:
                left.append(one.this)
            case exp.Coalesce() | exp.Greatest() | exp.Least() as one:
                left += (one.this, *one.expressions)
            case exp.Column() as one if _is_declared(one, query, _DECLARED):
                pass
            case exp.Max(this=one, expressions=[]) | exp.Min(this=one, expressions=[]) if isinstance(one, exp.Column):
                left.append(one)
            case exp.Sum(this=exp.Column() as one) if _is_declared(one, query, _SMALL):
                pass
            case exp.Add() | exp.Sub() | exp.Mul() as one:
                left += (one.left, one.right)
            case exp.Cast(to=to) if to.this in _WHOLE:
                pass
            case exp.Subquery(this=exp.Select(expressions=[one])):
                left.append(one.unalias())
            case _:
                return False
    return True


def _is_declared(column: exp.Column, query: Query, types: re.Pattern[str]) -> bool:
    """Whether the datasource declares a column with one of some types."""
    kind = type_of(column, query)
    return kind is not None and types.fullmatch(kind) is not None
