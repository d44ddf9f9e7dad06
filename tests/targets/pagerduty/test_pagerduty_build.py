"""Programs as PagerDuty objects: what is built, what is said about the rest, and that it settles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from monctl.condition import State
from monctl.finding import Level
from monctl.measure import Http
from monctl.program import (
    Alert,
    Calendar,
    Channel,
    Delivery,
    Escalation,
    Hours,
    Layer,
    Monitor,
    Override,
    Person,
    Program,
    Recipient,
    Restriction,
    Rotation,
    Service,
    Severity,
    Step,
    Team,
)
from monctl.resource import Ref, Resource, lookup
from monctl.source import Origin
from monctl.target import Built, Fit
from monctl_targets.pagerduty import target

Local = datetime.fromisoformat
"""A wall time without a zone, as programs hold it."""
HERE = Origin("oncall.yaml")
MINUTE = 60.0
WEEK = 7 * 86400.0
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


def person(name: str, **fields: Any) -> Person:
    blank: dict[str, Any] = {"title": name, "email": f"{name}@example.com", "origin": HERE}
    return Person(name, **{**dict.fromkeys(("phone", "slack", "pagerduty", "sentry", "time_zone")), **blank, **fields})


def layer(name: str, *members: str, **fields: Any) -> Layer:
    return replace(Layer(name, members, WEEK, Local("2027-01-04T09:00")), **fields)


def rotation(*layers: Layer, **fields: Any) -> Rotation:
    made = Rotation("oncall", "On-call", "", None, "America/New_York", layers or (layer("primary", "one", "two", "three"),), origin=HERE)
    return replace(made, **fields)


def person_step(after_min: float, *names: str) -> Step:
    return Step(after_min * MINUTE, tuple(Recipient("person", name) for name in names))


def escalation(*steps: Step, **fields: Any) -> Escalation:
    seat = Step(0.0, (Recipient("rotation", "oncall", "primary"),))
    made = Escalation("incident", "Incident", "", None, steps or (seat,), 0, 15 * MINUTE, origin=HERE)
    return replace(made, **fields)


def channel(name: str = "pagerduty-database", service: str = "database", **fields: Any) -> Channel:
    settings = {"service": service, "escalation": "incident", "integration_key": None, "owned": True}
    made = Channel(name, "pagerduty", name, "", settings, True, None, None, (), (), HERE)
    return replace(made, **fields)


def severity(name: str, rank: int, urgency: Any, event: Any) -> Severity:
    return Severity(name, rank, name, "", None, urgency, urgency == "high", None, "", "#d92d20", event)


SEVERITIES = (severity("P0", 0, "high", "critical"), severity("P1", 1, "high", "error"), severity("P2", 2, "low", "warning"))
OFFICE = Calendar("office", "Office hours", "Europe/Berlin", (Hours((1, 2, 3, 4, 5), 540, 1020),), ())


def monitor(*alerts: tuple[str, Delivery], name: str = "site") -> Monitor:
    down = (State("down", 0.0),)
    return Monitor(
        name, name, "", None, Http("https://example.com"), "up", {}, 60.0, 10.0, None, None,
        tuple(Alert(one, down, "down", (delivery,)) for one, delivery in alerts),
        0.0, "keep", "keep", None, None, {}, {}, None, "", "", ("runner",), True, (), False, {},
    )  # fmt: skip


def to(*channels: str, **fields: Any) -> Delivery:
    return replace(Delivery(channels or ("pagerduty-database",), None), **fields)


def program(**fields: Any) -> Program:
    """Three engineers, one rotation, one escalation, one PagerDuty service, unless said otherwise."""
    given: dict[str, Any] = {
        "people": [person(name) for name in ("one", "two", "three")],
        "rotations": [rotation()],
        "escalations": [escalation()],
        "channels": [channel()],
        "severities": SEVERITIES,
        "calendars": [OFFICE],
        **fields,
    }
    options = given.pop("options", {})
    named = {kind: {one.name: one for one in things} for kind, things in given.items()}
    return Program("acme", "Acme", "", "", {"pagerduty": options}, **named)


def only(built: Built, kind: str) -> Any:
    return next(resource.body for resource in built.resources if resource.kind == kind)


def codes(built: Built) -> list[str]:
    return [found.code for found in built.findings]


def said(built: Built, address: str, field: str) -> list[str]:
    return [one.how for one in built.fidelity if (one.address, one.field) == (address, field)]


def order(resources: Iterable[Resource]) -> list[str]:
    return [f"{resource.kind} {resource.key}" for resource in resources]


def test_a_channel_becomes_a_service_with_an_integration_and_all_it_needs() -> None:
    built = target.build(program())

    assert order(built.resources) == [
        "schedule oncall/primary",
        "escalation_policy incident",
        "service pagerduty-database",
        "integration pagerduty-database",
    ]
    assert built.fidelity == ()
    assert built.findings == ()


def test_primary_and_backup_are_two_schedules_of_three_weeks() -> None:
    seats = (layer("primary", "one", "two", "three"), layer("backup", "two", "three", "one"))
    built = target.build(program(rotations=[rotation(*seats)]))

    schedules = [resource for resource in built.resources if resource.kind == "schedule"]
    assert [(one.key, one.name) for one in schedules] == [("oncall/primary", "On-call primary"), ("oncall/backup", "On-call backup")]
    assert schedules[1].body == {
        "type": "schedule",
        "name": "On-call backup",
        "description": "",
        "time_zone": "America/New_York",
        "teams": [],
        "schedule_layers": [
            {
                "name": "backup",
                "start": "2027-01-04T14:00:00Z",
                "end": None,
                "rotation_virtual_start": "2027-01-04T14:00:00Z",
                "rotation_turn_length_seconds": 604800,
                "users": [
                    {"user": {"id": lookup("user", email=f"{name}@example.com"), "type": "user_reference"}}
                    for name in ("two", "three", "one")
                ],
                "restrictions": [],
            }
        ],
    }


def test_primary_and_backup_are_never_the_same_person(account: Any) -> None:
    seats = (layer("primary", "one", "two", "three"), layer("backup", "two", "three", "one"))
    account.apply(target.build(program(rotations=[rotation(*seats)])).resources)

    weeks = []
    for week in range(4):
        account.clock.now = datetime.fromisoformat("2027-01-04T15:00:00+00:00") + timedelta(weeks=week)
        calls = [
            account.client._api.pages(f"/schedules/{account.made['schedule', key].remote_id}/users", "users")
            for key in ("oncall/primary", "oncall/backup")
        ]
        weeks.append(tuple(user["summary"] for found in calls for user in found))

    assert weeks == [("One", "Two"), ("Two", "Three"), ("Three", "One"), ("One", "Two")]


def test_the_first_hand_off_is_wall_time_in_the_zone_of_the_rotation() -> None:
    summer = rotation(layer("primary", "one", start=Local("2027-07-05T09:00")))

    body = only(target.build(program(rotations=[summer])), "schedule")

    assert body["schedule_layers"][0]["rotation_virtual_start"] == "2027-07-05T13:00:00Z"


@pytest.mark.parametrize(
    ("restrictions", "sent"),
    [
        ([Restriction(EVERY_DAY, 0, 1440)], []),
        ([Restriction(EVERY_DAY, 540, 1020)], [("daily_restriction", None, "09:00:00", 28800)]),
        ([Restriction(EVERY_DAY, 1320, 360)], [("daily_restriction", None, "22:00:00", 28800)]),
        ([Restriction((6, 7), 0, 1440)], [("weekly_restriction", 6, "00:00:00", 86400), ("weekly_restriction", 7, "00:00:00", 86400)]),
        ([Restriction((5,), 1080, 1080)], [("weekly_restriction", 5, "18:00:00", 86400)]),
        (
            [Restriction(EVERY_DAY, 0, 60), Restriction((1,), 540, 600)],
            [("weekly_restriction", day, "00:00:00", 3600) for day in EVERY_DAY] + [("weekly_restriction", 1, "09:00:00", 3600)],
        ),
        ([Restriction(EVERY_DAY, 0, 1440), Restriction((1,), 540, 600)], []),
    ],
)
def test_hours_of_a_layer_become_restrictions_of_one_kind(restrictions: list[Restriction], sent: list[Any]) -> None:
    body = only(target.build(program(rotations=[rotation(layer("primary", "one", restrictions=tuple(restrictions)))])), "schedule")

    found = body["schedule_layers"][0]["restrictions"]
    assert [(one["type"], one.get("start_day_of_week"), one["start_time_of_day"], one["duration_seconds"]) for one in found] == sent


def test_levels_counted_from_the_start_become_time_at_each_level() -> None:
    steps = (Step(0.0, (Recipient("rotation", "oncall", "primary"),)), person_step(10, "one", "two"), person_step(30, "three"))

    rules = only(target.build(program(escalations=[escalation(*steps, repeat=2, repeat_after_s=5 * MINUTE)])), "escalation_policy")

    assert rules["num_loops"] == 2
    assert [rule["escalation_delay_in_minutes"] for rule in rules["escalation_rules"]] == [10, 20, 5]
    assert rules["escalation_rules"][0]["targets"] == [{"id": Ref("schedule", "oncall/primary"), "type": "schedule_reference"}]
    assert rules["escalation_rules"][2]["targets"] == [{"id": lookup("user", email="three@example.com"), "type": "user_reference"}]


def test_a_level_that_only_sends_messages_is_left_to_the_runner_and_the_others_keep_their_time() -> None:
    message = Step(10 * MINUTE, (Recipient("channel", "slack"),))
    built = target.build(program(escalations=[escalation(person_step(0, "one"), message, person_step(30, "two"))]))

    rules = only(built, "escalation_policy")["escalation_rules"]
    assert [rule["escalation_delay_in_minutes"] for rule in rules] == [30, 15]
    assert [one.fit for one in built.fidelity if one.field == "levels.2.notify"] == [Fit.DROPPED]


def test_a_first_level_that_waits_is_called_at_once_and_that_is_said() -> None:
    built = target.build(program(escalations=[escalation(Step(0.0, (Recipient("channel", "slack"),)), person_step(60, "one"))]))

    assert [rule["escalation_delay_in_minutes"] for rule in only(built, "escalation_policy")["escalation_rules"]] == [15]
    assert said(built, "escalation.incident", "levels.1.after") == [
        "PagerDuty calls the first level at once, not after 60 minutes: later levels keep their distance from it"
    ]


def test_delays_are_whole_minutes() -> None:
    built = target.build(program(escalations=[escalation(person_step(0, "one"), person_step(0.5, "two"), repeat_after_s=90.0)]))

    assert [rule["escalation_delay_in_minutes"] for rule in only(built, "escalation_policy")["escalation_rules"]] == [1, 2]
    assert said(built, "escalation.incident", "levels.after")


def test_a_team_at_a_level_is_its_members_each_once() -> None:
    team = Team("data", "Data", "", ("one", "two"), None, None, None, None, HERE)
    step = Step(0.0, (Recipient("person", "two"), Recipient("team", "data")))
    built = target.build(program(teams=[team], escalations=[escalation(step)]))

    targets = only(built, "escalation_policy")["escalation_rules"][0]["targets"]
    assert [dict(one["id"].query)["email"] for one in targets] == ["two@example.com", "one@example.com"]
    assert said(built, "escalation.incident", "levels.1.notify")


def test_a_team_that_owns_something_is_built_with_its_members_and_lead() -> None:
    teams = [
        Team("data", "Data", "Owns it", ("one", "two"), "three", None, None, None, HERE),
        Team("finance", "Finance", "", (), None, None, None, None, HERE),
    ]
    built = target.build(program(teams=teams, rotations=[rotation(team="data")], escalations=[escalation(team="data")]))

    body = only(built, "team")
    assert [(dict(one["user"]["id"].query)["email"], one["role"]) for one in body["members"]] == [
        ("one@example.com", "responder"),
        ("two@example.com", "responder"),
        ("three@example.com", "manager"),
    ]
    assert (
        only(built, "schedule")["teams"]
        == only(built, "escalation_policy")["teams"]
        == [{"id": Ref("team", "data"), "type": "team_reference"}]
    )
    assert said(built, "team.finance", "team") == ["owns no rotation and no escalation, so PagerDuty has no use for it"]


def test_who_is_in_a_team_can_be_left_to_pagerduty() -> None:
    team = Team("data", "Data", "", ("one",), None, None, None, None, HERE)
    built = target.build(program(teams=[team], rotations=[rotation(team="data")], options={"members": False}))

    assert "members" not in only(built, "team")
    assert said(built, "team.data", "members") == ["left to PagerDuty by `members: false`"]


def test_accounts_are_looked_up_by_the_address_they_have_at_pagerduty() -> None:
    people = [person("one", pagerduty="Uno@Example.org"), person("two"), person("three")]

    users = only(target.build(program(people=people)), "schedule")["schedule_layers"][0]["users"]

    assert [dict(one["user"]["id"].query)["email"] for one in users] == ["uno@example.org", "two@example.com", "three@example.com"]


def test_a_service_takes_the_severity_of_the_event_for_its_urgency() -> None:
    body = only(target.build(program(monitors=[monitor(("P0", to()), ("P2", to()))])), "service")

    assert body["incident_urgency_rule"] == {"type": "constant", "urgency": "severity_based"}
    assert (body["auto_resolve_timeout"], body["acknowledgement_timeout"]) == (None, 1800)
    assert "support_hours" not in body


def test_urgencies_that_differ_from_the_words_of_events_decide_the_rule() -> None:
    waking = severity("P2", 2, "high", "warning")
    built = target.build(program(severities=[SEVERITIES[0], waking], monitors=[monitor(("P0", to()), ("P2", to()))]))

    assert only(built, "service")["incident_urgency_rule"] == {"type": "constant", "urgency": "high"}


def test_urgencies_no_rule_can_say_are_told() -> None:
    quiet, waking = severity("P1", 1, "low", "error"), severity("P2", 2, "high", "warning")
    built = target.build(program(severities=[quiet, waking], monitors=[monitor(("P1", to()), ("P2", to()))]))

    assert only(built, "service")["incident_urgency_rule"] == {"type": "constant", "urgency": "severity_based"}
    assert said(built, "channel.pagerduty-database", "urgency") == [
        "events of 'error' are high at PagerDuty; 'P1' is low here",
        "events of 'warning' are low at PagerDuty; 'P2' is high here",
    ]


def test_alerts_of_business_hours_make_support_hours_where_that_changes_something() -> None:
    hours = [("P0", to()), ("P1", to(during="office", hold=True))]
    warnings = severity("P1", 1, "high", "warning")
    built = target.build(program(severities=[SEVERITIES[0], warnings], monitors=[monitor(*hours)]))

    body = only(built, "service")
    assert body["incident_urgency_rule"] == {
        "type": "use_support_hours",
        "during_support_hours": {"type": "constant", "urgency": "high"},
        "outside_support_hours": {"type": "constant", "urgency": "severity_based"},
    }
    assert body["support_hours"] == {
        "type": "fixed_time_per_day",
        "time_zone": "Europe/Berlin",
        "start_time": "09:00:00",
        "end_time": "17:00:00",
        "days_of_week": [1, 2, 3, 4, 5],
    }
    assert body["scheduled_actions"] == []


def test_held_alerts_of_a_service_of_their_own_become_urgent_when_hours_begin() -> None:
    warnings = severity("P1", 1, "high", "warning")
    held = monitor(("P1", to(during="office", hold=True)))
    errors = monitor(("P2", to(during="office", hold=True)), name="other")
    loud = severity("P2", 2, "high", "error")
    built = target.build(program(severities=[warnings, loud], monitors=[held, errors]))

    body = only(built, "service")
    assert body["incident_urgency_rule"]["outside_support_hours"]["urgency"] == "low"
    assert [action["at"]["name"] for action in body["scheduled_actions"]] == ["support_hours_start"]


def test_hours_that_change_nothing_are_left_out() -> None:
    built = target.build(program(monitors=[monitor(("P0", to()), ("P2", to(during="office")))]))

    assert only(built, "service")["incident_urgency_rule"] == {"type": "constant", "urgency": "severity_based"}


@pytest.mark.parametrize(
    ("hours", "holidays", "how"),
    [
        (
            (Hours((1,), 540, 720), Hours((1,), 780, 1020)),
            (),
            "PagerDuty has one window a day, within the day: 'office' is kept by the runner",
        ),
        ((Hours((1,), 1320, 360),), (), "PagerDuty has one window a day, within the day: 'office' is kept by the runner"),
        (
            (Hours((1,), 540, 1020),),
            (date(2026, 12, 25),),
            "PagerDuty knows no holidays (2026-12-25 …): those of 'office' are kept by the runner",
        ),
    ],
)
def test_what_support_hours_cannot_say_is_told(hours: Any, holidays: Any, how: str) -> None:
    calendar = replace(OFFICE, hours=hours, holidays=holidays)
    built = target.build(program(calendars=[calendar], monitors=[monitor(("P2", to(during="office")))]))

    assert said(built, "channel.pagerduty-database", "during") == [how]


def test_two_calendars_of_one_service_are_told() -> None:
    night = replace(OFFICE, name="night")
    built = target.build(program(calendars=[OFFICE, night], monitors=[monitor(("P1", to(during="office")), ("P2", to(during="night")))]))

    assert said(built, "channel.pagerduty-database", "during") == [
        "a service has one set of hours; night and office are kept by the runner"
    ]


def test_a_channel_of_some_severities_is_not_asked_about_the_others() -> None:
    quiet = channel(severities=("P2",))
    low = severity("P2", 2, "low", "error")
    built = target.build(program(channels=[quiet], severities=[SEVERITIES[0], low], monitors=[monitor(("P0", to()), ("P2", to()))]))

    assert only(built, "service")["incident_urgency_rule"] == {"type": "constant", "urgency": "low"}
    assert said(built, "channel.pagerduty-database", "severities")


def test_what_a_channel_says_about_messages_is_the_runners_and_said() -> None:
    built = target.build(program(channels=[channel(rate=(10, 3600.0), group_by=("service",), repeat_s=900.0, resolved=False)]))

    body = only(built, "service")
    assert (body["auto_resolve_timeout"], body["acknowledgement_timeout"]) == (14400, 900)
    assert [one.field for one in built.fidelity] == ["rate", "group_by", "repeat", "resolved"]
    assert {one.fit for one in built.fidelity} == {Fit.APPROXIMATED}


def test_low_urgency_does_not_escalate_and_that_is_said_of_each_severity() -> None:
    steps = (person_step(0, "one"), person_step(15, "two"))
    built = target.build(program(escalations=[escalation(*steps)], monitors=[monitor(("P0", to()), ("P2", to()))]))

    assert [(one.severity, one.how) for one in built.fidelity if one.field == "escalation"] == [
        ("P2", "low urgency does not escalate at PagerDuty: 'P2' stays at the first level of 'incident'")
    ]


def test_a_service_that_is_always_low_never_escalates_and_that_is_said() -> None:
    steps = (person_step(0, "one"), person_step(15, "two"))
    quiet = severity("P1", 1, "low", "error")
    built = target.build(program(escalations=[escalation(*steps)], severities=[quiet], monitors=[monitor(("P1", to()))]))

    assert only(built, "service")["incident_urgency_rule"] == {"type": "constant", "urgency": "low"}
    assert [(one.field, one.severity) for one in built.fidelity] == [("escalation", "P1")]


def test_an_alert_with_an_escalation_other_than_the_services_is_told() -> None:
    other = replace(escalation(), name="night", title="Night")
    built = target.build(
        program(escalations=[escalation(), other], monitors=[monitor(("P0", to(escalation="night")), ("P1", to(escalation="incident")))])
    )

    assert [(one.address, one.field, one.severity) for one in built.fidelity] == [("monitor.site", "alert.P0.escalation", "P0")]


def test_two_channels_of_one_service_are_one_service() -> None:
    both = [channel(), channel("pagerduty-again", "Database")]
    built = target.build(program(channels=sorted(both, key=lambda one: one.name)))

    found = [resource for resource in built.resources if resource.kind in {"service", "integration"}]
    assert order(found) == ["service pagerduty-again", "integration pagerduty-again"]
    assert found[0].parts == ("channel.pagerduty-again", "channel.pagerduty-database")


def test_a_service_of_somebody_else_is_not_built() -> None:
    foreign = channel(settings={"service": "database", "escalation": None, "integration_key": None, "owned": False})

    assert [resource.kind for resource in target.build(program(channels=[foreign])).resources] == ["schedule", "escalation_policy"]


def test_a_service_is_described_by_its_channel_or_by_the_service_of_its_name() -> None:
    service = Service("database", "Database", "The main database", None, None, (), {}, None, None, None)

    assert only(target.build(program(services=[service])), "service")["description"] == "The main database"
    assert only(target.build(program(services=[service], channels=[channel(description="Pages")])), "service")["description"] == "Pages"


def test_a_prefix_keeps_accounts_apart() -> None:
    built = target.build(program(options={"prefix": "staging "}))

    names = [resource.body["name"] for resource in built.resources]
    assert names == ["staging On-call", "staging Incident", "staging database", "monctl"]


def test_characters_pagerduty_refuses_are_replaced_and_long_texts_cut() -> None:
    built = target.build(program(escalations=[escalation(title="Tracks & posts/data <1>", description="x" * 2000)]))

    body = only(built, "escalation_policy")
    assert body["name"] == "Tracks and posts-data 1"
    assert len(body["description"]) == 800
    assert said(built, "escalation.incident", "title")
    assert said(built, "escalation.incident", "description")


def test_overrides_of_v3_schedules_are_left_to_pagerduty_and_that_is_said() -> None:
    override = Override("primary", "two", Local("2027-01-05T09:00"), Local("2027-01-06T09:00"))
    built = target.build(program(rotations=[rotation(overrides=(override,))], options={"schedules": "v3"}))

    assert [(one.field, one.fit) for one in built.fidelity] == [("overrides", Fit.DROPPED)]


def test_an_escalation_of_channels_only_is_told() -> None:
    night = escalation(Step(0.0, (Recipient("channel", "slack"),)), name="night")
    built = target.build(program(escalations=[escalation(), night]))

    assert [resource.key for resource in built.resources if resource.kind == "escalation_policy"] == ["incident"]
    assert said(built, "escalation.night", "levels") == ["it calls channels only; PagerDuty calls people and schedules"]
    assert codes(built) == []


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"people": [person("one", email=None), person("two"), person("three")]}, "PAGERDUTY101", "'one' has no e-mail address to find the PagerDuty account by"),
        ({"rotations": [rotation(layer("primary", "one", shift_s=1800.0))]}, "PAGERDUTY102", "a turn of 1800 s in layer 'primary' is not between an hour and a year"),
        ({"escalations": [escalation(Step(0.0, (Recipient("channel", "slack"),)))]}, "PAGERDUTY103", "escalation 'incident' has nobody PagerDuty could call"),
        (
            {"people": [person(f"p{number}") for number in range(11)], "rotations": [], "escalations": [escalation(person_step(0, *(f"p{number}" for number in range(11))))]},
            "PAGERDUTY104",
            "level 1 calls 11 at once; PagerDuty takes 10",
        ),
        (
            {"channels": [channel(), channel("other", settings={**channel().settings, "escalation": "night"})], "escalations": [escalation(), escalation(name="night", title="Night")]},
            "PAGERDUTY106",
            "channels 'pagerduty-database' and 'other' are one PagerDuty service, 'database', with two escalations",
        ),
        (
            {"rotations": [rotation(), rotation(name="nights", title="on-call ")]},
            "PAGERDUTY111",
            "'rotation.nights' and 'rotation.oncall' would both be the schedule 'on-call' at PagerDuty",
        ),
        (
            {"escalations": [escalation(), escalation(name="night")]},
            "PAGERDUTY111",
            "'escalation.night' and 'escalation.incident' would both be the escalation policy 'Incident' at PagerDuty",
        ),
        ({"rotations": [rotation(time_zone="US/Mountain")]}, "PAGERDUTY107", "PagerDuty does not take the time zone 'US/Mountain'"),
    ],
)  # fmt: skip
def test_what_cannot_be_built_is_a_finding_with_a_way_out(fields: dict[str, Any], code: str, message: str) -> None:
    built = target.build(program(**fields))

    assert [(found.code, found.message) for found in built.findings] == [(code, message)]
    assert built.findings[0].help
    assert built.findings[0].origin == HERE or built.findings[0].origin.path
    assert built.findings[0].address


@pytest.mark.parametrize(
    ("steps", "messages"),
    [
        ((person_step(0, "one"), person_step(1, "two")), []),
        ((person_step(0, "one", "two"), person_step(3, "three")), []),
        (
            (person_step(0, "one", "two"), person_step(1, "three")),
            ["level 1 calls 2 at once and gives them 1 min; PagerDuty's pages ask for 3"],
        ),
        ((person_step(0, *"abcdef"),), ["level 1 calls 6 at once; some accounts take 5"]),
    ],
)
def test_a_level_that_the_pages_of_pagerduty_would_not_save_is_a_note(steps: Any, messages: list[str]) -> None:
    people = [person(name) for name in ("one", "two", "three", *"abcdef")]
    built = target.build(program(people=people, escalations=[escalation(*steps)]))

    assert [(found.code, found.level, found.message) for found in built.findings] == [
        ("PAGERDUTY112", Level.INFO, text) for text in messages
    ]


def whole() -> Program:
    """Everything at once."""
    seats = (
        layer("primary", "one", "two", "three"),
        layer("backup", "two", "three", "one", restrictions=(Restriction((6, 7), 0, 1440), Restriction((1, 2, 3, 4, 5), 1080, 540))),
    )
    steps = (
        Step(0.0, (Recipient("rotation", "oncall", "primary"),)),
        Step(15 * MINUTE, (Recipient("rotation", "oncall", "backup"), Recipient("person", "lead"))),
        Step(30 * MINUTE, (Recipient("team", "data"), Recipient("channel", "slack"))),
    )
    warnings = severity("P2", 2, "high", "warning")
    return program(
        people=[person(name) for name in ("one", "two", "three", "lead")],
        teams=[Team("data", "Data", "Owns it", ("one", "two"), "lead", None, None, None, HERE)],
        rotations=[rotation(*seats, team="data", description="Three weeks"), replace(rotation(), name="utc", title="UTC", time_zone="UTC")],
        escalations=[escalation(*steps, team="data", repeat=2)],
        channels=[channel(), channel("pagerduty-application", "application", repeat_s=600.0, resolved=False)],
        severities=[SEVERITIES[0], SEVERITIES[1], warnings],
        monitors=[
            monitor(("P0", to()), ("P2", to(during="office"))),
            monitor(("P0", to("pagerduty-application")), name="application"),
            monitor(("P2", to("pagerduty-application", during="office", hold=True)), name="late"),
        ],
    )


def test_the_same_program_is_built_the_same() -> None:
    assert target.build(whole()) == target.build(whole())


def test_a_built_program_settles(account: Any) -> None:
    resources = target.build(whole()).resources

    assert len(account.apply(resources)) == len(resources) == 9
    assert account.apply(resources) == []


def test_a_change_in_the_program_is_one_change_in_the_account(account: Any) -> None:
    account.apply(target.build(whole()).resources)
    program_ = whole()
    steps = program_.escalations["incident"].steps
    shorter = replace(program_, escalations={"incident": replace(program_.escalations["incident"], steps=steps[:2])})

    done = account.apply(target.build(shorter).resources)

    assert done == ["update escalation_policy incident"]
    assert account.apply(target.build(shorter).resources) == []


def test_nothing_is_measured_here() -> None:
    capabilities = target.capabilities

    assert capabilities.accepts == capabilities.default_for == frozenset()
    sources = [one.source for one in capabilities.capabilities] + [one.source for one in capabilities.limits]
    assert all(source.endswith("(read 2026-11-20)") for source in sources)
    assert len({one.feature for one in capabilities.capabilities}) == len(capabilities.capabilities)
