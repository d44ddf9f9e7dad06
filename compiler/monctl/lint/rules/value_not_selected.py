"""SQL003."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, found, query_rule
from monctl.lint.tree import columns, outer_select
from monctl.source import Origin
from monctl.suggest import did_you_mean


@query_rule("SQL003", "value-not-selected", level=Level.ERROR, nodes=(ROOT,))
def value_not_selected(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A declared value is not a column of its query.

    Every name under `values:` must be a column the query yields. Names are compared without regard to case, as databases do. What has no AS has the
    name its database gives: in PostgreSQL that of the function it is made of (`bool_or`, `round`), elsewhere the text of the expression, `COUNT(*)`.
    Where a name is not known for certain, nothing is said.

    **Why.** The value would never arrive: its monitors would see no data for ever, and most keep their last state then.

    **Example**

        sql:
          datasource: shop
          query: SELECT COUNT(*) AS orphans FROM posts
          values: {orphaned_posts: posts}

    **Instead**

        query: SELECT COUNT(*) AS orphaned_posts FROM posts

    **Source.** The meaning of `values` in the spec language (2026-11-21)
    """
    select = outer_select(node) if query.source.values else None
    if select is None:
        return
    called = {one.args["alias"].name.lower() for one in select.expressions if isinstance(one, exp.Alias)}
    if all(value.lower() in called for value in query.source.values):
        return  # nearly always
    names = [name for name, _ in columns(select, query)]
    if "*" in names or None in names:
        return
    known = {name.lower() for name in names if name}
    for value in query.source.values:
        if value.lower() not in known:
            yield found(
                f"the query has no column '{value}'",
                _declared(query, value),
                help=did_you_mean(value, filter(None, names), noun="columns") if any(names) else "give the column a name with AS",
                address=query.address,
                on_key=True,
            )


def _declared(query: Query, value: str) -> Origin:
    return Origin(query.origin.file, (*query.origin.path[:-1], "values", value), query.origin.line)
