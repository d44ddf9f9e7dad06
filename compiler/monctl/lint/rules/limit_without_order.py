"""SQL009."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.cte import part_of_with
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tree import bare, conjuncts, is_one_row


@query_rule("SQL009", "limit-without-order", level=Level.WARNING, nodes=("Limit", "Fetch"))
def limit_without_order(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query takes some of its rows, and nothing says which.

    LIMIT (or FETCH FIRST) without ORDER BY gives any rows the database finds first. Where it does not matter nothing is said: inside
    EXISTS, on a result that has one row or the same in each (`SELECT 1 FROM …`), in the modes `rows` and `exists`, which only cap how many are told, where a subquery looks one row
    up by a value it is equal to, or takes the first of what a function gives, and in a part of WITH that reads itself, which LIMIT ends.

    **Why.** The figure changes with the plan of the query: after a vacuum, an index, an upgrade. An alert on it means nothing.

    **Example**

        SELECT duration FROM runs LIMIT 1

    **Instead**

        SELECT duration FROM runs ORDER BY started_at DESC LIMIT 1

    **Source.** PostgreSQL 17, LIMIT and OFFSET: https://access.crunchydata.com/documentation/postgresql17/latest/queries-limit.html (read 2026-11-21).
    SQLite 3.40 takes LIMIT in a part of WITH that reads itself as its end, PostgreSQL 16 and DuckDB refuse it (tried 2026-11-21)
    """
    select = node.parent
    if not isinstance(select, exp.Query) or select.args.get("order") is not None:
        return
    if isinstance(select, exp.Select) and (is_one_row(select) or _is_constant(select)):
        return
    if select is query.tree and query.source.mode != "value":
        return
    if isinstance(select.parent, exp.Exists) or (isinstance(select.parent, exp.Subquery) and isinstance(select.parent.parent, exp.Exists)):
        return
    if (isinstance(select, exp.Select) and _is_lookup(select)) or _reads_itself(select):
        return
    yield query.fault("LIMIT without ORDER BY takes rows by chance", node, help="add ORDER BY, so that it is known which rows come first")


def _is_constant(select: exp.Select) -> bool:
    """Whether all rows are the same: `SELECT 1 FROM …`."""
    return all(isinstance(bare(one.unalias()), exp.Literal | exp.Boolean | exp.Null) for one in select.expressions)


def _reads_itself(select: exp.Query) -> bool:
    """Whether it is a part of WITH that names itself: LIMIT there says how often."""
    part = select.parent
    return isinstance(part, exp.CTE) and any(part_of_with(one) is part for one in select.find_all(exp.Table))


def _is_lookup(select: exp.Select) -> bool:
    """A subquery that is one value: by equality, as keys are looked up, or of a function, whose rows have an order of their own."""
    if not isinstance(select.parent, exp.Subquery) or isinstance(select.parent.parent, exp.From | exp.Join | exp.CTE):
        return False
    source = select.args["from_"].this if select.args.get("from_") is not None else None
    if isinstance(source, exp.Table) and not isinstance(source.this, exp.Identifier):
        return True
    where = select.args.get("where")
    return any(
        isinstance(part, exp.EQ) and (isinstance(part.left, exp.Column) or isinstance(part.right, exp.Column))
        for part in conjuncts(where.this if where is not None else None)
    )
