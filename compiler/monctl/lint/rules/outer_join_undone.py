"""SQL023."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tree import conjuncts

_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Like, exp.Between, exp.In)
# "STRICT indicates that the function always returns null whenever any of its arguments are null", https://www.postgresql.org/docs/current/sql-createfunction.html;
# each of these is, in all the dialects; a function without a class of its own is not known
_STRICT = (
    exp.Paren, exp.Neg, exp.Cast, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Lower, exp.Upper, exp.Trim, exp.Length, exp.Abs, exp.Round, exp.Floor,
    exp.Ceil, exp.Substring, exp.Extract, exp.Date, exp.TsOrDsToDate, exp.TsOrDsToTimestamp, exp.TimestampTrunc, exp.DateTrunc, exp.DateDiff,
    exp.TimestampDiff, exp.DateAdd, exp.DateSub, exp.UnixToTime, exp.AtTimeZone, exp.Year, exp.Month, exp.Day,
)  # fmt: skip


@query_rule("SQL023", "outer-join-undone", level=Level.WARNING, nodes=("Select",))
def outer_join_undone(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query keeps rows without a partner by LEFT JOIN, and WHERE drops them again, or asks for those that JOIN has dropped.

    The columns of the joined table are NULL in such rows, what is computed from them is NULL too, and a comparison with NULL is never true. For the
    same reason nothing is left of `WHERE p.track_id IS NULL` after `JOIN posts p ON p.track_id = t.id`.

    **Why.** Somebody wanted to see what has no partner: tracks without a post. These are the rows that are missing, and the count is always 0.

    **Example**

        SELECT COUNT(*) FILTER (WHERE p.id IS NULL) AS silent FROM tracks t
        LEFT JOIN posts p ON p.track_id = t.id WHERE p.created_at > NOW() - INTERVAL '1 hour'

    **Instead**

        SELECT COUNT(*) FILTER (WHERE p.id IS NULL) AS silent FROM tracks t
        LEFT JOIN posts p ON p.track_id = t.id AND p.created_at > NOW() - INTERVAL '1 hour'

    or JOIN, where the others are not wanted.

    **Source.** "a restriction placed in the ON clause is processed before the join, while a restriction placed in the WHERE clause is processed after":
    https://www.postgresql.org/docs/current/queries-table-expressions.html (read in a copy 2026-11-21)
    """
    where = node.args.get("where")
    all_ = node.args.get("joins")
    if where is None or not all_:
        return
    parts = list(conjuncts(where.this))
    yield from _missed(parts, all_, query)
    joins = {join.this.alias_or_name.lower() for join in all_ if str(join.args.get("side") or "").upper() == "LEFT"}
    for part in parts if joins else ():
        if not isinstance(part, _COMPARISONS):
            continue
        for side in (part.this, part.args.get("expression")):
            column = _needed(side, joins) if side is not None else None
            if column is None:
                continue
            joins.discard(column.table.lower())
            yield query.fault(
                f"'{column.table}' is joined by LEFT JOIN, and rows without one are dropped here",
                part,
                help="move the condition to ON, or write JOIN",
            )


def _missed(parts: list[exp.Expr], joins: list[exp.Join], query: Query) -> Iterator[Finding]:
    """`IS NULL` of a column that an inner join compares by `=`; not where an outer join after it may bring rows without one."""
    missing = {}
    for part in parts:
        if isinstance(part, exp.Is) and isinstance(part.expression, exp.Null) and not part.args.get("negate"):
            column = part.this.unnest()
            if isinstance(column, exp.Column):
                missing[_identity(column)] = part, column
    if not missing:
        return
    compared: set[tuple[str, ...]] = set()
    for join in joins:
        side, on = str(join.args.get("side") or "").upper(), join.args.get("on")
        if side in {"RIGHT", "FULL"}:
            compared.clear()
        elif not side and join.args.get("kind") in {None, "", "INNER"}:
            sides = (side for part in conjuncts(on) if isinstance(part, exp.EQ) for side in (part.left, part.right))
            compared |= {_identity(side) for side in sides if isinstance(side, exp.Column)}
    for identity, (part, column) in missing.items():
        if identity in compared:
            yield query.fault(
                f"'{column.sql()}' is never NULL here: JOIN drops the rows without it",
                part,
                help="write LEFT JOIN, where rows without a partner are asked for",
            )


def _identity(column: exp.Column) -> tuple[str, ...]:
    return tuple(part.name.lower() for part in column.parts)


def _needed(side: exp.Expr, joins: set[str]) -> exp.Column | None:
    """A column of one of the joined tables without which a side of a comparison is NULL."""
    left = [side]
    while left:
        one = left.pop()
        if isinstance(one, exp.Column):
            if one.table.lower() in joins:
                return one
        elif isinstance(one, _STRICT):
            left += [below for below in one.iter_expressions() if not isinstance(below, exp.Query)]
    return None
