"""What a datasource declares of the tables of a query: which are large, and the types of columns. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlglot import expressions as exp

from monctl.lint.kinds import kind_of

if TYPE_CHECKING:
    from monctl.lint.queries import Query
    from monctl.program import Datasource


_TIMES = re.compile(r"(?:.*_)?(?:at|on|ts|time|date|day|timestamp|created|updated|modified)(?:_.*)?|.*(?:time|date)", re.IGNORECASE)
"""Names that columns with a time have."""


def tables(select: exp.Select) -> Iterator[exp.Table]:
    """The tables of FROM and of the joins of one select; no functions, no subqueries."""
    sources = [select.args["from_"].this] if select.args.get("from_") is not None else []
    sources += [join.this for join in select.args.get("joins") or ()]
    return (one for one in sources if isinstance(one, exp.Table) and isinstance(one.this, exp.Identifier))


def is_large(table: exp.Table, datasource: Datasource) -> bool:
    """Whether the datasource marks a table as large; names with and without a schema. A name that WITH gives is another thing."""
    full = f"{table.db}.{table.name}" if table.db else table.name
    if not any(name.lower() in {full.lower(), table.name.lower()} for name in datasource.large_tables):
        return False
    return bool(table.db) or all(part.alias.lower() != table.name.lower() for part in table.root().find_all(exp.CTE))


def type_of(column: exp.Column, query: Query) -> str | None:
    """The declared type of a column in lower case; None where its table is not certain or not declared."""
    select = column.find_ancestor(exp.Select)
    if select is None or query.datasource is None:
        return None
    joined = len(select.args.get("joins") or ())
    named = [one for one in tables(select) if (one.alias_or_name.lower() == column.table.lower() if column.table else joined == 0)]
    with_ = {part.alias.lower() for part in query.tree.find_all(exp.CTE)}
    if len(named) != 1 or named[0].name.lower() in with_:
        return None
    for name, columns in query.datasource.schema.items():
        if name.lower() in {named[0].name.lower(), f"{named[0].db}.{named[0].name}".lower()}:
            return next((kind.lower() for known, kind in columns.items() if known.lower() == column.name.lower()), None)
    return None


def is_time(column: exp.Column, query: Query) -> bool:
    """Whether a column holds a time, by its declared type, else by its name."""
    declared = type_of(column, query)
    return kind_of(declared) == "time" if declared is not None else _TIMES.fullmatch(column.name) is not None
