"""SQL028."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.declared import sources
from monctl.lint.moments import has_moment
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule
from monctl.lint.tables import is_large, is_time, tables
from monctl.lint.tree import conjuncts

_OFTEN_S = 300
_COMPARISONS = (exp.GT, exp.GTE, exp.LT, exp.LTE, exp.EQ, exp.Between, exp.In)
_KEY = re.compile(r"id|.*(?:_id|uuid|oid)", re.IGNORECASE)
_KEY_IN_ONE = re.compile(r"(?!.*(?:paid|valid|void|grid|hybrid|android|solid|rapid|liquid)\Z)\w+id", re.IGNORECASE)
"""Names of keys in one word, `datasetid`; and of nothing else, as far as is known."""


@query_rule("SQL028", "large-table-without-time", level=Level.WARNING, nodes=(ROOT,))
def large_table_without_time(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query reads a table marked large, and no condition on a time limits how much of it.

    Said of tables that the datasource lists under `large` and of queries that run more often than every five minutes. A column is a time by its
    declared type, else by its name, or by what it is compared with: `NOW()`, a date, an epoch. A lookup needs no time: by equality with an `id`, with a
    column of a query around it or of a smaller table that is limited itself, or by IN with a subquery. Where there is no condition at all, SQL017 speaks. At five
    minutes, which is the interval when none is written, nothing is said: a query that keeps within its timeout of ten seconds then keeps the database
    busy for a thirtieth of the time at most, at one minute it would be a sixth.

    **Why.** The older the table, the longer the query. One day it is over its timeout, and the monitor is blind from then on.

    **Example**

        SELECT COUNT(*) AS failed FROM events WHERE kind = 'failed'

    **Instead**

        SELECT COUNT(*) AS failed FROM events WHERE kind = 'failed' AND created_at > NOW() - INTERVAL '1 hour'

    **Source.** With a WHERE, PostgreSQL can "limit how many records must be counted" by an index: https://wiki.postgresql.org/wiki/Slow_Counting
    (read 2026-11-21). A NOT EXISTS over 1,000,000 rows is an Index Only Scan for each row around it: EXPLAIN of PostgreSQL 15 (tried 2026-11-21)
    """
    datasource = query.datasource
    if datasource is None or not datasource.large_tables or query.every_s is None or query.every_s >= _OFTEN_S:
        return
    told: set[str] = set()
    for select in node.find_all(exp.Select):
        large = next((one for one in tables(select) if is_large(one, datasource)), None)
        if large is not None and large.name not in told and not _is_limited(select, large, query):
            told.add(large.name)
            yield query.fault(
                f"nothing limits how far back '{large.name}' is read, and it is large",
                large,
                help="add a condition on its time, as far back as the monitor needs, or run the query less often",
            )


def _is_limited(select: exp.Select, large: exp.Table, query: Query) -> bool:
    """Whether a condition on a time, or a lookup of keys, keeps it from reading the whole table. No condition at all is another rule's."""
    where = select.args.get("where")
    if where is None:
        return True
    joins = select.args.get("joins") or ()
    conditions = [where.this, *(join.args["on"] for join in joins if join.args.get("on") is not None)]
    if any(is_time(column, query) for condition in conditions for column in condition.find_all(exp.Column)):
        return True
    if any(has_moment(one) for condition in conditions for one in condition.find_all(*_COMPARISONS)):
        return True
    if any(_is_by_key(part) for condition in conditions for part in conjuncts(condition)):
        return True
    own = {name.lower() for name, _ in sources(select) or ()}
    looked_up = [*conjuncts(where.this), *(part for join in joins if not join.args.get("side") for part in conjuncts(join.args.get("on")))]
    return any(
        _is_by_subquery(part, large) or _is_by_row_around(part, own) or _is_by_small_table(part, large, select, query) for part in looked_up
    )


def _is_by_key(part: exp.Expr) -> bool:
    """`id = 7`, `user_id = other.id`: an index gives these rows. A key in one word only with a value: `userid = 7`."""
    if not isinstance(part, exp.EQ | exp.In) or part.args.get("negate"):
        return False
    sides = (part.this, part.args.get("expression"))
    if any(isinstance(side, exp.Column) and _KEY.fullmatch(side.name) for side in sides):
        return True
    keys = [side for side in sides if isinstance(side, exp.Column)]
    return len(keys) == 1 and _KEY_IN_ONE.fullmatch(keys[0].name) is not None and part.args.get("query") is None


def _is_by_subquery(part: exp.Expr, large: exp.Table) -> bool:
    """`kind IN (SELECT …)`, where the subquery does not read the table as well."""
    inner = part.args.get("query") if isinstance(part, exp.In) and not part.args.get("negate") else None
    return inner is not None and all(one.name.lower() != large.name.lower() for one in inner.find_all(exp.Table))


def _is_by_row_around(part: exp.Expr, own: set[str]) -> bool:
    """`kind = around.kind`, with a column of a query around the select, whose sources are `own`, in lower case."""
    if not isinstance(part, exp.EQ):
        return False
    sides = ((part.left, part.right), (part.right, part.left))
    return any(isinstance(one, exp.Column) and (of := _of(other)) and of.isdisjoint({"", *own}) for one, other in sides)


def _is_by_small_table(part: exp.Expr, large: exp.Table, select: exp.Select, query: Query) -> bool:
    """`kind = kinds.name`, with a table that is not large, and of which WHERE takes some rows."""
    if not isinstance(part, exp.EQ) or query.datasource is None:
        return False
    ours = large.alias_or_name.lower()
    small = (_of(part.left) | _of(part.right)) - {ours}
    if not isinstance(part.left, exp.Column) or not isinstance(part.right, exp.Column) or len(small) != 1 or "" in small:
        return False
    other = next((one for one in tables(select) if one.alias_or_name.lower() in small), None)
    return (
        other is not None
        and not is_large(other, query.datasource)
        and any(_of(one) == small for one in conjuncts(select.args["where"].this))
    )


def _of(node: exp.Expr) -> set[str]:
    """The tables whose columns a node is made of, in lower case; empty for those without a name."""
    return {one.table.lower() for one in node.find_all(exp.Column)}
