"""SQL036."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, found, query_rule
from monctl.source_map import SourceMap

_PARTS = re.compile(r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | /\*.*?\*/ | (?P<comment>--[^\n]*)""", re.VERBOSE | re.DOTALL)
_CLAUSES = (
    "from", "where", "join", "left", "inner", "cross", "on", "and", "or", "group", "having", "order", "limit", "union", "select", "case", "when", "then", "else", "end",
)  # fmt: skip
"""What a line begins with that is a part of a query."""


@query_rule("SQL036", "comment-cuts-query", level=Level.ERROR, nodes=(ROOT,))
def comment_cuts_query(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A comment goes on over lines that were meant to be the query.

    YAML makes one line of the lines of `>`, and of those of a text without `|`; SQL's `--` takes all of that line from there on. Said where a line below
    begins as a part of a query does, in the letters, great or small, in which the query is written.

    **Why.** What is left often still is a query, and answers: without FROM, COUNT(*) is 1, at any time.

    **Example**

        query: >
          SELECT COUNT(*) -- all that wait
          FROM jobs

    **Instead**

        query: |
          SELECT COUNT(*) -- all that wait
          FROM jobs

    **Source.** "Folding allows long lines to be broken anywhere a single space character separates two non-space characters":
    https://yaml.org/spec/1.2.2/#folded-style (read 2026-11-21)
    """
    if "--" not in query.text or query.origin.line is not None:
        return
    for part in _PARTS.finditer(query.text):
        if part["comment"] is None or context.raw(query.origin) is None:
            continue
        place = SourceMap(context.texts).span(query.origin, within=part.span("comment"))
        below = context.texts[query.origin.file].splitlines()[place.line : place.end_line]
        if any(map(_clause(query.text).match, below)):
            yield found(
                "this comment goes on to the end of the query: YAML makes one line of these",
                query.origin,
                help="write `query: |`, which keeps the lines, or put the comment between /* and */",
                address=query.address,
                within=(part.start("comment"), part.start("comment") + 2),
            )
            return


def _clause(text: str) -> re.Pattern[str]:
    """How a line of a query begins, in great letters where its first word is."""
    words = "|".join(_CLAUSES)
    return re.compile(rf"\s*(?:[),]|(?:{words.upper() if text.split(maxsplit=1)[0].isupper() else words})\b)")
