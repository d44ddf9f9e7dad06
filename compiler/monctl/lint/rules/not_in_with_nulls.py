"""SQL008."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Fix, Level
from monctl.lint import sql_fix
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tables import is_never_null, type_of
from monctl.lint.tree import place

_AFTER_WHERE = ("group", "having", "windows", "qualify", "order", "limit", "offset", "locks")


@query_rule("SQL008", "not-in-with-nulls", level=Level.WARNING, nodes=("In",), fixes=True)
def not_in_with_nulls(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query uses NOT IN with a subquery whose column may be NULL, or with a list that holds NULL.

    One NULL among the rows of the subquery, and `x NOT IN (…)` is true for no x at all. Taken as safe is a column that the datasource declares as
    `not null`, a key by its name (`id`, `rowid`, `order_id` of `orders`, and what ends in `oid` or `relid` as in PostgreSQL's catalogue), and one that the
    subquery itself keeps from NULL (IS NOT NULL, COALESCE, COUNT).

    **Why.** The query that looks for orphans finds none from the day the first NULL is stored, and the monitor reports good health.

    **Example**

        SELECT COUNT(*) FROM tracks WHERE id NOT IN (SELECT track_id FROM posts)

    **Instead**

        SELECT COUNT(*) FROM tracks t WHERE NOT EXISTS (SELECT 1 FROM posts p WHERE p.track_id = t.id)

    **Source.** NOT IN in the PostgreSQL manual: http://www.network-theory.co.uk/docs/postgresql9/vol1a/NOTIN.html (read 2026-11-21)
    """
    if not (node.args.get("negate") or isinstance(node.parent, exp.Not)):
        return
    null = next((one for one in node.expressions if isinstance(one, exp.Null)), None)
    if null is not None:
        yield query.fault(
            "NOT IN is true for nothing with NULL in its list", null, help="leave NULL out, and add IS NOT NULL if that is meant"
        )
        return
    if not isinstance(node.args.get("query"), exp.Subquery):
        return
    select = node.args["query"].this
    if not isinstance(select, exp.Select) or len(select.expressions) != 1:
        return
    column = select.expressions[0].unalias()
    if isinstance(column, exp.Column) and not isinstance(column.this, exp.Star) and not is_never_null(column, query):
        name = column.name
        known = type_of(column, query) is not None
        yield query.fault(
            f"NOT IN is true for nothing once '{name}' is NULL in one row",
            column,
            help=f"use NOT EXISTS, or add WHERE {name} IS NOT NULL to the subquery" + (", or declare it as `not null`" if known else ""),
            fix=_fix(node, column, select, query),
        )


def _fix(node: exp.Expr, column: exp.Column, select: exp.Select, query: Query) -> Fix | None:
    """The condition that keeps NULL away, at the end of a subquery that ends with its tables or its WHERE."""
    where = select.args.get("where")
    if any(select.args.get(part) for part in _AFTER_WHERE) or (where is not None and isinstance(where.this, exp.Or)):
        return None
    subquery, words = place(node.args["query"], query.text), sql_fix.written(query, column)
    if subquery is None or words is None or query.text[subquery[1] - 1] != ")" or "--" in query.text[slice(*subquery)]:
        return None
    name = words[2]
    end = subquery[0] + len(query.text[subquery[0] : subquery[1] - 1].rstrip())

    kept = sql_fix.expression(query, f"{name} IS NOT NULL")
    if kept is None:
        return None

    def meant(same: exp.Expr) -> exp.Expr:
        inner = same.args["query"].this
        if where is None:
            inner.set("where", exp.Where(this=kept))
        else:
            inner.args["where"].set("this", exp.And(this=inner.args["where"].this, expression=kept))
        return same

    return sql_fix.fix(
        f"leave the rows out where {name} is NULL",
        query,
        node,
        meant,
        (end, end, f" {'AND' if where is not None else 'WHERE'} {name} IS NOT NULL"),
    )
