"""SQL017."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.cte import part_of_with
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tables import is_large
from monctl.lint.tree import conjuncts

_OFTEN_S = 300
_LIMITS = ("where", "limit", "joins", "sample", "having")
"""Parts of a select that may keep it from reading all."""
_OWN_RESULT = ("group", "windows", "qualify", "offset", "laterals")
"""Parts of a select for which it is done by itself, before the query around it has its say."""
_NARROWING = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Like)
"""Conditions that take some rows; IS NOT NULL and <> leave some out."""
_DEEPEST = 40
_ROWS = re.compile(
    r"unnest|jsonb?_(?:array_elements|each|object_keys|populate_recordset|to_recordset)\w*|regexp_(?:split_to_table|matches)", re.IGNORECASE
)
"""Functions of PostgreSQL that give several rows."""


@query_rule("SQL017", "whole-large-table", level=Level.WARNING, nodes=("Select",))
def whole_large_table(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query reads the whole of a table marked large, more often than every five minutes.

    Nothing limits the rows: no WHERE, no join, no LIMIT. Said of tables that the datasource lists under `large`, unless MAX and MIN of columns are
    all that is asked: an index answers that from its end. A select in FROM, or a part of WITH, that only picks columns is merged into the query around
    it, and what limits that one limits both; in PostgreSQL a part of WITH is, if it is used once and not MATERIALIZED. At five minutes, which is the
    interval when none is written, nothing is said: a query that keeps within its timeout of ten seconds then keeps the database busy for a thirtieth
    of the time at most, at one minute it would be a sixth.

    **Why.** Every run takes as long as the table is, which grows. One day the query takes longer than its timeout, and the monitor is blind.

    **Example**

        every: 1m
        query: SELECT COUNT(*) AS events FROM events

    **Instead**

        every: 1m
        query: SELECT COUNT(*) AS events FROM events WHERE created_at > NOW() - INTERVAL '1 hour'

    or the whole of it once an hour.

    **Source.** Counting reads every row: https://wiki.postgresql.org/wiki/Slow_Counting (read 2026-11-21). MAX(n) - MIN(n) is read from both
    ends of an index on n, and with COUNT(*) beside them the table is: EXPLAIN of PostgreSQL 15 (tried 2026-11-21). A query of WITH "can be folded
    into the parent query … By default, this happens if the parent query references the WITH query just once":
    https://www.postgresql.org/docs/12/queries-with.html (quoted in https://www.postgresql.org/message-id/26493.1559604815%40sss.pgh.pa.us, read 2026-11-21)
    """
    if (
        query.datasource is None
        or query.every_s is None
        or query.every_s >= _OFTEN_S
        or any(node.args.get(part) is not None for part in _LIMITS)
    ):
        return
    source = node.args["from_"].this if node.args.get("from_") is not None else None
    if (
        isinstance(source, exp.Table)
        and is_large(source, query.datasource)
        and not source.args.get("sample")
        and not _asks_for_ends(node)
        and not _is_limited_around(node, query)
    ):
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


def _is_limited_around(select: exp.Expr, query: Query, depth: int = 0) -> bool:
    """Whether a select only picks columns, and everything that reads it is limited: it is no step of its own then."""
    if depth > _DEEPEST or any(select.args.get(part) for part in _OWN_RESULT) or any(map(_makes_rows, select.expressions)):
        return False
    distinct = select.args.get("distinct")
    if distinct is not None and distinct.args.get("on") is not None:
        return False
    inside, merged = select, distinct is None and not select.args.get("order")
    while isinstance(inside.parent, exp.Union):
        inside = inside.parent
        merged = merged and not inside.args.get("distinct")
    around = inside.parent
    if isinstance(around, exp.Subquery):
        read: list[exp.Expr] = [around]
    elif isinstance(around, exp.CTE):
        read = [one for one in query.tree.find_all(exp.Table) if part_of_with(one) is around]
        folded = around.args.get("materialized")
        if read and (folded or (folded is None and query.dialect == "postgres" and len(read) > 1)):
            return False
        if any(one.find_ancestor(exp.CTE) is around for one in read):
            return False  # it reads itself
    else:
        return False
    return all(_limits(one, query, depth, merged=merged) for one in read)


def _limits(source: exp.Expr, query: Query, depth: int, *, merged: bool) -> bool:
    """Whether the select that has a source in FROM limits it: by WHERE, or as the other side of a join. LEFT JOIN keeps what stands before it.

    What is not `merged`, by DISTINCT, ORDER BY or a UNION without ALL, takes in the conditions on its own columns, and no joins.
    """
    reader, place = source.parent_select, source.parent
    if not isinstance(reader, exp.Select) or not isinstance(place, exp.From | exp.Join):
        return False
    if not merged:
        where, own = reader.args.get("where"), {source.alias_or_name.lower(), ""}
        parts = [part for part in conjuncts(where.this if where is not None else None) if isinstance(part, _NARROWING)]
        of = [{column.table.lower() for column in part.find_all(exp.Column)} for part in parts]
        return any(tables and tables <= own for tables in of)
    if any(reader.args.get(part) for part in ("where", "limit", "sample")):
        return True
    joins = reader.args.get("joins") or ()
    if any(not join.args.get("side") for join in joins) or (isinstance(place, exp.Join) and place.args.get("side") == "LEFT"):
        return True
    return _is_limited_around(reader, query, depth + 1)


def _makes_rows(column: exp.Expr) -> bool:
    """Whether a column is more than picked: an aggregate, a figure by chance, a function that gives rows."""
    return any(
        isinstance(node, exp.AggFunc | exp.Window | exp.Rand | exp.UDTF | exp.Explode | exp.ExplodingGenerateSeries)
        or (isinstance(node, exp.Anonymous) and _ROWS.fullmatch(node.name) is not None)
        for node in column.walk()
    )
