"""SQL024."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import expressions as exp

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.kinds import Kind, kind_of
from monctl.lint.queries import Query
from monctl.lint.rule import query_rule
from monctl.lint.tables import type_of
from monctl.lint.tree import number

_UUID = re.compile(r"\{?[0-9a-f]{4}(?:-?[0-9a-f]{4}){7}\}?", re.IGNORECASE)
_TIME = re.compile(r"\d|now|today|tomorrow|yesterday|epoch|infinity", re.IGNORECASE)
_TRUTH = re.compile(r"t(?:r(?:ue?)?)?|f(?:a(?:l(?:se?)?)?)?|y(?:es?)?|no?|on|off?|1|0", re.IGNORECASE)
_STRICT = frozenset({"postgres", "duckdb"})
"""Dialects that refuse what the others quietly read as 0 or as text."""


@query_rule("SQL024", "type-does-not-fit", level=Level.ERROR, nodes=("EQ", "NEQ", "GT", "GTE", "LT", "LTE", "In", "Sum", "Avg"))
def type_does_not_fit(node: exp.Expr, query: Query, context: Context) -> Iterator[Finding]:
    """A query uses a column as what its declared type is not.

    A number compared with text that is no number, a boolean with 1, a uuid with what is none, the SUM of a text: what the database refuses.
    Checked where the datasource declares the type of the column, in PostgreSQL and DuckDB; MySQL and SQLite read such text as 0.

    **Why.** The query fails on its first run, after the pull request is merged. Where it does not fail, it selects nothing.

    **Example**

        datasources:
          shop: {type: postgresql, tables: {jobs: {id: uuid, attempts: integer}}}
        …
        query: SELECT COUNT(*) AS stuck FROM jobs WHERE attempts > 'many'

    **Instead**

        query: SELECT COUNT(*) AS stuck FROM jobs WHERE attempts > 5

    **Source.** PostgreSQL 15 answers "invalid input syntax for type integer" and "operator does not exist: boolean = integer", and "function
    sum(text) does not exist" (tried 2026-11-21)
    """
    if query.datasource is None or not query.datasource.schema or query.dialect not in _STRICT:
        return
    if isinstance(node, exp.Sum | exp.Avg):
        kind = _kind(node.this, query)
        if kind in {"text", "boolean", "time", "uuid", "document"} and not (kind == "boolean" and query.dialect == "duckdb"):
            yield query.fault(f"'{node.this.name}' is declared as {_declared(node.this, query)}, which cannot be added up", node.this)
        return
    sides = [(node.this, other) for other in node.expressions] if isinstance(node, exp.In) else _sides(node)
    for column, other in sides:
        kind = _kind(column, query)
        expected = _expected(kind, other, query.dialect) if kind is not None else None
        if expected is not None:
            yield query.fault(
                f"'{column.name}' is declared as {_declared(column, query)}, and is compared with {other.sql()}",
                other,
                help=f"write {expected}",
            )
            return


def _sides(node: exp.Expr) -> list[tuple[exp.Expr, exp.Expr]]:
    return [(node.this, node.expression), (node.expression, node.this)] if isinstance(node, exp.Binary) else []


def _kind(node: exp.Expr, query: Query) -> Kind | None:
    return kind_of(type_of(node, query)) if isinstance(node, exp.Column) else None


def _declared(node: exp.Expr, query: Query) -> str | None:
    return type_of(node, query) if isinstance(node, exp.Column) else None


def _expected(kind: Kind, other: exp.Expr, dialect: str) -> str | None:
    """What should stand there instead of a literal; None where it fits, or is no literal."""
    if isinstance(other, exp.Literal) and other.is_string:
        text = other.name.strip()
        match kind:
            case "number" if not _is_number(text):
                return "a number"
            case "boolean" if not _TRUTH.fullmatch(text):
                return "true or false"
            case "uuid" if not _UUID.fullmatch(text):
                return "a uuid, of 32 hexadecimal digits"
            case "time" if not _TIME.search(text):
                return "a time such as '2026-01-31 12:00:00+00'"
        return None
    if number(other) is None or isinstance(other, exp.Cast):
        return None
    match kind:
        case "text" if dialect == "postgres":
            return f"'{other.name}', or cast the column"
        case "boolean" if dialect == "postgres":
            return "true or false"
        case "time" | "uuid":
            return "a time" if kind == "time" else "a uuid"
    return None


def _is_number(text: str) -> bool:
    try:
        float(text.replace("_", "").lstrip("$"))
    except ValueError:
        return False
    return True
