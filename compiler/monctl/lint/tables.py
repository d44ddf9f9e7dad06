"""What a datasource declares of the tables of a query: which are large, the types of columns, which are never NULL. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlglot import expressions as exp

from monctl.lint.cte import part_of_with
from monctl.lint.declared import Column, declared, sources
from monctl.lint.kinds import kind_of
from monctl.lint.tree import conjuncts

if TYPE_CHECKING:
    from monctl.lint.queries import Query
    from monctl.program import Datasource


_TIMES = re.compile(
    r"(?:.*_)?(?:at|on|ts|time|date|day|timestamp|created|updated|modified)(?:_.*)?|.*(?:time|date)|time(?!out|zone|r|line|sheet|slot)[a-z]{3,}",
    re.IGNORECASE,
)
"""Names that columns with a time have."""
_KEYS = frozenset({"id", "rowid"})
"""Columns that are keys by their very name."""
_COMPARISONS = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.EQ, exp.NEQ, exp.In, exp.Like, exp.Between)


# each has one row: https://www.postgresql.org/docs/current/monitoring-stats.html (read 2026-11-21),
# https://dev.mysql.com/doc/refman/8.4/en/select.html (quoted on http://hackers365.com/?p=87, read 2026-11-21)
ONE_ROW = frozenset(
    {
        "pg_stat_archiver", "pg_stat_bgwriter", "pg_stat_checkpointer", "pg_stat_wal", "pg_stat_recovery_prefetch", "pg_stat_statements_info",
        "dual",  # "purely for the convenience of people who require that all SELECT statements should have FROM" (MySQL)
    }
)  # fmt: skip
"""Views of PostgreSQL that always have one row, and DUAL."""


def tables(select: exp.Expr) -> Iterator[exp.Table]:
    """The tables of FROM and of the joins of one select; no functions, no subqueries."""
    from_ = select.args.get("from_")
    for one in (*((from_,) if from_ is not None else ()), *(select.args.get("joins") or ())):
        if isinstance(one.this, exp.Table) and isinstance(one.this.this, exp.Identifier):
            yield one.this


def is_large(table: exp.Table, datasource: Datasource) -> bool:
    """Whether the datasource marks a table as large; names with and without a schema. A name that WITH gives is another thing."""
    full = f"{table.db}.{table.name}" if table.db else table.name
    return any(name.lower() in {full.lower(), table.name.lower()} for name in datasource.large_tables) and part_of_with(table) is None


def type_of(column: exp.Column, query: Query) -> str | None:
    """The declared type of a column in lower case, without `not null`; None where its table is not certain or not declared."""
    found = _declared(column, query)
    return found.type if found is not None else None


def is_time(column: exp.Column, query: Query) -> bool:
    """Whether a column holds a time, by its declared type, else by its name."""
    kind = type_of(column, query)
    return kind_of(kind) == "time" if kind is not None else _TIMES.fullmatch(column.name) is not None


def is_never_null(column: exp.Column, query: Query) -> bool:
    """Whether a column has a value in every row that its select reads: a key, or declared so, and no outer join without it; or WHERE drops the others.

    What ends in `oid` or `relid` is a key of PostgreSQL's catalogue.
    """
    select = column.find_ancestor(exp.Select)
    if select is None:
        return False
    if is_kept(column, select):
        return True
    found = _declared(column, query)
    return (is_key(column, _table_of(column, select)) or (found is not None and found.not_null)) and not _may_be_missing(column, select)


def is_kept(column: exp.Column, select: exp.Select) -> bool:
    """Whether WHERE, or ON of an inner join, keeps NULL away: by IS NOT NULL, or by any comparison with the column, which no NULL passes."""
    where = select.args.get("where")
    conditions = [where.this] if where is not None else []
    conditions += [one.args["on"] for one in select.args.get("joins") or () if one.args.get("on") is not None and not one.args.get("side")]
    for part in (part for condition in conditions for part in conjuncts(condition)):
        inside = part.this if isinstance(part, exp.Not) else part
        if isinstance(inside, exp.Is):
            if inside.this == column and isinstance(inside.expression, exp.Null) and (inside is not part or part.args.get("negate")):
                return True
        elif isinstance(inside, _COMPARISONS) and column in (inside.this, inside.args.get("expression")):
            return True
    return False


def _declared(column: exp.Column, query: Query) -> Column | None:
    if query.datasource is None or not query.datasource.schema:
        return None
    select = column.find_ancestor(exp.Select)
    table = _table_of(column, select) if select is not None else None
    if (
        table is None
        or part_of_with(table) is not None
        or (table.args.get("alias") is not None and table.args["alias"].args.get("columns"))
    ):
        return None
    columns = declared(query.datasource).columns(table)
    return columns.get(column.name.lower()) if columns else None


def _table_of(column: exp.Column, select: exp.Select) -> exp.Table | None:
    """The table a column says it is of, or the only one."""
    joined = bool(select.args.get("joins"))
    named = [one for one in tables(select) if (one.alias_or_name.lower() == column.table.lower() if column.table else not joined)]
    return named[0] if len(named) == 1 else None


def is_key(column: exp.Column, table: exp.Table | None) -> bool:
    """Whether a column is the key of its table, by its name: `id`, `rowid`, `order_id` in `orders`, what ends in `oid` or `relid`."""
    name = column.name.lower()
    if name in _KEYS or name.endswith(("oid", "relid")):
        return True
    stem = name.removesuffix("_id")
    return stem != name and table is not None and table.name.lower() in {stem, f"{stem}s", f"{stem}es", f"{stem.removesuffix('y')}ies"}


def _may_be_missing(column: exp.Column, select: exp.Select) -> bool:
    """Whether an outer join gives rows in which the table of a column is missing."""
    joins = select.args.get("joins") or ()
    sides = [str(one.args.get("side") or "").upper() for one in joins]
    if not any(sides):
        return False
    all_ = sources(select)
    at = next((at for at, (name, _) in enumerate(all_ or ()) if name.lower() == column.table.lower()), None) if column.table else None
    if at is None:
        return True
    from_ = 0 if select.args.get("from_") is None else 1
    own = sides[at - from_] if at - from_ >= 0 else ""
    return own in {"LEFT", "FULL"} or any(side in {"RIGHT", "FULL"} for side in sides[at - from_ + 1 :])
