"""SQL015."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.query import queries


@rule("SQL015", "same-query-twice", level=Level.INFO)
def same_query_twice(program: Program, context: Context) -> Iterator[Finding]:
    """Two metrics or monitors run the same query on the same datasource.

    Compared without regard to space and line breaks. Panels may repeat what a metric asks.

    **Why.** The database answers twice, at two moments, so that two figures that should be one differ; and a correction to one is
    forgotten in the other.

    **Example**

        metrics:
          orphans: {sql: {datasource: shop, query: SELECT COUNT(*) FROM posts WHERE track_id IS NULL}}
          lost-posts: {sql: {datasource: shop, query: SELECT COUNT(*) FROM posts WHERE track_id IS NULL}}

    **Instead**

    One metric, and as many monitors on it as needed.

    **Source.** Sharing a metric between monitors, in the spec language (2026-11-21)
    """
    first: dict[tuple[str, str, str], str] = {}
    for query in queries(program):
        if query.address.startswith("dashboard."):
            continue
        key = (query.datasource, query.source.mode, " ".join(query.text.split()))
        other = first.setdefault(key, query.address)
        if other != query.address:
            yield found(
                f"{other} runs the same query",
                query.origin,
                help="measure it once, as a metric, and let both use that",
                address=query.address,
            )
