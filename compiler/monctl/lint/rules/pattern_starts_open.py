"""SQL016."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tables import is_large, tables


@query_rule("SQL016", "pattern-starts-open", level=Level.WARNING, nodes=("Like", "ILike"))
def pattern_starts_open(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query looks into a table marked large for a text that may stand anywhere.

    `LIKE '%word'` cannot use an ordinary index. Said of tables that the datasource lists under `large`.

    **Why.** Every run reads the whole table. The monitor becomes the load it should notice.

    **Example**

        datasources:
          shop: {type: postgresql, large: [events]}
        …
        query: SELECT COUNT(*) AS failed FROM events WHERE message LIKE '%timeout%'

    **Instead**

        query: SELECT COUNT(*) AS failed FROM events WHERE kind = 'timeout'

    or an index made for it (`pg_trgm`), and an ignore that says so.

    **Source.** Which patterns an index serves: https://www.postgresql.org/docs/current/indexes-types.html (from memory, 2026-11-21)
    """
    pattern = node.args.get("expression")
    if not isinstance(pattern, exp.Literal) or not pattern.name.startswith(("%", "_")) or query.datasource is None:
        return
    select = node.find_ancestor(exp.Select)
    table = next((one for one in tables(select) if is_large(one, query.datasource)), None) if select is not None else None
    if table is not None and node.find_ancestor(exp.Where, exp.Select) is not select:
        yield query.fault(
            f"a pattern that begins with '{pattern.name[0]}' reads the whole of '{table.name}', which is large",
            pattern,
            help="compare with a column that has an index, or let the pattern begin with what is known",
        )
