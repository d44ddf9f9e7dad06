"""SQL034."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.grouping import ungrouped
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule


@query_rule("SQL034", "column-not-grouped", level=Level.ERROR, nodes=("Select",))
def column_not_grouped(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query of PostgreSQL or DuckDB takes a column beside aggregates or GROUP BY, and does not group by it.

    Said of the first such column of a select, in its columns, HAVING and ORDER BY. In PostgreSQL the other columns of a table depend on its primary key:
    where one column of a table is grouped by, nothing is said of the others, unless it has no key, as views of the database and parts of WITH. What is
    inside a function that may be an aggregate is left alone. In MySQL and SQLite this is SQL035.

    **Why.** The database refuses the query each time. The first to see it is who asks why the monitor has no data.

    **Example**

        SELECT mode, COUNT(*) AS held FROM pg_locks

    **Instead**

        SELECT mode, COUNT(*) AS held FROM pg_locks GROUP BY mode

    with `mode: rows`, or the count alone.

    **Source.** "When GROUP BY is present, or any aggregate functions are present, it is not valid for the SELECT list expressions to refer to ungrouped
    columns except within aggregate functions or when the ungrouped column is functionally dependent on the grouped columns":
    https://www.postgresql.org/docs/current/sql-select.html#SQL-GROUPBY (read in a copy 2026-11-21). PostgreSQL 15 answers "must appear in the GROUP BY
    clause or be used in an aggregate function", SQLSTATE 42803, and DuckDB nearly the same (tried 2026-11-21)
    """
    found = ungrouped(node, query) if query.dialect in {"postgres", "duckdb"} and isinstance(node, exp.Select) else None
    if found is not None:
        database = "PostgreSQL" if query.dialect == "postgres" else "DuckDB"
        yield query.fault(f"{found.described(query)}: {database} refuses the query", found.node, help=found.way_out)
