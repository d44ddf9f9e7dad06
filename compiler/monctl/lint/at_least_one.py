"""Which figures of a query are at least 1 wherever they are used: counts of groups, of keys in them, of all that groups are made of. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlglot import expressions as exp

from monctl.lint.tables import is_kept, is_never_null
from monctl.lint.tree import bare, conjuncts, is_one_row, number

if TYPE_CHECKING:
    from monctl.lint.queries import Query

_SETS = (exp.Rollup, exp.Cube, exp.GroupingSets)
_MANY_SETS = ("rollup", "cube", "grouping_sets", "totals")
"""Parts of GROUP BY that may add a row for all, which is there when there are no rows."""
_CUTS = ("group", "having", "limit", "offset", "distinct", "qualify", "fetch")


def is_positive(node: exp.Expr, division: exp.Expr, query: Query) -> bool:
    """Whether a figure is at least 1 wherever the division is made."""
    if isinstance(node, exp.Add):
        return any(number(one) or is_positive(bare(one), division, query) for one in operands(node) if not isinstance(bare(one), exp.Add))
    if isinstance(node, exp.Window):
        return isinstance(node.this, exp.Count | exp.Sum)  # a row is counted with those beside it
    if not isinstance(node, exp.Count) or isinstance(node.parent, exp.Filter):
        return False
    select, counted = node.find_ancestor(exp.Select), _counted(node)
    if select is None or counted is None:
        return False
    has_value = _has_value(counted, query)
    return (has_value and _has_groups(select)) or _holds_all(select, division.find_ancestor(exp.Select), None if has_value else counted)


def operands(node: exp.Binary) -> Iterator[exp.Expr]:
    """The operands of a chain of one operator: `a + b + c` is three."""
    left: list[exp.Expr] = [node]
    while left:
        one = left.pop()
        if type(one) is type(node):
            left += (one.expression, one.this)
        else:
            yield one


def _counted(node: exp.Count) -> exp.Expr | None:
    """What is counted, with DISTINCT or without; None where it is more than one thing."""
    of = node.this.expressions if isinstance(node.this, exp.Distinct) else [node.this, *node.expressions]
    return bare(of[0]) if len(of) == 1 else None


def _has_value(node: exp.Expr, query: Query) -> bool:
    if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
        return is_never_null(node, query)
    return isinstance(node, exp.Star | exp.Literal | exp.Boolean)


def _has_groups(select: exp.Select) -> bool:
    """Whether each row of a select is made of one row at least."""
    group = select.args.get("group")
    if group is None or any(group.args.get(part) for part in _MANY_SETS):
        return False
    return any(not isinstance(one, _SETS) and one != exp.Tuple() for one in group.expressions)


def _holds_all(whole: exp.Select, select: exp.Select | None, counted: exp.Expr | None) -> bool:
    """Whether a select without groups reads all the rows that another one is made of, which has no row then when there are none.

    `COUNT(*) / (SELECT COUNT(*) FROM t WHERE a) … FROM t WHERE a AND b GROUP BY c`. What is `counted` of them may be NULL, unless the other keeps
    that away.
    """
    if select is None or select is whole or any(whole.args.get(part) for part in _CUTS):
        return False
    if is_one_row(select) and not _has_groups(select):
        return False
    table = _read(whole)[0]
    if not isinstance(table, exp.Table) or table.args.get("joins"):
        return False
    ours = _limits(whole, table)
    same = [
        one for one in _read(select) if isinstance(one, exp.Table) and one.this == table.this and one.args.get("db") == table.args.get("db")
    ]
    return any(ours <= _limits(select, one) and (counted is None or _is_kept_of(one, counted, select)) for one in same)


def _is_kept_of(table: exp.Table, counted: exp.Expr, select: exp.Select) -> bool:
    """Whether a select leaves out the rows of a table in which a column is NULL."""
    return isinstance(counted, exp.Column) and is_kept(exp.column(counted.this.copy(), table=table.alias_or_name), select)


def _read(select: exp.Select) -> list[exp.Expr | None]:
    """What each row of a select is made of for certain: first what stands in FROM, None where an outer join may leave it out; then inner joins."""
    from_ = select.args.get("from_")
    joins = select.args.get("joins") or ()
    is_whole = not any(str(join.args.get("side") or "").upper() in {"RIGHT", "FULL"} for join in joins)
    return [
        from_.this if from_ is not None and is_whole else None,
        *(join.this for join in joins if is_whole and not join.args.get("side")),
    ]


def _limits(select: exp.Select, table: exp.Expr) -> frozenset[str]:
    """What limits the rows of a select besides one table: the parts of WHERE and ON, and the others; without the name the table has there."""
    where = select.args.get("where")
    joins = [join for join in select.args.get("joins") or () if not join.args.get("side")]
    limits = [
        part for one in (where.this if where is not None else None, *(join.args.get("on") for join in joins)) for part in conjuncts(one)
    ]
    limits += (name for join in joins for name in join.args.get("using") or ())
    limits += (one for one in _read(select) if one is not None and one is not table)
    return frozenset(_unnamed(one, table.alias_or_name.lower()) for one in limits)


def _unnamed(node: exp.Expr, alias: str) -> str:
    copy = node.copy()
    for column in copy.find_all(exp.Column):
        if column.table.lower() == alias:
            column.set("table", None)
    return copy.sql().lower()
