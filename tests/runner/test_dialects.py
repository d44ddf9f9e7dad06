"""What the rules say a database refuses, asked of that database: words of other dialects, names there are not, types that do not fit, columns of two tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import psycopg
import pytest

from monctl.cli import run

JOBS = "CREATE TABLE jobs (id uuid, state text, tries integer, failed boolean, made timestamp)"
POSTS = "CREATE TABLE posts (id uuid, job_id uuid)"
TABLES = """
    tables:
      jobs: {id: uuid, state: text, tries: integer, failed: boolean, made: timestamp}
      posts: {id: uuid, job_id: uuid}
"""
POSTGRES = (
    ("SQL030", "SELECT UNIX_TIMESTAMP() AS n"),
    ("SQL030", "SELECT CURDATE() - CURRENT_DATE AS n"),
    ("SQL030", "SELECT GETDATE() - NOW() AS n"),
    ("SQL030", "SELECT TIMESTAMPDIFF(SECOND, made, NOW()) AS n FROM jobs"),
    ("SQL030", "SELECT UTC_TIMESTAMP() - NOW() AS n"),
    ("SQL030", "SELECT IFNULL(MAX(tries), 0) AS n FROM jobs"),
    ("SQL030", "SELECT NVL(MAX(tries), 0) AS n FROM jobs"),
    ("SQL030", "SELECT LENGTH(GROUP_CONCAT(state)) AS n FROM jobs"),
    ("SQL030", "SELECT COUNT(*) AS n FROM jobs WHERE made > DATE_SUB(NOW(), INTERVAL '5 minutes')"),
    ("SQL030", "SELECT DATEDIFF(NOW(), MAX(made)) AS n FROM jobs"),
    ("SQL030", "SELECT COUNT(*) AS n FROM jobs WHERE STRFTIME('%Y', made) = '2026'"),
    ("SQL030", "SELECT COUNT(*) AS n FROM jobs WHERE made > NOW() - INTERVAL 5 MINUTE"),
    ("SQL030", "SELECT IF(COUNT(*) > 0, 1, 0) AS n FROM jobs"),
    ("SQL024", "SELECT COUNT(*) AS n FROM jobs WHERE tries > 'many'"),
    ("SQL024", "SELECT COUNT(*) AS n FROM jobs WHERE failed = 1"),
    ("SQL024", "SELECT COUNT(*) AS n FROM jobs WHERE failed = 'perhaps'"),
    ("SQL024", "SELECT COUNT(*) AS n FROM jobs WHERE state = 3"),
    ("SQL024", "SELECT COUNT(*) AS n FROM jobs WHERE id = 'seven'"),
    ("SQL024", "SELECT COUNT(*) AS n FROM jobs WHERE made < 1767225600"),
    ("SQL024", "SELECT COUNT(*) AS n FROM jobs WHERE made < 'soon'"),
    ("SQL024", "SELECT SUM(state) AS n FROM jobs"),
    ("SQL010", "SELECT COUNT(*) AS n FROM jobs WHERE stat = 'x'"),
    ("SQL010", "SELECT COUNT(*) AS n FROM job"),
    ("SQL025", "SELECT COUNT(*) AS n FROM jobs JOIN posts ON posts.job_id = jobs.id WHERE id IS NULL"),
)
SQLITE = (
    "SELECT UNIX_TIMESTAMP() AS n",
    "SELECT COUNT(*) AS n FROM jobs WHERE made > NOW()",
    "SELECT COUNT(*) AS n FROM jobs WHERE made > datetime('now') - INTERVAL '5 minutes'",
    "SELECT tries::int AS n FROM jobs",
    "SELECT COUNT(*) AS n FROM jobs WHERE state ILIKE 'a%'",
    "SELECT EXTRACT(EPOCH FROM made) AS n FROM jobs",
    "SELECT GREATEST(1, 2) AS n",
    "SELECT LEAST(1, 2) AS n",
    "SELECT DATE_TRUNC('day', made) AS n FROM jobs",
    "SELECT DISTINCT ON (state) tries AS n FROM jobs",
)
DUCKDB = (
    "SELECT UNIX_TIMESTAMP() AS n",
    "SELECT CURDATE() AS n",
    "SELECT NVL(MAX(tries), 0) AS n FROM jobs",
    "SELECT TO_CHAR(made, 'YYYY') AS n FROM jobs",
)


def told(folder: Path, kind: str, code: str, query: str, capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether the rule tells of the query."""
    (folder / "monctl.yaml").write_text("estate: shop\ntargets: {runner: {}}\n", encoding="utf-8")
    (folder / "a.yaml").write_text(
        f"datasources:\n  shop:\n    type: {kind}\n    dsn: ${{env:SHOP}}{TABLES}\nmetrics:\n  m:\n    sql: {{datasource: shop, query: {query!r}}}\n",
        encoding="utf-8",
    )
    run(["lint", "-C", str(folder), "--select-rule", code])
    return f"[{code}]" in capsys.readouterr().out


def test_postgresql_refuses_what_the_rules_tell(postgres: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(JOBS)
        connection.execute(POSTS)
        for code, query in POSTGRES:
            assert told(tmp_path, "postgresql", code, query, capsys), query
            with pytest.raises(psycopg.Error):
                connection.execute(query.encode())


def test_sqlite_refuses_what_the_rule_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(JOBS)
        for query in SQLITE:
            assert told(tmp_path, "sqlite", "SQL030", query, capsys), query
            with pytest.raises(sqlite3.Error):
                connection.execute(query)


def test_duckdb_refuses_what_the_rule_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with duckdb.connect() as connection:
        connection.execute(JOBS)
        for query in DUCKDB:
            assert told(tmp_path, "duckdb", "SQL030", query, capsys), query
            with pytest.raises(duckdb.Error):
                connection.execute(query)
