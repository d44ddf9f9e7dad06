"""SQL004."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule
from monctl.lint.tree import columns, outer_select


@query_rule("SQL004", "value-not-named", level=Level.WARNING, nodes=(ROOT,))
def value_not_named(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """An alert depends on a query with several columns, and nothing says which one counts.

    Without `values:` the first column is the value. With several columns, or a `*`, that is chance.

    **Why.** Whoever adds a column at the front, or a table gets a new first column, changes what the alert means without touching it.

    **Example**

        query: SELECT queue, COUNT(*) AS waiting FROM jobs GROUP BY queue ORDER BY 2 DESC LIMIT 1

    **Instead**

        query: SELECT queue, COUNT(*) AS waiting FROM jobs GROUP BY queue ORDER BY 2 DESC LIMIT 1
        values: {waiting: jobs}

    **Source.** The meaning of `values` in the spec language (2026-11-21)
    """
    if query.source.values or query.source.mode != "value" or not query.is_watched() or (select := outer_select(node)) is None:
        return
    names = [name for name, _ in columns(select, query)]
    if "*" in names:
        yield query.fault(
            "the value is whatever the first column of * happens to be",
            select.expressions[names.index("*")],
            help="select the one column that counts",
        )
    elif len(names) > 1:
        yield query.fault(
            f"the query has {len(names)} columns, and only the first is read",
            select.expressions[0],
            help=f"add `values: {{{_counting(select, names) or 'name'}: unit}}`",
        )


def _counting(select: exp.Select, names: list[str | None]) -> str | None:
    """The column that is meant, as far as one can tell: the first, unless the rows are grouped by it, or it is a text; then the first aggregate."""
    group = select.args.get("group")
    by = [one.name for one in group.expressions] if group is not None else []
    first = select.expressions[0].unalias()
    if first.is_string or "1" in by or names[0] in by or (isinstance(first, exp.Column) and first.name in by):
        return next((name for name, one in zip(names, select.expressions, strict=True) if one.find(exp.AggFunc) is not None), names[-1])
    return names[0]
