"""SQL011."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule
from monctl.lint.tree import aggregates, columns, outer_select


@query_rule("SQL011", "sum-of-nothing", level=Level.INFO, nodes=(ROOT,))
def sum_of_nothing(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """An alert depends on a SUM that is NULL, not 0, when there are no rows.

    Found where the SUM stands outside COALESCE, the select has a WHERE and no GROUP BY, and a monitor leaves `no_data` at `keep`. A share of nothing
    is no number, so nothing is said where the SUM is divided or divides, nor where it becomes part of a text.

    **Why.** A quiet hour makes the value NULL, which is no data. An alert that is on stays on, one that waits for `< 10` stays off,
    and the quiet hour may be the very thing to notice.

    **Example**

        SELECT SUM(amount) AS revenue FROM payments WHERE created_at > NOW() - INTERVAL '1 hour'

    **Instead**

        SELECT COALESCE(SUM(amount), 0) AS revenue FROM payments WHERE created_at > NOW() - INTERVAL '1 hour'

    **Source.** https://www.postgresql.org/docs/7.2/functions-aggregate.html: "SUM of no rows returns NULL, not zero" (read 2026-11-21)
    """
    select = outer_select(node)
    if select is None or query.source.mode != "value" or select.args.get("group") is not None or select.args.get("where") is None:
        return
    for name, column in columns(select):
        watchers = [*query.watchers.get(name, ()), *(query.watchers.get("value", ()) if not query.source.values else ())]
        if not any(monitor.no_data == "keep" for monitor in watchers):
            continue
        for one in aggregates(column):
            if isinstance(one, exp.Sum) and one.find_ancestor(exp.Coalesce, exp.Div, exp.Concat, exp.DPipe, exp.Case, exp.Select) is select:
                yield query.fault(
                    f"'{name or 'the value'}' is NULL, not 0, when no row matches",
                    one,
                    help="write COALESCE(SUM(…), 0), or say with `no_data:` what it means",
                )
                break
