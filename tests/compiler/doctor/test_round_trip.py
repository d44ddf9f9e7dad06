"""The round trip with a provider in memory: it proves what works, says what does not, and leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

from monctl.errors import Rejected, Unreachable
from monctl.examination import Check, Verdict
from monctl.resource import Resource
from monctl.round_trip import ESTATE, round_trip
from monctl.testing import Fault, Memory, MemoryClient


def thing(limit: int) -> Resource:
    return Resource("memory", "thing", "scratch", "monctl doctor", {"name": "monctl doctor", "limit": limit}, "monitor.scratch")


class Client(MemoryClient):
    """A client that offers a scratch object."""

    def scratch(self) -> tuple[Resource, Resource]:
        return thing(1), thing(2)


def trip(target: Memory, client: MemoryClient | None = None) -> list[Check]:
    return list(round_trip(target, client or Client(target.world), sleep=lambda _: None))


@pytest.fixture
def target() -> Memory:
    made = Memory()
    made.world.put("thing", {"name": "Somebody's", "note": "[monctl:others/-/x#0123456789]"})
    return made


def test_it_goes_all_the_way_and_leaves_nothing(target: Memory) -> None:
    before = dict(target.world.objects)

    (check,) = trip(target)

    assert check.verdict is Verdict.OK
    assert [verb for verb, _ in target.world.calls] == ["create", "update", "delete"]
    assert target.world.objects == before


def test_what_an_earlier_one_left_is_swept_first(target: Memory) -> None:
    target.world.put("thing", {"name": "old", "note": f"[monctl:{ESTATE}/-/scratch#0123456789]"})

    assert [check.verdict for check in trip(target)] == [Verdict.OK]
    assert len(target.world.objects) == 1


@pytest.mark.parametrize(
    ("fault", "step"),
    [
        (Fault("create", "scratch", Rejected("no", target="memory", status=403)), "created"),
        (Fault("create", "scratch", Unreachable("no answer", target="memory"), after=True), "created"),
        (Fault("update", "scratch", Rejected("no", target="memory")), "updated"),
        (Fault("update", "scratch", Unreachable("no answer", target="memory"), after=True), "updated"),
    ],
)
def test_a_failure_names_the_step_and_is_cleaned_up(target: Memory, fault: Fault, step: str) -> None:
    before = dict(target.world.objects)
    target.world.faults.append(fault)

    (check,) = trip(target)

    assert check.verdict is Verdict.FAILED
    assert f"could not be {step}" in check.said
    assert target.world.objects == before


def test_what_cannot_be_deleted_is_said_to_be_left_behind(target: Memory) -> None:
    target.world.faults.append(Fault("delete", "scratch", Rejected("no", target="memory")))

    *_, check = trip(target)

    assert (check.name, check.verdict) == ("clean-up", Verdict.FAILED)
    assert "may be left behind" in check.said


def test_a_body_that_reads_back_differently_is_named_by_its_fields(target: Memory) -> None:
    class Rounding(Client):
        def _live(self, remote_id: str, kind: str, body: Any) -> Any:
            return super()._live(remote_id, kind, {**body, "limit": 100})

    (check,) = trip(target, Rounding(target.world))

    assert "could not be read back: it reads back differently in limit" in check.said
    assert len(target.world.objects) == 1


def test_a_read_that_lags_is_waited_for(target: Memory) -> None:
    pauses: list[float] = []

    class Lagging(Client):
        def read(self, resources: Any) -> Any:
            return [live for live in super().read(resources) if pauses or live.mark is None or live.mark.estate != ESTATE]

    checks = list(round_trip(target, Lagging(target.world), sleep=pauses.append))

    assert [check.verdict for check in checks] == [Verdict.OK]
    assert pauses == [0.5]


def test_an_interruption_cleans_up_too(target: Memory) -> None:
    class Interrupted(Client):
        def update(self, *_: Any) -> Any:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trip(target, Interrupted(target.world))
    assert len(target.world.objects) == 1


def test_a_target_without_a_scratch_object_has_none(target: Memory) -> None:
    assert [check.verdict for check in trip(target, MemoryClient(target.world))] == [Verdict.NOTE]
