"""Specs as YAML text: read back they are what they were, and they look like what a person writes."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monctl.expand import Expander
from monctl.resource import SecretRef
from monctl.saying import SaidObject
from monctl.source import Origin
from monctl.spec_writer import spec_text, yaml_text
from monctl.yaml_reader import read_yaml

_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30) | st.sampled_from(
    ["true", "null", "yes", "off", "1e3", "09:00", "0o7", "12:30:45", "~", "- a", "a: b", "#a", "${env:PATH}", "$${x}", "a\nb\n", "a\n\n", " a", "2026-11-21", "=", "<<"]
)  # fmt: skip
_VALUES = st.recursive(
    _TEXTS | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e6, 1e6).map(lambda value: round(value, 3)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex(r"[a-z][a-z_-]{0,8}", fullmatch=True), inner, max_size=3),
    max_leaves=12,
)


def read(text: str) -> Any:
    """As monctl reads a spec: the YAML, then its references filled."""
    value, faults = read_yaml(text)
    assert faults == []
    expander = Expander({}, {})
    filled = expander.fill(value, {}, Origin("x.yaml"))
    assert expander.findings == []
    return filled


@given(value=st.dictionaries(st.from_regex(r"[a-z][a-z_-]{0,8}", fullmatch=True), _VALUES, min_size=1, max_size=4))
def test_what_is_written_reads_back_as_it_was(value: dict[str, Any]) -> None:
    assert value == read(yaml_text(value))


def test_a_reference_of_a_provider_is_text_and_a_secret_is_a_reference() -> None:
    text = yaml_text({"title": "costs ${env:HOME} $${x}", "webhook": SecretRef("env:HOOK")})

    assert read_yaml(text)[0] == {"title": "costs $${env:HOME} $$${x}", "webhook": "${env:HOOK}"}
    assert read(text) == {"title": "costs ${env:HOME} $${x}", "webhook": "${env:HOOK}"}


def test_a_file_looks_as_a_person_would_write_it() -> None:
    spec = {
        "title": "Shop",
        "sql": {"datasource": "db", "query": "SELECT 1\nFROM orders\n"},
        "alert": {"P1": "> 5 for 10m", "P2": {"when": "down", "notify": ["#a", "b"]}},
        "every": "5m",
        "labels": {"start": "09:00", "size": "10"},
    }

    text = spec_text(
        {"monitors": [SaidObject("monitors", "shop", spec, "Vendor monitor 7\n  evil: true")], "teams": [SaidObject("teams", "ops", {})]},
        about="Imported.",
    )

    assert (
        text
        == """\
# yaml-language-server: $schema=schemas/spec.schema.json
# Imported.

monitors:
  # Vendor monitor 7 evil: true
  shop:
    title: Shop
    sql:
      datasource: db
      query: |
        SELECT 1
        FROM orders
    alert:
      P1: '> 5 for 10m'
      P2:
        when: down
        notify: ['#a', b]
    every: 5m
    labels:
      start: "09:00"
      size: "10"

teams:
  ops: {}
"""
    )
