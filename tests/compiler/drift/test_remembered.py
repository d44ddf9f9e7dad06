"""What a journal and a snapshot remember of what was ours."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from monctl.apply import Side, apply
from monctl.journal import Journal
from monctl.remembered import Memory, from_journal, from_snapshot
from monctl.resource import Mark, Resource
from monctl.snapshot import EstateState, Held, Snapshot, TargetState
from monctl.testing import Memory as Provider
from monctl.testing import plan_for

SITE = Resource("memory", "thing", "a/site", "Site", {"name": "site", "type": "http"}, "monitor.site")
OTHER = Resource("memory", "thing", "a/site", "Site", {"name": "site", "type": "tcp"}, "monitor.site")


def carry_out(target: Provider, path: Path, *resources: Resource) -> None:
    client = target.connect()
    plan, state = plan_for(target, client, resources)
    with Journal(path) as journal:
        assert list(apply(plan, [Side(target, client, resources, state)], secrets=str, journal=journal))


def test_a_journal_knows_what_was_made_what_was_replaced_and_what_was_deleted(tmp_path: Path) -> None:
    target, path = Provider(), tmp_path / "journal"

    carry_out(target, path, SITE)
    assert from_journal(path) == Memory({("memory", "thing", "a/site"): "obj-0001"}, frozenset({"memory"}))

    carry_out(target, path, OTHER)  # another type: a new object, and the old one goes
    assert from_journal(path).known("memory", "thing", "a/site") == "obj-0002"

    carry_out(target, path)
    assert from_journal(path) == Memory({}, frozenset({"memory"}))


def test_no_journal_and_a_torn_one_are_no_error(tmp_path: Path) -> None:
    assert from_journal(tmp_path / "none") == Memory()

    (tmp_path / "torn").write_text('{"event": "begin"}\n[1]\n{"event": "done", "step": "x"}\n{"ev', encoding="utf-8")

    assert from_journal(tmp_path / "torn") == Memory()


def test_a_snapshot_knows_all_of_the_targets_it_was_taken_of() -> None:
    held = Held("thing", "1", "Site", Mark("estate", "", "site"), "f")
    taken = Snapshot(
        "",
        1,
        "",
        datetime(2026, 11, 21, tzinfo=UTC),
        "",
        (EstateState("estate", "", {"memory": TargetState((held,)), "other": TargetState()}),),
    )

    assert from_snapshot(taken, "estate", "") == Memory({("memory", "thing", "site"): "1"}, frozenset({"memory", "other"}))
    assert from_snapshot(taken, "estate", "staging") == Memory()


def test_two_memories_are_one() -> None:
    both = Memory({("a", "k", "1"): "x"}, frozenset("a")) | Memory({("b", "k", "1"): "y"}, frozenset("b"))

    assert (both.known("a", "k", "1"), both.known("b", "k", "1"), both.known("c", "k", "1")) == ("x", "y", None)
    assert (both.covers("a"), both.covers("b"), both.covers("c")) == (True, True, False)
