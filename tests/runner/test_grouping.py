"""What the rules say of columns that are not grouped by, asked of the databases: told is refused, or by chance."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import duckdb
import psycopg
import pytest

from monctl.cli import run

TABLES = (
    "CREATE TABLE jobs (id integer PRIMARY KEY, queue text, state text, tries integer, made timestamp)",
    "CREATE TABLE runs (id integer PRIMARY KEY, job_id integer, queue text, ms integer)",
)
REFUSED = (
    "SELECT queue, COUNT(*) AS n FROM jobs",
    "SELECT j.queue || ' of ' || COUNT(*) AS n FROM jobs AS j",
    "SELECT *, COUNT(*) AS n FROM jobs",
    "SELECT jobs.*, COUNT(*) AS n FROM jobs",
    "SELECT COUNT(*) > 0 AND tries > 3 AS n FROM jobs",
    "SELECT ROUND(AVG(tries)) AS n, CASE WHEN state = 'late' THEN 1 END AS late FROM jobs",
    "SELECT MAX(tries) AS n FROM jobs HAVING tries > 1",
    "SELECT state FROM jobs HAVING COUNT(*) > 1",
    "SELECT COUNT(*) AS n FROM jobs ORDER BY made",
    "SELECT state, COUNT(*) AS n FROM jobs GROUP BY date_trunc('day', made)",
    "SELECT made, COUNT(*) AS n FROM jobs GROUP BY date_trunc('day', made)",
    "SELECT tries, COUNT(*) AS n FROM jobs GROUP BY ()",
    "SELECT r.ms, j.state, COUNT(*) AS n FROM jobs AS j JOIN runs AS r ON r.job_id = j.id GROUP BY j.id",
    "SELECT j.id, j.queue, COUNT(*) AS n FROM (SELECT id, queue FROM jobs) AS j GROUP BY j.id",
    "WITH late AS (SELECT id, queue FROM jobs) SELECT id, queue, COUNT(*) AS n FROM late GROUP BY id",
    "SELECT n FROM (SELECT queue, COUNT(*) AS n FROM jobs) AS q",
    "SELECT COUNT(*) AS n FROM jobs UNION ALL SELECT SUM(ms) + job_id FROM runs",
    "SELECT COUNT(*) AS n, SUM(tries) OVER () AS total FROM jobs",
    "SELECT queue, ROW_NUMBER() OVER (ORDER BY ms) AS n FROM (SELECT queue, ms FROM runs) AS r GROUP BY queue",
    "SELECT STRING_AGG(queue, ',') AS queues, state FROM jobs",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS half, queue FROM runs",
)
TAKEN = (
    "SELECT queue, COUNT(*) AS n FROM jobs GROUP BY queue ORDER BY 2, queue",
    "SELECT QUEUE, COUNT(*) AS n FROM jobs AS j GROUP BY J.queue",
    "SELECT queue || state AS what, COUNT(*) AS n FROM jobs GROUP BY 1",
    "SELECT date_trunc('day', made) AS day, COUNT(*) AS n FROM jobs GROUP BY day ORDER BY day",
    "SELECT EXTRACT(DAY FROM date_trunc('day', jobs.made)) AS day, COUNT(*) AS n FROM jobs GROUP BY date_trunc('day', made)",
    "SELECT queue, state, COUNT(*) AS n FROM jobs GROUP BY ROLLUP (queue, state)",
    "SELECT queue, state, COUNT(*) AS n FROM jobs GROUP BY GROUPING SETS ((queue), (state), ())",
    "SELECT queue, state, COUNT(*) AS n FROM jobs GROUP BY CUBE (queue, state) HAVING queue IS NULL",
    "SELECT queue, COUNT(*) OVER () AS n FROM jobs",
    "SELECT queue, SUM(COUNT(*)) OVER (ORDER BY queue) AS n FROM jobs GROUP BY queue",
    "SELECT COUNT(*) FILTER (WHERE tries > 3) AS n FROM jobs",
    "SELECT 'all' AS what, COUNT(*) AS n, user AS who FROM jobs",
    "SELECT j.id, (SELECT j.tries + COUNT(*) FROM runs AS r WHERE r.job_id = j.id) AS n FROM jobs AS j",
    "SELECT COUNT(*) AS n, (SELECT MAX(queue) FROM runs) AS queue FROM jobs",
    "SELECT queue, (SELECT COUNT(*) FROM runs) AS n FROM jobs",
    "SELECT DISTINCT ON (queue) queue, state FROM jobs ORDER BY queue, made",
    "SELECT queue FROM jobs WHERE id IN (SELECT MAX(job_id) FROM runs)",
)
KEYED = (
    "SELECT id, queue, COUNT(*) AS n FROM jobs GROUP BY id",
    "SELECT j.queue, j.state, SUM(r.ms) AS ms FROM jobs AS j JOIN runs AS r ON r.job_id = j.id GROUP BY j.id ORDER BY j.made",
)
"""What PostgreSQL takes because of a key."""
CATALOGUE = ("SELECT mode, COUNT(*) AS n FROM pg_locks", "SELECT mode, pid, COUNT(*) AS n FROM pg_locks GROUP BY mode")
CHANCE = (
    "SELECT queue, COUNT(*) AS n FROM jobs",
    "SELECT COUNT(*) AS n, tries + 1 AS tries FROM jobs WHERE state IN ('late', 'lost')",
    "SELECT r.queue, j.tries, SUM(r.ms) AS ms FROM jobs AS j JOIN runs AS r ON r.ms > j.tries GROUP BY r.queue",
    "SELECT COUNT(*) AS n FROM jobs HAVING tries > 1",
)
SURE = (
    "SELECT queue, state, MAX(tries) AS n FROM jobs",
    "SELECT queue, COUNT(*) AS n FROM jobs WHERE queue = 'mail'",
    "SELECT queue AS q, COUNT(*) AS n FROM jobs GROUP BY q",
    "SELECT COUNT(*) AS n FROM jobs ORDER BY tries",
)

Told = Callable[[str, str, Sequence[str]], list[str]]


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Told:
    """Those of some queries that a rule tells of, by type of datasource and code; with the tables declared and without, which is the same here."""

    def ask(kind: str, code: str, queries: Sequence[str]) -> list[str]:
        place = f"path: {tmp_path / 'shop.db'}" if kind in {"sqlite", "duckdb"} else "dsn: '${env:SHOP}'"
        (tmp_path / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\n", encoding="utf-8")
        metrics = {f"m{at}": {"sql": {"datasource": "shop", "query": query, "mode": "rows"}} for at, query in enumerate(queries)}
        (tmp_path / "metrics.yaml").write_text(json.dumps({"metrics": metrics}), encoding="utf-8")
        found = []
        for tables in ("", ", tables: {jobs: {id: integer, queue: text, state: text, tries: integer, made: timestamp}}"):
            (tmp_path / "shop.yaml").write_text(f"datasources: {{shop: {{type: {kind}, {place}{tables}}}}}\n", encoding="utf-8")
            run(["lint", "-C", str(tmp_path), "--select-rule", code, "-o", "json"])
            answer = json.loads(capsys.readouterr().out)["findings"]
            found.append([query for at, query in enumerate(queries) if any(one["address"] == f"metric.m{at}" for one in answer)])
        assert found[0] == found[1]
        return found[0]

    return ask


def test_postgresql_refuses_what_is_told(postgres: str, told: Told) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        for table in TABLES:
            connection.execute(table.encode())
        for query in (*REFUSED, *CATALOGUE):
            with pytest.raises(psycopg.errors.GroupingError):
                connection.execute(query.encode())
        for query in (*TAKEN, *KEYED):
            connection.execute(query.encode())

    assert told("postgresql", "SQL034", (*TAKEN, *REFUSED, *KEYED, *CATALOGUE)) == [*REFUSED, *CATALOGUE]


def test_duckdb_refuses_what_is_told(told: Told) -> None:
    with duckdb.connect() as connection:
        for table in TABLES:
            connection.execute(table)
        for query in (*REFUSED, *KEYED):
            with pytest.raises(duckdb.BinderException, match="GROUP BY clause"):
                connection.execute(query)
        for query in TAKEN:
            connection.execute(query)

    assert told("duckdb", "SQL034", (*TAKEN, *REFUSED, *KEYED)) == [*REFUSED, *KEYED]


def test_sqlite_takes_any_row_where_it_is_told(told: Told) -> None:
    jobs = [("mail", "late", 1), ("web", "lost", 2), ("mail", "late", 0)]
    answers: dict[str, set[str]] = {}
    for rows in (jobs, jobs[::-1], jobs[1:] + jobs[:1]):
        with closing(sqlite3.connect(":memory:")) as connection:
            for table in TABLES:
                connection.execute(table)
            connection.executemany("INSERT INTO jobs (queue, state, tries) VALUES (?, ?, ?)", rows)
            connection.executemany("INSERT INTO runs (queue, ms) VALUES (?, ?)", [("mail", 5), ("web", 7)])
            for query in (*CHANCE, *SURE):
                answers.setdefault(query, set()).add(repr(connection.execute(query).fetchall()))

    assert [query for query, some in answers.items() if len(some) > 1] == [*CHANCE]
    assert told("sqlite", "SQL035", (*SURE, *CHANCE)) == [*CHANCE]
