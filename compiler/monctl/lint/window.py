"""The stretch of time a condition of a query leaves open: `created_at > NOW() - INTERVAL '5 minutes'`. Pure."""

from __future__ import annotations

from sqlglot import expressions as exp

from monctl.lint.tree import ago_s, conjuncts, is_negated


def window_s(node: exp.Expr) -> float | None:
    """How long the window is that a comparison opens; None where it is no lower bound of a time."""
    if isinstance(node, exp.Between):
        if is_negated(node):
            return None
        low, high = ago_s(node.args["low"]), ago_s(node.args["high"])
        return None if low is None or high is None else low - high
    lower = _lower(node)
    if lower is None:
        return None
    column, start_s = lower
    top = node
    while isinstance(top.parent, exp.And | exp.Paren):
        top = top.parent
    ends = [end[1] for other in conjuncts(top) if (end := _upper(other)) is not None and end[0] == column]
    return start_s - max(ends, default=0.0)


def _lower(node: exp.Expr) -> tuple[exp.Expr, float] | None:
    if isinstance(node, exp.GT | exp.GTE):
        return _bound(node.this, node.expression)
    return _bound(node.expression, node.this) if isinstance(node, exp.LT | exp.LTE) else None


def _upper(node: exp.Expr) -> tuple[exp.Expr, float] | None:
    if isinstance(node, exp.LT | exp.LTE):
        return _bound(node.this, node.expression)
    return _bound(node.expression, node.this) if isinstance(node, exp.GT | exp.GTE) else None


def _bound(column: exp.Expr, time: exp.Expr) -> tuple[exp.Expr, float] | None:
    ago = ago_s(time) if isinstance(column, exp.Column) else None
    return None if ago is None else (column, ago)
