"""SQL013."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.cte import part_of_with
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tables import tables
from monctl.lint.tree import conjuncts, is_comma


@query_rule("SQL013", "tables-not-joined", level=Level.WARNING, nodes=("Select",))
def tables_not_joined(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query names two tables and joins them by nothing.

    `FROM a, b` pairs every row of one with every row of the other, unless WHERE says how they belong together. A CROSS JOIN that is written
    out is meant, and what WITH makes and the database's own views (`pg_…`) often have one row, as has a table of which one column is compared with
    one value. Conditions are only understood where every column in them says whose it is. A table that is joined to itself by `a.id <> b.id` and nothing
    else is told, too: every row meets every other.

    **Why.** Counts are multiplied, and a monitor on tables of 10,000 rows asks its database for 100 million, every few minutes.

    **Example**

        SELECT COUNT(*) FROM posts, tracks

    **Instead**

        SELECT COUNT(*) FROM posts JOIN tracks ON tracks.id = posts.track_id

    **Source.** "If more than one table reference is listed in the FROM clause, the tables are cross-joined":
    https://www.postgresql.org/docs/9.2/queries-table-expressions.html (read 2026-11-21)
    """
    joins = node.args.get("joins")
    if not joins or not ("<>" in query.text or "!=" in query.text or any(map(is_comma, joins))):
        return
    where, first = node.args.get("where"), node.args["from_"].this if node.args.get("from_") is not None else None
    limits = list(conjuncts(where.this if where is not None else None))
    on = [join.args["on"] for join in joins if join.args.get("on")]
    parts = [*limits, *(part for one in on for part in conjuncts(one))]
    if not _has_rows(first):
        return
    for join in joins:
        if not _has_rows(join.this):
            continue
        if is_comma(join) and not any(_may_bind(one, join.this.alias_or_name) for one in (*limits, *on)):
            yield query.fault(
                f"'{join.this.name}' is joined by nothing: every row is paired with every row",
                join.this,
                help="say how they belong together: JOIN … ON …",
            )
        elif (apart := _only_apart(join, node, parts)) is not None:
            yield query.fault(
                f"'{join.this.name}' is joined to itself by <> alone: every row is paired with every other",
                apart,
                help="say what the two rows have in common",
            )


def _only_apart(join: exp.Expr, select: exp.Expr, conditions: list[exp.Expr]) -> exp.Expr | None:
    """The `a.id <> b.id` by which alone a table is joined to itself; None where it is joined by more, or otherwise."""
    apart = [one for one in conditions if isinstance(one, exp.NEQ)]
    if not apart or any(join.args.get(word) for word in ("side", "method", "using")) or join.args.get("kind") not in {None, "", "INNER"}:
        return None
    source, name = join.this, join.this.alias_or_name.lower()
    twins = {one.alias_or_name.lower() for one in tables(select) if one is not source and _named(one) == _named(source)}
    for one in apart:
        sides = {side.table.lower() for side in (one.left, one.right) if isinstance(side, exp.Column)}
        if len(sides) == 2 and sides <= {name, *twins} and name in sides:
            return None if any(_may_bind(other, name) for other in conditions if not isinstance(other, exp.NEQ)) else one
    return None


def _named(table: exp.Table) -> tuple[str, str]:
    return table.db.lower(), table.name.lower()


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
