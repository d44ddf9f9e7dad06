"""What a database takes is taken: its own operators, what stands behind a statement; and whatever is in a text, the parser ends in a sentence."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monctl.measure import Sql
from monctl.operators import spelled
from monctl.query import Query, fault_of, parse_anew
from monctl.source import Origin

TAKEN = (
    *(("postgres", "SELECT COUNT(*) FROM t WHERE a OPERATOR b".replace("OPERATOR", operator)) for operator in (
        "<<=", ">>=", "<<|", "|>>", "&<|", "|&>", "<^", ">^", "~<~", "~>=~", "~=", "?||", "?-|", "?#", "##", "@@@", "<#>", "<=>", "~~*", "#>>", "%>",
    )),
    ("postgres", "SELECT a FROM t; -- the old jobs"),
    ("postgres", "SELECT a FROM t; /* the old jobs */"),
    ("postgres", "SELECT a FROM t WHERE b <<= '10.0.0.0/8'::cidr AND c = '<<=' -- <<="),
    ("mysql", "SELECT a FROM t; # the old jobs"),
    ("sqlite", "SELECT a FROM t; -- the old jobs"),
    ("duckdb", "SELECT a FROM t; -- the old jobs"),
)  # fmt: skip
"""Accepted by PostgreSQL 15 (some of extensions), MySQL and SQLite (2026-11-21)."""
REFUSED = (
    ("postgres", "SELECT COUNT(*) FROM t WHERE (a ?)", "an operator or a function lacks something it works on"),
    ("postgres", "SELECT a #>> FROM t", "an operator or a function lacks something it works on"),
    ("mysql", "SELECT COUNT(*) FROM t WHERE a > DATE_SUB(NOW())", "an operator or a function lacks something it works on"),
    ("postgres", "SELECT 1; SELECT 2 -- two", "a query is one statement, here are 2"),
    ("postgres", "SELECT 1 FROM t WHERE a <<= ", "something is missing near '<='"),
    ("postgres", "SELECT COUNT(*) FROM ONLY (t)", "expected table name but got '('"),
    ("mysql", "SELECT 1 FROM t WHERE a <<= b", "something is missing near '<='"),
)


@pytest.mark.parametrize(("dialect", "text"), TAKEN, ids=[text for _, text in TAKEN])
def test_what_a_database_takes_is_taken(dialect: str, text: str) -> None:
    assert parse_anew(text, dialect).fault is None


@pytest.mark.parametrize(("dialect", "text", "said"), REFUSED, ids=[text for _, text, _ in REFUSED])
def test_what_it_refuses_is_told(dialect: str, text: str, said: str) -> None:
    fault = parse_anew(text, dialect).fault

    assert fault is not None
    assert fault.message.removeprefix("not valid SQL: ") == said
    assert "Token" not in fault.message


WORDS = st.sampled_from(
    [
        "SELECT",
        "FROM",
        "t",
        "a",
        "b",
        "WHERE",
        "AND",
        "(",
        ")",
        ",",
        "?",
        "?#",
        "#>>",
        "<<=",
        "~",
        "=",
        ">",
        "5",
        "'x'",
        "DATE_SUB",
        "NOW()",
        "CASE",
        "WHEN",
        "END",
        "NULL",
        "IN",
        "::",
        "text",
        ";",
        "--",
        "\n",
        "/*",
        "*/",
        "@",
        "|>",
        "[",
        "]",
        "INTERVAL",
    ]
)


@given(st.lists(WORDS, max_size=14).map(" ".join), st.sampled_from(["postgres", "mysql", "sqlite", "duckdb"]))
@example("SELECT COUNT(*) FROM t WHERE a ? AND b", "postgres")
def test_no_text_is_an_exception(text: str, dialect: str) -> None:
    parsed = parse_anew(text, dialect)

    assert (parsed.tree is None) != (parsed.fault is None)
    assert parsed.fault is None or 0 <= parsed.fault.start <= parsed.fault.end <= len(text)


@given(st.text(alphabet="ab =<>~|?#-+*/'\"$\n", max_size=30))
@example("a <<= '<<=' -- <<=")
@example("a <<=-1")
@example("a <<=--b")
def test_an_operator_is_spelled_in_its_own_place(text: str) -> None:
    other = spelled(text)

    assert len(other) == len(text)
    assert all(one == was or was in "+-*/<>=~!@#%^&|`?" for one, was in zip(other, text, strict=True))


def test_a_query_that_a_comment_cuts_off_is_told_how_to_keep_its_lines() -> None:
    text = "SELECT COUNT(a -- the names) FROM t"
    fault = parse_anew(text, "postgres").fault
    assert fault is not None

    told = fault_of(Query(text, "postgres", "shop", Origin("a.yaml"), "metric.a", Sql("shop", text)), fault)

    assert told.help == "`--` takes the rest of its line, and YAML makes one line of many without `|`: write `query: |`"
