"""What the cases of the SQL rules cannot show: how often a rule speaks, and in which words."""

from __future__ import annotations

from typing import Any

import pytest

from monctl.lint import all_rules

RULES = {rule.code: rule for rule in all_rules()}


def told(linted: Any, code: str, query: str, *, datasource: str = "shop") -> list[str]:
    """What a rule says of a query."""
    spec = f'metrics: {{m: {{sql: {{datasource: {datasource}, query: "{query}"}}}}}}'
    return [one.message for one in linted(spec, only=[RULES[code]]).findings if one.code == code]


def test_a_divisor_is_told_once(linted: Any) -> None:
    query = "SELECT SUM(a) FILTER (WHERE x) / COUNT(b) + COUNT(c) / COUNT(b) AS one, 2 / COUNT(b) AS two, 3 / COUNT(c) AS three FROM jobs"

    assert told(linted, "SQL005", query) == ["division by zero when COUNT(b) is 0", "division by zero when COUNT(c) is 0"]


def test_a_divisor_that_is_long_is_cut(linted: Any) -> None:
    query = "SELECT 1 / (SUM(one_of_the_columns) + SUM(another_of_the_columns)) AS n FROM jobs"

    assert told(linted, "SQL005", query) == ["division by zero when SUM(one_of_the_columns) + SUM(another_o… is 0"]


def test_a_subquery_is_called_one(linted: Any) -> None:
    query = "SELECT 1.0 * COUNT(*) / (SELECT COUNT(*) FROM jobs) AS n FROM posts"

    assert told(linted, "SQL005", query) == ["division by zero when the subquery is 0"]


@pytest.mark.parametrize(
    ("function", "what"),
    [
        ("pg_read_file('a')", "reads files of the server, which takes rights that a monitor should not have"),
        ("dblink_exec('a', 'b')", "runs a statement in another database, which may be any"),
        ("nextval('a')", "does more than read"),
    ],
)
def test_a_function_is_said_to_do_what_it_does(function: str, what: str, linted: Any) -> None:
    assert told(linted, "SQL002", f"SELECT {function} AS n") == [f"the function '{function.partition('(')[0]}' {what}"]


@pytest.mark.parametrize(("condition", "what"), [("ms BETWEEN 10 AND 5", "never"), ("ms NOT BETWEEN 10 AND 5", "always")])
def test_a_range_the_wrong_way_round_is_never_true_or_always(condition: str, what: str, linted: Any) -> None:
    message = f"the first bound of BETWEEN is the greater: this is {what} true"

    assert told(linted, "SQL021", f"SELECT COUNT(*) AS n FROM posts WHERE {condition}") == [message]  # noqa: S608  # our own conditions


@pytest.mark.parametrize("kind", ["bigint null", "not null", "bigint notnull", "bigint nullable", "bigint not null primary key"])
def test_of_null_a_type_says_not_null_or_nothing(kind: str, linted: Any) -> None:
    spec = f'datasources: {{shop: {{type: postgresql, dsn: "${{env:SHOP}}", tables: {{jobs: {{id: {kind}}}}}}}}}'

    with pytest.raises(AssertionError, match=f"'{kind}' is no type of a column"):
        linted(spec)


@pytest.mark.parametrize("kind", ["bigint", "bigint not null", "BIGINT NOT NULL", "numeric(10,2)  not  null", "struct(a null)"])
def test_a_type_is_the_word_of_the_database(kind: str, linted: Any) -> None:
    spec = f'datasources: {{shop: {{type: postgresql, dsn: "${{env:SHOP}}", tables: {{jobs: {{id: "{kind}"}}}}}}}}'

    assert linted(spec).checked.program.datasources["shop"].schema == {"jobs": {"id": kind}}


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ("AVG(duration) AS slow, MAX(created_at) AS last", "slow"),
        ("duration, created_at", "duration"),
        ("1 + 1, MAX(created_at) AS last", "name"),
        ("'mail' AS queue, COUNT(*) AS waiting", "waiting"),
        ("queue, COUNT(*) AS waiting, MAX(created_at) AS last", "waiting"),
    ],
)
def test_the_column_that_is_read_is_the_one_to_be_named(columns: str, name: str, linted: Any) -> None:
    group = " GROUP BY queue" if columns.startswith("queue") else ""
    spec = f'monitors: {{m: {{sql: {{datasource: shop, query: "SELECT {columns} FROM jobs{group}"}}, alert: {{warning: "> 10"}}}}}}'  # noqa: S608  # our own columns
    helps = [one.help for one in linted(spec, only=[RULES["SQL004"]]).findings if one.code == "SQL004"]

    assert helps == [f"add `values: {{{name}: unit}}`"]


def test_every_join_that_is_undone_is_told_once(linted: Any) -> None:
    query = (
        "SELECT COUNT(*) AS n FROM jobs j LEFT JOIN posts p ON p.id = j.id LEFT JOIN tracks t ON t.id = p.track_id"
        " WHERE p.created_at::date > CURRENT_DATE AND p.id > 'a' AND LOWER(t.title) = 'x'"
    )

    assert [message.split("'")[1] for message in told(linted, "SQL023", query)] == ["p", "t"]


def test_a_table_that_is_missing_is_named_with_its_schema(linted: Any) -> None:
    assert told(linted, "SQL010", "SELECT COUNT(*) AS n FROM public.jbos") == ["datasource 'shop' declares no table 'public.jbos'"]
