"""Shift-based schedules: that they say the same as layers do, what is sent, and how a running one is changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monctl.errors import NotFound, Rejected, Unreachable
from monctl.program import Escalation, Layer, Person, Program, Recipient, Restriction, Rotation, Step
from monctl.resource import Resource
from monctl.sandbox.emulator import Request, Response
from monctl.sandbox.store import Store
from monctl.source import Origin
from monctl.testing import assert_settles, connected
from monctl_targets.pagerduty import target
from monctl_targets.pagerduty.client import REGIONS
from monctl_targets.pagerduty.emulator import PagerDutyEmulator
from monctl_targets.pagerduty.options import Form, Region
from monctl_targets.pagerduty.render import on_call
from monctl_targets.pagerduty.render_v3 import events, on_call_v3, rule_of
from monctl_targets.pagerduty.schedule import EMITTERS

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC")
Local = datetime.fromisoformat
"""A wall time without a zone, as programs hold it."""
HERE = Origin("oncall.yaml")
DAY = 86_400.0
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
NAMES = ("ana", "ben", "cid", "dora", "eve")
HEADERS = {"Authorization": "Token token=u+secret", "Content-Type": "application/json"}


def program(*layers: Layer, form: str = "v3", **fields: Any) -> Program:
    """One rotation, `oncall`, in the form asked for."""
    people = {name: Person(name, name, f"{name}@example.com", *(None,) * 5, HERE) for name in NAMES}
    rotation = replace(Rotation("oncall", "On-call", "", None, "America/New_York", layers, origin=HERE), **fields)
    return Program("acme", "Acme", "", "", {"pagerduty": {"schedules": form}}, people=people, rotations={"oncall": rotation})


def layer(*members: str, **fields: Any) -> Layer:
    return replace(Layer("primary", members or ("ana", "ben", "cid"), 7 * DAY, Local("2027-01-04T09:00")), **fields)


def called_v2(body: Any, at: datetime) -> list[str]:
    """Who a v2 body has on call, as the vendor renders it once it is stored."""
    layers = [{**one, "users": [str(seat["user"]["id"]) for seat in one["users"]]} for one in body["schedule_layers"]]
    found = on_call({**body, "schedule_layers": layers}, at)
    return [] if found is None else [found]


def called_v3(body: Any, at: datetime) -> list[str]:
    held = [
        {**event, "assignment_strategy": {**event["assignment_strategy"], "members": [{"user_id": str(one["user_id"])} for one in event["assignment_strategy"]["members"]]}}
        for event in events(body)
    ]  # fmt: skip
    return on_call_v3(held, at)


clocks = st.sampled_from((0, 1, 120, 150, 420, 540, 719, 720, 1020, 1320, 1439))
restrictions = st.lists(
    st.builds(lambda days, start, end: Restriction(tuple(sorted(days)), start, end), st.sets(st.sampled_from(EVERY_DAY), min_size=1), clocks, clocks),
    max_size=3,
).map(tuple)  # fmt: skip
everyday = st.lists(st.builds(lambda start, end: Restriction(EVERY_DAY, start, end), clocks, clocks), max_size=2).map(tuple)
starts = st.builds(lambda day, clock: Local("2027-01-01") + timedelta(days=day, minutes=clock), st.integers(0, 365), clocks)
members = st.integers(1, 5).map(lambda many: NAMES[:many])
weekly = st.builds(Layer, st.just("primary"), members, st.sampled_from((7 * DAY, 14 * DAY)), starts, restrictions)
daily = st.builds(Layer, st.just("primary"), members, st.sampled_from((DAY, 2 * DAY, 3 * DAY)), starts, everyday)
hourly = st.builds(Layer, st.just("primary"), members, st.sampled_from((3600.0, 12 * 3600.0, 36 * 3600.0)), starts)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(ZONES), st.one_of(weekly, daily, hourly), st.lists(st.integers(-3000, 700_000), min_size=25, max_size=25))
def test_both_forms_have_the_same_person_on_call_at_the_same_minute(zone: str, one: Layer, minutes: list[int]) -> None:
    (v2,), (v3,) = (target.build(program(one, form=form, time_zone=zone)).resources for form in ("v2", "v3"))

    begins = one.start.replace(tzinfo=UTC)
    for minute in minutes:
        at = begins + timedelta(minutes=minute)
        assert called_v3(v3.body, at) == called_v2(v2.body, at), at


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(ZONES), weekly, weekly)
def test_both_forms_agree_for_every_quarter_of_an_hour_of_a_week_with_daylight_saving_in_it(zone: str, one: Layer, two: Layer) -> None:
    layers = [replace(each, name=name, start=Local("2027-01-04") + (each.start - Local("2027-01-01")) % timedelta(days=7)) for each, name in ((one, "primary"), (two, "backup"))]  # fmt: skip
    v2, v3 = (target.build(program(*layers, form=form, time_zone=zone)).resources for form in ("v2", "v3"))

    assert [one.key for one in v2] == [one.key for one in v3] == ["oncall/primary", "oncall/backup"]
    for old, new in zip(v2, v3, strict=True):
        # New York on 2027-03-14, Berlin on 03-28, Lord Howe back on 04-04
        for first in (datetime(2027, 3, 13, tzinfo=UTC), datetime(2027, 3, 27, tzinfo=UTC), datetime(2027, 4, 3, tzinfo=UTC)):
            for quarter in range(3 * 96):
                at = first + timedelta(minutes=15 * quarter)
                assert called_v3(new.body, at) == called_v2(old.body, at), at


def test_a_week_of_three_is_one_event_that_goes_round() -> None:
    (made,) = target.build(program(layer(), description="Calls")).resources

    users = [
        {"type": "user_member", "user_id": one["user_id"]}
        for one in made.body["rotations"][0]["events"][0]["assignment_strategy"]["members"]
    ]
    assert made.body == {
        "type": "schedule_v3",
        "name": "On-call",
        "description": "Calls",
        "time_zone": "America/New_York",
        "teams": [],
        "rotations": [
            {
                "events": [
                    {
                        "name": "primary",
                        "start_time": {"date_time": "2027-01-04T14:00:00Z", "time_zone": "America/New_York"},
                        "end_time": {"date_time": "2027-01-11T14:00:00Z", "time_zone": "America/New_York"},
                        "effective_since": "2027-01-04T14:00:00Z",
                        "effective_until": None,
                        "recurrence": ["RRULE:FREQ=WEEKLY"],
                        "assignment_strategy": {"type": "rotating_member_assignment_strategy", "shifts_per_member": 1, "members": users},
                    }
                ]
            }
        ],
    }
    assert [str(one["user_id"]) for one in users] == [f"user(email={name}@example.com)" for name in ("ana", "ben", "cid")]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"restrictions": (Restriction((1, 2, 3, 4, 5), 540, 1020),)}, [("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", 5, "2027-01-04T14:00:00Z", 8.0)]),
        # a night that runs into the next day is one shift, and no hand-off falls into it
        ({"restrictions": (Restriction((5,), 1020, 540),)}, [("FREQ=WEEKLY;BYDAY=FR", 1, "2027-01-08T22:00:00Z", 16.0)]),
        # a hand-off in the middle of the hours cuts that day's in two
        (
            {"restrictions": (Restriction((1, 2), 480, 600),)},
            [
                ("FREQ=WEEKLY;BYDAY=MO", 1, "2027-01-11T13:00:00Z", 1.0),
                ("FREQ=WEEKLY;BYDAY=TU", 1, "2027-01-05T13:00:00Z", 2.0),
                ("FREQ=WEEKLY;BYDAY=MO", 1, "2027-01-04T14:00:00Z", 1.0),
            ],
        ),
        ({"shift_s": 3 * DAY, "restrictions": (Restriction(EVERY_DAY, 540, 1020),)}, [("FREQ=DAILY", 3, "2027-01-04T14:00:00Z", 8.0)]),
        ({"shift_s": 14 * DAY}, [("FREQ=WEEKLY;INTERVAL=2", 1, "2027-01-04T14:00:00Z", 336.0)]),
        ({"shift_s": DAY / 2}, [("FREQ=HOURLY;INTERVAL=12", 1, "2027-01-04T14:00:00Z", 12.0)]),
    ],
)  # fmt: skip
def test_hours_become_shifts_of_which_every_turn_has_as_many(fields: dict[str, Any], said: list[tuple[str, int, str, float]]) -> None:
    (made,) = target.build(program(layer(**fields))).resources

    found = [
        (
            event["recurrence"][0].removeprefix("RRULE:"),
            event["assignment_strategy"]["shifts_per_member"],
            event["start_time"]["date_time"],
            (datetime.fromisoformat(event["end_time"]["date_time"]) - datetime.fromisoformat(event["start_time"]["date_time"]))
            / timedelta(hours=1),
        )
        for event in events(made.body)
    ]
    assert found == said


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"shift_s": 3 * DAY, "restrictions": (Restriction((1, 2), 540, 1020),)}, "hours that are not the same every day need turns of whole weeks"),
        ({"shift_s": DAY / 2, "restrictions": (Restriction((1, 2), 540, 1020),)}, "hours of the day and turns that are not whole days go together by no rule"),
        ({"shift_s": 5400.0}, "a turn is a whole number of hours"),
        ({"members": NAMES * 5}, "25 people take turns, and an event has 20 members at most"),
    ],
)  # fmt: skip
def test_what_no_rule_can_say_is_a_finding(fields: dict[str, Any], why: str) -> None:
    built = target.build(program(layer(**fields)))

    assert [(found.code, found.message) for found in built.findings] == [
        ("PAGERDUTY108", f"layer 'primary' cannot be a v3 schedule: {why}")
    ]
    assert target.build(program(layer(**fields), form="v2")).findings == ()


def test_an_unknown_form_is_a_finding() -> None:
    assert [found.message for found in target.option_faults(program(layer(), form="v4"))] == ["'v4' is not one of v2, v3"]


def test_the_words_of_the_options_are_those_that_are_known() -> None:
    assert get_args(Form) == tuple(EMITTERS)
    assert get_args(Region) == tuple(REGIONS)


def test_a_v3_schedule_settles_and_a_new_member_succeeds_the_running_event_without_a_gap(account: Any) -> None:
    account.clock.now = datetime(2027, 1, 6, 12, 0, tzinfo=UTC)
    resources = target.build(program(layer())).resources
    assert account.apply(resources) == ["create schedule oncall/primary"]
    assert account.apply(resources) == []
    (held,) = account.emulator.store.all("schedule_v3")
    assert on_call_v3(events(held), account.clock.now) != []

    account.clock.now += timedelta(days=1)
    more = target.build(program(layer("ana", "ben", "cid", "dora"))).resources
    assert account.apply(more) == ["update schedule oncall/primary"]
    assert account.apply(more) == []

    (held,) = account.emulator.store.all("schedule_v3")
    old, new = events(held)
    assert (old["effective_until"], new["effective_since"]) == ("2027-01-07T12:01:00Z", "2027-01-07T12:01:00Z")
    assert len(held["rotations"]) == 1
    for minute in range(5):
        assert len(on_call_v3(events(held), account.clock.now + timedelta(minutes=minute))) == 1


def test_an_event_that_has_not_begun_is_replaced_and_leaves_nothing(account: Any) -> None:
    account.apply(target.build(program(layer())).resources)
    account.apply(target.build(program(layer("ben", "ana"))).resources)

    (held,) = account.emulator.store.all("schedule_v3")
    (event,) = events(held)
    assert (event["effective_since"], len(event["assignment_strategy"]["members"])) == ("2027-01-04T14:00:00Z", 2)


def test_many_hours_take_several_rotations(account: Any) -> None:
    restrictions = tuple(Restriction((day,), 60 * day, 60 * day + 30) for day in EVERY_DAY)
    resources = target.build(program(layer(restrictions=restrictions))).resources
    account.apply(resources)

    (held,) = account.emulator.store.all("schedule_v3")
    assert [len(rotation["events"]) for rotation in held["rotations"]] == [5, 2]
    assert account.apply(resources) == []


def test_a_changed_title_and_an_end_made_by_hand_are_brought_back(account: Any) -> None:
    account.clock.now = datetime(2027, 1, 6, 12, 0, tzinfo=UTC)
    resources = target.build(program(layer())).resources
    account.apply(resources)
    (held,) = account.emulator.store.all("schedule_v3")
    held["name"] = "Renamed"
    held["rotations"][0]["events"][0]["effective_until"] = "2027-02-01T00:00:00Z"
    account.emulator.store.put("schedule_v3", held["id"], held)

    assert account.apply(resources) == ["update schedule oncall/primary"]
    assert account.apply(resources) == []
    (held,) = account.emulator.store.all("schedule_v3")
    assert [event["effective_until"] for event in events(held)] == ["2027-01-06T12:01:00Z", None]


def test_the_form_and_the_team_of_a_v3_schedule_are_a_replacement() -> None:
    assert target.immutable("schedule") == {"api", "owners"}
    v2, v3 = (target.normalize("schedule", target.build(program(layer(), form=form)).resources[0].body) for form in ("v2", "v3"))
    assert ("api" in v2, v3["api"], v3["owners"]) == (False, "v3", [])


def test_an_account_without_v3_schedules_has_none_unless_they_are_wanted(account: Any, resource: Callable[..., Resource]) -> None:
    wanted = target.build(program(layer())).resources
    plain = resource("team", "data", {"type": "team", "name": "Data", "description": ""})
    handle = account.emulator.handle

    def without(request: Request) -> Any:
        return account.emulator.no_route(request) if request.path.startswith("/v3") else handle(request)

    account.emulator.handle = without
    assert list(account.client.read([plain])) == []
    with pytest.raises(NotFound):
        list(account.client.read(wanted))


@pytest.fixture
def running(account: Any) -> PagerDutyEmulator:
    account.clock.now = datetime(2027, 1, 6, 12, 0, tzinfo=UTC)
    account.apply(target.build(program(layer())).resources)
    emulator: PagerDutyEmulator = account.emulator
    return emulator


def sent(emulator: PagerDutyEmulator, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    answer = emulator.handle(Request.of(method, path, HEADERS, json.dumps(body).encode() if body is not None else b""))
    return answer.status, answer.body["error"].get("errors") if answer.status >= 400 else answer.body


def test_the_stand_in_refuses_what_the_vendor_refuses(running: PagerDutyEmulator) -> None:
    (held,) = running.store.all("schedule_v3")
    rotation = held["rotations"][0]
    event = rotation["events"][0]
    schedule, events_path = f"/v3/schedules/{held['id']}", f"/v3/schedules/{held['id']}/rotations/{rotation['id']}/events"
    plain = {name: event[name] for name in ("name", "start_time", "end_time", "effective_since", "recurrence", "assignment_strategy")}

    assert sent(running, "POST", "/v3/schedules", {"schedule": {"name": "A", "time_zone": "Etc/UTC", "rotations": []}}) == (
        400,
        {"schedule.rotations": ["is not a field of the API"]},
    )
    assert sent(running, "PUT", schedule, {"schedule": {"name": "A"}}) == (400, {"schedule.time_zone": ["cannot be blank"]})
    assert sent(running, "PUT", schedule, {"schedule": {"name": "A", "time_zone": "Etc/UTC", "teams": []}})[0] == 400
    assert sent(running, "POST", f"{schedule}/rotations", {"name": "A"})[0] == 400
    assert sent(running, "PUT", f"{events_path}/{event['id']}", {"event": {"name": "other"}}) == (
        400,
        {"event.name": ["is not a field of the API"]},
    )
    assert sent(running, "POST", events_path, {"event": plain}) == (400, {"event": ["overlaps with another event of the rotation"]})
    late = plain | {"effective_since": "2028-06-01T00:00:00Z"}
    assert sent(running, "POST", events_path, {"event": late}) == (
        400,
        {"event.effective_since": ["Date cannot be more than 12 months in the future"]},
    )
    assert sent(running, "POST", events_path, {"event": plain | {"recurrence": ["RRULE:FREQ=SOMETIMES"]}})[0] == 400
    assert sent(running, "GET", f"/schedules/{held['id']}")[0] == 400
    running.now = lambda: datetime(2027, 1, 8, tzinfo=UTC)
    assert sent(running, "DELETE", f"{events_path}/{event['id']}") == (204, None)
    assert sent(running, "DELETE", f"{events_path}/{event['id']}")[0] == 400


def test_the_stand_in_answers_as_the_vendor_does(running: PagerDutyEmulator) -> None:
    status, listed = sent(running, "GET", "/v3/schedules")
    assert (status, [one["type"] for one in listed["schedules"]], "total" in listed) == (200, ["schedule_v3_reference"], False)
    assert set(listed["schedules"][0]) == {"id", "type", "summary", "self", "html_url"}
    _, told = sent(running, "GET", f"/v3/schedules/{listed['schedules'][0]['id']}")
    assert (told["schedule"]["type"], told["schedule"]["rotations"][0]["events"][0]["effective_since"]) == (
        "schedule_v3",
        "2027-01-06T12:00:00Z",
    )
    assert sent(running, "GET", "/schedules")[1]["schedules"] == []


def test_a_v3_schedule_in_use_is_not_deleted_and_its_policy_calls_whoever_is_on_call(account: Any, chain: list[Resource]) -> None:
    account.clock.now = datetime(2027, 1, 6, 12, 0, tzinfo=UTC)
    (schedule,) = target.build(program(layer("ana", "ben"))).resources
    policy = next(one for one in chain if one.kind == "escalation_policy")
    policy = replace(policy, body={**policy.body, "teams": [], "escalation_rules": policy.body["escalation_rules"][:1]})
    assert account.apply([schedule, policy]) == ["create schedule oncall/primary", "create escalation_policy database"]
    assert account.apply([schedule, policy]) == []

    live = account.made["escalation_policy", "database"]
    assert live.body["escalation_rules"][0]["targets"][0]["type"] == "schedule_v3_reference"
    _, calls = sent(account.emulator, "GET", "/oncalls")
    assert [call["user"]["summary"] for call in calls["oncalls"]] == ["Ana"]
    with pytest.raises(Rejected, match="refused") as refusal:
        account.client.delete(account.made["schedule", "oncall/primary"])
    assert refusal.value.hint == "change what uses it first"
    account.client.delete(live)
    account.client.delete(account.made["schedule", "oncall/primary"])
    assert account.emulator.store.all("schedule_v3") == []


def test_going_over_to_v3_points_policies_at_the_new_schedule_before_the_old_one_goes() -> None:
    store = Store.memory("pagerduty")
    level = Step(0.0, (Recipient("rotation", "oncall", "primary"),))
    escalation = Escalation("incident", "Incident", "", None, (level,), 0, 900.0, HERE)
    now = replace(layer(), start=Local("2026-06-01T09:00"))
    for form, held in (("v2", "schedule"), ("v3", "schedule_v3"), ("v2", "schedule")):
        resources = target.build(replace(program(now, form=form), escalations={"incident": escalation})).resources
        assert_settles(target, resources, client=connected(target, store=store))

        kinds = [kind for kind in ("schedule", "schedule_v3") for _ in store.all(kind)]
        (policy,) = store.all("escalation_policy")
        assert kinds == [held]
        assert policy["escalation_rules"][0]["targets"][0]["id"] == store.all(held)[0]["id"]


def test_a_schedule_whose_making_broke_off_is_completed(account: Any) -> None:
    handle = account.emulator.handle
    resources = target.build(program(layer())).resources

    def failing(request: Request) -> Any:
        return Response(502, "<html>Bad Gateway</html>") if request.path.endswith("/events") else handle(request)

    account.emulator.handle = failing
    with pytest.raises(Unreachable):
        account.apply(resources)
    account.emulator.handle = handle

    assert account.apply(resources) == ["update schedule oncall/primary"]
    assert account.apply(resources) == []
    (held,) = account.emulator.store.all("schedule_v3")
    assert [len(rotation["events"]) for rotation in held["rotations"]] == [1]


def test_a_start_too_far_ahead_is_refused_with_a_way_out(account: Any) -> None:
    with pytest.raises(Rejected) as refusal:
        account.apply(target.build(program(layer(start=Local("2028-06-05T09:00")))).resources)

    assert refusal.value.hint == "PagerDuty takes a `start` at most twelve months ahead: write an earlier one with the same turns"


@given(weekly)
def test_the_vendors_page_can_edit_every_event(one: Layer) -> None:
    """Its editor takes weekly rules whose shifts of a member are a multiple of its days: the upgrade guide of v3 schedules (read 2026-11-20)."""
    for event in events(target.build(program(one)).resources[0].body):
        rule = rule_of(event)
        assert rule["FREQ"] in {"WEEKLY", "DAILY", "HOURLY"}
        assert event["assignment_strategy"]["shifts_per_member"] % len(rule.get("BYDAY", "MO").split(",")) == 0
