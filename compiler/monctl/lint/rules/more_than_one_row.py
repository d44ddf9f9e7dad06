"""SQL012."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule
from monctl.lint.tree import conjuncts, is_one_row, number

# each has one row: https://www.postgresql.org/docs/current/monitoring-stats.html (read 2026-11-21)
_ONE_ROW = frozenset(
    {
        "pg_stat_archiver", "pg_stat_bgwriter", "pg_stat_checkpointer", "pg_stat_wal", "pg_stat_recovery_prefetch", "pg_stat_statements_info",
    }
)  # fmt: skip


@query_rule("SQL012", "more-than-one-row", level=Level.WARNING, nodes=(ROOT,))
def more_than_one_row(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """An alert depends on a query that gives one row, and this one may give several.

    In the mode `value` one row is read. GROUP BY gives a row for each group, and a select without an aggregate one for each row it finds.
    Nothing is said where LIMIT 1 keeps one, where every group, or some column of the table, is compared with one value, and of a plain select from
    something the datasource does not declare: it may be a view of one row.

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
        or _at_most_one(node, node)
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


def _at_most_one(node: exp.Expr, tree: exp.Expr) -> bool:
    """Whether a query gives one row at most, or whether that cannot be known."""
    limit = node.args.get("limit")
    if limit is not None:
        count = number(limit.args.get("expression") or limit.args.get("count"))
        return count is None or count <= 1
    if isinstance(node, exp.Subquery):
        return _at_most_one(node.this, tree)
    if isinstance(node, exp.SetOperation):
        # parts with conditions may exclude each other
        return all(isinstance(part, exp.Select) and part.args.get("where") is not None for part in _parts(node))
    if not isinstance(node, exp.Select):
        return True
    where = node.args.get("where")
    fixed = [
        side
        for part in conjuncts(where.this if where is not None else None)
        if isinstance(part, exp.EQ)
        for side, other in ((part.left, part.right), (part.right, part.left))
        if isinstance(side, exp.Column) and not isinstance(other, exp.Column)
    ]
    group = node.args.get("group")
    if group is not None:
        return all(one in fixed for one in group.expressions) and not any(
            group.args.get(part) for part in ("cube", "rollup", "grouping_sets")
        )
    return is_one_row(node) or bool(fixed) or _source_is_one(node, tree)


def _parts(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.SetOperation):
        yield from _parts(node.left)
        yield from _parts(node.right)
    else:
        yield node


def _is_view(node: exp.Expr, query: Query) -> bool:
    """A select of columns and nothing else, from one thing that is not known."""
    if not isinstance(node, exp.Select) or any(node.args.get(part) for part in ("where", "joins", "group", "order", "limit", "distinct")):
        return False
    source = node.args["from_"].this
    schema = query.datasource.schema if query.datasource is not None else {}
    return isinstance(source, exp.Table) and source.name.lower() not in {name.lower().rpartition(".")[2] for name in schema}


def _source_is_one(select: exp.Select, tree: exp.Expr) -> bool:
    """Whether what the select reads has one row, or is nothing whose rows are known: a function, VALUES."""
    sources = [select.args["from_"].this, *(join.this for join in select.args.get("joins") or ())]
    return all(_is_one(source, tree) for source in sources)


def _is_one(source: exp.Expr, tree: exp.Expr) -> bool:
    if isinstance(source, exp.Subquery):
        return _at_most_one(source.this, tree)
    if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
        return True
    made = next((part for part in tree.find_all(exp.CTE) if part.alias.lower() == source.name.lower()), None)
    return source.name.lower() in _ONE_ROW if made is None else _at_most_one(made.this, tree)
