"""SQL013."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.cte import part_of_with
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tree import conjuncts

_WORDS = ("kind", "side", "method", "on", "using")
"""What a join has that is more than a comma."""


@query_rule("SQL013", "tables-not-joined", level=Level.WARNING, nodes=("Select",))
def tables_not_joined(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query names two tables and joins them by nothing.

    `FROM a, b` pairs every row of one with every row of the other, unless WHERE says how they belong together. A CROSS JOIN that is written
    out is meant, and what WITH makes and the database's own views (`pg_…`) often have one row, as has a table of which one column is compared with
    one value. Conditions are only understood where every column in them says whose it is.

    **Why.** Counts are multiplied, and a monitor on tables of 10,000 rows asks its database for 100 million, every few minutes.

    **Example**

        SELECT COUNT(*) FROM posts, tracks

    **Instead**

        SELECT COUNT(*) FROM posts JOIN tracks ON tracks.id = posts.track_id

    **Source.** "If more than one table reference is listed in the FROM clause, the tables are cross-joined":
    https://www.postgresql.org/docs/9.2/queries-table-expressions.html (read 2026-11-21)
    """
    joins = node.args.get("joins") or ()
    unbound = [join for join in joins if not any(join.args.get(word) for word in _WORDS)]
    first = node.args["from_"].this if unbound and node.args.get("from_") is not None else None
    if not unbound or not _has_rows(first):
        return
    where = node.args.get("where")
    conditions = [*conjuncts(where.this if where is not None else None), *(join.args["on"] for join in joins if join.args.get("on"))]
    for join in unbound:
        if _has_rows(join.this) and not any(_may_bind(one, join.this.alias_or_name) for one in conditions):
            yield query.fault(
                f"'{join.this.name}' is joined by nothing: every row is paired with every row",
                join.this,
                help="say how they belong together: JOIN … ON …",
            )


def _may_bind(condition: exp.Expr, table: str) -> bool:
    """Whether a condition may bind a table to another: it names both, a column of nobody knows whom, a subquery, or leaves one row of either."""
    columns = list(condition.find_all(exp.Column))
    if any(not one.table for one in columns) or condition.find(exp.Select) is not None:
        return True
    owners = {one.table.lower() for one in columns}
    return isinstance(condition, exp.EQ | exp.In) if len(owners) < 2 else table.lower() in owners


def _has_rows(source: exp.Expr | None) -> bool:
    """Whether it is a table that may have many rows: no function, no part of WITH, none of the database's own."""
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier) or source.name.lower().startswith("pg_"):
        return False
    return part_of_with(source) is None
