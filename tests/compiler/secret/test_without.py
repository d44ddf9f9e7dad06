from __future__ import annotations

from monctl.sensitive import without


def test_of_two_secrets_that_begin_alike_nothing_is_left() -> None:
    assert without("key hunter2-long, then hunter2", ["hunter2", "hunter2-long"]) == "key ***, then ***"


def test_an_empty_secret_hides_nothing() -> None:
    assert without("as it was", [""]) == "as it was"
