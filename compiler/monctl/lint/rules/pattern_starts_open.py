"""SQL016."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tables import is_large, tables
from monctl.lint.tree import conjuncts


@query_rule("SQL016", "pattern-starts-open", level=Level.WARNING, nodes=("Select",))
def pattern_starts_open(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query looks into a table marked large for a text that may stand anywhere.

    `LIKE '%word'` cannot use an ordinary index. Said of tables that the datasource lists under `large`, where WHERE says nothing else.

    **Why.** Every run reads the whole table. The monitor becomes the load it should notice.

    **Example**

        datasources:
          shop: {type: postgresql, large: [events]}
        …
        query: SELECT COUNT(*) AS failed FROM events WHERE message LIKE '%timeout%'

    **Instead**

        query: SELECT COUNT(*) AS failed FROM events WHERE kind = 'timeout'

    or an index made for it (`pg_trgm`), and an ignore that says so.

    **Source.** An index serves a pattern that is "anchored to the beginning of the string": https://www.postgresql.org/docs/current/indexes-types.html
    (read in a copy 2026-11-21)
    """
    where = node.args.get("where")
    if where is None or query.datasource is None or node.args.get("joins"):
        return
    table = next((one for one in tables(node) if is_large(one, query.datasource)), None) if isinstance(node, exp.Select) else None
    patterns = [_open_pattern(part) for part in conjuncts(where.this)]
    first = patterns[0]
    if table is not None and first is not None and None not in patterns:
        yield query.fault(
            f"a pattern that begins with '{first.name[0]}' reads the whole of '{table.name}', which is large",
            first,
            help="compare with a column that has an index, such as a time, or let the pattern begin with what is known",
        )


def _open_pattern(node: exp.Expr) -> exp.Literal | None:
    """The pattern of a LIKE that may begin with anything; None for every other condition: no index serves NOT LIKE, however it begins."""
    pattern = node.args.get("expression") if isinstance(node, exp.Like | exp.ILike) and not node.args.get("negate") else None
    return pattern if isinstance(pattern, exp.Literal) and pattern.name.startswith(("%", "_")) else None
