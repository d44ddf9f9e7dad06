"""The order of calls: what is referred to first, deletions last and backwards."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monctl.order import Verb, deletions_after, knots, mentions, steps
from monctl.plan import Action, Change
from monctl.resource import Live


def change(key: str, action: Action = Action.CREATE, *needs: str, target: str = "t") -> Change:
    id = None if action is Action.CREATE else f"id-{key}"
    return Change(f"k.{key}", target, "k", key, key, action, id, depends_on=tuple(f"{target}/k/{need}" for need in needs))


def order(*changes: Change) -> list[str]:
    return [f"{step.verb} {step.id.removeprefix('t/k/')}" for step in steps(changes)]


def test_what_is_referred_to_comes_first() -> None:
    assert order(change("a", Action.CREATE, "b"), change("b", Action.CREATE, "c"), change("c")) == ["create c", "create b", "create a"]


def test_deletions_come_last_and_backwards() -> None:
    changes = [change("policy", Action.DELETE, "service"), change("service", Action.DELETE), change("new"), change("site", Action.UPDATE)]

    assert order(*changes) == ["create new", "update site", "delete service", "delete policy"]


def test_the_old_half_of_a_replacement_goes_after_everything_was_moved_over() -> None:
    changes = [change("a", Action.REPLACE), change("b", Action.UPDATE, "a"), change("c", Action.REPLACE, "a")]

    assert order(*changes) == ["create a", "update b", "create c", "delete c (old)", "delete a (old)"]
    assert next(step for step in steps(changes) if step.id == "t/k/a (old)").needs == ("t/k/a", "t/k/b", "t/k/c")


def test_a_need_whose_id_is_known_orders_but_does_not_block() -> None:
    first, second = steps([change("a", Action.UPDATE), change("b", Action.UPDATE, "a")])

    assert (first.id, second.id, second.needs) == ("t/k/a", "t/k/b", ())


def test_a_circle_is_cut_where_the_id_is_known() -> None:
    first, second = steps([change("a", Action.CREATE, "b"), change("b", Action.UPDATE, "a")])

    assert (first.id, second.id, second.needs) == ("t/k/a", "t/k/b", ("t/k/a",))


def test_circles_of_new_objects_are_knots() -> None:
    changes = [change("a", Action.CREATE, "b"), change("b", Action.CREATE, "a"), change("c", Action.CREATE, "c"), change("d")]

    assert {frozenset(knot) for knot in knots(changes)} == {frozenset({"t/k/a", "t/k/b"}), frozenset({"t/k/c"})}
    assert len(steps(changes)) == 4


def test_what_mentions_a_deleted_object_is_dealt_with_before() -> None:
    gone = {"t/k/policy": Live("k", "P1", "p", {"name": "p"}), "t/k/service": Live("k", "S1", "s", {"policy": {"id": "P1"}})}

    assert deletions_after(gone, gone) == {"t/k/policy": ("t/k/service",)}


@pytest.mark.parametrize(
    ("body", "expected"),
    [({"a": {"id": 17}}, ["17"]), ({"detectorIds": ["17"]}, ["17"]), ({"interval": 17}, []), ({"a": ["PX"]}, ["PX"]), ({"on": True}, [])],
)
def test_a_number_is_an_id_only_under_a_name_that_says_so(body: object, expected: list[str]) -> None:
    assert list(mentions(body, ["17", "PX"])) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(Action)), st.sets(st.integers(0, 7))), max_size=8))
def test_every_change_is_carried_out_once_and_creations_before_deletions(drawn: list[tuple[Action, set[int]]]) -> None:
    changes = [change(str(place), action, *map(str, needs)) for place, (action, needs) in enumerate(drawn)]

    every = steps(changes)

    assert len({step.id for step in every}) == len(every) == len(changes) + sum(action is Action.REPLACE for action, _ in drawn)
    assert [step.verb is Verb.DELETE for step in every] == sorted(step.verb is Verb.DELETE for step in every)
    seen: set[str] = set()
    for step in every:
        assert step.verb is Verb.DELETE or seen.issuperset(step.needs)
        seen.add(step.id)
    assert [step.id for step in steps(reversed(changes))] == [step.id for step in every]
