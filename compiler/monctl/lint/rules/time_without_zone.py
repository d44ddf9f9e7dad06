"""SQL018."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tables import type_of

_NAIVE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?")


@query_rule("SQL018", "time-without-zone", level=Level.WARNING, nodes=("EQ", "NEQ", "GT", "GTE", "LT", "LTE"))
def time_without_zone(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query compares a time that has a zone with one that is written without.

    Said of columns the datasource declares as `timestamptz`.

    **Why.** The text is read in the zone of the session. What is counted moves by hours with the settings of a server, and twice a year by one.

    **Example**

        SELECT COUNT(*) AS late FROM jobs WHERE created_at < '2026-03-01 00:00:00'

    **Instead**

        SELECT COUNT(*) AS late FROM jobs WHERE created_at < '2026-03-01 00:00:00+00'

    **Source.** "If no time zone is stated in the input string, then it is assumed to be in the time zone indicated by the system's TimeZone parameter":
    https://www.postgresql.org/docs/current/datatype-datetime.html (read in a copy 2026-11-21)
    """
    if query.datasource is None or not query.datasource.schema:
        return  # types are known by declaration only
    left, right = node.args.get("this"), node.args.get("expression")
    for column, other in ((left, right), (right, left)):
        if not isinstance(column, exp.Column):
            continue
        text = other.this if isinstance(other, exp.Cast) else other
        if not isinstance(text, exp.Literal) or not text.is_string or not _NAIVE.fullmatch(text.name.strip()):
            continue
        if type_of(column, query) in {"timestamptz", "timestamp with time zone"}:
            yield query.fault(
                f"'{text.name}' names no time zone, and '{column.name}' has one",
                text,
                help=f"write '{text.name.strip()}+00', or the offset that is meant",
            )
