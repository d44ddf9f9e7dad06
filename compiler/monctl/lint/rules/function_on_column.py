"""SQL029."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.declared import columns_of, sources
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tables import is_large, is_time, tables, type_of
from monctl.lint.tree import conjuncts

_TEXTS = frozenset({exp.DType.TEXT, exp.DType.VARCHAR})
_PLAIN_TEXT = re.compile(r"(?:text|varchar|character varying|citext)\b")
# "text and varchar are binary coercible both ways": https://www.postgresql.org/docs/current/sql-createcast.html (read in a copy 2026-11-21);
# PostgreSQL 15 shows an Index Cond for such a comparison, and none with varchar(3) (tried 2026-11-21)
_COMPARISONS = (exp.EQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between)


@query_rule("SQL029", "function-on-column", level=Level.WARNING, nodes=("Where",))
def function_on_column(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A condition computes with a column of a large table, so that no index on the column can be used.

    `DATE(created_at) = …`, `created_at + INTERVAL '1 hour' > NOW()`, `LOWER(email) = …`. Said of columns of tables that the datasource lists
    under `large`, unless another condition limits a time, which stands alone: then few rows are left to compute with. Whose a column is that does
    not say so is looked up in `tables:`; where that does not tell, all that is read must be large tables. A field of a JSON document is no computation,
    nor is a cast to the type the column has, or in PostgreSQL from varchar to text, as which it prints `status = 'done'` in a view.

    **Why.** The database computes the figure for each row of the table to compare it. The same condition with the column alone on one side reads
    a few pages of an index.

    **Example**

        SELECT COUNT(*) AS recent FROM events WHERE created_at + INTERVAL '1 hour' > NOW()

    **Instead**

        SELECT COUNT(*) AS recent FROM events WHERE created_at > NOW() - INTERVAL '1 hour'

    or an index on the very expression.

    **Source.** "databases don't solve equations": http://use-the-index-luke.com/sql/where-clause/obfuscation/math (read 2026-11-21)
    """
    select = node.parent
    if query.datasource is None or not query.datasource.large_tables or not isinstance(select, exp.Select):
        return
    if not any(is_large(one, query.datasource) for one in tables(select)) or any(_limits_time(one, query) for one in conjuncts(node.this)):
        return
    for comparison in node.find_all(*_COMPARISONS):
        if comparison.parent_select is not select:
            continue
        others = [comparison.args.get(name) for name in ("this", "expression", "low", "high")]
        sides = [side for side in others if side is not None and side.find(exp.Column, exp.Query) is not None]
        if (
            len(sides) == 1
            and (column := _computed(sides[0])) is not None
            and not _is_same(sides[0], query)
            and _is_of_large(column, select, query)
        ):
            yield query.fault(
                f"'{column.name}' is computed with, so no index on it is used",
                sides[0],
                help=f"leave '{column.name}' alone on its side, and compute with the other",
            )


def _is_of_large(column: exp.Column, select: exp.Select, query: Query) -> bool:
    """Whether a column is one of a large table, whichever of the tables that may have it is its own."""
    name, may_have = column.name.lower(), []
    for called, source in sources(select) or ():
        if column.table:
            known: tuple[str, ...] | None = (name,) if called.lower() == column.table.lower() else ()
        else:
            known = columns_of(source, query)
        if known is not None and name in {one.lower() for one in known}:
            may_have = [source]
            break
        if known is None:
            may_have.append(source)
    return bool(may_have) and all(
        isinstance(one, exp.Table) and query.datasource is not None and is_large(one, query.datasource) for one in may_have
    )


def _limits_time(part: exp.Expr, query: Query) -> bool:
    """`created_at > …`, with the column alone on its side."""
    sides = (part.this, part.args.get("expression")) if isinstance(part, _COMPARISONS) else ()
    return any(isinstance(side, exp.Column) and is_time(side, query) for side in sides)


def _is_same(side: exp.Expr, query: Query) -> bool:
    """A cast that changes nothing, as far as is known: to the declared type of a column, and of texts in PostgreSQL to varchar or text."""
    column = side.this if isinstance(side, exp.Cast) else None
    while isinstance(column, exp.Paren):
        column = column.this
    if not isinstance(column, exp.Column):
        return False
    kind, to = type_of(column, query), side.args["to"]
    if query.dialect == "postgres" and to.this in _TEXTS and not to.expressions:
        return kind is None or _PLAIN_TEXT.match(kind) is not None
    return (
        kind is not None and to.sql(query.dialect).lower() == exp.DataType.build(kind, query.dialect, udt=True).sql(query.dialect).lower()
    )


def _computed(side: exp.Expr) -> exp.Column | None:
    """The one column inside a function, a cast or a sum; None where it stands alone, or where there is more than one."""
    if not isinstance(side, exp.Func | exp.Add | exp.Sub | exp.Mul | exp.Div) or isinstance(side, exp.Coalesce | exp.Case | exp.AggFunc):
        return None
    if side.find(exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar) is not None:
        return None
    found = list(side.find_all(exp.Column))
    return found[0] if len(found) == 1 and side.find(exp.Query) is None else None
