"""Queries that are alike: judging one of them for all gives what judging each would give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import expressions as exp

from monctl.alike import shape
from monctl.finding import Level
from monctl.lint import all_rules, query_rule
from monctl.lint.rule import ROOT
from monctl.query import parse, queries

CASES = Path(__file__).parent / "cases"
COMPARED = re.compile(r"(?<![-\w=<>!~:])(?P<operator>=|<>|!=|<=|>=|<|>)(?P<space>\s*)(?P<value>\d{3,9}\b|'[A-Za-z][\w-]*')")

ALIKE = {
    "numbers": ("a = 4711 AND b > 2", "a = 815 AND b > 2"),
    "words": ("state = 'open' AND b = 1", "state = 'shut' AND b = 1"),
    "both, twice": ("a = 500 OR c = 'red' OR a = 600", "a = 700 OR c = 'blue' OR a = 900"),
    "equal ones": ("a <> 500 OR a <> 500", "a <> 700 OR a <> 700"),
    "in a condition of an aggregate": ("COUNT(*) FILTER (WHERE a >= 500)", "COUNT(*) FILTER (WHERE a >= 501)"),
    "before a closing bracket": ("(a = 500)", "(a = 501)"),
    "a quoted one beside it": ("a = 500 AND t LIKE 'x = 500 AND'", "a = 501 AND t LIKE 'x = 500 AND'"),
}
DIFFERENT = {
    "small numbers": ("a = 1", "a = 2"),
    "a hundred": ("a = 100", "a = 101"),
    "equal and unequal": ("a <> 500 OR a <> 500", "a <> 500 OR a <> 501"),
    "another order": ("a > 500 AND a < 600", "a > 600 AND a < 500"),
    "words that mean something": ("a = 'now'", "a = 'open'"),
    "dates": ("a = '2026-01-01'", "a = '2026-01-02'"),
    "lengths": ("a > NOW() - INTERVAL '5 minutes'", "a > NOW() - INTERVAL '6 minutes'"),
    "counted units": ("a > 500 * INTERVAL '1 minute'", "a > 600 * INTERVAL '1 minute'"),
    "inside a text": ("a LIKE 'x = 500 AND'", "a LIKE 'x = 501 AND'"),
    "inside a comment": ("1 = 1 -- a = 500\n", "1 = 1 -- a = 501\n"),
    "paths into JSON": ("a -> 500 = 1", "a -> 501 = 1"),
    "named arguments": ("f(a => 500)", "f(a => 501)"),
    "casts": ("a = 500::text", "a = 501::text"),
    "decimals": ("a = 500.5", "a = 501.5"),
    "limits": ("a = b LIMIT 500", "a = b LIMIT 501"),
    "names": ("a = 'open' AND b", "a = 'open' AND c"),
    "great and small letters of a column": ("a = 500 AND B", "a = 500 AND b"),
}


@pytest.mark.parametrize(("one", "other"), ALIKE.values(), ids=ALIKE)
def test_texts_of_one_shape(one: str, other: str) -> None:
    assert shape(one) == shape(other) is not None


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT)
def test_texts_of_different_shapes(one: str, other: str) -> None:
    assert shape(one) is None or shape(one) != shape(other)


@pytest.mark.parametrize("text", [r"a = 500 AND t = 'it\'s'", "a = 500 AND t = $$x$$", "a = 500 AND b[500] = 1", "/* /* */ a = 500 */ 1"])
def test_what_is_not_taken_apart_has_no_shape(text: str) -> None:
    assert shape(text) is None


@given(st.text(alphabet="a=<>!'\"-/*0159 \n()$,;", max_size=40))
def test_a_shape_is_the_text_but_for_what_is_left_out(text: str) -> None:
    form = shape(text)
    if form is not None:
        left = re.sub("\0[nw]\\d+", "", form)
        rest = iter(text)
        assert all(char in rest for char in left)


def cases() -> Iterator[Any]:
    """Every spec of every rule about SQL that compares with a number or a word."""
    for rule in all_rules():
        path = CASES / f"{rule.code}.yaml"
        if rule.node_check is None or not path.is_file():
            continue
        case = yaml.safe_load(path.read_text(encoding="utf-8"))
        for kind in ("pass", "fail"):
            for why, files in (case.get(kind) or {}).items():
                if any(COMPARED.search(text) for text in ([files] if isinstance(files, str) else files.values())):
                    yield pytest.param(files, id=f"{rule.code} {kind}: {why}")


def changed(text: str) -> str:
    """The text with other numbers and words behind its comparisons: equal ones stay equal, greater ones greater."""

    def other(found: re.Match[str]) -> str:
        value = found["value"]
        new = f"'{value[1:-1]}z'" if value.startswith("'") else str(int(value) * 3 + 1)
        return f"{found['operator']}{found['space']}{new}"

    return COMPARED.sub(other, text)


@pytest.mark.parametrize("files", list(cases()))
def test_rules_find_the_same_in_all_that_are_alike(files: Any, linted: Any) -> None:
    about_sql = [rule for rule in all_rules() if rule.node_check is not None]
    first = linted(files, only=about_sql)
    others = {name: changed(text) for name, text in files.items()} if isinstance(files, dict) else changed(files)
    second = linted(others, only=about_sql)
    pairs = list(zip(queries(first.checked.program), queries(second.checked.program), strict=True))

    if all(shape(one.text) == shape(other.text) is not None for one, other in pairs if one.text != other.text):
        assert sorted(found.code for found in second.findings) == sorted(found.code for found in first.findings)
    for one, other in pairs:
        if shape(one.text) == shape(other.text) is not None:
            assert (parse(one.text, one.dialect).tree is None) == (parse(other.text, other.dialect).tree is None)


MONITOR = """
monitors:
  first:
    sql: {{datasource: shop, query: "SELECT COUNT(*) AS n FROM jobs WHERE owner = 500 AND made_at > NOW() - INTERVAL '10 minutes'"}}
    every: {first}
    alert: {{warning: "> {limit} for 15m"}}
  second:
    sql: {{datasource: shop, query: "SELECT COUNT(*) AS n FROM jobs WHERE owner = 600 AND made_at > NOW() - INTERVAL '10 minutes'"}}
    every: {second}
    alert: {{warning: "> 5 for 15m"}}
"""


@pytest.mark.parametrize(("first", "second", "told"), [("5m", "5m", []), ("5m", "1h", ["monitor.second"]), ("1h", "5m", ["monitor.first"])])
def test_alike_is_only_what_is_asked_alike(first: str, second: str, told: list[str], linted: Any) -> None:
    found = linted(MONITOR.format(first=first, second=second, limit=7)).findings

    assert [one.address for one in found if one.code == "SQL007"] == told


def test_a_rule_of_another_package_sees_every_query(linted: Any) -> None:
    seen = []

    def looks(node: Any, query: Any, context: Any) -> Iterator[Any]:
        """Looks."""
        seen.append(query.address)
        return iter(())

    mine = query_rule("OWN001", "looks", level=Level.INFO, nodes=(ROOT,))(looks)
    linted(MONITOR.format(first="5m", second="5m", limit=7), only=[*(rule for rule in all_rules() if rule.node_check is not None), mine])

    assert seen == ["monitor.first", "monitor.second"]


@pytest.mark.parametrize("kind", ["Identifier", "Expression", "Column", "Star"])
def test_a_rule_is_given_every_node_of_the_type_it_asks_for(kind: str, linted: Any) -> None:
    seen = []

    def looks(node: Any, query: Any, context: Any) -> Iterator[Any]:
        """Looks."""
        seen.append((query.address, node.sql()))
        return iter(())

    mine = query_rule("OWN001", "looks", level=Level.INFO, nodes=(kind,))(looks)
    program = linted(MONITOR.format(first="5m", second="5m", limit=7), only=[mine]).checked.program
    wanted = [
        (one.address, node.sql())
        for one in queries(program)
        for node in (parse(one.text, one.dialect).tree or exp.Null()).walk()
        if kind in {base.__name__ for base in type(node).__mro__}
    ]

    assert sorted(seen) == sorted(wanted)
    assert wanted
