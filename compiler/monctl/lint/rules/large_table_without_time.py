"""SQL028."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule
from monctl.lint.tables import is_large, is_time, tables
from monctl.lint.tree import conjuncts

_OFTEN_S = 300


@query_rule("SQL028", "large-table-without-time", level=Level.WARNING, nodes=(ROOT,))
def large_table_without_time(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query reads a table marked large, and no condition on a time limits how much of it.

    Said of tables that the datasource lists under `large` and of queries that run more often than every five minutes. A column is a time by its
    declared type, else by its name. A lookup by equality with an `id` needs no time. Where there is no condition at all, SQL017 speaks. At five
    minutes, which is the interval when none is written, nothing is said: a query that keeps within its timeout of ten seconds then keeps the database
    busy for a thirtieth of the time at most, at one minute it would be a sixth.

    **Why.** The older the table, the longer the query. One day it is over its timeout, and the monitor is blind from then on.

    **Example**

        SELECT COUNT(*) AS failed FROM events WHERE kind = 'failed'

    **Instead**

        SELECT COUNT(*) AS failed FROM events WHERE kind = 'failed' AND created_at > NOW() - INTERVAL '1 hour'

    **Source.** With a WHERE, PostgreSQL can "limit how many records must be counted" by an index: https://wiki.postgresql.org/wiki/Slow_Counting
    (read 2026-11-21)
    """
    datasource = query.datasource
    if datasource is None or not datasource.large_tables or query.every_s is None or query.every_s >= _OFTEN_S:
        return
    told: set[str] = set()
    for select in node.find_all(exp.Select):
        large = next((one for one in tables(select) if is_large(one, datasource)), None)
        if large is not None and large.name not in told and not _is_limited(select, query):
            told.add(large.name)
            yield query.fault(
                f"nothing limits how far back '{large.name}' is read, and it is large",
                large,
                help="add a condition on its time, as far back as the monitor needs, or run the query less often",
            )


def _is_limited(select: exp.Select, query: Query) -> bool:
    """Whether a condition on a time, or a lookup of keys, keeps it from reading the whole table. No condition at all is another rule's."""
    if select.args.get("where") is None:
        return True
    conditions = [
        select.args["where"].this,
        *(join.args["on"] for join in select.args.get("joins") or () if join.args.get("on") is not None),
    ]
    if any(is_time(column, query) for condition in conditions for column in condition.find_all(exp.Column)):
        return True
    return any(_is_lookup(part) for condition in conditions for part in conjuncts(condition))


def _is_lookup(part: exp.Expr) -> bool:
    """`id = 7`, and `id = other.id`: an index gives these rows."""
    if not isinstance(part, exp.EQ | exp.In) or part.args.get("negate"):
        return False
    sides = (part.this, part.args.get("expression"))
    return any(
        isinstance(side, exp.Column) and (side.name.lower() == "id" or side.name.lower().endswith(("_id", "uuid", "oid"))) for side in sides
    )
