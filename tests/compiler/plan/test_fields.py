"""What differs between two bodies, by path."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monctl.fields import compare
from monctl.plan import FieldChange
from monctl.sensitive import scrub, sensitive_name

CASES: list[tuple[Any, Any, list[tuple[str, Any, Any]]]] = [
    ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
    ({"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 1}}, [("a.b", 1, 2)]),
    ({"a": 1}, {}, [("a", 1, None)]),
    ({"tags": ["a", "b"]}, {"tags": ["a", "c"]}, [("tags", ["a", "b"], ["a", "c"])]),
    (
        {"rules": [{"title": "x", "for": 1}, {"title": "y", "for": 1}]},
        {"rules": [{"title": "x", "for": 2}, {"title": "z", "for": 1}]},
        [("rules[x].for", 1, 2), ("rules[z]", None, {"title": "z", "for": 1}), ("rules[y]", {"title": "y", "for": 1}, None)],
    ),
    ({"rules": [{"title": "x"}, {"title": "y"}]}, {"rules": [{"title": "y"}, {"title": "x"}]}, [("rules[order]", ["x", "y"], ["y", "x"])]),
    ({"steps": [{"n": 1}, {"n": 2}, {"n": 3}]}, {"steps": [{"n": 1}, {"n": 3}]}, [("steps[2]", {"n": 2}, None)]),
    ({"steps": [{"n": 1}, {"n": 3}]}, {"steps": [{"n": 1}, {"n": 2}, {"n": 3}]}, [("steps[1]", None, {"n": 2})]),
    ({"steps": [{"n": 1}, {"n": 2}]}, {"steps": [{"n": 2}, {"n": 1}]}, [("steps[order]", [{"n": 1}, {"n": 2}], [{"n": 2}, {"n": 1}])]),
    ({"grid": [[1], [2]]}, {"grid": [[1], [3]]}, [("grid[1]", [2], [3])]),
    ({"password": "a"}, {"password": "b"}, [("password", None, None)]),
]


@pytest.mark.parametrize(("before", "after", "expected"), CASES)
def test_fields_are_found_by_path(before: Any, after: Any, expected: list[tuple[str, Any, Any]]) -> None:
    assert [(one.path, one.before, one.after) for one in compare(before, after)] == expected


def test_a_secret_by_its_look_is_sensitive() -> None:
    assert compare({"url": "https://a:pw@host/x"}, {"url": "https://host/x"}) == (FieldChange("url", sensitive=True),)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "a", "b"]), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from("abc"), JSON), st.dictionaries(st.sampled_from("abc"), JSON))
def test_there_are_fields_exactly_when_two_bodies_differ(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert bool(compare(before, after)) == (before != after)


@pytest.mark.parametrize(
    "name", ["token", "http_password", "integrationKey", "secureSettings", "apiKey", "routing_key", "Authorization", "dsn"]
)
def test_names_of_secrets_are_known(name: str) -> None:
    assert sensitive_name(name)
    assert scrub({name: "hunter2"}) == {name: "***"}


@pytest.mark.parametrize("name", ["name", "keyword", "key", "interval", "authors", "tags", "folderUid"])
def test_ordinary_names_are_not(name: str) -> None:
    assert not sensitive_name(name)
    assert scrub({name: "hunter2"}) == {name: "hunter2"}
