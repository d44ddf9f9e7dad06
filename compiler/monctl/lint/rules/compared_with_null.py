"""SQL006."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Fix, Level
from monctl.lint import sql_fix
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule

_BEHIND = re.compile(r"((?:=|<>|!=)\s*NULL)\Z", re.IGNORECASE)
_BEFORE = re.compile(r"\bNULL\s*(?:=|<>|!=)\s*\Z", re.IGNORECASE)


@query_rule("SQL006", "compared-with-null", level=Level.ERROR, nodes=("EQ", "NEQ", "Case"), fixes=True)
def compared_with_null(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query compares with NULL by = or <>.

    Such a comparison is never true and never false, whatever stands on the other side. `CASE a WHEN NULL` is one, too: it asks for `a = NULL`.

    **Why.** The condition selects nothing, the count is 0, and a monitor that waits for more than 0 is quiet for ever.

    **Example**

        SELECT COUNT(*) FROM posts WHERE track_id = NULL

    **Instead**

        SELECT COUNT(*) FROM posts WHERE track_id IS NULL

    **Source.** https://postgresql.org/message-id/00c301c3d33a%240fdab060%24af44053d%40winxp, which quotes the manual on `transform_null_equals` (read 2026-11-21)
    """
    if isinstance(node, exp.Case):
        for one in node.args.get("ifs") or () if node.this is not None else ():
            if isinstance(one.this, exp.Null):
                yield query.fault("'WHEN NULL' is never true", one.this, help="write CASE WHEN … IS NULL THEN …", words=r"\bWHEN\s+NULL\b")
        return
    if not isinstance(node, exp.Binary):
        return
    if (isinstance(node.expression, exp.Null) or isinstance(node.this, exp.Null)) and node.find_ancestor(exp.Update, exp.Set) is None:
        other = node.this if isinstance(node.expression, exp.Null) else node.expression
        operator, way_out = ("=", "IS NULL") if isinstance(node, exp.EQ) else ("<>", "IS NOT NULL")
        yield query.fault(f"'{operator} NULL' is never true", other, help=f"write {way_out}", fix=_fix(node, other, way_out, query))


def _fix(node: exp.Binary, other: exp.Expr, way_out: str, query: Query) -> Fix | None:
    """IS in place of the operator; `NULL = x` the other way round."""
    words = sql_fix.written(query, other)
    if words is None:
        return None
    start, end, text = words
    behind = _BEHIND.search(text)  # `place` counts it to the value
    value = text[: behind.start()].rstrip() if behind else text
    is_null = sql_fix.expression(query, f"{value} {way_out}")
    if is_null is None:
        return None

    def meant(same: exp.Expr) -> exp.Expr:
        return is_null

    if behind:
        return sql_fix.fix(f"write {way_out}", query, node, meant, (start + behind.start(1), end, way_out))
    if before := _BEFORE.search(query.text, 0, start):
        return sql_fix.fix(f"write {way_out}", query, node, meant, (before.start(), start, ""), (end, end, f" {way_out}"))
    return None
