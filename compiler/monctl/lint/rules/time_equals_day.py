"""SQL019."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tables import type_of

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@query_rule("SQL019", "time-equals-day", level=Level.ERROR, nodes=("EQ",))
def time_equals_day(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query looks for times that are equal to a day.

    CURRENT_DATE and a day that is written out are midnight beside a time. Said of columns that the datasource declares under `tables:` with a time of
    day; without, nobody knows that they have one.

    **Why.** It finds what happened in the first microsecond of the day: nothing. The count is 0, and so it stays.

    **Example**

        datasources:
          shop: {type: postgresql, dsn: "${env:SHOP_DSN}", tables: {jobs: {id: uuid, created_at: timestamptz}}}
        metrics:
          jobs: {sql: {datasource: shop, query: SELECT COUNT(*) AS today FROM jobs WHERE created_at = CURRENT_DATE}}

    **Instead**

        metrics:
          jobs: {sql: {datasource: shop, query: SELECT COUNT(*) AS today FROM jobs WHERE created_at >= CURRENT_DATE}}

    **Source.** "a date value is assumed to represent midnight … when comparing it to a timestamp":
    https://www.postgresql.org/docs/13/functions-datetime.html (read in a copy 2026-11-21)
    """
    if query.datasource is None or not query.datasource.schema:
        return  # types are known by declaration only
    left, right = node.args.get("this"), node.args.get("expression")
    for column, other in ((left, right), (right, left)):
        if (
            isinstance(column, exp.Column)
            and other is not None
            and _is_day(other)
            and (type_of(column, query) or "").startswith(("timestamp", "datetime"))
        ):
            yield query.fault(
                f"'{column.name}' is a time, and equals a day at midnight only",
                column,
                help="write >= for since that day, or compare CAST(… AS date)",
            )
            return


def _is_day(node: exp.Expr) -> bool:
    """Whether a node is a day, without a time of day."""
    if isinstance(node, exp.CurrentDate):
        return True
    text = node.this if isinstance(node, exp.Cast) and node.is_type("date") else node
    return isinstance(text, exp.Literal) and text.is_string and _DAY.fullmatch(text.name.strip()) is not None
