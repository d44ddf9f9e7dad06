"""Secrets left out of a body, and what the specs say in their places."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monctl.errors import UsageError
from monctl.resource import Ref, SecretRef
from monctl.veil import Veil, unveiled, veiled

KEY = Veil("0123456789abcdef0123456789abcdef")


def test_a_secret_is_hidden_where_the_specs_hold_one_whatever_it_looks_like() -> None:
    live = {"to": [{"address": "plain-looking"}, {"address": "other"}], "name": "x"}
    desired = {"to": [{"address": SecretRef("env:HOOK")}, {"address": "other"}], "name": "x"}

    assert veiled(live, desired, Veil()) == {"to": [{"address": "***"}, {"address": "***"}], "name": "x"}


@pytest.mark.parametrize(
    ("live", "kept"),
    [
        ({"http_password": "hunter2"}, {"http_password": "***"}),
        ({"secureSettings": {"anything": "hunter2", "set": True}}, {"secureSettings": {"anything": "***", "set": True}}),
        ({"text": "xoxb-1-hunter2"}, {"text": "***"}),
        ({"hook": "https://chat.example/hooks/hunter2"}, {"hook": "***"}),
        ({"site": "https://shop.example"}, {"site": "https://shop.example"}),
        ({"api_key": ""}, {"api_key": ""}),
        ({"password": {"$secret": "env:PASSWORD"}}, {"password": {"$secret": "env:PASSWORD"}}),
    ],
)
def test_what_no_spec_says_is_hidden_by_name_and_by_look(live: Any, kept: Any) -> None:
    assert veiled(live, {}, Veil()) == kept


def test_a_url_that_the_specs_say_in_clear_stays() -> None:
    url = {"url": "https://shop.example/health?deep=1"}

    assert veiled(url, url, Veil()) == url
    assert veiled(url, {"url": "https://shop.example/other"}, Veil()) == {"url": "***"}


def test_the_key_of_an_integration_that_others_refer_to_is_hidden() -> None:
    assert veiled({"value": "R0UT1NG"}, {"value": Ref("integration", "x", "integration_key")}, Veil()) == {"value": "***"}


def test_with_a_key_equal_secrets_are_equal_and_nothing_else_is_told() -> None:
    kept = veiled({"a_token": "hunter2", "b_token": "hunter2", "c_token": "hunter3", "number_token": 7}, {}, KEY)

    assert kept["a_token"] == kept["b_token"] != kept["c_token"]
    assert kept["a_token"].startswith("hmac-sha256:")
    assert "hunter2" not in str(kept)
    assert kept != veiled(
        {"a_token": "hunter2", "b_token": "hunter2", "c_token": "hunter3", "number_token": 7}, {}, Veil("another key of some length")
    )


def test_a_key_that_can_be_guessed_is_refused_and_never_shown() -> None:
    with pytest.raises(UsageError, match="shorter than 16") as refused:
        Veil.of({"MONCTL_SNAPSHOT_KEY": "hunter2"})

    assert "hunter2" not in str(refused.value)
    assert repr(KEY) == "Veil(***)"
    assert Veil.of({}) == Veil()


def test_what_was_left_out_is_taken_to_be_as_the_specs_say() -> None:
    kept = {"name": "x", "token": "***", "list": [{"token": "***"}], "gone_token": "***", "odd": ["***"]}
    desired = {"name": "y", "token": SecretRef("env:T"), "list": [{"token": "t"}], "odd": ["a", "b"]}

    assert unveiled(kept, desired, Veil()) == {
        "name": "x",
        "token": SecretRef("env:T"),
        "list": [{"token": "t"}],
        "gone_token": "***",
        "odd": ["***"],
    }


def test_with_the_key_a_secret_said_in_clear_is_compared() -> None:
    kept = veiled({"a_token": "one", "b_token": "two"}, {}, KEY)

    assert unveiled(kept, {"a_token": "one", "b_token": "other"}, KEY) == {"a_token": "one", "b_token": "***"}
    assert unveiled(kept, {"a_token": "one", "b_token": "other"}, Veil()) == {"a_token": "one", "b_token": "other"}


_BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "token", "url", "list"]), inner, max_size=3)
)  # fmt: skip


@given(_BODIES, st.sampled_from([Veil(), KEY]))
def test_a_body_that_is_as_its_spec_says_comes_back_whole(body: Any, veil: Veil) -> None:
    assert unveiled(veiled(body, body, veil), body, veil) == body
