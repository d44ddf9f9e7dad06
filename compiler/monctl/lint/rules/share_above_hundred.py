"""SQL031."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tree import bare, column_of, conjuncts, number, outer_select


@query_rule("SQL031", "share-above-hundred", level=Level.WARNING, nodes=("Div",))
def share_above_hundred(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A percentage divides by a count that does not hold all of what is counted above it.

    `100 * COUNT(*) FILTER (WHERE a) / COUNT(*) FILTER (WHERE b)`: where some rows are a and not b, this is no share, and may be 300 %. Said where
    the result is multiplied by 100, or its value has the unit percent, and both counts are of the same rows.

    **Why.** "Failed of succeeded" looks like the failure rate while there are few failures. When there are many it is far too high, and when
    everything fails it is a division by zero.

    **Example**

        100.0 * COUNT(*) FILTER (WHERE state = 'failed') / NULLIF(COUNT(*) FILTER (WHERE state = 'done'), 0) AS failure_rate

    **Instead**

        100.0 * COUNT(*) FILTER (WHERE state = 'failed') / NULLIF(COUNT(*) FILTER (WHERE state IN ('failed', 'done')), 0) AS failure_rate

    **Source.** Follows from the meaning of a share (2026-11-21)
    """
    above, below = _counted(_core(node.this)), _counted(_core(node.expression))
    if above is None or below is None or not below or not _is_percent(node, query):
        return
    if below <= above or (_says_any_of(above, node.expression) and not _excludes(above, below)):
        return
    yield query.fault(
        "this percentage can exceed 100: not all that is counted above is counted below", node, help="divide by a count that holds both"
    )


def _core(node: exp.Expr) -> exp.Expr:
    """What is counted, without the factor 100, brackets, casts, NULLIF, COALESCE and ROUND around it."""
    while True:
        node = bare(node)
        if isinstance(node, exp.Nullif | exp.Coalesce | exp.Round):
            node = node.this
        elif isinstance(node, exp.Mul) and number(node.left) is not None:
            node = node.right
        elif isinstance(node, exp.Mul) and number(node.right) is not None:
            node = node.left
        else:
            return node


def _counted(node: exp.Expr) -> frozenset[str] | None:
    """The conditions under which rows are counted; None for what is no plain count of rows."""
    if isinstance(node, exp.Filter):
        inner = _counted(node.this)
        return None if inner is None else inner | _parts(node.expression.this)
    if isinstance(node, exp.Count):
        if isinstance(node.this, exp.Star):
            return frozenset()
        return _cases(node.this) if isinstance(node.this, exp.Case) else None
    return _cases(node.this) if isinstance(node, exp.Sum) else None


def _cases(node: exp.Expr) -> frozenset[str] | None:
    """Conditions of CASE WHEN … THEN 1 [ELSE 0] END."""
    if not isinstance(node, exp.Case) or node.this is not None or len(node.args.get("ifs") or ()) != 1:
        return None
    default = node.args.get("default")
    if number(node.args["ifs"][0].args["true"]) != 1 or not (default is None or isinstance(default, exp.Null) or number(default) == 0):
        return None
    return _parts(node.args["ifs"][0].this)


def _parts(condition: exp.Expr) -> frozenset[str]:
    return frozenset(part.sql().lower() for part in conjuncts(condition))


def _says_any_of(above: frozenset[str], below: exp.Expr) -> bool:
    """Whether the divisor's conditions hold an OR, an IN or a range: then the one above may be a part of them."""
    return below.find(exp.Or, exp.In, exp.Between, exp.Not, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.Like) is not None


def _excludes(above: frozenset[str], below: frozenset[str]) -> bool:
    """Whether nothing is counted both above and below: `ok` and `NOT ok`, `x IS NULL` and `x IS NOT NULL`."""
    return any(not _denied(part).isdisjoint(below) for part in above) or any(not _denied(part).isdisjoint(above) for part in below)


def _denied(part: str) -> frozenset[str]:
    return frozenset({f"not {part}", f"{part.removesuffix(' null')} not null"} if part.endswith(" is null") else {f"not {part}"})


def _is_percent(node: exp.Expr, query: Query) -> bool:
    if any(number(one) == 100 for one in node.find_all(exp.Literal)):
        return True
    above = node.parent
    while isinstance(above, exp.Paren | exp.Cast | exp.Round | exp.Coalesce):
        above = above.parent
    if isinstance(above, exp.Mul) and 100 in {number(above.left), number(above.right)}:
        return True
    select = outer_select(query.tree)
    name = column_of(node, select) if select is not None else None
    unit = query.source.values.get(name or "")
    return unit is not None and unit.name == "percent"
