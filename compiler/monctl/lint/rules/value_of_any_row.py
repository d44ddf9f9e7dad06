"""SQL035."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.grouping import ungrouped
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule


@query_rule("SQL035", "value-of-any-row", level=Level.WARNING, nodes=("Select",))
def value_of_any_row(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query of MySQL or SQLite takes a column beside aggregates or GROUP BY, and does not group by it.

    Said of the first such column of a select. Not beside MIN and MAX in SQLite, which take it from the row of the least or greatest, nor where WHERE leaves
    one value, nor of a table of which a column is grouped by or compared with a constant: the others may depend on that. In PostgreSQL and DuckDB this
    is SQL034.

    **Why.** MySQL refuses the query as long as its `sql_mode` has ONLY_FULL_GROUP_BY, as it does by default since 5.7.5. Without it, in MariaDB and in
    SQLite, the value is that of any row, and another one tomorrow.

    **Example**

        SELECT queue, COUNT(*) AS waiting FROM jobs

    **Instead**

        SELECT queue, COUNT(*) AS waiting FROM jobs GROUP BY queue

    with `mode: rows`, or MAX(queue), or in MySQL ANY_VALUE(queue) where all rows have the same.

    **Source.** "MySQL rejects queries for which the select list, HAVING condition, or ORDER BY list refer to nonaggregated columns that are neither named in
    the GROUP BY clause nor are functionally dependent on them": https://dev.mysql.com/doc/refman/8.4/en/group-by-handling.html; of SQLite
    "if there is exactly one min() or max() aggregate in the query, then all bare columns in the result set take values from an input row which also contains
    the minimum or maximum": https://www.sqlite.org/lang_select.html#bare_columns_in_an_aggregate_query (both read in copies 2026-11-21)
    """
    found = ungrouped(node, query) if query.dialect in {"mysql", "sqlite"} and isinstance(node, exp.Select) else None
    if found is not None:
        outcome = "its value is that of any row" if query.dialect == "sqlite" else "MySQL refuses the query, MariaDB takes any row"
        yield query.fault(f"{found.described(query)}: {outcome}", found.node, help=found.way_out)
