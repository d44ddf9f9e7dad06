"""SQL033."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.cte import is_table
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tables import is_key
from monctl.lint.tree import aggregates, grouped_by, place


@query_rule("SQL033", "added-for-each-row", level=Level.WARNING, nodes=("Select",))
def added_for_each_row(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query adds up, or counts, what is in one table once for each row that a join finds for it in another.

    `JOIN items AS i ON i.order_id = o.id` gives an order once for each of its items, and `SUM(o.total)` adds the total each time. Said of SUM, AVG and
    COUNT without DISTINCT over columns of a table whose key (`id`, or `order_id` in `orders`) is compared with a column of the other that is none, in a
    query that adds up or counts rows of the other, too: it expects several. Not where a condition on the other may leave one row of it, nor where
    it is grouped by.

    **Why.** The figure is right while every order has one item. It grows with what it is not about, and nobody sees it in the query.

    **Example**

        SELECT SUM(o.total) AS revenue, SUM(i.quantity) AS pieces FROM orders AS o JOIN items AS i ON i.order_id = o.id

    **Instead**

        SELECT SUM(o.total) AS revenue, SUM(i.pieces) AS pieces
        FROM orders AS o JOIN (SELECT order_id, SUM(quantity) AS pieces FROM items GROUP BY order_id) AS i ON i.order_id = o.id

    or COUNT(DISTINCT o.id) where orders are counted.

    **Source.** "Fan-out happens when a join duplicates rows on the one side of a one-to-many relationship": https://docs.holistics.io/docs/joins/fan-out-resolution
    (read 2026-11-21)
    """
    joins = node.args.get("joins")
    if not joins or not isinstance(node, exp.Select):
        return
    many = dict(_many(node, joins))
    if not many:
        return
    found = [one for column in node.expressions for one in aggregates(column) if isinstance(one, exp.Sum | exp.Avg | exp.Count)]
    counted = {inner.table.lower() for one in found for inner in one.find_all(exp.Column)}
    for one in found:
        if isinstance(one.this, exp.Distinct):
            continue
        owners = {inner.table.lower() for inner in one.find_all(exp.Column)}
        other = many.get(next(iter(owners))) if len(owners) == 1 else None
        if other is None or other.lower() not in counted:
            continue
        within = place(one, query.text)
        shown = query.text[slice(*within)] if within else one.sql_name()
        yield query.fault(
            f"{shown} takes a row of '{next(iter(owners))}' again for each row of '{other}'",
            one,
            help=f"write COUNT(DISTINCT {one.this.sql()})"
            if isinstance(one, exp.Count)
            else f"add up in a subselect, and join '{other}' to that",
        )
        return


def _many(select: exp.Select, joins: list[exp.Join]) -> Iterator[tuple[str, str]]:
    """Name of a table, and of one joined to it that may have several rows for each of its own."""
    for join in joins:
        other, on = join.this, join.args.get("on")
        while isinstance(on, exp.Paren):
            on = on.this
        if not isinstance(on, exp.EQ) or not isinstance(on.this, exp.Column) or not isinstance(on.expression, exp.Column):
            continue
        name = other.alias_or_name.lower()
        theirs, ours = (on.this, on.expression) if on.this.table.lower() == name else (on.expression, on.this)
        if theirs.table.lower() != name or not is_table(other) or is_key(theirs, other):
            continue
        table = next((one for one in _sources(select, joins) if one.alias_or_name.lower() == ours.table.lower()), None)
        if isinstance(table, exp.Table) and is_key(ours, table) and is_table(table) and not _is_limited(name, select):
            yield ours.table.lower(), other.alias_or_name


def _is_limited(name: str, select: exp.Select) -> bool:
    """Whether WHERE says something of a table, or the rows are grouped by it: then there may be one row of it."""
    where = select.args.get("where")
    limits = [where.this] if where is not None else []
    return any(column.table.lower() in {name, ""} for one in (*limits, *grouped_by(select)) for column in one.find_all(exp.Column))


def _sources(select: exp.Select, joins: list[exp.Join]) -> Iterator[exp.Expr]:
    from_ = select.args.get("from_")
    if from_ is not None:
        yield from_.this
    yield from (join.this for join in joins)
