"""SQL through sqlglot: each query parsed once in its dialect, faults at their characters."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from monctl import measure
from monctl.alike import shape
from monctl.collector import only_new_garbage
from monctl.finding import Finding
from monctl.halves import LEAST, in_halves
from monctl.operators import spelled
from monctl.program import Program
from monctl.source import Origin
from monctl.suggest import closest, did_you_mean

if TYPE_CHECKING:
    from sqlglot.errors import ParseError, TokenError
    from sqlglot.expressions import Expression

_SPLIT = "keep one; make a metric of each"
_USUAL = frozenset({"postgres", "mysql", "sqlite", "duckdb"})
"""Known without loading sqlglot."""
_QUOTED = re.compile(
    r"""--[^\n]* | /\*.*?\*/ | '(?:[^']|'')*' | "(?:[^"]|"")*" | (?P<open>/\*|'|")""",
    re.VERBOSE | re.DOTALL,
)
_CUT = re.compile(r"\b(?:FROM|WHERE|JOIN|GROUP BY|ORDER BY)\b")
"""Behind `--`: it was meant to be the query."""
_TOKEN = re.compile(r"<Token token_type: \S+ text: (.*?), line: [^>]*>", re.DOTALL)
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it warns on stderr of what it falls back to; what matters comes back as a fault


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a query does not parse. Offsets are 0-based characters of the query, end exclusive."""

    message: str
    start: int
    end: int
    help: str | None = None


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


@lru_cache(maxsize=16_384)  # one parse per query and dialect in a run; equal queries share the tree
def parse(text: str, dialect: str) -> Parsed:
    """The tree of one statement, or the fault. Never raises for what is in the text."""
    return parse_anew(text, dialect)


def parse_anew(text: str, dialect: str) -> Parsed:
    """The same, not kept: for many queries whose trees are looked at once."""
    parsed = _parsed(text, dialect)
    if parsed.fault is None or dialect != "postgres" or (other := spelled(text)) == text:
        return parsed
    again = _parsed(other, dialect)  # an operator of its own or of an extension: how it is spelled matters to nobody
    return parsed if again.fault is not None else again


def _parsed(text: str, dialect: str) -> Parsed:
    engine = _engine(dialect)
    try:
        trees = [
            tree
            for tree in engine.parse(engine.tokenize(text), text)
            if isinstance(tree, engine.expression) and not isinstance(tree, engine.semicolon)  # which holds comments behind it
        ]
    except engine.parse_error as error:
        return Parsed(None, _fault(error.errors[0], text) if error.errors else Fault(str(error), 0, len(text)))
    except engine.token_error:
        return Parsed(None, _not_closed(text))
    except RecursionError:
        return Parsed(None, Fault("the query is nested too deeply", 0, len(text)))
    except (TypeError, AttributeError, ValueError, KeyError, IndexError):  # it trips over what is missing: `a ?`, `DATE_SUB(NOW())`
        return Parsed(None, Fault("not valid SQL: an operator or a function lacks something it works on", 0, len(text)))
    if len(trees) != 1:
        return Parsed(None, Fault("a query is one statement, here " + (f"are {len(trees)}" if trees else "is none"), 0, len(text), _SPLIT))
    if isinstance(trees[0], engine.command):
        word = text.split(maxsplit=1)[0]
        start = text.index(word)
        return Parsed(None, Fault(f"'{word}' is not a query", start, start + len(word), "a query begins with SELECT or WITH"))
    return Parsed(trees[0], None)


def check(program: Program, *, syntax: bool = True) -> Iterator[Finding]:
    """SQL001 for every query that does not parse in the dialect of its datasource, SQL002 for every dialect there is not.

    Without `syntax` no query is parsed: whoever parses them anyhow tells by `fault_of`.
    """
    unknown = set()
    for name, datasource in program.datasources.items():
        if datasource.dialect is not None and datasource.dialect not in _USUAL and datasource.dialect not in (known := _dialects()):
            unknown.add(name)
            help = did_you_mean(datasource.dialect, known)
            where = datasource.origin.at("dialect")
            yield Finding("SQL002", f"no SQL dialect is called '{datasource.dialect}'", where, help=help, address=f"datasource.{name}")
    if not syntax:
        return
    known_queries = [query for query in queries(program) if query.datasource not in unknown]
    faulty = _faulty({(query.text, query.dialect) for query in known_queries})
    for query in known_queries:
        if (query.text, query.dialect) in faulty and (fault := parse(query.text, query.dialect).fault) is not None:
            yield fault_of(query, fault)


def fault_of(query: Query, fault: Fault) -> Finding:
    """SQL001 for a query that does not parse."""
    within = (fault.start, max(fault.end, fault.start + 1))
    return Finding(
        "SQL001",
        fault.message,
        query.origin,
        help=_cut_off(query.text) or fault.help or _way_out(query),
        address=query.address,
        within=within,
    )


def _faulty(texts: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of some texts, each with its dialect, that do not parse. Where there are many, no tree is kept: those of 10,000 queries take 250 MB."""
    ordered = sorted(texts)
    shapes: set[tuple[str, str]] = set()
    if len(ordered) < LEAST:
        parsing = _parse_each(ordered, parse, shapes)
    else:
        load_parsers(dialect for _, dialect in ordered)
        parsing = in_halves(lambda some: _parse_each_anew(some, shapes), ordered)
    return {text for text, good in zip(ordered, parsing, strict=True) if not good}


def load_parsers(dialects: Iterable[str]) -> None:
    """Load what parses some dialects, before there are two processes that would."""
    for dialect in set(dialects):
        parse_anew("SELECT 1", dialect)


def _parse_each_anew(texts: Sequence[tuple[str, str]], parsing: set[tuple[str, str]]) -> list[bool]:
    with only_new_garbage():
        return _parse_each(texts, parse_anew, parsing)


def _parse_each(texts: Sequence[tuple[str, str]], take: Callable[[str, str], Parsed], parsing: set[tuple[str, str]]) -> list[bool]:
    """Whether each text parses; one of a shape stands for all. `parsing` are the shapes of which one has, with their dialects."""
    return [_parses_one(text, dialect, take, parsing) for text, dialect in texts]


def _parses_one(text: str, dialect: str, take: Callable[[str, str], Parsed], parsing: set[tuple[str, str]]) -> bool:
    form = shape(text)
    if form is not None and (form, dialect) in parsing:
        return True
    parses = take(text, dialect).fault is None
    if parses and form is not None:
        parsing.add((form, dialect))
    return parses


def _cut_off(text: str) -> str | None:
    """What to do where a comment seems to have taken the rest of a query."""
    is_cut = any(_CUT.search(part[0]) for part in _QUOTED.finditer(text) if part[0].startswith("--"))
    return "`--` takes the rest of its line, and YAML makes one line of many without `|`: write `query: |`" if is_cut else None


def _way_out(query: Query) -> str | None:
    first = query.text.split(maxsplit=1)[0] if query.text.strip() else ""
    meant = closest(first, ["SELECT", "WITH"])
    if meant is not None and meant != first.upper():
        return f"did you mean '{meant}'?"
    return f"it is read as {query.dialect}, the dialect of datasource '{query.datasource}'" if query.dialect else None


def _fault(detail: Mapping[str, Any], text: str) -> Fault:
    token = detail.get("highlight") or ""
    if detail.get("description") == "Expecting )" and (opened := _open_bracket(text)) is not None:
        return Fault("not valid SQL: the '(' opened here is never closed", opened, opened + 1, "close it with a ')'")
    message = f"not valid SQL: {_reason(detail.get('description') or '', token)}"
    line, end_column = detail.get("line"), detail.get("col")
    if line is None or end_column is None:
        return Fault(message, 0, len(text))
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    # sqlglot's col is the 1-based column of the last character of the token (https://sqlglot.com/sqlglot/errors.html, read 2026-11-20)
    end = starts[min(line, len(starts)) - 1] + end_column
    return Fault(message, max(0, end - max(1, len(token))), min(end, len(text)))


def _reason(description: str, token: str) -> str:
    """What sqlglot complains of, in plainer words."""
    if description.startswith("Invalid expression"):
        return f"{_quoted(token)} is unexpected here"
    if description.startswith("Required keyword"):
        return f"something is missing near {_quoted(token)}"
    if expected := re.fullmatch(r"Expect(?:ing|ed) (\S+)", description):
        return f"'{expected[1]}' is missing before {_quoted(token)}"
    description = _TOKEN.sub(lambda found: _quoted(found[1]), description)
    return description[:1].lower() + description[1:]


def _open_bracket(text: str) -> int | None:
    """The offset of the innermost '(' of a query that no ')' closes."""
    opened: list[int] = []
    for found in re.finditer(r"[()]", _QUOTED.sub(lambda quoted: " " * len(quoted.group()), text)):
        if found.group() == "(":
            opened.append(found.start())
        elif opened:
            opened.pop()
    return opened[-1] if opened else None


def _quoted(token: str) -> str:
    return token if token[:1] in {"'", '"'} else f"'{token}'"


def _not_closed(text: str) -> Fault:
    """The quote or comment that runs over the end of a text."""
    for found in _QUOTED.finditer(text):
        if found["open"]:
            kind = "comment" if found["open"] == "/*" else "quote"
            return Fault(f"not valid SQL: the {kind} opened here is never closed", found.start(), found.start() + len(found["open"]))
    return Fault("not valid SQL: its words cannot be told apart", 0, len(text))


class _Engine(NamedTuple):
    """What it takes to parse in one dialect. Made once: making it for each query takes a quarter of the time (measured 2026-11-21)."""

    tokenize: Callable[[str], list[Any]]
    parse: Callable[[list[Any], str], Sequence[object]]
    expression: type[Expression]
    command: type[Expression]
    semicolon: type[Expression]
    parse_error: type[ParseError]
    token_error: type[TokenError]


@cache
def _engine(dialect: str) -> _Engine:
    from sqlglot.dialects.dialect import Dialect
    from sqlglot.errors import ParseError, TokenError
    from sqlglot.expressions import Command, Expression, Semicolon

    known = Dialect.get_or_raise(dialect or None)
    return _Engine(known.tokenizer().tokenize, known.parser().parse, Expression, Command, Semicolon, ParseError, TokenError)


@cache
def _dialects() -> frozenset[str]:
    from sqlglot.dialects.dialect import Dialects

    return frozenset(dialect.value for dialect in Dialects if dialect.value)
