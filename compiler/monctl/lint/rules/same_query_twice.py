"""SQL015."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.shared import again
from monctl.program import Program
from monctl.query import Query

_TOKEN = re.compile(
    r"""(?P<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`) | (?P<comment>--[^\n]*|/\*.*?\*/) | \w+ | \S""", re.VERBOSE | re.DOTALL
)


@rule("SQL015", "same-query-twice", level=Level.INFO)
def same_query_twice(program: Program, context: Context) -> Iterator[Finding]:
    """Two metrics or monitors run the same query on the same datasource.

    Compared without regard to comments, to space and line breaks, and to great and small letters outside of quotes. Panels may repeat what a metric
    asks.

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
    alike: dict[tuple[str, str, str], list[Query]] = {}
    for query in context.queries(program):
        if not query.address.startswith("dashboard."):
            alike.setdefault((query.datasource, query.source.mode, _squeezed(query.text)), []).append(query)
    for group in alike.values():
        same: dict[str, list[Query]] = {}
        for query in group if len(group) > 1 else ():
            same.setdefault(_canonical(query.text), []).append(query)
        for several in same.values():
            for query, other in again(several, lambda one: context.is_ignored(one.origin, on_key=False)):
                yield found(
                    f"{other.address} runs the same query",
                    query.origin,
                    help="measure it once, as a metric, and let both use that",
                    address=query.address,
                    same="",
                    elsewhere=((other.address,),),
                )


def _squeezed(text: str) -> str:
    """What equal queries have in common, found quickly: no space, small letters, no comments."""
    if "--" in text or "/*" in text:
        text = _canonical(text)
    return "".join(text.lower().split())


def _canonical(text: str) -> str:
    """The text in one spelling: words in small letters and a space between any two tokens; quoted parts as they are, comments left out."""
    tokens = (found for found in _TOKEN.finditer(text) if not found["comment"])
    return " ".join(token[0] if token["quoted"] else token[0].lower() for token in tokens)
