"""SQL011."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.cte import part_of_with
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule
from monctl.lint.tables import ONE_ROW
from monctl.lint.tree import aggregates, columns, is_one_row, outer_select

_SAYS_WHAT_THEN = (exp.Coalesce, exp.Concat, exp.DPipe, exp.Case)


@query_rule("SQL011", "sum-of-nothing", level=Level.INFO, nodes=(ROOT,))
def sum_of_nothing(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """An alert depends on a SUM that is NULL, not 0, when there are no rows.

    Found where the SUM stands outside COALESCE, the select has a WHERE and no GROUP BY, and a monitor leaves `no_data` at `keep`. A share of nothing
    is no number, so nothing is said where the SUM is divided by a figure or divides, nor where it becomes part of a text; a number that is written
    out, such as 3600, only makes another unit of it. Without `values:` only the first column is read, and looked at. Nothing is said of MIN, MAX and AVG
    either: of no rows there is no greatest and no mean, and no figure that could stand for them, while the sum of nothing is 0. Nor where the only
    source always has a row, such as pg_stat_bgwriter.

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
    if not query.watchers or "sum" not in query.text.lower() or _always_has_a_row(select):
        return
    read = columns(select, query)
    for name, column in read if query.source.values else read[:1]:
        watchers = [*query.watchers.get(name or "", ()), *(query.watchers.get("value", ()) if not query.source.values else ())]
        if not any(monitor.no_data == "keep" for monitor in watchers):
            continue
        for one in aggregates(column):
            if isinstance(one, exp.Sum) and _is_the_value(one, select):
                yield query.fault(
                    f"'{name or 'the value'}' is NULL, not 0, when no row matches",
                    one,
                    help="write COALESCE(SUM(…), 0), or say with `no_data:` what it means",
                )
                break


def _is_the_value(node: exp.Expr, select: exp.Select) -> bool:
    """Whether a column is NULL because a part of it is, and is no share: nothing around it says what then, or divides by a figure."""
    around = node.parent
    while around is not None and around is not select:
        if isinstance(around, exp.Div):
            is_unit = around.expression is not node and next(around.expression.find_all(exp.Column, exp.Func, exp.Query), None) is None
            if not is_unit:
                return False
        elif isinstance(around, (*_SAYS_WHAT_THEN, exp.Select)):
            return False
        node, around = around, around.parent
    return True


def _always_has_a_row(select: exp.Select) -> bool:
    """Whether the one source of a select has a row whatever the data: a view of one row, or an aggregate of everything."""
    source = select.args["from_"].this if select.args.get("from_") is not None and not select.args.get("joins") else None
    part = part_of_with(source) if source is not None else None
    made = part.this if part is not None else source.this if isinstance(source, exp.Subquery) else None
    if made is None:
        return isinstance(source, exp.Table) and source.name.lower() in ONE_ROW
    return isinstance(made, exp.Select) and is_one_row(made) and not any(made.args.get(cut) for cut in ("having", "offset"))
