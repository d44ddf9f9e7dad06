"""SQL032."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.kinds import has_zone, kind_of
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tables import type_of
from monctl.lint.tree import ago_s, bare


@query_rule("SQL032", "zone-of-the-session", level=Level.WARNING, nodes=("GT", "GTE", "LT", "LTE", "Between"))
def zone_of_the_session(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query compares a time without a zone with the time now, which has one.

    Said of columns that a PostgreSQL datasource declares as `timestamp` (without time zone).

    **Why.** What the column holds is read in the time zone of the session. On a server in UTC the window is an hour long, on a laptop in Berlin
    it is empty or two hours longer, and nothing tells.

    **Example**

        tables: {jobs: {id: uuid, failed_at: timestamp}}
        …
        SELECT COUNT(*) AS failed FROM jobs WHERE failed_at > NOW() - INTERVAL '1 hour'

    **Instead**

        SELECT COUNT(*) AS failed FROM jobs WHERE failed_at > NOW() AT TIME ZONE 'UTC' - INTERVAL '1 hour'

    or a column of type `timestamptz`.

    **Source.** A timestamp without time zone "is assumed to be given in the time zone specified by the TimeZone configuration parameter" in such a
    comparison: https://www.postgresql.org/docs/13/functions-datetime.html (read in a copy 2026-11-21)
    """
    if query.dialect != "postgres" or query.datasource is None or not query.datasource.schema:
        return
    pairs = [(node.this, node.args.get("low")), (node.this, node.args.get("expression")), (node.args.get("expression"), node.this)]
    for column, time in pairs:
        if not isinstance(column, exp.Column) or time is None or ago_s(time) is None or time.find(exp.AtTimeZone) is not None:
            continue
        if isinstance(bare(time), exp.Anonymous) and bare(time).name.upper() == "LOCALTIMESTAMP":
            continue
        declared = type_of(column, query)
        if kind_of(declared) == "time" and declared is not None and declared.startswith("timestamp") and not has_zone(declared):
            yield query.fault(
                f"'{column.name}' has no time zone, and is read in that of the session",
                column,
                help="write NOW() AT TIME ZONE 'UTC', or the zone the column is in",
            )
            return
