"""SQL005."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tree import aggregates, bare, number, place

_GUARDS = (exp.Nullif, exp.Greatest, exp.Case, exp.If)
_NULL_ON_EMPTY = (exp.Sum, exp.Avg, exp.Min, exp.Max)


@query_rule("SQL005", "unguarded-division", level=Level.WARNING, nodes=("Div",))
def unguarded_division(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query divides by something that can be zero.

    Found where the dialect raises an error (PostgreSQL; MySQL, SQLite and DuckDB give NULL) and the divisor counts or sums, itself or under a
    name given to it, and nothing keeps it from zero: no NULLIF, GREATEST or CASE around it, no condition on it in WHERE or HAVING.

    **Why.** It works on every day but the quiet one. On an empty table, at night, after a clean-up, the query fails, and what failed is
    the monitor, not what it watches.

    **Example**

        SELECT 100.0 * COUNT(*) FILTER (WHERE failed) / COUNT(*) AS failure_rate FROM jobs

    **Instead**

        SELECT 100.0 * COUNT(*) FILTER (WHERE failed) / NULLIF(COUNT(*), 0) AS failure_rate FROM jobs

    **Source.** Division of each dialect as sqlglot models it (`SAFE_DIVISION`): https://sqlglot.com/sqlglot/dialects/dialect.html (30.30, read 2026-11-21)
    """
    if node.args.get("safe") or not isinstance(node, exp.Binary):
        return
    divisor = bare(node.expression)
    if not _can_be_zero(divisor, query) or _is_conditional(node) or _grouped_count(divisor, node) or _empty_first(node.this, divisor):
        return
    if _is_conditioned(divisor, node):
        return
    shown = _shown(divisor, query)
    yield query.fault(
        "division by zero when " + (f"{shown} is 0" if shown else "the divisor is 0"),
        node.expression,
        help=f"divide by NULLIF({shown or '…'}, 0)",
    )


def _can_be_zero(node: exp.Expr, query: Query) -> bool:
    """Whether a divisor is a figure that is 0 when there are no rows, and nothing in it keeps it from zero."""
    if isinstance(node, _GUARDS) or number(node) is not None:
        return False
    if isinstance(node, exp.Coalesce):
        choices = [bare(node.this), *map(bare, node.expressions)]
        return any(number(one) == 0 or _can_be_zero(one, query) for one in choices)
    if isinstance(node, exp.Add) and any(number(side) for side in (node.left, node.right)):
        return False
    if isinstance(node, exp.Binary):
        return any(_can_be_zero(bare(side), query) for side in (node.left, node.right))
    if isinstance(node, exp.Subquery):
        inner = node.this.expressions if isinstance(node.this, exp.Select) else []
        return len(inner) == 1 and _can_be_zero(bare(inner[0].unalias()), query)
    if isinstance(node, exp.Column):
        made = (alias.this for alias in query.tree.find_all(exp.Alias) if alias.alias == node.name)
        return any(isinstance(bare(one), exp.Count | exp.Sum | exp.Filter) for one in made)
    if isinstance(node, exp.Filter | exp.Window):
        return _can_be_zero(node.this, query)
    if isinstance(node, exp.Round | exp.Abs):
        return _can_be_zero(bare(node.this), query)
    return isinstance(node, exp.Count | exp.Sum)


def _is_conditional(node: exp.Expr) -> bool:
    """Inside CASE or IF the writer has thought of it."""
    return isinstance(node.find_ancestor(exp.Case, exp.If, exp.Subquery), exp.Case | exp.If)


def _grouped_count(divisor: exp.Expr, node: exp.Expr) -> bool:
    """COUNT(*) of a group is at least 1, and so is COUNT(*) OVER a row."""
    select = node.find_ancestor(exp.Select)
    counts = isinstance(divisor, exp.Count) and isinstance(divisor.this, exp.Star)
    over = isinstance(divisor, exp.Window) and isinstance(divisor.this, exp.Count | exp.Sum)
    return over or (counts and select is not None and select.args.get("group") is not None)


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
    within = place(divisor, query.text)
    text = " ".join(query.text[within[0] : within[1]].split()) if within else ""
    return text if 0 < len(text) <= 40 else ""
