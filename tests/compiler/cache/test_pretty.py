"""The quick writer writes what the standard library writes."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monctl.halves import LEAST
from monctl.pretty import pretty
from monctl.resource import Ref, SecretRef, plain

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=30,
)


class Word(StrEnum):
    ONE = "one"


@given(VALUES)
def test_it_writes_what_the_standard_library_writes(value: Any) -> None:
    assert pretty(value) == json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)


def test_a_map_that_two_processes_write() -> None:
    value = {"monitors": {f"m{at % 7}-{at}": {"at": at, "of": [at, None, {"é": "\u2028"}]} for at in range(3 * LEAST)}}

    assert pretty(value) == json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)


def test_tuples_words_of_an_enumeration_and_odd_characters() -> None:
    value: dict[str, Any] = {"t": (1, (), {}), Word.ONE: Word.ONE, 'q"\\\n\u2028ä': "\x00\x7f\ud83d", "f": [1e300, -0.0, 10**40]}

    assert pretty(value) == json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)


def test_what_is_not_plain_is_made_so() -> None:
    body = {"a": [SecretRef("env:TOKEN")], "b": Ref("folder", "x", "uid")}

    assert pretty(body, plain) == json.dumps(plain(body), indent=2, sort_keys=True, ensure_ascii=False)


@pytest.mark.parametrize("value", [{1: 2}, {"a": object()}, [{1, 2}]])
def test_what_cannot_be_written_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        pretty(value)
