"""Overrides of rotations as stand-ins at PagerDuty: made, known again without a mark, taken away, and nobody else's touched."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monctl.errors import Rejected
from monctl.program import Layer, Override, Person, Program, Rotation
from monctl.resource import Resource
from monctl.sandbox.emulator import Request, Response
from monctl.source import Origin
from monctl_targets.pagerduty import target
from monctl_targets.pagerduty.render import on_call

Local = datetime.fromisoformat
"""A wall time without a zone, as programs hold it."""
HERE = Origin("oncall.yaml")
NAMES = ("ana", "ben", "cid")


def override(person: str, start: str, end: str, layer: str = "primary") -> Override:
    return Override(layer, person, datetime.fromisoformat(start), datetime.fromisoformat(end))


CHRISTMAS = override("ben", "2026-12-24T09:00", "2026-12-27T09:00")
NEW_YEAR = override("cid", "2026-12-31T18:00", "2027-01-01T18:00")


def built(*overrides: Override, **fields: Any) -> Sequence[Resource]:
    people = {name: Person(name, name, f"{name}@example.com", *(None,) * 5, HERE) for name in NAMES}
    layers = tuple(Layer(name, NAMES, 604_800.0, Local("2026-11-02T09:00")) for name in ("primary", "backup"))
    rotation = replace(Rotation("oncall", "On-call", "Calls", None, "Europe/Berlin", layers, overrides, HERE), **fields)
    return target.build(Program("acme", "Acme", "", "", {"pagerduty": {}}, people=people, rotations={"oncall": rotation})).resources


def held(account: Any) -> list[tuple[str, str, str]]:
    """Who stands in, from when, until when, whoever made it."""
    names = {user["id"]: user["email"].partition("@")[0] for user in account.emulator.store.all("user")}
    return sorted((names[one["user"]], one["start"], one["end"]) for one in account.emulator.store.all("override"))


def by_hand(account: Any, person: str, start: str, end: str) -> None:
    """Somebody swaps at PagerDuty."""
    schedule = next(one for one in account.emulator.store.all("schedule") if one["name"] == "On-call primary")
    user = next(one["id"] for one in account.emulator.store.all("user") if one["email"] == f"{person}@example.com")
    body = {"overrides": [{"start": start, "end": end, "user": {"id": user, "type": "user_reference"}}]}
    headers = {"Authorization": "Token token=u+other"}
    account.emulator.handle(Request.of("POST", f"/schedules/{schedule['id']}/overrides", headers, json.dumps(body).encode()))


def description(account: Any) -> str:
    return next(str(one["description"]) for one in account.emulator.store.all("schedule") if one["name"] == "On-call primary")


def test_stand_ins_are_made_with_the_schedule_of_their_layer_and_then_nothing_is_left(account: Any) -> None:
    resources = built(CHRISTMAS, NEW_YEAR)
    account.apply(resources)

    assert held(account) == [
        ("ben", "2026-12-24T08:00:00Z", "2026-12-27T08:00:00Z"),
        ("cid", "2026-12-31T17:00:00Z", "2027-01-01T17:00:00Z"),
    ]
    assert account.apply(resources) == []
    schedule = next(one for one in account.emulator.store.all("schedule") if one["name"] == "On-call primary")
    stand_ins = account.emulator.stand_ins_of(schedule["id"])
    assert on_call(schedule, datetime(2026, 12, 25, tzinfo=UTC), stand_ins) == stand_ins[0]["user"]


def test_the_plan_shows_who_stands_in_and_when(account: Any) -> None:
    primary, backup = (target.normalize("schedule", account.resolved(one.body)) for one in built(CHRISTMAS))

    assert primary["overrides"] == {"2026-12-24T08:00:00Z to 2026-12-27T08:00:00Z": primary["layers"][0]["users"][1]}
    assert "overrides" not in backup


def test_the_line_before_the_mark_says_which_are_ours_and_is_no_difference(account: Any) -> None:
    account.apply(built(CHRISTMAS))

    text, line, mark = description(account).split("\n")
    assert (text, line[:-6], mark[:19]) == ("Calls", "stand-ins until 2026-12-27T08:00:00Z: ", "managed-by: monctl:")
    assert account.apply(built(CHRISTMAS)) == []


def test_one_that_leaves_the_spec_is_deleted_and_those_of_others_stay(account: Any) -> None:
    account.apply(built(CHRISTMAS, NEW_YEAR))
    by_hand(account, "ana", "2026-12-28T08:00:00Z", "2026-12-29T08:00:00Z")
    assert account.apply(built(CHRISTMAS, NEW_YEAR)) == []

    assert account.apply(built(NEW_YEAR)) == ["update schedule oncall/primary"]
    assert [name for name, _, _ in held(account)] == ["ana", "cid"]
    assert account.apply(built(NEW_YEAR)) == []
    assert account.apply(built()) == ["update schedule oncall/primary"]
    assert [name for name, _, _ in held(account)] == ["ana"]
    assert "stand-ins" not in description(account)
    assert account.apply(built()) == []


def test_one_that_somebody_entered_just_so_is_not_made_twice(account: Any) -> None:
    account.apply(built())
    by_hand(account, "ben", "2026-12-24T09:00:00+01:00", "2026-12-27T09:00:00+01:00")

    account.apply(built(CHRISTMAS))
    assert len(held(account)) == 1
    assert account.apply(built(CHRISTMAS)) == []


def test_one_that_somebody_deleted_is_made_again(account: Any) -> None:
    account.apply(built(CHRISTMAS))
    for one in account.emulator.store.all("override"):
        account.emulator.store.delete("override", one["id"])

    assert account.apply(built(CHRISTMAS)) == ["update schedule oncall/primary"]
    assert len(held(account)) == 1


def test_what_is_over_is_neither_made_nor_missed_nor_deleted(account: Any) -> None:
    past = override("cid", "2026-11-10T09:00", "2026-11-11T09:00")
    account.apply(built(past, CHRISTMAS))
    assert [name for name, _, _ in held(account)] == ["ben"]
    assert account.apply(built(past, CHRISTMAS)) == []

    account.clock.now = datetime(2027, 1, 10, tzinfo=UTC)
    assert account.apply(built(past, CHRISTMAS)) == []
    assert account.apply(built()) == []
    assert [name for name, _, _ in held(account)] == ["ben"]


def test_one_that_is_running_is_kept_and_cut_when_it_leaves_the_spec(account: Any) -> None:
    account.apply(built(CHRISTMAS))
    account.clock.now = datetime(2026, 12, 25, 8, tzinfo=UTC)
    assert account.apply(built(CHRISTMAS)) == []

    assert account.apply(built()) == ["update schedule oncall/primary"]
    assert held(account) == [("ben", "2026-12-24T08:00:00Z", "2026-12-25T08:00:00Z")]
    assert account.apply(built()) == []


def test_one_that_had_begun_when_it_was_written_begins_now(account: Any) -> None:
    account.clock.now = datetime(2026, 12, 25, 8, tzinfo=UTC)
    account.apply(built(CHRISTMAS))
    assert held(account) == [("ben", "2026-12-25T08:00:00Z", "2026-12-27T08:00:00Z")]
    account.clock.now += timedelta(hours=3)
    assert account.apply(built(CHRISTMAS)) == []
    account.apply(built())
    assert held(account) == [("ben", "2026-12-25T08:00:00Z", "2026-12-25T11:00:00Z")]


@pytest.mark.parametrize("carried_out", [True, False])
def test_an_answer_that_is_lost_is_looked_for_before_anything_is_made_twice(account: Any, carried_out: bool) -> None:
    account.apply(built())
    handle: Callable[[Request], Response] = account.emulator.handle
    lost: list[str] = []

    def failing(request: Request) -> Response:
        if request.path.endswith("/overrides") and request.method == "POST" and not lost:
            lost.append(request.path)
            if carried_out:
                handle(request)
            return Response(502, "<html>Bad Gateway</html>")
        return handle(request)

    account.emulator.handle = failing
    account.apply(built(CHRISTMAS))

    assert len(lost) == len(held(account)) == 1
    assert account.apply(built(CHRISTMAS)) == []


def test_one_that_is_refused_among_several_is_an_error(account: Any) -> None:
    account.apply(built())
    (primary, _) = built(CHRISTMAS)
    body = account.resolved(primary.body)
    body["overrides"][0]["user"]["id"] = "PGONE00"
    live = account.made["schedule", "oncall/primary"]
    with pytest.raises(Rejected) as refusal:
        account.client.update(primary, body, live.mark, live)

    assert refusal.value.detail == "User was not found"


def test_stand_ins_go_with_their_schedule(account: Any) -> None:
    account.apply(built(CHRISTMAS))
    account.client.delete(account.made["schedule", "oncall/primary"])

    assert held(account) == []


def test_more_than_the_description_has_room_for_is_a_finding() -> None:
    first = Local("2027-01-01")
    many = [Override("primary", "ana", first + timedelta(days=day), first + timedelta(days=day + 1)) for day in range(61)]
    people = {name: Person(name, name, f"{name}@example.com", *(None,) * 5, HERE) for name in NAMES}
    layers = (Layer("primary", NAMES, 604_800.0, Local("2026-11-02T09:00")),)
    rotation = Rotation("oncall", "On-call", "word " * 300, None, "Europe/Berlin", layers, tuple(many), HERE)
    found = target.build(Program("acme", "Acme", "", "", {"pagerduty": {}}, people=people, rotations={"oncall": rotation}))

    assert [one.code for one in found.findings] == ["PAGERDUTY109"]
    body = found.resources[0].body
    assert len(body["description"]) + len(body["overrides"]) * 7 + 40 + 200 <= 1024
