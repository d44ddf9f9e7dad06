from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from monctl.document import Document, load_text
from monctl.yaml_reader import plain_value


def value_of(text: str) -> dict[str, Any]:
    document = load_text("a.yaml", text.encode())

    assert document.findings == ()
    return document.value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("5", 5),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("12:30", "12:30"),
        ("2026-11-21", "2026-11-21"),
        ("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"),
        ("0123", "0123"),
        ("+49301234567", "+49301234567"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1.2.3", "1.2.3"),
        ("5m", "5m"),
        ("==", "=="),
        ("'5'", "5"),
        ('"true"', "true"),
        ("!!str 5", "5"),
        ("!!int 5", 5),
        ("! 5", 5),
    ],
)
def test_scalars_mean_what_they_look_like(written: str, value: object) -> None:
    read = value_of(f"a: {written}")["a"]

    assert (read, type(read)) == (value, type(value))


def test_keys_are_always_text() -> None:
    assert value_of("on: 1\n200: 2\ntrue: 3\n~: 4\n1.5: 5") == {"on": 1, "200": 2, "true": 3, "~": 4, "1.5": 5}


def test_an_int_of_thousands_of_digits_stays_text() -> None:
    assert value_of("a: " + "9" * 5_000) == {"a": "9" * 5_000}


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "~", "\ufeff"])
def test_an_empty_file_is_an_empty_map(text: str) -> None:
    assert value_of(text) == {}


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    document = load_text("a.yaml", b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")

    assert (document.value, document.lines) == ({"a": 1, "b": 2}, ["a: 1", "b: 2", ""])


def test_block_scalars_keep_their_lines() -> None:
    assert value_of("a: |\n  SELECT\n    1\nb: >-\n  x\n  y\n") == {"a": "SELECT\n  1\n", "b": "x y"}


def test_anchors_aliases_and_merge_keys_work() -> None:
    text = """
base: &base {every: 5m, labels: &labels {team: db}}
one: {<<: *base, every: 1m}
two: {<<: [*labels, *base, {team: web, tier: 1}]}
three:
  <<: *base
  <<: {x: 1, every: 9m}
"""
    value = value_of(text)

    assert value["one"] == {"every": "1m", "labels": {"team": "db"}}
    assert value["two"] == {"team": "db", "every": "5m", "labels": {"team": "db"}, "tier": 1}
    assert value["three"] == {"every": "5m", "labels": {"team": "db"}, "x": 1}


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    assert value_of('"<<": 5') == {"<<": 5}


def test_a_text_is_loaded_as_its_bytes_are() -> None:
    assert load_text("a.yaml", "a: é") == load_text("a.yaml", "a: é".encode())


letters = st.text(
    st.characters(exclude_categories=["Cs", "Zs", "Zl", "Zp"], exclude_characters="\x85\ufeff\u200b\u2060", include_characters=" ")
)  # YAML 1.1 takes some of these for line breaks; the others, without quotes, are faults
plain = st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False), letters)
trees = st.recursive(
    plain, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(letters, inner, max_size=4)), max_leaves=15
)


@given(st.dictionaries(letters, trees, max_size=5), st.sampled_from([None, True, False]), st.sampled_from([None, '"', "'", "|", ">"]))
def test_what_is_dumped_is_read_back(value: dict[str, Any], flow: bool | None, style: str | None) -> None:
    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:
            return True

    def text_as_text(dumper: Dumper, data: str) -> yaml.Node:
        looks_plain = isinstance(plain_value(data) if data else None, str)
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style if looks_plain else '"')

    Dumper.add_representer(str, text_as_text)
    text = yaml.dump(value, Dumper=Dumper, default_flow_style=flow, allow_unicode=True)

    assert load_text("a.yaml", text.encode()) == Document("a.yaml", text, value)
