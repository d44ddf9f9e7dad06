"""SQL017."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tables import is_large

_OFTEN_S = 300


@query_rule("SQL017", "whole-large-table", level=Level.WARNING, nodes=("Select",))
def whole_large_table(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query reads the whole of a table marked large, more often than every five minutes.

    Nothing limits the rows: no WHERE, no join, no LIMIT. Said of tables that the datasource lists under `large`, unless MAX and MIN of columns are
    all that is asked: an index answers that from its end. At five minutes, which is the interval when none is written, nothing is said: a query that
    keeps within its timeout of ten seconds then keeps the database busy for a thirtieth of the time at most, at one minute it would be a sixth.

    **Why.** Every run takes as long as the table is, which grows. One day the query takes longer than its timeout, and the monitor is blind.

    **Example**

        every: 1m
        query: SELECT COUNT(*) AS events FROM events

    **Instead**

        every: 1m
        query: SELECT COUNT(*) AS events FROM events WHERE created_at > NOW() - INTERVAL '1 hour'

    or the whole of it once an hour.

    **Source.** Counting reads every row: https://wiki.postgresql.org/wiki/Slow_Counting (read 2026-11-21). MAX(n) - MIN(n) is read from both
    ends of an index on n, and with COUNT(*) beside them the table is: EXPLAIN of PostgreSQL 15 (tried 2026-11-21)
    """
    if (
        query.datasource is None
        or query.every_s is None
        or query.every_s >= _OFTEN_S
        or any(node.args.get(part) is not None for part in ("where", "limit", "joins", "sample", "having"))
    ):
        return
    source = node.args["from_"].this if node.args.get("from_") is not None else None
    if isinstance(source, exp.Table) and is_large(source, query.datasource) and not source.args.get("sample") and not _asks_for_ends(node):
        yield query.fault(
            f"every run reads the whole of '{source.name}', which is large",
            source,
            help="add WHERE with a time, as far back as the monitor needs, or run it less often",
        )


def _asks_for_ends(select: exp.Expr) -> bool:
    """Whether MAX and MIN of columns are all that is taken from the rows: an index on the column gives them."""
    if select.args.get("group") is not None:
        return False
    of_rows = [node for one in select.expressions for node in one.find_all(exp.Column, exp.AggFunc, exp.Star)]
    ends = [node for node in of_rows if isinstance(node, exp.Max | exp.Min) and isinstance(node.this, exp.Column)]
    return bool(ends) and all(any(node is end or node.parent is end for end in ends) for node in of_rows)
