"""Carrying a plan out: ids as they appear, secrets at the last moment, receipts for everything, nothing twice."""

from __future__ import annotations

import errno
import io
from pathlib import Path
from typing import Any

import pytest

from monctl.apply import Outcome, Receipt, Side, apply, exit_code
from monctl.diff import diff
from monctl.errors import AuthError, Conflict, JournalError, Rejected, Unreachable, UsageError
from monctl.journal import Journal, Progress, read_journal
from monctl.plan import Plan, assemble
from monctl.resource import Mark, Ref, Resource, SecretRef, lookup
from monctl.testing import Fault, Memory, lost, plan_for


def thing(key: str, **body: Any) -> Resource:
    return Resource("memory", "thing", key, key.title(), {"name": key, **body}, f"monitor.{key}")


def reveal(secret: SecretRef) -> str:
    return f"value-of-{secret.reference}"


class Bench:
    """A Memory target, and one plan after the other."""

    def __init__(self) -> None:
        self.target = Memory()
        self.client = self.target.connect()

    @property
    def bodies(self) -> dict[str, Any]:
        return {body["name"]: body for _, body in self.target.world.objects.values()}

    def ids(self) -> dict[str, str]:
        return {body["name"]: id for id, (_, body) in self.target.world.objects.items()}

    def plan(self, *resources: Resource, **more: Any) -> tuple[Plan, Side]:
        plan, state = plan_for(self.target, self.client, resources, **more)
        return plan, Side(self.target, self.client, resources, state)

    def run(
        self, *resources: Resource, journal: Journal | None = None, progress: Progress | None = None, secrets: Any = reveal
    ) -> list[Receipt]:
        plan, side = self.plan(*resources)
        return list(apply(plan, [side], secrets=secrets, journal=journal, progress=progress))

    def fail(self, verb: str, key: str, error: Any, *, after: bool = False) -> None:
        self.target.world.faults.append(Fault(verb, key, error, after))


def told(receipts: list[Receipt]) -> list[tuple[str, str, str]]:
    return [(receipt.step.id.removeprefix("memory/thing/"), receipt.outcome.value, receipt.reason) for receipt in receipts]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_ids_are_filled_in_as_they_appear(bench: Bench) -> None:
    receipts = bench.run(thing("page", uses=[Ref("thing", "site")]), thing("site"))

    assert told(receipts) == [("site", "done", ""), ("page", "done", "")]
    assert bench.bodies["page"]["uses"] == [bench.ids()["site"]]
    assert receipts[1].remote_id == bench.ids()["page"]
    assert exit_code(receipts) == 0


def test_what_was_looked_up_and_what_is_secret_is_filled_in_at_the_last_moment(bench: Bench) -> None:
    ana = lookup("user", email="ana@example.com")
    bench.target.world.known[ana] = "U1"

    bench.run(thing("site", who=ana, secret=SecretRef("env:TOKEN")))

    assert bench.bodies["site"]["who"] == "U1"
    assert bench.bodies["site"]["secret"] == "value-of-env:TOKEN"


def test_the_mark_carries_a_digest_without_the_secret(bench: Bench) -> None:
    bench.run(thing("site", secret=SecretRef("env:TOKEN")))
    one = Mark.find(bench.bodies["site"]["note"])
    bench.run(thing("site", secret=SecretRef("env:TOKEN"), limit=1), secrets=lambda _: "rotated")
    bench.run(thing("site", secret=SecretRef("env:TOKEN")), secrets=lambda _: "rotated again")

    assert one is not None
    assert Mark.find(bench.bodies["site"]["note"]) == one
    assert len(one.digest) == 10


def test_a_failure_stops_what_needs_it_and_nothing_else(bench: Bench) -> None:
    bench.fail("create", "site", Rejected("no", target="memory", status=400, hint="say please"))

    receipts = bench.run(thing("site"), thing("page", uses=[Ref("thing", "site")]), thing("top", uses=[Ref("thing", "page")]), thing("api"))

    assert sorted(told(receipts)) == [
        ("api", "done", ""),
        ("page", "untried", "memory/thing/site failed, which it needs"),
        ("site", "failed", "memory: no"),
        ("top", "untried", "memory/thing/page failed, which it needs"),
    ]
    assert next(receipt.hint for receipt in receipts if receipt.outcome is Outcome.FAILED) == "say please"
    assert exit_code(receipts) == 4


def test_a_secret_that_cannot_be_read_fails_its_change_alone(bench: Bench) -> None:
    def missing(secret: SecretRef) -> str:
        raise UsageError("the environment variable TOKEN is not set", hint="export TOKEN")

    receipts = bench.run(thing("site", secret=SecretRef("env:TOKEN")), thing("api"), secrets=missing)

    assert sorted(told(receipts)) == [("api", "done", ""), ("site", "failed", "the environment variable TOKEN is not set")]
    assert list(bench.bodies) == ["api"]


def test_a_secret_in_a_providers_answer_is_not_repeated(bench: Bench, tmp_path: Path) -> None:
    bench.fail("create", "site", Rejected("bad token value-of-env:TOKEN", target="memory", hint="is value-of-env:TOKEN right?"))

    with Journal(tmp_path / "journal") as journal:
        (receipt,) = bench.run(thing("site", secret=SecretRef("env:TOKEN")), journal=journal)

    assert (receipt.reason, receipt.hint) == ("memory: bad token ***", "is *** right?")
    assert "value-of" not in (tmp_path / "journal").read_text(encoding="utf-8")


def test_an_object_whose_making_nobody_heard_of_is_found_by_its_mark(bench: Bench) -> None:
    bench.target.world.faults.append(lost("create"))

    (receipt,) = bench.run(thing("site"))

    assert (receipt.outcome, receipt.reason) == (Outcome.DONE, "the answer was lost; found by its mark")
    assert bench.target.world.calls == [("create", "site")]


def test_an_object_that_was_not_made_is_tried_once_more(bench: Bench) -> None:
    bench.target.world.faults.append(lost("create", after=False))

    (receipt,) = bench.run(thing("site"))

    assert (receipt.outcome, receipt.reason) == (Outcome.DONE, "at the second try")


def test_a_target_that_does_not_answer_is_given_up(bench: Bench) -> None:
    for _ in range(4):
        bench.fail("create", "", Unreachable("no answer", target="memory"))

    receipts = bench.run(*(thing(key) for key in "abcd"))

    assert [(receipt.outcome, receipt.reason) for receipt in receipts] == [
        (Outcome.FAILED, "memory: no answer"),
        (Outcome.FAILED, "memory: no answer"),
        (Outcome.UNTRIED, "memory does not answer"),
        (Outcome.UNTRIED, "memory does not answer"),
    ]


def test_a_refused_credential_ends_the_target_and_a_refused_object_does_not(bench: Bench) -> None:
    bench.fail("create", "a", AuthError("the credential may not do this", target="memory", status=403))
    bench.fail("create", "c", AuthError("the credential was refused", target="memory", status=401))

    receipts = bench.run(*(thing(key) for key in "abcd"))

    assert [receipt.outcome.value for receipt in receipts] == ["failed", "done", "failed", "untried"]
    assert receipts[3].reason == "memory refused the credential"


def test_the_new_one_lives_before_the_old_one_goes(bench: Bench) -> None:
    bench.run(thing("site", type="http"), thing("page", uses=[Ref("thing", "site")]), thing("old"))
    bench.target.world.calls.clear()
    before = bench.ids()

    receipts = bench.run(thing("site", type="tcp"), thing("page", uses=[Ref("thing", "site")]), thing("new"))

    assert exit_code(receipts) == 0
    assert [verb for verb, _ in bench.target.world.calls] == ["create", "create", "update", "delete", "delete"]
    assert {id for verb, id in bench.target.world.calls if verb == "delete"} == {before["site"], before["old"]}
    assert bench.bodies["page"]["uses"] == [bench.ids()["site"]] != [before["site"]]


def test_a_name_that_is_taken_lets_the_old_one_go_first(bench: Bench) -> None:
    bench.run(thing("site", type="http"))
    bench.fail("create", "site", Conflict("the name is taken", target="memory", status=409))

    receipts = bench.run(thing("site", type="tcp"))

    assert told(receipts) == [("site", "done", "the old one had to go first"), ("site (old)", "done", "was gone already")]
    assert [body["type"] for body in bench.bodies.values()] == ["tcp"]


def test_the_old_one_stays_while_what_takes_its_place_elsewhere_cannot_be_made() -> None:
    old, new = Memory("old"), Memory("new")
    was, will = (Resource(name, "thing", "site", "Site", {"name": "site"}, "monitor.site") for name in ("old", "new"))
    client = old.connect()
    plan, state = plan_for(old, client, [was])
    list(apply(plan, [Side(old, client, [was], state)], secrets=reveal))
    new.world.faults.append(Fault("create", "site", Rejected("no", target="new")))
    sides = [
        Side(target, target.connect(), wanted, plan_for(target, target.connect(), wanted)[1])
        for target, wanted in ((old, []), (new, [will]))
    ]
    both = assemble([diff(side.target, side.resources, side.state, estate="estate") for side in sides], estate="estate")

    receipts = list(apply(both, sides, secrets=reveal))

    assert [(receipt.outcome.value, receipt.reason) for receipt in receipts] == [
        ("failed", "new: no"),
        ("untried", "'Site' could not be made in new; the old one stays until it lives"),
    ]
    assert len(old.world.objects) == 1


def test_deletions_the_vendor_refuses_are_tried_again_after_the_others(bench: Bench) -> None:
    bench.run(thing("a"), thing("b"))
    bench.fail("delete", "a", Conflict("in use by b", target="memory", status=409))

    receipts = bench.run()

    assert sorted(told(receipts)) == [("a", "done", ""), ("b", "done", "")]


def test_what_is_gone_already_counts_as_deleted(bench: Bench) -> None:
    bench.run(thing("a"))
    plan, side = bench.plan()
    gone = plan_for(bench.target, bench.client, ())[1]
    bench.target.world.objects.clear()
    fresh = plan_for(bench.target, bench.client, ())[1]

    assert gone != fresh
    assert told(list(apply(plan, [Side(side.target, side.client, (), fresh)], secrets=reveal))) == [("a", "done", "was gone already")]


def test_an_object_that_went_meanwhile_fails_its_update(bench: Bench) -> None:
    bench.run(thing("a"))
    plan, side = bench.plan(thing("a", limit=1))
    bench.target.world.objects.clear()

    (receipt,) = apply(plan, [side], secrets=reveal)

    assert receipt.outcome is Outcome.FAILED
    assert "not found" in receipt.reason


def test_the_journal_tells_before_and_after_every_call(bench: Bench, tmp_path: Path) -> None:
    bench.fail("create", "b", Rejected("no", target="memory"))
    with Journal(tmp_path / "journal", now=lambda: "T") as journal:
        bench.run(thing("a"), thing("b"), journal=journal)

    entries = [
        line.split('"event": ')[1].split(",")[0].strip('"}\n') for line in (tmp_path / "journal").read_text(encoding="utf-8").splitlines()
    ]
    assert entries == ["begin", "intended", "done", "intended", "failed", "end"]
    assert read_journal(tmp_path / "journal").done == {"memory/thing/a"}
    assert read_journal(tmp_path / "journal").ended


def test_a_run_that_broke_off_goes_on_where_it_was(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    resources = [thing(key, uses=[Ref("thing", before)] if before else []) for before, key in (("", "a"), ("a", "b"), ("b", "c"))]
    plan, side = bench.plan(*resources)
    with Journal(path) as journal:
        run = apply(plan, [side], secrets=reveal, journal=journal)
        next(run)
        bench.target.world.faults.append(Fault("create", "b", KeyboardInterrupt(), after=True))  # type: ignore[arg-type]  # a crash, not an answer
        with pytest.raises(KeyboardInterrupt):
            next(run)

    progress = read_journal(path)
    assert (progress.plan, progress.done, progress.open) == (plan.fingerprint, frozenset({"memory/thing/a"}), frozenset({"memory/thing/b"}))
    with Journal(path) as journal:
        fresh = plan_for(bench.target, bench.client, resources)[1]
        receipts = list(apply(plan, [Side(side.target, side.client, resources, fresh)], secrets=reveal, journal=journal, progress=progress))

    assert told(receipts) == [
        ("a", "done", "done before the run broke off"),
        ("b", "done", "made by the run that broke off, and found by its mark"),
        ("c", "done", ""),
    ]
    assert len(bench.target.world.objects) == 3
    assert bench.plan(*resources)[0].empty


def test_the_progress_of_another_plan_is_not_ours(bench: Bench) -> None:
    receipts = bench.run(thing("a"), progress=Progress("another", frozenset({"memory/thing/a"})))

    assert told(receipts) == [("a", "done", "")]
    assert list(bench.bodies) == ["a"]


def test_a_journal_that_cannot_be_written_stops_everything(bench: Bench, tmp_path: Path) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    with Journal(tmp_path / "journal") as journal:
        plan, side = bench.plan(thing("a"), thing("b"))
        run = apply(plan, [side], secrets=reveal, journal=journal)
        next(run)
        journal._file.close()
        journal._file = Full()
        with pytest.raises(JournalError, match=r"cannot write the journal .*: No space left on device; nothing is done"):
            next(run)

    assert list(bench.bodies) == ["a"]
