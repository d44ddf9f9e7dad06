"""JSONPath and the checks on what it finds."""

from __future__ import annotations

from typing import Any

import pytest

from monctl.measure import JsonAssertion
from monctl.runner.probes.json_path import BadPath, fault, find, holds, parse

DOCUMENT: Any = {
    "status": "up",
    "ok": True,
    "none": None,
    "db-main": {"lag": 3},
    "a.b": 1,
    "checks": [{"name": "disk", "ok": True}, {"name": "mail", "ok": False, "inner": {"name": "smtp"}}],
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("$", [DOCUMENT]),
        ("$.status", ["up"]),
        ("$.none", [None]),
        ("$.db-main.lag", [3]),
        ("$['a.b']", [1]),
        ('$["db-main"]["lag"]', [3]),
        ("$.checks[0].name", ["disk"]),
        ("$.checks[-1].name", ["mail"]),
        ("$.checks[2]", []),
        ("$.checks[*].ok", [True, False]),
        ("$.checks.*.ok", [True, False]),
        ("$..name", ["disk", "mail", "smtp"]),
        ("$..['lag']", [3]),
        ("$.status.length", []),
        ("$.missing.deeper", []),
    ],
)
def test_a_path_finds_these(path: str, values: list[Any]) -> None:
    assert find(DOCUMENT, parse(path)) == values


@pytest.mark.parametrize("path", ["status", "$status", "$.", "$..", "$[", "$[a]", "$.a[1:2]", "$.a[?(@.b)]", "$.a b", "$['a"])
def test_a_path_that_is_not_understood_says_where(path: str) -> None:
    with pytest.raises(BadPath, match="the JSONPath"):
        parse(path)


@pytest.mark.parametrize(
    ("value", "op", "target", "expected"),
    [
        (3, "==", 3.0, True),
        ("3", "==", 3.0, False),
        (True, "==", True, True),
        (True, "==", 1.0, False),
        (1, "==", True, False),
        (None, "==", None, True),
        (None, "!=", "up", True),
        (3, ">=", 3.0, True),
        (3, ">", 3.0, False),
        (2, "<", 3.0, True),
        (3, "<=", 3.0, True),
        ("2026-02", "<", "2026-11", True),
        ("9", ">", 3.0, False),
        (True, ">", 0.0, False),
        ("abc", "contains", "b", True),
        (["a", "b"], "contains", "b", True),
        ([1, 2], "contains", 2.0, True),
        ({"b": 1}, "contains", "b", True),
        (5, "contains", "5", False),
    ],
)
def test_values_compare(value: Any, op: str, target: Any, expected: bool) -> None:
    assert holds(value, op, target) is expected


@pytest.mark.parametrize(
    ("check", "why"),
    [
        (JsonAssertion("$.status", "==", "up"), None),
        (JsonAssertion("$.none", "exists"), None),
        (JsonAssertion("$.gone", "exists"), "$.gone is not there"),
        (JsonAssertion("$.gone", "!=", "x"), "$.gone is not there"),
        (JsonAssertion("$.checks[*].ok", "==", True), "$.checks[*].ok is false, not true"),
        (JsonAssertion("$.db-main.lag", "<", 2.0), "$.db-main.lag is 3, not < 2"),
    ],
)
def test_a_check_says_why_it_does_not_hold(check: JsonAssertion, why: str | None) -> None:
    assert fault(DOCUMENT, check) == why


def test_a_long_value_is_cut() -> None:
    found = fault({"a": "x" * 500}, JsonAssertion("$.a", "==", "y"))

    assert found is not None
    assert len(found) < 120
