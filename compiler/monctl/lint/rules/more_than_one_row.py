"""SQL012."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.cte import part_of_with
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule
from monctl.lint.tables import ONE_ROW
from monctl.lint.tree import conjuncts, grouped_by, is_one_row, number

_DEEPEST = 40
"""Queries inside of one another that are followed."""
_MORE = ("where", "joins", "group", "order", "limit", "distinct")
"""Parts of a select that somebody wrote who knows that there are several rows."""
_OF_ROWS = (exp.Column, exp.Star, exp.Query, exp.Window, exp.Rollup, exp.Cube, exp.GroupingSets)
_STEADY = (
    exp.Cast,
    exp.CurrentTimestamp,
    exp.CurrentDatetime,
    exp.CurrentDate,
    exp.CurrentTime,
    exp.Extract,
    exp.TimestampTrunc,
    exp.DateTrunc,
)
"""Functions that give the same for the same."""
_WILDCARD = re.compile(r"[%_\\]")


@query_rule("SQL012", "more-than-one-row", level=Level.WARNING, nodes=(ROOT,))
def more_than_one_row(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """An alert depends on a query that gives one row, and this one may give several.

    In the mode `value` one row is read. GROUP BY gives a row for each group, and a select without an aggregate one for each row it finds.
    Nothing is said where LIMIT 1 keeps one, where all that is grouped by is the same in every row (`GROUP BY 1` of `SELECT 1 AS time, …`) or compared
    with one value, where some column of the table is, and of a plain select from something the datasource does not declare: it may be a view of one row.

    **Why.** With the second row the check fails: it cannot know which of them counts. Until there is a second one, all tests pass.

    **Example**

        SELECT COUNT(*) AS waiting FROM jobs GROUP BY queue

    **Instead**

        SELECT COUNT(*) AS waiting FROM jobs GROUP BY queue ORDER BY waiting DESC LIMIT 1

    or `mode: rows` with a HAVING that leaves the groups that are a problem.

    **Source.** What the runner makes of an answer: "the query gave more than one row" (spec language, 2026-11-21)
    """
    if (
        query.source.mode != "value"
        or not query.is_watched()
        or not isinstance(node, exp.Query)
        or _at_most_one(node)
        or _is_view(node, query)
    ):
        return
    group = node.args.get("group")
    if group is not None:
        what, where = "GROUP BY gives a row for each group, and one is read", group
    elif isinstance(node, exp.SetOperation):
        what, where = "each part of a UNION gives a row, and one is read", None
    else:
        what, where = "the query gives every row it finds, and one is read", None
    yield query.fault(what, where, help="add ORDER BY … LIMIT 1, count, or write `mode: rows` where each row is a problem")


def _at_most_one(node: exp.Expr, within: tuple[exp.Expr, ...] = ()) -> bool:
    """Whether a query gives one row at most, or whether that cannot be known. `within` are the subqueries and parts of WITH that led here."""
    if len(within) > _DEEPEST:
        return True
    limit = node.args.get("limit")
    if limit is not None:
        count = number(limit.args.get("expression") or limit.args.get("count"))
        return count is None or count <= 1
    if isinstance(node, exp.Subquery):
        return _at_most_one(node.this, (*within, node))
    if isinstance(node, exp.SetOperation):
        # parts with conditions may exclude each other
        return all(isinstance(part, exp.Select) and part.args.get("where") is not None for part in _parts(node))
    if not isinstance(node, exp.Select):
        return True
    group = node.args.get("group")
    if group is None and is_one_row(node):
        return True
    where = node.args.get("where")
    fixed = [column for part in conjuncts(where.this if where is not None else None) for column in _fixed(part)]
    if group is not None:
        return all(one in fixed or _is_constant(one) for one in grouped_by(node)) and not any(
            group.args.get(part) for part in ("cube", "rollup", "grouping_sets")
        )
    return bool(fixed) or _source_is_one(node, within)


def _is_constant(node: exp.Expr) -> bool:
    """Whether it is the same in every row: a number, a text, the time now, and what is computed from nothing else."""
    return not any(isinstance(one, _OF_ROWS) or (isinstance(one, exp.Func) and not isinstance(one, _STEADY)) for one in node.walk())


def _fixed(part: exp.Expr) -> Iterator[exp.Column]:
    """The columns a condition compares with one value: `=`, IN with one value, LIKE with a text that has no wildcard."""
    if isinstance(part, exp.EQ):
        for side, other in ((part.left, part.right), (part.right, part.left)):
            if isinstance(side, exp.Column) and not isinstance(other, exp.Column):
                yield side
    elif isinstance(part.this, exp.Column) and not part.args.get("negate"):
        is_one = isinstance(part, exp.In) and len(part.expressions) == 1 and not isinstance(part.expressions[0], exp.Query)
        pattern = part.expression if isinstance(part, exp.Like) else None
        if is_one or (isinstance(pattern, exp.Literal) and not _WILDCARD.search(pattern.name)):
            yield part.this


def _parts(node: exp.Expr) -> Iterator[exp.Expr]:
    left = [node]
    while left:
        one = left.pop()
        if isinstance(one, exp.SetOperation):
            left += (one.expression, one.this)  # `left` and `right` raise TypeError where a side is no query
        else:
            yield one


def _is_view(node: exp.Expr, query: Query) -> bool:
    """A select of columns and nothing else, from one thing that is not known; also by way of WITH."""
    seen: list[exp.Expr] = []
    while isinstance(node, exp.Select) and not any(node.args.get(part) for part in _MORE) and not any(one is node for one in seen):
        source = node.args["from_"].this
        part = part_of_with(source)
        if part is None:
            schema = query.datasource.schema if query.datasource is not None else {}
            return isinstance(source, exp.Table) and source.name.lower() not in {name.lower().rpartition(".")[2] for name in schema}
        seen.append(node)
        node = part.this
    return False


def _source_is_one(select: exp.Select, within: tuple[exp.Expr, ...]) -> bool:
    """Whether what the select reads has one row, or is nothing whose rows are known: a function, VALUES."""
    sources = [select.args["from_"].this, *(join.this for join in select.args.get("joins") or ())]
    return all(_is_one(source, within) for source in sources)


def _is_one(source: exp.Expr, within: tuple[exp.Expr, ...]) -> bool:
    if isinstance(source, exp.Subquery):
        return _at_most_one(source.this, (*within, source))
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        return True
    made = part_of_with(source)
    if made is None:
        return source.name.lower() in ONE_ROW
    return not any(one is made for one in within) and _at_most_one(made.this, (*within, made))
