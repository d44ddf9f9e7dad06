"""SQL005."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Fix, Level
from monctl.lint import sql_fix
from monctl.lint.at_least_one import is_positive, operands
from monctl.lint.context import Context
from monctl.lint.cte import part_of_with
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tree import aggregates, bare, columns, number, outer_select, place

_GUARDS = (exp.Nullif, exp.Greatest, exp.Case, exp.If)
# a statement is listed once it has run: https://www.postgresql.org/docs/current/pgstatstatements.html (read 2026-11-21)
_ABOVE_ZERO = frozenset({"calls", "total_time", "total_exec_time"})
_STATEMENTS = "pg_stat_statements"
_NULL_ON_EMPTY = (exp.Sum, exp.Avg, exp.Min, exp.Max)
_DEEPEST = 40
"""Expressions inside of one another that are followed."""
_LONGEST = 40
"""Characters of a divisor that are shown."""


@query_rule("SQL005", "unguarded-division", level=Level.WARNING, nodes=("Div",), fixes=True)
def unguarded_division(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query divides by something that can be zero.

    Found where the dialect raises an error (PostgreSQL; MySQL, SQLite and DuckDB give NULL) and the divisor counts or sums, itself or under a
    name given to it, and nothing keeps it from zero: no NULLIF, GREATEST or CASE around it, no condition on it in WHERE or HAVING. A count of the
    rows of a group, of a key in them, or of all the rows that the groups are made of, is at least 1, and a sum of such counts is that or NULL. What MIN,
    MAX and AVG pick from a column is taken as the column itself, which may never be 0. One divisor is told once in a query.

    **Why.** It works on every day but the quiet one. On an empty table, at night, after a clean-up, the query fails, and what failed is
    the monitor, not what it watches.

    **Example**

        SELECT 100.0 * COUNT(*) FILTER (WHERE failed) / COUNT(*) AS failure_rate FROM jobs

    **Instead**

        SELECT 100.0 * COUNT(*) FILTER (WHERE failed) / NULLIF(COUNT(*), 0) AS failure_rate FROM jobs

    **Source.** Division of each dialect as sqlglot models it (`SAFE_DIVISION`): https://sqlglot.com/sqlglot/dialects/dialect.html (30.30, read 2026-11-21)
    """
    if node.args.get("safe") or not isinstance(node, exp.Binary) or not _is_unguarded(node, query):
        return
    if any(_is_unguarded(one, query) for one in _same_before(node, query)):
        return
    shown = _shown(bare(node.expression), query)
    yield query.fault(
        "division by zero when " + (f"{shown} is 0" if shown else "the divisor is 0"),
        node.expression,
        help=f"divide by NULLIF({shown if shown and not shown.endswith(('…', ' subquery')) else '…'}, 0)",
        fix=_fix(node, query),
    )


def _is_unguarded(node: exp.Binary, query: Query) -> bool:
    divisor = bare(node.expression)
    return (
        _can_be_zero(divisor, node, query)
        and not _is_conditional(node)
        and not _empty_first(node.this, divisor)
        and not _is_conditioned(divisor, node)
    )


def _same_before(node: exp.Binary, query: Query) -> Iterator[exp.Binary]:
    """The divisions by the same that stand before one in the query."""
    for one in query.tree.find_all(exp.Div):
        if one is node:
            return
        if one.expression == node.expression:
            yield one


def _fix(node: exp.Binary, query: Query) -> Fix | None:
    """NULLIF around the divisor, inside its brackets where it has some."""
    words = sql_fix.written(query, node.expression.unnest())
    if words is None:
        return None
    start, end, text = words

    def meant(same: exp.Expr) -> exp.Expr:
        divisor = same.expression.unnest()
        divisor.replace(exp.Nullif(this=divisor.copy(), expression=exp.Literal.number(0)))
        return same

    return sql_fix.fix("divide by NULLIF(…, 0)", query, node, meant, (start, end, f"NULLIF({text}, 0)"))


def _can_be_zero(node: exp.Expr, division: exp.Expr, query: Query, depth: int = 0) -> bool:
    """Whether a divisor is a figure that is 0 when there are no rows, and nothing in it keeps it from zero."""
    while isinstance(node, exp.Filter | exp.Window | exp.Round | exp.Abs) and not is_positive(node, division, query):
        node = bare(node.this)
    if depth > _DEEPEST or isinstance(node, _GUARDS) or number(node) is not None or is_positive(node, division, query):
        return False
    inside: list[exp.Expr] = []
    match node:
        case exp.Coalesce():
            inside = [bare(node.this), *map(bare, node.expressions)]
            if any(number(one) == 0 for one in inside):
                return True
        case exp.Binary():
            inside = [bare(side) for side in operands(node)]
        case exp.Subquery(this=exp.Select(expressions=[one])):
            inside = [bare(one.unalias())]
        case exp.Column():
            inside = [made] if isinstance(made := _made(node, query), exp.Count | exp.Sum | exp.Filter) else []
        case exp.Count():
            return True
        case exp.Sum():
            return not _adds_what_has_run(node, query) and not _adds_counts(node, division, query)
    return any(_can_be_zero(one, division, query, depth + 1) for one in inside)


def _adds_what_has_run(node: exp.Expr, query: Query) -> bool:
    """SUM(calls) of pg_stat_statements: at least 1 in every row."""
    column = bare(node.this)
    if not isinstance(column, exp.Column) or column.name.lower() not in _ABOVE_ZERO:
        return False
    return any(table.name.lower().startswith(_STATEMENTS) for table in query.tree.find_all(exp.Table))


def _adds_counts(node: exp.Sum, division: exp.Expr, query: Query) -> bool:
    """SUM of what is at least 1 in every row, as a count of groups is that a subquery or WITH makes: NULL of no rows, else at least 1."""
    added, depth = bare(node.this), 0
    while isinstance(added, exp.Column) and depth < _DEEPEST:
        made = _made(added, query, of_one=True)
        if made is None:
            return False
        added, depth = made, depth + 1
    return (number(added) or 0) > 0 or is_positive(added, division, query)


def _made(column: exp.Column, query: Query, *, of_one: bool = False) -> exp.Expr | None:
    """What a column of a subquery or of WITH is made of; None for columns of tables, where it may be one, and with `of_one` of several selects."""
    select = column.find_ancestor(exp.Select)
    if select is None or select.args.get("from_") is None:
        return None
    sources = [select.args["from_"].this, *(join.this for join in select.args.get("joins") or ())]
    named = [one for one in sources if not column.table or one.alias_or_name.lower() == column.table.lower()]
    found: list[exp.Expr] = []
    for source in named:
        part = part_of_with(source)
        inner = source.this if isinstance(source, exp.Subquery) else part.this if part is not None else None
        made_of = outer_select(inner) if inner is not None and not (of_one and _has_more(source, part, inner)) else None
        yields = columns(made_of, query) if made_of is not None else []
        if made_of is None or any(name is None or name == "*" for name, _ in yields):
            return None
        found.extend(bare(one) for name, one in yields if (name or "").lower() == column.name.lower())
    return found[0] if len(found) == 1 else None


def _has_more(source: exp.Expr, part: exp.CTE | None, inner: exp.Expr) -> bool:
    """Whether a subquery is made of several selects, or its columns are given other names."""
    aliases = [one.args.get("alias") for one in (source, part) if one is not None]
    while isinstance(inner, exp.Subquery):
        inner = inner.this
    return isinstance(inner, exp.SetOperation) or any(one is not None and one.args.get("columns") for one in aliases)


def _is_conditional(node: exp.Expr) -> bool:
    """Inside CASE or IF the writer has thought of it."""
    return isinstance(node.find_ancestor(exp.Case, exp.If, exp.Subquery), exp.Case | exp.If)


def _empty_first(dividend: exp.Expr, divisor: exp.Expr) -> bool:
    """SUM(x) / COUNT(*) over nothing is NULL / 0, which is NULL."""
    if not isinstance(divisor, exp.Count):
        return False
    return any(isinstance(one, _NULL_ON_EMPTY) and one.find_ancestor(exp.Coalesce) is None for one in aggregates(dividend))


def _is_conditioned(divisor: exp.Expr, node: exp.Expr) -> bool:
    """Whether WHERE or HAVING compares the divisor with anything."""
    select = node.find_ancestor(exp.Select)
    if select is None:
        return False
    return any(
        side == divisor
        for clause in ("where", "having")
        if (condition := select.args.get(clause)) is not None
        for comparison in condition.find_all(exp.GT, exp.GTE, exp.NEQ, exp.LT, exp.EQ, exp.Between)
        for side in (comparison.this, comparison.args.get("expression"))
    )


def _shown(divisor: exp.Expr, query: Query) -> str:
    if isinstance(divisor, exp.Subquery):
        return "the subquery"
    within = place(divisor, query.text)
    text = " ".join(query.text[within[0] : within[1]].split()) if within else ""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"
