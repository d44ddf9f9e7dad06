"""Columns without AS are called as their database calls them. The names are those that PostgreSQL 15, SQLite 3.40 and DuckDB 2.0 gave (2026-11-21)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import duckdb
import pytest

from monctl import query
from monctl.lint.column_name import name_of

POSTGRES = [
    ("count(*)", "count"),
    ("pg_catalog.count(*)", "count"),
    ("count(*) FILTER (WHERE true)", "count"),
    ("rank() OVER (ORDER BY x)", "rank"),
    ("bool_or(x)", "bool_or"),
    ("every(x)", "every"),
    ("percentile_cont(0.95) WITHIN GROUP (ORDER BY x)", "percentile_cont"),
    ("mode() WITHIN GROUP (ORDER BY x)", "mode"),
    ("now()", "now"),
    ("CURRENT_TIMESTAMP", "current_timestamp"),
    ("now() AT TIME ZONE 'utc'", "timezone"),
    ("ceiling(x)", "ceiling"),
    ("pow(x, 2)", "pow"),
    ("mod(x, 2)", "mod"),
    ("char_length(x)", "char_length"),
    ("string_agg(x, ',')", "string_agg"),
    ("to_char(x, 'YYYY')", "to_char"),
    ("date_trunc('day', x)", "date_trunc"),
    ("trim(x)", "btrim"),
    ("trim(LEADING 'a' FROM x)", "ltrim"),
    ("position('a' IN x)", "position"),
    ("strpos(x, 'a')", "strpos"),
    ("coalesce(x, 1)", "coalesce"),
    ("nullif(x, 1)", "nullif"),
    ("greatest(x, 1)", "greatest"),
    ("exists(SELECT 1)", "exists"),
    ("ARRAY[1]", "array"),
    ("ARRAY(SELECT 1)", "array"),
    ("(1, 2)", "row"),
    ("(x).y", "y"),
    ("x[1]", "x"),
    ("t.x", "x"),
    ('x COLLATE "C"', "x"),
    ("x::text", "x"),
    ("count(*)::text::int", "count"),
    ("'5'::int", "int4"),
    ("('5'::text)::int", "int4"),
    ("1::numeric(10,2)", "numeric"),
    ("date '2026-01-01'", "date"),
    ("interval '1 hour'", "interval"),
    ("CASE WHEN x THEN 1 END", "case"),
    ("CASE WHEN x THEN 1 ELSE 2 END::int", "int4"),
    ("CASE WHEN x THEN 1 ELSE max(x) END", "max"),
    ("(SELECT max(x) FROM t)", "max"),
    ("(SELECT max(x) AS m FROM t)", "m"),
    ("(SELECT 1)::int", ""),
    ("1", ""),
    ("'a'", ""),
    ("NULL", ""),
    ("-count(*)", ""),
    ("count(*) * 100", ""),
    ("NOT x", ""),
    ("x IS NULL", ""),
    ("x IN (1, 2)", ""),
    ("x BETWEEN 1 AND 2", ""),
    ("x = ANY(ARRAY[1])", ""),
    ("x || 'a'", ""),
    ("extract(epoch FROM x)", None),  # date_part before version 14
    ("TRUE", None),  # bool before version 15
    ("1::real", None),
]
BY_TEXT = [
    "count(*)",
    "max(x)",
    "x + 1",
    "count(*) FILTER (WHERE x > 1)",
    "sum(x) OVER ()",
    "coalesce(x, 1)",
    "CASE WHEN x THEN 1 END",
    "NOT x",
]


def name(expression: str, dialect: str) -> str | None:
    text = f"SELECT {expression} FROM t"  # noqa: S608  # our own expressions
    tree = query.parse_anew(text, dialect).tree

    assert tree is not None
    return name_of(tree.expressions[0], text, dialect)


@pytest.mark.parametrize(("expression", "expected"), POSTGRES)
def test_postgresql_takes_the_function_or_type(expression: str, expected: str | None) -> None:
    assert expected == name(expression, "postgres")


@pytest.mark.parametrize("expression", BY_TEXT)
def test_others_take_the_text_which_is_no_name_to_ask_for(expression: str) -> None:
    for dialect in ("mysql", "sqlite", "duckdb") if "FILTER" not in expression else ("sqlite", "duckdb"):
        assert not name(expression, dialect)
    with closing(sqlite3.connect(":memory:")) as lite:
        lite.execute("CREATE TABLE t (x)")
        shown = [column[0] for column in lite.execute(f"SELECT {expression} FROM t").description]  # noqa: S608  # our own expressions
    with duckdb.connect() as duck:
        duck.execute("CREATE TABLE t (x INTEGER)")
        shown += [column[0] for column in duck.execute(f"SELECT {expression} FROM t").description]  # noqa: S608  # our own expressions

    assert [one for one in shown if one.isidentifier()] == []


@pytest.mark.parametrize(
    ("expression", "dialect"), [("@@max_connections", "mysql"), ("'abc'", "mysql"), ("CURRENT_DATE", "duckdb"), ("(x)", "duckdb")]
)
def test_what_is_not_certain_is_not_known(expression: str, dialect: str) -> None:
    assert name(expression, dialect) is None


@pytest.mark.parametrize(("expression", "expected"), [("x", "x"), ("t.x", "x"), ("max(x) AS most", "most"), ("*", "*"), ("t.*", "*")])
@pytest.mark.parametrize("dialect", ["postgres", "mysql", "sqlite", "duckdb"])
def test_columns_and_as_are_the_same_everywhere(expression: str, expected: str, dialect: str) -> None:
    assert expected == name(expression, dialect)
