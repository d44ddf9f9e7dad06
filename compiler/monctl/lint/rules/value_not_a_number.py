"""SQL026."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.kinds import kind_of
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule
from monctl.lint.tables import type_of
from monctl.lint.tree import bare, columns, number, outer_select

_WORDS = {"text": "text", "time": "a time", "uuid": "a uuid", "document": "no number"}
_TIMES = (exp.CurrentTimestamp, exp.CurrentDate, exp.CurrentTime, exp.CurrentDatetime)
_LISTS = (exp.GroupConcat, exp.ArrayAgg, exp.JSONObjectAgg, exp.JSONArrayAgg, exp.Concat, exp.Upper, exp.Lower)
_CASTS = ("timestamp", "timestamptz", "date", "datetime", "uuid", "json", "jsonb")


@query_rule("SQL026", "value-not-a-number", level=Level.ERROR, nodes=(ROOT,))
def value_not_a_number(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A value of a query is a text, a time or a list, and only numbers can be measured.

    Looked at are the columns under `values:`, or the first one when an alert depends on it. Booleans are 1 and 0, intervals are counted in the
    unit of the value. What a column of a table holds is known where the datasource declares it under `tables:` (`monctl import schema` writes it down);
    without, only what the query itself makes a text, a time or a list of is seen.

    **Why.** The runner cannot compare it: the check fails each time, and what it should watch is watched by nobody.

    **Example**

        datasources:
          shop: {type: postgresql, dsn: "${env:SHOP_DSN}", tables: {posts: {id: uuid, created_at: timestamptz}}}
        metrics:
          posts: {sql: {datasource: shop, query: SELECT MAX(created_at) AS newest FROM posts, values: {newest: s}}}

    **Instead**

        metrics:
          posts: {sql: {datasource: shop, query: SELECT EXTRACT(EPOCH FROM NOW() - MAX(created_at)) AS age FROM posts, values: {age: s}}}

    **Source.** What the runner makes of a column: "holds a time, not a number; cast it" (spec language, 2026-11-21)
    """
    select = outer_select(node)
    named = {value.lower() for value in query.source.values}
    if select is None or query.source.mode == "exists" or (not named and (query.source.mode != "value" or not query.is_watched())):
        return
    kinds = [_what(one.unalias(), query) for one in select.expressions]
    if not any(kinds):
        return  # nearly always
    for at, ((name, column), what) in enumerate(zip(columns(select, query), kinds, strict=True)):
        if what is not None and ((name or "").lower() in named or (not named and at == 0)):
            yield query.fault(
                f"'{name or 'the value'}' is {what}, and a value is a number",
                column,
                help="select the seconds since then: EXTRACT(EPOCH FROM NOW() - …)"
                if what == "a time"
                else "select a number, such as a count",
            )


def _what(node: exp.Expr, query: Query) -> str | None:
    """What a column holds instead of a number; None for numbers and for whatever is not certain."""
    if isinstance(node, exp.Count | exp.Filter):
        return None
    if isinstance(node, exp.Cast):
        return ("a time" if "time" in node.to.sql().lower() or node.is_type("date") else "no number") if node.is_type(*_CASTS) else None
    inner = bare(node)
    while isinstance(inner, exp.Max | exp.Min):
        node = inner.this
        inner = bare(node)
    if isinstance(inner, _TIMES):
        return "a time"
    if isinstance(inner, _LISTS):
        return "text"
    if isinstance(inner, exp.Literal):
        return "text" if inner.is_string and number(inner) is None else None
    if isinstance(inner, exp.Case):
        results = [*(one.args["true"] for one in inner.args.get("ifs") or ()), *filter(None, (inner.args.get("default"),))]
        return "text" if results and all(isinstance(one, exp.Literal) and _what(one, query) for one in results) else None
    if isinstance(inner, exp.Column) and query.dialect != "sqlite" and isinstance(node, exp.Column):
        return _WORDS.get(kind_of(type_of(inner, query)))
    return None
