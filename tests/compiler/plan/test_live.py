"""Reading a target: what is whole is a state, anything else an error that is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from monctl.errors import Garbled
from monctl.live import read_all
from monctl.resource import Live, Lookup, Resource


class Trusting:
    """A client that believes what it is told."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def read(self, resources: Iterable[Resource]) -> Iterator[Live]:
        for row in self.answer:
            yield Live("thing", row["id"], row.get("name", ""), {})

    def lookup(self, wanted: Lookup) -> str | None:
        return str(self.answer["id"])


@pytest.mark.parametrize("answer", [None, 3, "x", {"a": 1}, [None], [1], [{}], [[]]])
def test_an_answer_of_another_shape_is_never_a_state(answer: Any) -> None:
    with pytest.raises(Garbled, match="t: an answer is not what this API gives") as caught:
        read_all(Trusting(answer), "t", ())  # type: ignore[arg-type]  # the part of a client that reading needs
    assert caught.value.exit_code == 3
    assert "is the URL right?" in (caught.value.hint or "")


def test_a_lookup_that_is_answered_with_nonsense_is_told_the_same_way() -> None:
    wanted = Resource("t", "thing", "a", "A", {"user": Lookup("user", (("email", "ana@example.com"),))}, "monitor.a")

    with pytest.raises(Garbled, match="an answer is not what this API gives"):
        read_all(Trusting([]), "t", (wanted,))  # type: ignore[arg-type]  # the part of a client that reading needs
