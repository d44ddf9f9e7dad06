"""Apply, then a second plan is empty; a failure leaves receipts and is made good by the next run; foreign objects are not touched."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monctl.apply import Outcome, Receipt, Side, apply
from monctl.errors import Rejected
from monctl.journal import Journal, read_journal
from monctl.plan import Plan
from monctl.resource import Live, Mark, Ref, Resource, SecretRef
from monctl.testing import Fault, Memory, MemoryClient, assert_settles, lost, plan_for

NAMES = st.sampled_from(["site", "api", "db", "queue", "cache", "mail", "auth", "cdn"])
VALUES = st.one_of(st.integers(-5, 5), st.booleans(), st.text("abc\n", max_size=6), st.none())


@st.composite
def programs(draw: st.DrawFn) -> list[Resource]:
    """Resources that refer to earlier ones, with secrets, tags, types and odd bodies."""
    names = draw(st.lists(NAMES, unique=True, max_size=8))
    made: list[Resource] = []
    for name in names:
        body: dict[str, Any] = {"name": name, "type": draw(st.sampled_from(["http", "tcp"]))}
        body |= draw(st.dictionaries(st.sampled_from(["limit", "text", "enabled", "extra"]), VALUES))
        if draw(st.booleans()):
            body["tags"] = draw(st.lists(st.sampled_from("xyz"), unique=True))
        if draw(st.booleans()):
            body["secret"] = SecretRef(f"env:{draw(st.sampled_from(['A', 'B']))}")
        if made:
            body["uses"] = [
                Ref("thing", one.key) for one in draw(st.lists(st.sampled_from(made), unique_by=lambda one: one.key, max_size=3))
            ]
        made.append(Resource("memory", "thing", name, name.title(), body, f"monitor.{name}"))
    return draw(st.permutations(made))


def carry_out(target: Memory, resources: list[Resource], journal: Path | None = None) -> tuple[Plan, list[Receipt]]:
    client = target.connect()
    left = read_journal(journal).leftovers("memory") if journal else frozenset()
    plan, state = plan_for(target, client, resources, leftovers=left)
    with Journal(journal) if journal else nullcontext() as opened:
        side = Side(target, client, resources, state)
        return plan, list(apply(plan, [side], secrets=lambda secret: f"value of {secret.reference}", journal=opened))


@settings(max_examples=50, deadline=None)
@given(programs(), programs())
def test_a_second_plan_is_empty_after_each_of_two_versions(first: list[Resource], second: list[Resource]) -> None:
    target = Memory()
    target.world.put("thing", {"name": "Somebody's", "type": "http"})
    client = target.connect()

    assert_settles(target, first, client=client)
    state = assert_settles(target, second, client=client)

    assert sorted(live.mark.key for live in state.lives if live.mark) == sorted(resource.key for resource in second)


@settings(max_examples=50, deadline=None)
@given(programs(), programs(), st.data())
def test_a_failure_in_the_middle_leaves_receipts_and_the_next_run_completes(
    first: list[Resource], second: list[Resource], data: st.DataObject
) -> None:
    target = Memory()
    carry_out(target, first)
    verb = data.draw(st.sampled_from(["create", "update", "delete"]))
    key = data.draw(st.sampled_from([resource.key for resource in [*first, *second]] or [""]))
    target.world.faults.append(Fault(verb, key, Rejected("no", target="memory", status=400)))

    with TemporaryDirectory() as folder:
        journal = Path(folder) / "journal"
        plan, receipts = carry_out(target, second, journal)
        target.world.faults.clear()
        carry_out(target, second, journal)

    assert {receipt.step.change.id for receipt in receipts} == {change.id for change in plan.changes}
    assert all(receipt.reason for receipt in receipts if receipt.outcome is not Outcome.DONE)
    assert carry_out(target, second)[0].empty
    assert len(target.world.objects) == len(second)


@settings(max_examples=50, deadline=None)
@given(programs(), programs(), st.sampled_from(["create", "update", "delete"]), st.booleans())
def test_a_lost_answer_never_makes_a_second_object(first: list[Resource], second: list[Resource], verb: str, after: bool) -> None:
    target = Memory()
    carry_out(target, first)
    target.world.faults.append(lost(verb, after=after))

    carry_out(target, second)
    target.world.faults.clear()
    carry_out(target, second)

    assert carry_out(target, second)[0].empty
    assert len(target.world.objects) == len(second)


@settings(max_examples=50, deadline=None)
@given(programs(), programs())
def test_the_environments_of_one_estate_do_not_see_each_other(staging: list[Resource], production: list[Resource]) -> None:
    target = Memory()
    client = target.connect()

    assert_settles(target, staging, client=client, environment="staging")
    assert_settles(target, production, client=client, environment="production")

    assert plan_for(target, client, staging, environment="staging")[0].empty


def test_a_target_that_does_not_settle_is_found_out() -> None:
    class Restless(Memory):
        def normalize(self, kind: str, body: Any) -> Any:
            return super().normalize(kind, body) | ({"created": body["created"]} if "created" in body else {})

    resource = Resource("memory", "thing", "site", "Site", {"name": "site"}, "monitor.site")

    with pytest.raises(AssertionError, match="update memory/thing/site created: 1 → None"):
        assert_settles(Restless(), [resource])


def test_a_target_that_touches_what_is_not_ours_is_found_out() -> None:
    class CarelessClient(MemoryClient):
        def create(self, resource: Resource, body: Any, mark: Mark) -> Live:
            self._world.objects["obj-0001"][1]["name"] = "taken"
            return super().create(resource, body, mark)

    target = Memory()
    target.world.put("thing", {"name": "Somebody's"})
    resource = Resource("memory", "thing", "site", "Site", {"name": "site"}, "monitor.site")

    with pytest.raises(AssertionError, match="thing obj-0001 is not ours and was changed"):
        assert_settles(target, [resource], client=CarelessClient(target.world))
