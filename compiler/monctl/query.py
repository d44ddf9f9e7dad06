"""SQL through sqlglot: each query parsed once in its dialect, faults at their characters."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from monctl import measure
from monctl.finding import Finding
from monctl.program import Program
from monctl.source import Origin

if TYPE_CHECKING:
    from sqlglot.expressions import Expression

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it warns on stderr of what it falls back to; what matters comes back as a fault


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a query does not parse. Offsets are 0-based characters of the query, end exclusive."""

    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query as a tree, or the reason why there is none. The tree is shared: never change it."""

    tree: Expression | None
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class Query:
    """One SQL query of the program, and where its text stands."""

    text: str
    dialect: str
    datasource: str
    origin: Origin
    """Of the query's scalar: offsets into `text` are offsets into it."""
    address: str
    source: measure.Sql


def queries(program: Program) -> Iterator[Query]:
    """Every SQL query of a program, each once: metrics, inline sources of monitors, panels."""
    for metric in program.metrics.values():
        if isinstance(metric.source, measure.Sql):
            yield _query(program, metric.source, metric.origin.at("sql", "query"), f"metric.{metric.name}")
    for monitor in program.monitors.values():
        if isinstance(monitor.source, measure.Sql) and monitor.metric is None:
            yield _query(program, monitor.source, monitor.origin.at("sql", "query"), monitor.address)
    for dashboard in program.dashboards.values():
        for row in dashboard.rows:
            for panel in row.panels:
                if isinstance(panel.query, measure.Sql):
                    yield _query(program, panel.query, panel.origin.at("sql", "query"), f"dashboard.{dashboard.name}")


def _query(program: Program, source: measure.Sql, origin: Origin, address: str) -> Query:
    dialect = program.datasources[source.datasource].dialect or "" if source.datasource in program.datasources else ""
    return Query(source.query, dialect, source.datasource, origin, address, source)


@lru_cache(maxsize=4096)  # one parse per query and dialect in a run; equal queries share the tree
def parse(text: str, dialect: str) -> Parsed:
    """The tree of one statement, or the fault. Never raises for what is in the text."""
    import sqlglot
    from sqlglot.errors import ParseError, SqlglotError, TokenError

    try:
        trees = [tree for tree in sqlglot.parse(text, dialect=dialect or None) if tree is not None]
    except ParseError as error:
        return Parsed(None, _fault(error, text))
    except TokenError as error:
        return Parsed(None, Fault(_reason(str(error)), 0, min(len(text), 1)))
    except (SqlglotError, RecursionError) as error:
        return Parsed(None, Fault(_reason(str(error)), 0, len(text)))
    if len(trees) != 1:
        return Parsed(None, Fault("a query is one statement, here " + (f"are {len(trees)}" if trees else "is none"), 0, len(text)))
    if type(trees[0]).__name__ == "Command":
        return Parsed(None, Fault(f"'{text.split(maxsplit=1)[0]}' is not a query", 0, len(text.split(maxsplit=1)[0])))
    return Parsed(trees[0], None)


def check(program: Program) -> Iterator[Finding]:
    """SQL001 for every query that does not parse in the dialect of its datasource."""
    for query in queries(program):
        fault = parse(query.text, query.dialect).fault
        if fault is not None:
            help = f"it is read as {query.dialect}, the dialect of datasource '{query.datasource}'" if query.dialect else None
            yield Finding("SQL001", fault.message, query.origin, help=help, address=query.address, within=(fault.start, max(fault.end, fault.start + 1)))


def _fault(error: object, text: str) -> Fault:
    details = getattr(error, "errors", None) or [{}]
    first = details[0]
    line, end_column = first.get("line"), first.get("col")
    highlight = first.get("highlight") or ""
    message = _reason(first.get("description") or str(error))
    if line is None or end_column is None:
        return Fault(message, 0, len(text))
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    # sqlglot's col is the 1-based column of the last character of the token (https://sqlglot.com/sqlglot/errors.html, read 2026-11-20)
    end = starts[min(line, len(starts)) - 1] + end_column
    return Fault(message, max(0, end - max(1, len(highlight))), min(end, len(text)))


def _reason(text: str) -> str:
    words = re.sub(r"\x1b\[[0-9;]*m", "", text).strip().splitlines()
    first = (words[0] if words else "it does not parse").rstrip(".").split(". Line ")[0]
    return "not valid SQL: " + first[:1].lower() + first[1:]
