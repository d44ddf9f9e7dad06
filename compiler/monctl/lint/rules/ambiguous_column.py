"""SQL025."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.declared import Declared, columns_of, is_alias, scopes
from monctl.lint.queries import Query
from monctl.lint.rule import ROOT, query_rule


@query_rule("SQL025", "ambiguous-column", level=Level.ERROR, nodes=(ROOT,))
def ambiguous_column(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query names a column that two of its tables have, and does not say whose.

    Checked where the datasource has `tables:`. Columns that the tables are joined by with USING or NATURAL are one column.

    **Why.** The database refuses the query. Often it did not yesterday: the second table got a column of that name.

    **Example**

        SELECT COUNT(*) AS late FROM posts JOIN tracks ON tracks.id = posts.track_id WHERE created_at < NOW() - INTERVAL '1 day'

    **Instead**

        SELECT COUNT(*) AS late FROM posts JOIN tracks ON tracks.id = posts.track_id WHERE posts.created_at < NOW() - INTERVAL '1 day'

    **Source.** PostgreSQL 15 answers "column reference is ambiguous", SQLSTATE 42702 (tried 2026-11-21)
    """
    if query.datasource is None or not query.datasource.schema or not isinstance(node, exp.Query):
        return
    declared = Declared(query.datasource)
    reported: set[str] = set()
    for scope in scopes(node):
        joins = scope.expression.args.get("joins") or ()
        if not joins or any(join.args.get("method") == "NATURAL" for join in joins):
            continue
        shared = {one.name.lower() for join in joins for one in join.args.get("using") or ()}
        for column in scope.columns:
            name = column.name.lower()
            if column.table or name in shared or name in reported or is_alias(column, scope):
                continue
            owners = [
                table for table, source in scope.sources.items() if name in {one.lower() for one in columns_of(source, declared) or ()}
            ]
            if len(owners) > 1:
                reported.add(name)
                yield query.fault(
                    f"'{column.name}' is a column of '{owners[0]}' and of '{owners[1]}'",
                    column.this,
                    help=f"write {owners[0]}.{column.name} or {owners[1]}.{column.name}",
                )
