"""SQL020."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Fix, Level
from monctl.lint import sql_fix
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule


@query_rule("SQL020", "differs-from-one-of-two", level=Level.ERROR, nodes=("Or",), fixes=True)
def differs_from_one_of_two(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query asks for what differs from one value or from another, which is everything.

    **Why.** Whatever equals the one differs from the other. The condition leaves nothing out, and the alert is always on, or counts the wrong rows.

    **Example**

        SELECT COUNT(*) AS open FROM jobs WHERE state <> 'done' OR state <> 'cancelled'

    **Instead**

        SELECT COUNT(*) AS open FROM jobs WHERE state NOT IN ('done', 'cancelled')

    **Source.** Clang warns of `x != 2 || x != 3` (-Wtautological-overlap-compare), as its test says:
    https://android.googlesource.com/platform/external/clang/+/brillo-m9-dev/test/Sema/warn-overlap.c (read 2026-11-21)
    """
    if not isinstance(node, exp.Or) or isinstance(node.parent, exp.Or):
        return
    seen: dict[str, exp.NEQ] = {}
    for part in node.flatten():
        if not isinstance(part, exp.NEQ) or not isinstance(part.left, exp.Column) or not isinstance(part.right, exp.Literal):
            continue
        other = seen.setdefault(part.left.sql(), part)
        if other.right != part.right:
            yield query.fault(
                f"everything differs from {other.right.sql()} or from {part.right.sql()}",
                part,
                help=f"write AND, or {part.left.sql()} NOT IN (…)",
                fix=_fix(node, query),
            )
            return


def _fix(node: exp.Or, query: Query) -> Fix | None:
    """AND in place of the one OR between two comparisons."""
    left, right = sql_fix.written(query, node.left), sql_fix.written(query, node.right)
    if left is None or right is None or not isinstance(node.left, exp.NEQ) or not isinstance(node.right, exp.NEQ):
        return None
    between = query.text[left[1] : right[0]]
    if between.strip().upper() != "OR":
        return None
    at = left[1] + len(between) - len(between.lstrip())

    def meant(same: exp.Expr) -> exp.Expr:
        return exp.And(this=same.this, expression=same.expression)

    return sql_fix.fix("write AND", query, node, meant, (at, at + 2, "AND"))
