"""No rule fails on any SQL, however odd: parts of WITH that read themselves, what is nested, mutilated, or a thousand terms long."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monctl import lint
from monctl.cli.lint import context
from monctl.finding import Finding
from monctl.measure import Sql
from monctl.project import Checked, check
from tests.lint.conftest import NOW, Runner, write

CASES = Path(__file__).parent / "cases"
NAMES = ("jobs", "posts", "tracks", "t", "Events")
EXPRESSIONS = (
    "*", "COUNT(*)", "COUNT(DISTINCT id)", "id", "1", "SUM(duration) / COUNT(id)", "t.*", "MAX(created_at)", "rank() OVER w", "100 * COUNT(*) / SUM(n)",
    "CASE WHEN id = NULL THEN 1 ELSE MIN(n) END", "(VALUES (1))", "id::text", "now() - created_at",
)  # fmt: skip
CONDITIONS = (
    "id NOT IN ({})", "EXISTS ({})", "n = ({})", "id = 7 AND n / ({}) > 0.5", "created_at > NOW() - INTERVAL '5 minutes' OR id IN ({})",
    "id NOT BETWEEN 10 AND 5 AND n <> ALL ({})", "(id, n) IN ({})", "name LIKE '%x' AND NOT EXISTS ({})",
)  # fmt: skip
TAILS = (
    "", "GROUP BY id", "GROUP BY ROLLUP (id, n)", "GROUP BY GROUPING SETS ((id), ())", "GROUP BY 1 HAVING COUNT(*) > 1", "ORDER BY n LIMIT 1", "LIMIT 5",
    "WINDOW w AS (PARTITION BY id ORDER BY n)", "GROUP BY ()", "FOR UPDATE OF t", "FETCH FIRST 1 ROW ONLY",
)  # fmt: skip
JOINS = (
    "",
    ", posts",
    "LEFT JOIN posts p ON p.id = t.id",
    "JOIN jobs USING (id)",
    "NATURAL JOIN tracks",
    "CROSS JOIN LATERAL unnest(t.id) AS u(n)",
)


def _written(node: Any) -> Iterator[str]:
    """The queries in the specs of a case file."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "query" and isinstance(value, str):
                yield value.strip().rstrip(";")
            yield from _written(value)
    elif isinstance(node, list):
        for value in node:
            yield from _written(value)
    elif isinstance(node, str) and "query:" in node:
        yield from _written(yaml.safe_load(node))


QUERIES = sorted(
    {
        query
        for path in CASES.glob("*.yaml")
        for kind in ("pass", "fail")
        for query in _written(yaml.safe_load(path.read_text(encoding="utf-8"))[kind])
    }
)


def _around(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """A query made of others."""
    name = st.sampled_from(NAMES)
    select = st.builds(
        "SELECT {} FROM {} {} WHERE {} {}".format,
        st.sampled_from(EXPRESSIONS),
        name
        | st.builds("({}) AS t".format, inner)
        | st.builds("{} AS t(id, n)".format, name)
        | st.just("(VALUES (1, 2), (3, NULL)) AS t(id, n)"),
        st.sampled_from(JOINS),
        st.builds(lambda condition, query: str(condition).format(query), st.sampled_from(CONDITIONS), inner),
        st.sampled_from(TAILS),
    )
    with_ = st.builds(
        "WITH {}{} AS ({}), {} AS ({}) {}".format,
        st.sampled_from(("", "RECURSIVE ")),
        name,
        inner,
        name,
        inner,
        inner | st.builds("SELECT n FROM {}".format, name),
    )
    union = st.builds("{} {} {}".format, inner, st.sampled_from(("UNION", "UNION ALL", "INTERSECT", "EXCEPT")), inner)
    recursive = st.builds(
        "WITH RECURSIVE {0} AS (SELECT 1 AS n UNION ALL SELECT n FROM {0}) SELECT SUM(n) / COUNT(n) FROM {0}, ({1}) AS x".format,
        name,
        inner,
    )
    lateral = st.builds("SELECT COUNT(*) FROM {} t, LATERAL ({}) AS x WHERE x.n = t.id".format, name, inner)
    share = st.builds("SELECT 100 * ({}) / ({}) AS share".format, inner, inner)
    return select | with_ | union | recursive | lateral | share


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    """A query with some of its words doubled, left out, or in another's place."""
    words = draw(st.sampled_from(QUERIES)).split()
    for _ in range(draw(st.integers(1, 3))):
        at, other = (draw(st.integers(0, len(words) - 1)) for _ in range(2))
        words = draw(st.sampled_from((words[:at] + words[at + 1 :], words[:at] + words[other : other + 3] + words[at:]))) or ["SELECT"]
    return " ".join(words)


Judged = Callable[[str], list[Finding]]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """What all rules say of a query, asked in each way on each database."""
    folder = tmp_path_factory.mktemp("estate")
    sources = {
        "my": {"type": "mysql", "dsn": "${env:MY}", "large": ["jobs"], "tables": {"jobs": {"id": "bigint not null", "n": "int"}}},
        "lite": {"type": "sqlite", "path": "a.db"},
        "duck": {"type": "duckdb", "path": "a.duckdb", "large": ["posts"]},
    }
    ways: dict[str, dict[str, Any]] = {
        "value": {"mode": "value"},
        "named": {"mode": "value", "values": {"n": "things", "share": "percent"}},
        "rows": {"mode": "rows"},
    }
    monitors = {
        f"{source}-{way}": {
            "team": "platform",
            "every": "1m",
            "sql": {"datasource": source, "query": "SELECT 1 AS n", **how},
            "alert": {"warning": "n > 5 in 10m" if way == "named" else "> 5" if way == "value" else "any"},
        }
        for source in ("shop", *sources)
        for way, how in ways.items()
    }
    write(folder, {"case.yaml": yaml.safe_dump({"datasources": sources, "monitors": monitors})})
    checked: Checked = check(folder, targets={"runner": Runner()})
    around = context(checked, NOW)

    def run(query: str) -> list[Finding]:
        asked = {
            name: replace(one, source=replace(one.source, query=query)) if isinstance(one.source, Sql) else one
            for name, one in checked.program.monitors.items()
        }
        return lint.run(replace(checked.program, monitors=asked), checked.loaded.sources, around, syntax=True)

    assert run("SELECT 1 / COUNT(*) AS n FROM jobs WHERE id = NULL")
    return run


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(query=mutilated() | st.recursive(st.sampled_from(QUERIES), _around, max_leaves=6))
def test_no_rule_fails(judged: Judged, query: str) -> None:
    assert [one.code for one in judged(query) if not one.message] == []


@dataclass(frozen=True)
class Long:
    """A query in which something is repeated."""

    before: str
    part: str
    times: int
    behind: str = ""
    closing: str = ""
    """Repeated as well, behind what is in the middle."""
    middle: str = ""

    def __str__(self) -> str:
        return f"{self.before}{self.part * self.times}{self.middle}{self.closing * self.times}{self.behind}"


MANY, DEEP = 1100, 150
LONG = {
    "and": Long("SELECT COUNT(*) FROM jobs WHERE id = 1", " AND id = 7", MANY),
    "or": Long("SELECT COUNT(*) FROM jobs WHERE id <> 1", " OR id <> 7", MANY),
    "sum": Long("SELECT COUNT(*) / (1", " + SUM(n)", MANY, ") FROM jobs"),
    "difference": Long("SELECT COUNT(*) / (COUNT(id)", " - COUNT(*)", MANY, ") FROM jobs"),
    "interval": Long("SELECT COUNT(*) FROM jobs WHERE created_at > NOW()", " - INTERVAL '1 minute'", MANY),
    "union": Long("SELECT id FROM jobs", " UNION ALL SELECT id FROM jobs WHERE id = 1", MANY),
    "with": Long("WITH c AS (SELECT id FROM jobs)", ", c AS (SELECT id FROM c)", MANY // 5, " SELECT id FROM c"),
    "in from": Long("", "SELECT id FROM (", DEEP, middle="jobs", closing=")"),
    "in brackets": Long("SELECT 1 / ", "(", DEEP, " FROM jobs", ")", "COUNT(*)"),
    "in functions": Long("SELECT 1 / ", "COALESCE(ABS(", DEEP // 2, " FROM jobs", "), 0)", "COUNT(*)"),
    "signs": Long("SELECT 1 / ", "- ", DEEP, "COUNT(*) FROM jobs"),
    "in values": Long("SELECT ", "(SELECT ", DEEP, " AS n", ")", "COUNT(*)"),
    "greatest": Long("SELECT ", "MAX(", DEEP, " AS n FROM jobs", ")", "id"),
    "casts": Long("SELECT 1", "::int", DEEP, " AS n"),
    "mutual": Long("WITH RECURSIVE a AS (SELECT n FROM b), b AS (SELECT n FROM a) SELECT 1.0 / n FROM a", "", 1),
    "itself": Long("WITH jobs AS (SELECT id FROM jobs) SELECT id FROM jobs WHERE id NOT IN (SELECT id FROM jobs)", "", 1),
}


@pytest.mark.parametrize("kind", LONG)
def test_no_rule_fails_on_what_is_long_or_deep(kind: str, judged: Judged) -> None:
    assert [one.code for one in judged(str(LONG[kind])) if not one.message] == []
