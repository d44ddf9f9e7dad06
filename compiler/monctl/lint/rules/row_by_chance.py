"""SQL012."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule


@query_rule("SQL012", "row-by-chance", level=Level.WARNING, nodes=(ROOT,))
def row_by_chance(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """An alert depends on the first of several rows, and nothing says which is first.

    In the mode `value` a query gives one row. GROUP BY gives one for each group, and without ORDER BY any of them comes first.

    **Why.** The alert watches one group today and another tomorrow, and never the rest.

    **Example**

        SELECT COUNT(*) AS waiting FROM jobs GROUP BY queue

    **Instead**

        SELECT COUNT(*) AS waiting FROM jobs GROUP BY queue ORDER BY waiting DESC LIMIT 1

    or `mode: rows` with a HAVING that leaves the groups that are a problem.

    **Source.** Order is not promised without ORDER BY: https://access.crunchydata.com/documentation/postgresql17/latest/queries-limit.html (read 2026-11-21)
    """
    if query.source.mode != "value" or not query.is_watched() or not isinstance(node, exp.Select):
        return
    group = node.args.get("group")
    if group is not None and node.args.get("order") is None and group.expressions:
        yield query.fault(
            "GROUP BY gives a row for each group, and any of them is taken",
            group,
            help="add ORDER BY … LIMIT 1, or `mode: rows` with HAVING",
        )
