"""The emulator is as strict as PagerDuty: credentials, fields, references, what is in use, pages, limits, on-calls, events."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monctl.resource import Resource
from monctl.sandbox.emulator import Request, Response
from monctl.sandbox.store import Store
from monctl_targets.pagerduty import target
from monctl_targets.pagerduty.emulator import PagerDutyEmulator

AUTH = {"Authorization": "Token token=sandbox"}
LAYER = {
    "name": "primary",
    "start": "2026-11-02T14:00:00Z",
    "rotation_virtual_start": "2026-11-02T14:00:00Z",
    "rotation_turn_length_seconds": 604800,
    "users": [{"user": {"id": "PU00001", "type": "user_reference"}}],
}
SCHEDULE = {"type": "schedule", "name": "On-call", "time_zone": "America/New_York", "schedule_layers": [LAYER]}
OWNER = {"id": "PU00001", "type": "user_reference"}
RULE = {"escalation_delay_in_minutes": 15, "targets": [OWNER]}
POLICY = {"type": "escalation_policy", "name": "Database", "escalation_rules": [RULE]}
HOURS = {
    "type": "fixed_time_per_day",
    "time_zone": "America/New_York",
    "start_time": "09:00:00",
    "end_time": "17:00:00",
    "days_of_week": [1],
}
BY_HOURS = {
    "type": "use_support_hours",
    "during_support_hours": {"type": "constant", "urgency": "high"},
    "outside_support_hours": {"type": "constant", "urgency": "low"},
}
RAISE = {"type": "urgency_change", "at": {"type": "named_time", "name": "support_hours_start"}, "to_urgency": "high"}


@pytest.fixture
def emulator() -> PagerDutyEmulator:
    return PagerDutyEmulator(Store.memory("pagerduty"), now=lambda: datetime(2026, 11, 21, 12, tzinfo=UTC))


def ask(emulator: PagerDutyEmulator, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Response:
    raw = b"" if body is None else json.dumps(body).encode()
    return emulator.handle(Request.of(method, url, AUTH if headers is None else headers, raw, base_url="http://127.0.0.1/pagerduty"))


def errors(answer: Response) -> str:
    assert answer.status == 400
    return json.dumps(answer.body["error"]["errors"])


def service(emulator: PagerDutyEmulator, **fields: Any) -> dict[str, Any]:
    policy = ask(emulator, "POST", "/escalation_policies", {"escalation_policy": POLICY}).body["escalation_policy"]
    return {
        "type": "service",
        "name": "database",
        "escalation_policy": {"id": policy["id"], "type": "escalation_policy_reference"},
        **fields,
    }


def key_of(emulator: PagerDutyEmulator, **fields: Any) -> str:
    made = ask(emulator, "POST", "/services", {"service": service(emulator, **fields)}).body["service"]
    integration = {"type": "events_api_v2_inbound_integration", "name": "monctl"}
    answer = ask(emulator, "POST", f"/services/{made['id']}/integrations", {"integration": integration})
    key: str = answer.body["integration"]["integration_key"]
    return key


@pytest.mark.parametrize("value", [None, "sandbox", "Token sandbox", "Token token=", "Token token=bad-one", "Basic token=sandbox"])
def test_a_missing_or_bad_credential_is_401(emulator: PagerDutyEmulator, value: str | None) -> None:
    answer = ask(emulator, "GET", "/teams", headers={} if value is None else {"Authorization": value})

    assert (answer.status, answer.body["error"]["code"]) == (401, 2006)


@pytest.mark.parametrize("value", ["Token token=anything", "Bearer pdus+anything"])
def test_any_other_credential_is_taken(emulator: PagerDutyEmulator, value: str) -> None:
    assert ask(emulator, "GET", "/abilities", headers={"Authorization": value}).status == 200


@pytest.mark.parametrize(
    ("path", "name", "good", "fields", "said"),
    [
        ("/teams", "team", {"type": "team", "name": "Data"}, {"color": "red"}, "color is not a field"),
        ("/teams", "team", {"type": "team", "name": "Data"}, {"name": "x" * 101}, "name is too long"),
        ("/teams", "team", {"type": "team", "name": "Data"}, {"name": " "}, "name cannot be blank"),
        ("/teams", "team", {"type": "team", "name": "Data"}, {"default_role": "owner"}, "default_role must be one of"),
        ("/teams", "team", {"type": "team", "name": "Data"}, {"description": "x" * 1025}, "description is too long"),
        ("/schedules", "schedule", SCHEDULE, {"time_zone": "US/Mountain"}, "time_zone is not a valid time zone"),
        ("/schedules", "schedule", SCHEDULE, {"time_zone": "UTC"}, "time_zone is not a valid time zone"),
        ("/schedules", "schedule", SCHEDULE, {"schedule_layers": []}, "schedule_layers cannot be blank"),
        ("/schedules", "schedule", SCHEDULE, {"schedule_layers": [{**LAYER, "users": []}]}, "users cannot be blank"),
        ("/schedules", "schedule", SCHEDULE, {"schedule_layers": [{**LAYER, "users": [OWNER]}]}, "user cannot be blank"),
        ("/schedules", "schedule", SCHEDULE, {"schedule_layers": [{**LAYER, "start": "2026-11-02T14:00:00"}]}, "start must be a date-time"),
        ("/schedules", "schedule", SCHEDULE, {"schedule_layers": [{**LAYER, "end": "2026-11-01T14:00:00Z"}]}, "must be after start"),
        ("/schedules", "schedule", SCHEDULE, {"schedule_layers": [{**LAYER, "rotation_turn_length_seconds": 60}]}, "between 3600 and 31536000"),
        (
            "/schedules", "schedule", SCHEDULE,
            {"schedule_layers": [{**LAYER, "restrictions": [{"type": "daily_restriction", "start_time_of_day": "09:00:00", "duration_seconds": 86400}]}]},
            "between 1 and 86399",
        ),
        (
            "/schedules", "schedule", SCHEDULE,
            {"schedule_layers": [{**LAYER, "restrictions": [
                {"type": "daily_restriction", "start_day_of_week": 1, "start_time_of_day": "09:00:00", "duration_seconds": 60}
            ]}]},
            "start_day_of_week is not a field",
        ),
        ("/escalation_policies", "escalation_policy", POLICY, {"name": "a/b"}, "white space or non printable"),
        ("/escalation_policies", "escalation_policy", POLICY, {"num_loops": 10}, "between 0 and 9"),
        ("/escalation_policies", "escalation_policy", POLICY, {"escalation_rules": [{**RULE, "escalation_delay_in_minutes": 0}]}, "between 1 and"),
        ("/escalation_policies", "escalation_policy", POLICY, {"escalation_rules": [{**RULE, "targets": [OWNER] * 11}]}, "between 1 and 10"),
        ("/escalation_policies", "escalation_policy", POLICY, {"escalation_rules": [{**RULE, "targets": [OWNER] * 2}]}, "same target twice"),
        ("/escalation_policies", "escalation_policy", POLICY, {"escalation_rules": []}, "escalation_rules cannot be blank"),
        (
            "/escalation_policies", "escalation_policy", POLICY,
            {"escalation_rules": [{**RULE, "targets": [{"id": "PU00001", "type": "team_reference"}]}]},
            "type must be one of user_reference, schedule_reference",
        ),
        ("/escalation_policies", "escalation_policy", POLICY, {"teams": [{"id": "a", "type": "team"}, {"id": "b", "type": "team"}]}, "between 0 and 1"),
    ],
)  # fmt: skip
def test_a_body_with_a_fault_is_refused(emulator: PagerDutyEmulator, path: str, name: str, good: Any, fields: Any, said: str) -> None:
    assert ask(emulator, "POST", path, {name: good}).status in {200, 201}

    answer = ask(emulator, "POST", path, {name: {**good, **fields}})

    assert said in errors(answer)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"acknowledgment_timeout": 60}, "acknowledgment_timeout is not a field"),
        ({"status": "warning"}, "status must be one of"),
        ({"incident_urgency_rule": {"type": "constant", "urgency": "severe"}}, "urgency must be one of"),
        ({"incident_urgency_rule": {"type": "constant", "urgency": "high"}, "support_hours": HOURS}, "Active urgency must be"),
        ({"incident_urgency_rule": BY_HOURS, "scheduled_actions": []}, "support_hours and scheduled_actions cannot be blank"),
        ({"incident_urgency_rule": BY_HOURS, "support_hours": HOURS}, "support_hours and scheduled_actions cannot be blank"),
        (
            {"incident_urgency_rule": {**BY_HOURS, "urgency": "high"}, "support_hours": HOURS, "scheduled_actions": []},
            "urgency is not a field",
        ),
        (
            {
                "incident_urgency_rule": {**BY_HOURS, "outside_support_hours": {"type": "constant", "urgency": "severity_based"}},
                "support_hours": HOURS,
                "scheduled_actions": [RAISE],
            },
            "scheduled_actions need high urgency during",
        ),
        (
            {"incident_urgency_rule": BY_HOURS, "support_hours": {**HOURS, "end_time": "06:00:00"}, "scheduled_actions": []},
            "after start_time",
        ),
        (
            {"incident_urgency_rule": BY_HOURS, "support_hours": {**HOURS, "start_time": "9:00"}, "scheduled_actions": []},
            "must be a time of day",
        ),
        ({"alert_grouping_parameters": {"type": "time"}}, "alert_grouping_parameters is not a field"),
    ],
)
def test_a_service_with_a_fault_is_refused(emulator: PagerDutyEmulator, fields: Any, said: str) -> None:
    assert said in errors(ask(emulator, "POST", "/services", {"service": service(emulator, **fields)}))


def test_two_services_cannot_have_one_name(emulator: PagerDutyEmulator) -> None:
    first = service(emulator)
    made = ask(emulator, "POST", "/services", {"service": first}).body["service"]

    assert "Name has already been taken" in errors(ask(emulator, "POST", "/services", {"service": {**first, "name": "Database"}}))
    assert ask(emulator, "PUT", f"/services/{made['id']}", {"service": {"name": "Database"}}).status == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/schedules", {"schedule": {**SCHEDULE, "teams": [{"id": "PNONE", "type": "team_reference"}]}}),
        ("/schedules", {"schedule": {**SCHEDULE, "schedule_layers": [{**LAYER, "users": [{"user": {"id": "PNONE", "type": "user"}}]}]}}),
        ("/schedules", {"schedule": {**SCHEDULE, "schedule_layers": [{**LAYER, "id": "PNONE"}]}}),
        (
            "/escalation_policies",
            {"escalation_policy": {**POLICY, "escalation_rules": [{**RULE, "targets": [{**OWNER, "type": "schedule"}]}]}},
        ),
        ("/services", {"service": {"type": "service", "name": "x", "escalation_policy": {"id": "PNONE", "type": "escalation_policy"}}}),
    ],
)
def test_a_reference_to_nothing_or_of_the_wrong_type_is_404(emulator: PagerDutyEmulator, path: str, body: Any) -> None:
    answer = ask(emulator, "POST", path, body)

    assert (answer.status, answer.body["error"]["code"]) == (404, 2100)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/teams/PNONE", None, 404),
        ("GET", "/nowhere", None, 404),
        ("PATCH", "/teams", None, 405),
        ("POST", "/teams", {"teams": []}, 400),
        ("POST", "/teams", {"team": {"type": "team", "name": "A"}, "other": 1}, 400),
        ("GET", "/teams?limit=101", None, 400),
        ("GET", "/teams?limit=100&offset=9901", None, 400),
        ("GET", "/teams?limit=many", None, 400),
        ("GET", "/schedules/PNONE/users", None, 404),
        ("POST", "/schedules/preview?since=2027-01-05&until=2027-01-06T00:00:00Z", {"schedule": SCHEDULE}, 400),
        ("POST", "/schedules/preview?since=2027-01-05T00:00:00Z&until=2037-01-06T00:00:00Z", {"schedule": SCHEDULE}, 400),
    ],
)
def test_other_refusals_are_in_the_vendors_form(emulator: PagerDutyEmulator, method: str, path: str, body: Any, status: int) -> None:
    answer = ask(emulator, method, path, body)

    assert answer.status == status
    assert set(answer.body["error"]) >= {"message", "code"}


def test_a_body_that_is_not_json_is_refused(emulator: PagerDutyEmulator) -> None:
    team = ask(emulator, "POST", "/teams", {"team": {"type": "team", "name": "Data"}}).body["team"]["id"]

    assert emulator.handle(Request.of("POST", "/teams", AUTH, b"{")).status == 400
    assert emulator.handle(Request.of("PUT", f"/teams/{team}/users/PU00001", AUTH, b"\xff{")).status == 400
    assert emulator.handle(Request.of("PUT", f"/teams/{team}/users/PU00001", AUTH, b"[1]")).status == 400


def test_pages_say_whether_there_is_more_and_the_total_only_when_asked(emulator: PagerDutyEmulator) -> None:
    for number in range(30):
        ask(emulator, "POST", "/teams", {"team": {"type": "team", "name": f"Team {number}"}})

    first = ask(emulator, "GET", "/teams").body
    last = ask(emulator, "GET", "/teams?offset=25&total=true").body

    assert (len(first["teams"]), first["limit"], first["more"], first["total"]) == (25, 25, True, None)
    assert (len(last["teams"]), last["more"], last["total"]) == (5, False, 30)
    assert [team["name"] for team in ask(emulator, "GET", "/teams?query=team%2029").body["teams"]] == ["Team 29"]


def test_the_limit_of_requests_is_a_minutes(emulator: PagerDutyEmulator) -> None:
    moments = [datetime(2026, 11, 21, 12, 0, 20, tzinfo=UTC)]
    limited = PagerDutyEmulator(Store.memory("pagerduty"), rate_limit=2, now=lambda: moments[0])

    answers = [ask(limited, "GET", "/teams") for _ in range(3)]
    moments[0] = datetime(2026, 11, 21, 12, 1, 0, tzinfo=UTC)

    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].body == {"error": {"message": "Rate Limit Exceeded", "code": 2020}}
    assert answers[2].headers == {"ratelimit-limit": "2", "ratelimit-remaining": "0", "ratelimit-reset": "40"}
    assert ask(limited, "GET", "/teams").status == 200


def test_users_appear_when_they_are_looked_up_by_address(emulator: PagerDutyEmulator) -> None:
    found = ask(emulator, "GET", "/users?query=Ana.Lopez@example.com").body["users"]
    again = ask(emulator, "GET", "/users?query=ana.lopez@example.com").body["users"]

    assert [(user["name"], user["email"]) for user in found] == [("Ana Lopez", "ana.lopez@example.com")]
    assert again == found
    assert ask(emulator, "GET", f"/users/{found[0]['id']}").body["user"] == found[0]
    assert ask(emulator, "GET", "/users?query=missing-ana@example.com").body["users"] == []
    assert ask(emulator, "GET", "/users?query=ana@missing.example").body["users"] == []


def test_layers_come_back_in_reverse_and_one_left_out_stays(emulator: PagerDutyEmulator) -> None:
    made = ask(emulator, "POST", "/schedules", {"schedule": {**SCHEDULE, "schedule_layers": [LAYER, {**LAYER, "name": "night"}]}}).body[
        "schedule"
    ]
    assert [layer["name"] for layer in made["schedule_layers"]] == ["night", "primary"]

    night = {**LAYER, "id": made["schedule_layers"][0]["id"], "name": "nights"}
    after = ask(emulator, "PUT", f"/schedules/{made['id']}", {"schedule": {"schedule_layers": [night]}}).body["schedule"]

    assert [layer["name"] for layer in after["schedule_layers"]] == ["nights", "primary"]


def test_a_start_in_the_past_becomes_now_in_the_zone_of_the_schedule(emulator: PagerDutyEmulator) -> None:
    layer = ask(emulator, "POST", "/schedules", {"schedule": SCHEDULE}).body["schedule"]["schedule_layers"][0]

    assert layer["start"] == "2026-11-21T07:00:00-05:00"
    assert layer["rotation_virtual_start"] == "2026-11-02T09:00:00-05:00"


def test_an_offset_in_the_virtual_start_is_applied_twice(emulator: PagerDutyEmulator) -> None:
    shifted = {**LAYER, "rotation_virtual_start": "2026-11-02T09:00:00-05:00"}
    made = ask(emulator, "POST", "/schedules", {"schedule": {**SCHEDULE, "schedule_layers": [shifted]}}).body["schedule"]

    assert made["schedule_layers"][0]["rotation_virtual_start"] == "2026-11-02T14:00:00-05:00"


def three(emulator: PagerDutyEmulator, **fields: Any) -> dict[str, Any]:
    ids = [emulator.add_user(name, f"{name}@example.com")["id"] for name in ("one", "two", "three")]
    layer = {
        **LAYER,
        "start": "2027-01-04T14:00:00Z",
        "rotation_virtual_start": "2027-01-04T14:00:00Z",
        "users": [{"user": {"id": id, "type": "user_reference"}} for id in ids],
        **fields,
    }
    return {**SCHEDULE, "schedule_layers": [layer]}


def test_a_preview_renders_turns_by_the_wall_clock_across_daylight_saving(emulator: PagerDutyEmulator) -> None:
    body = {"schedule": three(emulator)}
    answer = ask(emulator, "POST", "/schedules/preview?since=2027-03-08T00:00:00Z&until=2027-03-20T00:00:00Z", body)

    rendered = answer.body["schedule"]["final_schedule"]["rendered_schedule_entries"]
    assert [(entry["start"], entry["user"]["summary"]) for entry in rendered] == [
        ("2027-03-07T19:00:00-05:00", "three"),
        ("2027-03-08T09:00:00-05:00", "one"),
        ("2027-03-15T09:00:00-04:00", "two"),
    ]
    assert ask(emulator, "GET", "/schedules").body["schedules"] == []


@pytest.mark.parametrize(
    ("restriction", "spans"),
    [
        (
            {"type": "daily_restriction", "start_time_of_day": "22:00:00", "duration_seconds": 28800},
            [("2027-01-05T00:00:00-05:00", "2027-01-05T06:00:00-05:00"), ("2027-01-05T22:00:00-05:00", "2027-01-06T00:00:00-05:00")],
        ),
        (
            {"type": "weekly_restriction", "start_day_of_week": 2, "start_time_of_day": "09:00:00", "duration_seconds": 28800},
            [("2027-01-05T09:00:00-05:00", "2027-01-05T17:00:00-05:00")],
        ),
        ({"type": "weekly_restriction", "start_day_of_week": 4, "start_time_of_day": "09:00:00", "duration_seconds": 28800}, []),
    ],
)
def test_restrictions_leave_gaps(emulator: PagerDutyEmulator, restriction: Any, spans: list[tuple[str, str]]) -> None:
    body = {"schedule": three(emulator, restrictions=[restriction])}
    answer = ask(emulator, "POST", "/schedules/preview?since=2027-01-05T05:00:00Z&until=2027-01-06T05:00:00Z", body)

    rendered = answer.body["schedule"]["final_schedule"]["rendered_schedule_entries"]
    assert [(entry["start"], entry["end"]) for entry in rendered] == spans


def test_the_higher_layer_wins_where_it_is_on(emulator: PagerDutyEmulator) -> None:
    below = three(emulator)
    daytime = {"type": "daily_restriction", "start_time_of_day": "09:00:00", "duration_seconds": 28800}
    above = {**below["schedule_layers"][0], "name": "day", "users": LAYER["users"], "restrictions": [daytime]}
    body = {"schedule": {**below, "schedule_layers": [below["schedule_layers"][0], above]}}
    answer = ask(emulator, "POST", "/schedules/preview?since=2027-01-05T05:00:00Z&until=2027-01-06T05:00:00Z", body)

    rendered = answer.body["schedule"]["final_schedule"]["rendered_schedule_entries"]
    assert [entry["user"]["summary"] for entry in rendered] == ["one", "Account Owner", "one"]


def test_oncalls_tell_who_is_called_at_each_level(emulator: PagerDutyEmulator) -> None:
    schedule = ask(emulator, "POST", "/schedules", {"schedule": SCHEDULE}).body["schedule"]
    rules = [
        {"escalation_delay_in_minutes": 15, "targets": [{"id": schedule["id"], "type": "schedule_reference"}]},
        {"escalation_delay_in_minutes": 15, "targets": [{"id": "PU00002", "type": "user_reference"}]},
    ]
    policy = ask(emulator, "POST", "/escalation_policies", {"escalation_policy": {**POLICY, "escalation_rules": rules}}).body[
        "escalation_policy"
    ]

    calls = ask(emulator, "GET", f"/oncalls?escalation_policy_ids[]={policy['id']}").body["oncalls"]

    assert [(call["escalation_level"], call["user"]["summary"]) for call in calls] == [(1, "Account Owner"), (2, "On-call Engineer")]
    on_call = ask(emulator, "GET", f"/schedules/{schedule['id']}/users").body["users"]
    assert [user["summary"] for user in on_call] == ["Account Owner"]


def test_an_event_becomes_one_incident_until_it_is_resolved(emulator: PagerDutyEmulator) -> None:
    key = key_of(emulator, incident_urgency_rule={"type": "constant", "urgency": "severity_based"})
    event = {
        "routing_key": key,
        "event_action": "trigger",
        "dedup_key": "acme/lag",
        "payload": {"summary": "Lag", "source": "db-1", "severity": "warning"},
    }

    answers = [ask(emulator, "POST", "/v2/enqueue", body, headers={}) for body in (event, event, {**event, "event_action": "acknowledge"})]

    assert [answer.body for answer in answers] == [{"status": "success", "message": "Event processed", "dedup_key": "acme/lag"}] * 3
    assert {answer.status for answer in answers} == {202}
    incidents = ask(emulator, "GET", "/incidents?incident_key=acme/lag").body["incidents"]
    assert [(one["title"], one["status"], one["urgency"]) for one in incidents] == [("Lag", "acknowledged", "low")]
    ask(emulator, "POST", "/v2/enqueue", {"routing_key": key, "event_action": "resolve", "dedup_key": "acme/lag"}, headers={})
    assert ask(emulator, "GET", "/incidents?statuses[]=triggered&statuses[]=acknowledged").body["incidents"] == []
    ask(emulator, "POST", "/v2/enqueue", event, headers={})
    assert len(ask(emulator, "GET", "/incidents").body["incidents"]) == 2


def test_a_resolve_of_nothing_is_taken_and_forgotten(emulator: PagerDutyEmulator) -> None:
    body = {"routing_key": key_of(emulator), "event_action": "resolve", "dedup_key": "never"}

    assert ask(emulator, "POST", "/v2/enqueue", body, headers={}).status == 202
    assert ask(emulator, "GET", "/incidents").body["incidents"] == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"routing_key": "short"}, "Length of 'routing_key' is incorrect (should be 32 characters)"),
        ({"routing_key": "0" * 32}, "Invalid routing key"),
        ({"event_action": "close"}, "event_action must be one of trigger, acknowledge, resolve"),
        ({"event_action": "resolve"}, "'dedup_key' is missing or blank"),
        (
            {"payload": {"summary": "x" * 1025, "source": "s", "severity": "info"}},
            "payload.summary is too long (maximum is 1024 characters)",
        ),
        (
            {"payload": {"summary": "x", "source": "s", "severity": "Critical"}},
            "payload.severity must be one of critical, error, warning, info",
        ),
        ({"payload": {"summary": "x", "severity": "info"}}, "payload.source cannot be blank"),
        ({"dedup_key": "x" * 256}, "dedup_key is too long (maximum is 255 characters)"),
        ({"severity": "info"}, "severity is not a field of the API"),
    ],
)
def test_an_event_with_a_fault_is_refused(emulator: PagerDutyEmulator, fields: Any, said: str) -> None:
    payload = {"summary": "Lag", "source": "db-1", "severity": "critical"}
    good = {"routing_key": key_of(emulator), "event_action": "trigger", "payload": payload}

    answer = ask(emulator, "POST", "/v2/enqueue", {**good, **fields}, headers={})

    assert (answer.status, answer.body["status"]) == (400, "invalid event")
    assert said in answer.body["errors"]


def test_a_trigger_without_a_key_gets_one_and_without_a_payload_is_refused(emulator: PagerDutyEmulator) -> None:
    event = {"routing_key": key_of(emulator), "event_action": "trigger", "payload": {"summary": "a", "source": "b", "severity": "info"}}

    assert len(ask(emulator, "POST", "/v2/enqueue", event, headers={}).body["dedup_key"]) == 32
    del event["payload"]
    assert ask(emulator, "POST", "/v2/enqueue", event, headers={}).body["errors"] == ["'payload' is missing or blank"]
    assert emulator.handle(Request.of("POST", "/v2/enqueue", {}, b"{")).status == 400
    assert (
        emulator.handle(Request.of("POST", "/v2/change/enqueue", {}, b" " * 524_289 + b"{}"))
        .body["errors"][0]
        .startswith("Event is too large")
    )


def test_a_change_event_is_kept(emulator: PagerDutyEmulator) -> None:
    event = {"routing_key": key_of(emulator), "payload": {"summary": "monctl apply: 3 changed", "timestamp": "2026-11-21T12:00:00Z"}}

    assert ask(emulator, "POST", "/v2/change/enqueue", event, headers={}).body == {"status": "success", "message": "Change event processed"}
    assert [held.name for held in emulator.held() if held.kind == "change_event"] == ["monctl apply: 3 changed"]
    assert ask(emulator, "POST", "/v2/change/enqueue", {"routing_key": "x"}, headers={}).status == 400


def test_what_it_holds_is_listed_without_keys(emulator: PagerDutyEmulator) -> None:
    key = key_of(emulator)

    held = list(emulator.held())

    assert [one.kind for one in held] == ["escalation_policy", "service", "integration", "user", "user"]
    assert key not in json.dumps([one.body for one in held])


def test_an_account_in_a_file_is_there_the_next_time(tmp_path: Path, account: Any, chain: list[Resource]) -> None:
    first = Store.open(tmp_path / "sandbox.db", "pagerduty")
    account.wire._emulator = target.emulator(first)
    account.apply(chain)
    first.close()

    second = Store.open(tmp_path / "sandbox.db", "pagerduty")
    account.wire._emulator = target.emulator(second)
    done = account.apply(chain)
    second.close()

    assert done == []


def test_it_says_how_to_point_at_it(emulator: PagerDutyEmulator) -> None:
    assert emulator.environment("http://127.0.0.1:8080/pagerduty") == {
        "PAGERDUTY_TOKEN": "stand-in-of-pagerduty",
        "PAGERDUTY_API_URL": "http://127.0.0.1:8080/pagerduty",
        "PAGERDUTY_EVENTS_URL": "http://127.0.0.1:8080/pagerduty",
    }


def test_abilities_and_priorities_are_those_of_a_plain_account(emulator: PagerDutyEmulator) -> None:
    assert "service_support_hours" in ask(emulator, "GET", "/abilities").body["abilities"]
    assert [one["name"] for one in ask(emulator, "GET", "/priorities").body["priorities"]] == ["P1", "P2", "P3", "P4", "P5"]


def test_a_member_who_is_called_by_a_policy_of_the_team_cannot_leave(emulator: PagerDutyEmulator) -> None:
    team = ask(emulator, "POST", "/teams", {"team": {"type": "team", "name": "Data"}}).body["team"]["id"]
    ask(emulator, "PUT", f"/teams/{team}/users/PU00001", {"role": "manager"})
    ask(emulator, "POST", "/escalation_policies", {"escalation_policy": {**POLICY, "teams": [{"id": team, "type": "team_reference"}]}})

    assert "belong to an escalation policy on this team" in errors(ask(emulator, "DELETE", f"/teams/{team}/users/PU00001"))
    assert "role must be one of" in errors(ask(emulator, "PUT", f"/teams/{team}/users/PU00001", {"role": "boss"}))
    assert ask(emulator, "DELETE", f"/teams/{team}/users/PU00002").status == 404
    assert ask(emulator, "PUT", f"/teams/{team}/users/PNONE", {"role": "manager"}).status == 404
