"""Variables, for_each and templates, as data: what is written, and what it becomes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monctl.expand import UNFILLED, Expander, Raw, refers
from monctl.source import Origin

HERE = Origin("a.yaml", ("monitors", "site"))
VARIABLES = {
    "host": "shop.example",
    "port": 8080,
    "deep": {"list": ["a", {"b": "c"}], "off": False, "empty": None},
    "url": "https://${var.host}:${var.port}/",
    "secret": "${env:TOKEN}",
    "circle": "${var.round}",
    "round": "${var.circle}",
}


def _expander() -> Expander:
    variables = {name: (value, Origin("monctl.yaml", ("variables", name))) for name, value in VARIABLES.items()}
    return Expander(variables, {"estate": "shop", "environment": "live"})


@pytest.mark.parametrize(
    ("written", "filled"),
    [
        ("plain", "plain"),
        ("${var.host}", "shop.example"),
        ("${ var.host }", "shop.example"),
        ("${var.port}", 8080),
        ("port ${var.port}", "port 8080"),
        ("${var.deep}", {"list": ["a", {"b": "c"}], "off": False, "empty": None}),
        ("${var.deep.list.1.b}", "c"),
        ("${var.deep.off}", False),
        ("off: ${var.deep.off}, empty: ${var.deep.empty}.", "off: false, empty: ."),
        ("${var.url}", "https://shop.example:8080/"),
        ("${estate}-${environment}", "shop-live"),
        ("$${var.host}", "${var.host}"),
        ("a $${ b ${var.host}", "a ${ b shop.example"),
        ("$HOME costs $5 {brace}", "$HOME costs $5 {brace}"),
        ("${env:TOKEN}", "${env:TOKEN}"),
        ("${var.secret}", "${env:TOKEN}"),
        (["${var.host}", {"a": ["${var.port}"]}], ["shop.example", {"a": [8080]}]),
        (5, 5),
        (None, None),
    ],
)
def test_a_value_is_filled(written: Any, filled: Any) -> None:
    expander = _expander()

    assert expander.fill(written, {}, HERE) == filled
    assert expander.findings == []


@pytest.mark.parametrize(
    ("written", "code", "path", "within"),
    [
        ("${var.hots}", "SPEC021", (), (0, 11)),
        ("see ${var.deep.lists}", "SPEC021", (), (4, 21)),
        ({"a": ["x", "${nobody}"]}, "SPEC021", ("a", 1), (0, 9)),
        ("${var.host.name}", "SPEC021", (), (0, 16)),
        ("${var.deep.list.7}", "SPEC021", (), (0, 18)),
        ("${var.deep.list.²}", "SPEC022", (), (0, 18)),
        ("${each.key}", "SPEC021", (), (0, 11)),
        ("all of ${var.deep}", "SPEC022", (), (7, 18)),
        ("${var}", "SPEC022", (), (0, 6)),
        ("${}", "SPEC022", (), (0, 3)),
        ("${var.host", "SPEC022", (), (0, 2)),
        ("Bearer ${env:TOKEN}", "SPEC034", (), (7, 19)),
    ],
)
def test_what_cannot_be_filled_is_one_finding_at_its_characters(
    written: Any, code: str, path: tuple[str | int, ...], within: tuple[int, int]
) -> None:
    expander = _expander()
    expander.fill(written, {}, HERE)

    assert [(one.code, one.origin, one.within) for one in expander.findings] == [(code, HERE.at(*path), within)]


def test_a_circle_of_variables_is_told_once_at_a_variable() -> None:
    expander = _expander()
    filled = expander.fill(["${var.circle}", "${var.round}"], {}, HERE)

    assert filled == [UNFILLED, UNFILLED]
    assert [(one.code, one.origin.path) for one in expander.findings] == [("SPEC042", ("variables", "circle"))]


def test_without_settings_no_variable_is_a_fault() -> None:
    expander = Expander(None, {"estate": "shop", "environment": ""})

    assert expander.fill({"a": "${var.x}", "b": "${estate}"}, {}, HERE) == {"a": UNFILLED, "b": "shop"}
    assert expander.findings == []


@pytest.mark.parametrize(
    ("inventory", "made"),
    [
        ({"a": 1, "b": {"url": "u"}}, {"site-a": {"k": "a", "v": 1}, "site-b": {"k": "b", "v": {"url": "u"}}}),
        (["x", 5, True], {"site-x": {"k": "x", "v": "x"}, "site-5": {"k": "5", "v": 5}, "site-true": {"k": "true", "v": True}}),
        ("${var.deep.list.1}", {"site-b": {"k": "b", "v": "c"}}),
        ({"a": "${var.host}"}, {"site-a": {"k": "a", "v": "shop.example"}}),
        ({}, {}),
    ],
)
def test_for_each_makes_one_object_per_entry(inventory: Any, made: dict[str, Any]) -> None:
    expander = _expander()
    raw = Raw("monitors", "site", {"for_each": inventory, "k": "${each.key}", "v": "${each.value}"}, HERE)

    assert {one.name: one.value for one in expander.objects(raw)} == made
    assert expander.findings == []


def test_a_map_of_maps_gives_each_its_parts() -> None:
    expander = _expander()
    hosts = {"eu": {"host": "eu.example", "tags": ["x"]}, "us": {"host": "us.example", "tags": []}}
    raw = Raw("monitors", "site", {"for_each": hosts, "http": "https://${each.value.host}/", "tags": "${each.value.tags}"}, HERE)

    assert [one.value for one in expander.objects(raw)] == [
        {"http": "https://eu.example/", "tags": ["x"]},
        {"http": "https://us.example/", "tags": []},
    ]


def test_a_template_is_its_inventory_times_its_objects_names_filled() -> None:
    expander = _expander()
    template = {
        "for_each": {"eu": 1, "us": 2},
        "services": {"shop-${each.key}": {"tier": "${each.value}"}},
        "monitors": {"${each.key}-site": {"service": "shop-${each.key}"}},
    }

    assert [(one.kind, one.name, one.value) for one in expander.template(template, HERE)] == [
        ("services", "shop-eu", {"tier": 1}),
        ("monitors", "eu-site", {"service": "shop-eu"}),
        ("services", "shop-us", {"tier": 2}),
        ("monitors", "us-site", {"service": "shop-us"}),
    ]
    assert expander.findings == []


TEXTS = st.text(alphabet="${}.: aev\n", max_size=20) | st.sampled_from(["${var.host}", "${env:A}", "$${", "${each.value}", "${var.deep}"])
VALUES = st.recursive(
    TEXTS | st.integers() | st.none(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
)


@given(VALUES)
def test_any_value_is_filled_or_told_of(value: Any) -> None:
    expander = _expander()
    filled = expander.fill(value, {"each": {"key": "k", "value": "v"}}, HERE)

    assert (filled == value) or refers(value)
    assert bool(expander.findings) == ("unfilled" in repr(filled).replace("'unfilled'", ""))
