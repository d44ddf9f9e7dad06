"""What is done side by side keeps every order that matters: within a target, between what needs each other, and before deletions."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Event, Lock
from typing import Any

import pytest

from monctl.apply import Side, apply
from monctl.errors import JournalError, Rejected, Unreachable
from monctl.journal import Journal, read_journal
from monctl.lanes import in_lanes, spread, together
from monctl.order import Step, Verb, steps
from monctl.plan import Action, Change, assemble
from monctl.receipt import Outcome, Receipt
from monctl.resource import Json, Mark, Resource
from monctl.testing import Memory, MemoryClient, plan_for

SOON = 20.0
"""Seconds after which a thread that never comes fails the test instead of hanging it."""


def step(target: str, key: str, *needs: str) -> Step:
    change = Change(f"monitor.{key}", target, "thing", key, key, Action.CREATE)
    return Step(change, Verb.CREATE, tuple(needs))


def done(step: Step) -> Receipt:
    return Receipt(step, Outcome.DONE)


def test_targets_are_written_at_the_same_time() -> None:
    both = Barrier(2, timeout=SOON)

    def carry(step: Step) -> Receipt:
        both.wait()
        return done(step)

    every = [step(target, key) for key in "ab" for target in ("one", "two")]
    assert {receipt.step.id for receipt in in_lanes(every, carry)} == {one.id for one in every}


def test_one_target_needs_no_thread_and_keeps_its_order() -> None:
    every = [step("one", key) for key in "abc"]

    assert [receipt.step for receipt in in_lanes(every, done)] == every


@pytest.mark.parametrize("seed", range(20))
def test_a_step_begins_when_all_it_needs_has_ended_and_never_two_of_one_target(seed: int) -> None:
    chance = random.Random(seed)
    every: list[Step] = []
    for number in range(60):
        before = [one.id for one in chance.sample(every, min(len(every), chance.randrange(3)))]
        every.append(step(chance.choice(("one", "two", "three", "four")), str(number), *before))
    ended: list[str] = []
    busy: set[str] = set()
    wrong: list[str] = []
    lock = Lock()

    def carry(step: Step) -> Receipt:
        with lock:
            wrong.extend(need for need in step.needs if need not in ended)
            wrong.extend(target for target in busy if target == step.change.target)
            busy.add(step.change.target)
        with lock:
            busy.discard(step.change.target)
            ended.append(step.id)
        return done(step)

    receipts = list(in_lanes(every, carry))

    assert wrong == []
    assert len(receipts) == 60
    for target in ("one", "two", "three", "four"):
        assert [id for id in ended if id.startswith(f"{target}/")] == [one.id for one in every if one.change.target == target]


def test_a_fault_calls_off_what_waits_and_is_raised_when_what_began_has_ended() -> None:
    raised = Event()
    told: list[str] = []

    def carry(step: Step) -> Receipt:
        if step.change.target == "one":
            raised.set()
            raise JournalError("the disk is full")
        assert raised.wait(SOON)
        return done(step)

    every = [step("one", "a"), step("two", "b"), step("two", "c", "one/thing/a")]
    with pytest.raises(JournalError, match="the disk is full"):
        told.extend(receipt.step.id for receipt in in_lanes(every, carry))

    assert set(told) <= {"two/thing/b"}


def test_who_stops_listening_stops_the_rest() -> None:
    listening, begun = Event(), []

    def carry(step: Step) -> Receipt:
        begun.append(step.id)
        if step.change.key == "b":
            assert listening.wait(SOON)
        return done(step)

    every = [step("one", "a"), step("two", "b"), step("two", "c", "one/thing/z"), step("one", "z", "two/thing/b")]
    receipts = in_lanes(every, carry)
    next(receipts)
    listening.set()
    receipts.close()  # type: ignore[attr-defined]  # a generator, of which only the iterator is promised

    assert set(begun) <= {one.id for one in every}


def test_all_are_asked_at_once_and_told_in_order() -> None:
    everybody = Barrier(3, timeout=SOON)

    def found(name: str) -> Callable[[], str]:
        def call() -> str:
            everybody.wait()
            if name == "b":
                raise Unreachable("no answer", target=name)
            return name

        return call

    answers = together({name: found(name) for name in "cba"}, Unreachable)

    assert list(answers) == ["c", "b", "a"]
    assert (answers["c"], answers["a"]) == ("c", "a")
    assert str(answers["b"]) == "b: no answer"


def test_what_is_not_expected_is_raised() -> None:
    def broken() -> str:
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        together({"a": broken, "b": lambda: "b"}, Unreachable)


def test_not_more_than_allowed_are_under_way() -> None:
    lock, pair = Lock(), Barrier(2, timeout=SOON)
    busy, most = 0, 0

    def read(item: int) -> int:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        pair.wait()
        with lock:
            busy -= 1
        return item * item

    assert spread(read, range(10), 2) == [item * item for item in range(10)]
    assert most == 2


def test_of_several_faults_the_first_is_raised_and_nothing_more_begins() -> None:
    begun: list[int] = []
    pair = Barrier(2, timeout=SOON)

    def read(item: int) -> int:
        begun.append(item)
        pair.wait()
        raise Rejected(f"no {item}")

    with pytest.raises(Rejected, match="no 0"):
        spread(read, range(10), 2)
    assert sorted(begun) == [0, 1]


class Shared(MemoryClient):
    """Writes down what it is asked in a list that all share, and meets the others at the first creation."""

    def __init__(self, memory: Memory, said: list[str], meet: Barrier | None) -> None:
        super().__init__(memory.world, memory.name)
        self._name, self._said, self._meet = memory.name, said, meet

    def create(self, resource: Resource, body: Json, mark: Mark) -> Any:
        if self._meet is not None:
            self._meet.wait()
        self._said.append(f"{self._name} create")
        return super().create(resource, body, mark)

    def delete(self, live: Any) -> None:
        self._said.append(f"{self._name} delete")
        super().delete(live)


def thing(target: str, key: str) -> Resource:
    return Resource(target, "thing", key, key.title(), {"name": key}, f"monitor.{key}")


def test_no_deletion_begins_before_the_last_creation_of_every_target_and_the_journal_tells_all(tmp_path: Path) -> None:
    said: list[str] = []
    meet = Barrier(2, timeout=SOON)
    sides, differences = [], []
    for name in ("one", "two"):
        memory = Memory(name)
        before = Shared(memory, [], None)
        wanted = [thing(name, "old")]
        plan, state = plan_for(memory, before, wanted)
        list(apply(plan, [Side(memory, before, wanted, state)], secrets=str))
        client = Shared(memory, said, meet)
        wanted = [thing(name, "a"), thing(name, "b")]
        plan, state = plan_for(memory, client, wanted)
        sides.append(Side(memory, client, wanted, state))
        differences.append(plan)
    changes = [change for plan in differences for change in plan.changes]
    whole = assemble([], estate="estate")
    whole = type(whole)(**{name: getattr(whole, name) for name in whole.__dataclass_fields__} | {"changes": tuple(changes)})

    with Journal(tmp_path / "journal") as journal:
        receipts = list(apply(whole, sides, secrets=str, journal=journal))

    assert {receipt.outcome for receipt in receipts} == {Outcome.DONE}
    assert said[-2:] == ["one delete", "two delete"]
    assert sorted(said[:4]) == ["one create", "one create", "two create", "two create"]
    progress = read_journal(tmp_path / "journal")
    assert progress.done == {one.id for one in steps(changes)}
    assert (progress.open, progress.ended) == (frozenset(), True)
