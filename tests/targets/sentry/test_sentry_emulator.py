from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monctl.resource import Json
from monctl.sandbox.store import Store
from monctl_targets.sentry.emulator import SentryEmulator
from tests.targets.sentry.shop import DETECTOR, MARK, ORG, WORKFLOW, Sandbox, resource

Change = Callable[[dict[str, Any]], object]


def _source(**change: Json) -> Change:
    return lambda body: body["dataSources"][0].update(change)


def _threshold(**change: Json) -> Change:
    return lambda body: body["conditionGroup"]["conditions"][0].update(change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body.pop("name"), {"name": ["This field is required."]}),
        (lambda body: body.update(name=" "), {"name": ["This field may not be blank."]}),
        (lambda body: body.update(name="x" * 201), {"name": ["Ensure this field has no more than 200 characters."]}),
        (lambda body: body.update(nmae="x"), {"nmae": ["Unknown field."]}),
        (lambda body: body.update(enabled="yes"), {"enabled": ["Must be a valid boolean."]}),
        (lambda body: body.update(type="error"), {"type": ["Detector type 'error' cannot be created."]}),
        (lambda body: body.update(owner="backend"), "Could not parse owner"),
        (lambda body: body.update(owner="team:1"), "Team does not exist"),
        (lambda body: body.update(dataSources=[]), "Exactly one data source"),
        (lambda body: body["dataSources"][0].pop("environment"), {"dataSources": {"environment": ["This field is required."]}}),
        (_source(environment="missing-env"), "Environment is not part of your organization"),
        (_source(queryType=1), "Invalid dataset for this query type"),
        (_source(dataset="transactions"), "Creation of transaction-based alerts is disabled"),
        (_source(timeWindow=10), "greater than or equal to 60"),
        (_source(timeWindow=90), "not a valid time window"),
        (_source(dataset="events_analytics_platform", queryType=1, eventTypes=["trace_item_span"], timeWindow=60), "at least 5 minutes"),
        (_source(dataset="metrics", queryType=2, timeWindow=600), "crash rate alerts"),
        (_source(eventTypes=["transaction"]), "Invalid event types"),
        (_source(aggregate="p95()"), "Invalid Metric: p95()"),
        (_source(query="release:latest"), "Unsupported release alias"),
        (_source(query='message:"open'), "Parse error"),
        (_source(extrapolationMode="server_weighted"), "not a valid choice"),
        (lambda body: body["conditionGroup"]["conditions"].pop(), "Resolution condition required for metric issue detector."),
        (lambda body: body["conditionGroup"]["conditions"].extend([{}, {}]), "one to three conditions"),
        (_threshold(type="eq"), "not a valid choice"),
        (_threshold(comparison="10"), "A valid number is required."),
        (_threshold(conditionResult=25), "Unsupported condition result"),
        (_threshold(id="1"), "Invalid ID 1"),
        (lambda body: body["conditionGroup"].update(logicType="some"), "not a valid choice"),
        (lambda body: body["config"].update(comparisonDelta=300), "comparisonDelta"),
        (lambda body: body["config"].update(detectionType="magic"), "not a valid choice"),
        (lambda body: body.update(data_sources=[]), "collides"),
    ],
)
def test_a_detector_sentry_would_refuse_is_refused(sandbox: Sandbox, change: Change, said: Json) -> None:
    _refused(sandbox, f"{ORG}projects/web/detectors/", sandbox.resolved(DETECTOR), change, said)


def _group(**change: Json) -> Change:
    return lambda body: body["actionFilters"][0].update(change)


def _condition(**change: Json) -> Change:
    return lambda body: body["actionFilters"][0]["conditions"].append({"conditionResult": True, **change})


def _action(place: int, part: str, **change: Json) -> Change:
    return lambda body: body["actionFilters"][0]["actions"][place].setdefault(part, {}).update(change)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body.pop("name"), {"name": ["This field is required."]}),
        (lambda body: body.update(name="x" * 257), "no more than 256"),
        (lambda body: body.update(description="x"), {"description": ["Unknown field."]}),
        (lambda body: body.update(environment="missing-env"), "Environment does not exist."),
        (lambda body: body["config"].update(frequency="30"), "A valid integer is required."),
        (lambda body: body["config"].update(interval=5), "Unknown field."),
        (lambda body: body.update(detectorIds=["1"]), "Some detectors do not exist"),
        (lambda body: body["triggers"].update(logicType="all"), "not a valid choice"),
        (
            lambda body: body["triggers"]["conditions"].append({"type": "level", "comparison": True, "conditionResult": True}),
            "not a valid choice",
        ),
        (lambda body: body["triggers"]["conditions"][0].update(comparison=1), "must be true"),
        (_group(logicType="xor"), "not a valid choice"),
        (_group(id="17"), "Invalid ID 17"),
        (_condition(type="tagged_event", comparison={"key": "a", "match": "is", "value": "b"}), "value is required unless"),
        (_condition(type="tagged_event", comparison={"key": "a", "match": "eq"}), "value is required unless"),
        (_condition(type="tagged_event", comparison={"key": "a", "match": "like", "value": "b"}), "not a valid choice"),
        (_condition(type="level", comparison={"level": "40", "match": "gte"}), "not a valid choice"),
        (_condition(type="event_frequency_count", comparison={"value": 10, "interval": "10m"}), "not a valid choice"),
        (_condition(type="issue_priority_greater_or_equal", comparison=60), "not a valid choice"),
        (_condition(type="no_such_filter", comparison=True), "not a valid choice"),
        (lambda body: body["actionFilters"][0]["actions"][0].update(integrationId=None), "Integration ID is required for slack action"),
        (lambda body: body["actionFilters"][0]["actions"][1].update(integrationId="24817"), "Integration ID is not allowed"),
        (lambda body: body["actionFilters"][0]["actions"][1].update(type="plugin"), "Action type plugin is deprecated"),
        (lambda body: body["actionFilters"][0]["actions"][1].update(type="sms"), "does not allow this action type"),
        (lambda body: body["actionFilters"][0]["actions"][0].pop("data"), "This field is required."),
        (_action(0, "data", text="x"), "Unknown field."),
        (_action(0, "config", targetType="team"), "not a valid choice"),
        (_action(0, "config", targetIdentifier="alerts"), "Channel not found"),
        (_action(1, "config", targetIdentifier="17"), "This user is not part of the project."),
        (_action(1, "config", targetType="team"), "This team is not part of the project."),
        (_action(1, "config", targetType="issue_owners"), "must be null for issue owners"),
        (_action(1, "data", fallthroughType="Everybody"), "not a valid choice"),
        (_action(2, "data", priority="P1"), "not a valid choice"),
        (_action(2, "config", targetIdentifier="1"), "The service does not exist"),
    ],
)
def test_a_workflow_sentry_would_refuse_is_refused(sandbox: Sandbox, change: Change, said: Json) -> None:
    _refused(sandbox, f"{ORG}workflows/", sandbox.resolved(WORKFLOW), change, said)


def _refused(sandbox: Sandbox, path: str, body: Json, change: Change, said: Json) -> None:
    assert sandbox.call("POST", path, body).status == 201  # so that only the change can be what is refused
    broken = copy.deepcopy(body)
    change(broken)
    answer = sandbox.call("POST", path, broken)

    assert answer.status == 400
    assert answer.body == said if isinstance(said, dict) else said in str(answer.body)


@pytest.mark.parametrize(("token", "detail"), [(None, "Authentication credentials were not provided."), ("bad", "Invalid token")])
def test_nobody_enters_without_a_token(sandbox: Sandbox, token: str | None, detail: str) -> None:
    answer = sandbox.call("GET", f"{ORG}workflows/", bearer=token)

    assert (answer.status, answer.body) == (401, {"detail": detail})


def test_an_organization_token_may_make_alerts_and_not_list_monitors(sandbox: Sandbox) -> None:
    assert sandbox.call("GET", f"{ORG}detectors/", bearer="sntrys_x").status == 401
    assert sandbox.call("POST", f"{ORG}workflows/", {"name": "x"}, bearer="sntrys_x").status == 201


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/0/organizations/", 200),
        ("GET", ORG, 200),
        ("GET", f"{ORG}projects/", 200),
        ("GET", f"{ORG}teams/?query=slug:backend", 200),
        ("GET", f"{ORG}environments/", 200),
        ("GET", f"{ORG}integrations/", 200),
        ("GET", f"{ORG}sentry-app-installations/", 200),
        ("GET", "/api/0/organizations/missing-org/workflows/", 404),
        ("GET", f"{ORG}workflows/17/", 404),
        ("GET", f"{ORG}integrations/17/", 404),
        ("GET", f"{ORG}nothing/", 404),
        ("PATCH", f"{ORG}workflows/", 405),
        ("POST", "/api/0/organizations/acme/projects/missing-web/detectors/", 404),
        ("POST", f"{ORG}detectors/", 400),
        ("GET", f"{ORG}workflows", 301),
        ("GET", f"{ORG}workflows/?cursor=next", 400),
        ("GET", f"{ORG}workflows/?per_page=101", 400),
        ("GET", f"{ORG}workflows/?id=abc", 400),
        ("GET", f"{ORG}workflows/?sortBy=colour", 400),
        ("GET", f"{ORG}workflows/?query=colour:red", 400),
        ("GET", f"{ORG}workflows/?query=%22open", 400),
        ("DELETE", f"{ORG}workflows/", 400),
        ("GET", "/api/0/projects/acme/web/rules/", 410),
        ("POST", f"{ORG}alert-rules/", 410),
    ],
)
def test_paths_answer_as_sentrys_do(sandbox: Sandbox, method: str, path: str, status: int) -> None:
    assert sandbox.call(method, path, {} if method == "POST" else None).status == status


def test_a_body_that_is_no_json_is_refused(sandbox: Sandbox) -> None:
    from monctl.sandbox.emulator import Request

    answer = sandbox.emulator.handle(Request.of("POST", f"{ORG}workflows/", {"Authorization": "Bearer x"}, b"{"))

    assert answer.status == 400
    assert answer.body["detail"].startswith("JSON parse error")


def test_the_legacy_api_names_its_replacement(sandbox: Sandbox) -> None:
    answer = sandbox.call("GET", "/api/0/projects/acme/web/rules/")

    assert answer.body == {"message": "This API no longer exists."}
    assert answer.headers["X-Sentry-Replacement-Endpoint"].endswith("/workflows/")


def test_pages_are_linked_both_ways(sandbox: Sandbox) -> None:
    for number in range(3):
        sandbox.call("POST", f"{ORG}workflows/", {"name": f"w{number}"})
    first = sandbox.call("GET", f"{ORG}workflows/?per_page=2&sortBy=-id")
    second = sandbox.call("GET", f"{ORG}workflows/?per_page=2&sortBy=-id&cursor=0:2:0")

    assert [row["name"] for row in (*first.body, *second.body)] == ["w2", "w1", "w0"]
    assert 'rel="previous"; results="false"; cursor="0:0:1"' in first.headers["Link"]
    assert 'rel="next"; results="true"; cursor="0:2:0"' in first.headers["Link"]
    assert 'rel="previous"; results="true"' in second.headers["Link"]
    assert 'rel="next"; results="false"' in second.headers["Link"]
    assert f"<http://sentry.test{ORG}workflows/?per_page=2&sortBy=-id&cursor=" in first.headers["Link"]


def _made(sandbox: Sandbox) -> tuple[str, str]:
    detector = sandbox.client.create(resource("detector", DETECTOR), sandbox.resolved(DETECTOR), MARK)
    body = {**sandbox.resolved(WORKFLOW), "detectorIds": [detector.remote_id]}
    return detector.remote_id, sandbox.client.create(resource("workflow", WORKFLOW), body, MARK).remote_id


def test_reads_add_defaults_and_turn_children_round(sandbox: Sandbox) -> None:
    detector, workflow = _made(sandbox)
    read = sandbox.call("GET", f"{ORG}detectors/{detector}/").body
    flow = sandbox.call("GET", f"{ORG}workflows/{workflow}/").body

    assert read["workflowIds"] == [workflow]
    assert [one["type"] for one in read["conditionGroup"]["conditions"]] == ["lte", "gt"]
    assert read["owner"] == {"type": "team", "id": "456789", "name": "backend"}
    assert "queryType" not in read["dataSources"][0]["queryObj"]["snubaQuery"]
    assert read["config"] == {"detectionType": "static", "comparisonDelta": None}
    slack, email = flow["actionFilters"][0]["actions"][0], flow["actionFilters"][1]["actions"][1]
    assert slack["config"]["targetDisplay"] == "alerts"
    assert slack["config"]["targetIdentifier"].startswith("C")
    assert email["data"] == {"fallthroughType": "ActiveMembers"}


def test_a_detectors_deletion_leaves_its_workflow_connected_to_nothing(sandbox: Sandbox) -> None:
    detector, workflow = _made(sandbox)

    assert sandbox.call("DELETE", f"{ORG}detectors/{detector}/").status == 204
    assert sandbox.call("GET", f"{ORG}workflows/{workflow}/").body["detectorIds"] == []
    assert sandbox.call("GET", f"{ORG}detectors/{detector}/").status == 404


def test_system_detectors_are_listed_and_cannot_be_changed(sandbox: Sandbox) -> None:
    project = sandbox.call("GET", "/api/0/projects/acme/web/").body["id"]
    rows = sandbox.call("GET", f"{ORG}detectors/?project={project}&query=type:error").body

    assert [row["type"] for row in rows] == ["error"]
    assert sandbox.call("DELETE", f"{ORG}detectors/{rows[0]['id']}/").status == 403
    assert sandbox.call("PUT", f"{ORG}detectors/{rows[0]['id']}/", {"enabled": False}).status == 403
    assert sandbox.call("DELETE", f"{ORG}detectors/?project={project}").status == 403


def test_a_put_without_enabled_enables_a_workflow(sandbox: Sandbox) -> None:
    _, workflow = _made(sandbox)
    path = f"{ORG}workflows/{workflow}/"

    assert sandbox.call("PUT", path, {"name": "x", "enabled": False}).body["enabled"] is False
    changed = sandbox.call("PUT", path, {"name": "x"}).body
    assert changed["enabled"] is True
    assert len(changed["actionFilters"]) == 2  # what is left out stays


def test_bulk_changes_need_a_filter_and_take_it(sandbox: Sandbox) -> None:
    detector, workflow = _made(sandbox)

    assert sandbox.call("PUT", f"{ORG}workflows/?id={workflow}", {"enabled": False}).body[0]["enabled"] is False
    assert sandbox.call("PUT", f"{ORG}workflows/?query=nothing", {"enabled": False}).body == {"detail": "No workflows found."}
    assert sandbox.call("DELETE", f"{ORG}detectors/?id={detector}").status == 204
    assert sandbox.call("DELETE", f"{ORG}workflows/?project=web").status == 204  # connected to nothing: in every project's list
    assert sandbox.call("GET", f"{ORG}workflows/").body == []


def test_the_older_form_of_making_a_detector_takes_the_project_in_the_body(sandbox: Sandbox) -> None:
    body = sandbox.resolved(DETECTOR)
    answer = sandbox.call("POST", f"{ORG}detectors/", {**body, "workflow_ids": []})

    assert answer.status == 201
    assert answer.body["projectId"] == body["projectId"]


def test_both_spellings_of_keys_are_taken(sandbox: Sandbox) -> None:
    answer = sandbox.call("POST", f"{ORG}workflows/", {"name": "x", "detector_ids": [], "action_filters": []})

    assert answer.status == 201


def test_the_rate_limit_is_the_vendors() -> None:
    limited = Sandbox(SentryEmulator(Store.memory("sentry"), rate_limit=1, clock=lambda: datetime(2026, 11, 21, tzinfo=UTC)))
    first, second = (limited.call("GET", f"{ORG}workflows/") for _ in range(2))

    assert (first.status, first.headers["X-Sentry-Rate-Limit-Remaining"]) == (200, "0")
    assert second.status == 429
    assert "too frequently" in second.body["detail"]
    assert int(second.headers["X-Sentry-Rate-Limit-Reset"]) == int(datetime(2026, 11, 21, 0, 1, tzinfo=UTC).timestamp())


def test_some_endpoints_say_that_it_was_too_often_in_bare_text() -> None:
    limited = Sandbox(SentryEmulator(Store.memory("sentry"), rate_limit=0))

    assert (
        limited.call("GET", f"{ORG}members/").body
        == "You are attempting to use this endpoint too frequently. Limit is 0 requests in 60 seconds"
    )


def test_a_logic_of_any_reads_as_any_short(sandbox: Sandbox) -> None:
    group = {"logicType": "any", "conditions": [], "actions": []}
    made = sandbox.call("POST", f"{ORG}workflows/", {"name": "x", "actionFilters": [group]}).body

    assert made["actionFilters"][0]["logicType"] == "any-short"


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        ("org:read", "GET", f"{ORG}workflows/", 200),
        ("org:read", "POST", f"{ORG}workflows/", 403),
        ("alerts:write", "POST", f"{ORG}workflows/", 201),
        ("alerts:write", "GET", f"{ORG}members/", 403),
        ("member:read", "GET", f"{ORG}members/", 200),
        ("org:read", "GET", "/api/0/projects/acme/web/", 403),
        ("project:read", "GET", "/api/0/projects/acme/web/", 200),
        ("org:read", "GET", "/api/0/teams/acme/backend/", 403),
    ],
)
def test_a_token_may_do_what_its_scopes_allow(scope: str, method: str, path: str, status: int) -> None:
    few = Sandbox(SentryEmulator(Store.memory("sentry"), scopes=frozenset({scope})))

    assert few.call(method, path, {"name": "x"} if method == "POST" else None).status == status


def test_it_keeps_what_it_holds_in_a_file(tmp_path: Path) -> None:
    first = Store.open(tmp_path / "sandbox.db", "sentry")
    _made(Sandbox(SentryEmulator(first)))
    first.close()
    second = Store.open(tmp_path / "sandbox.db", "sentry")
    held = {(one.kind, one.name) for one in SentryEmulator(second).held()}
    second.close()

    assert ("detector", "Errors of the shop [monctl:shop/production/errors/p1]") in held
    assert ("project", "web") in held
    assert not any(name == "Error Monitor" for _, name in held)


def test_its_environment_points_monctl_at_it(sandbox: Sandbox) -> None:
    assert sandbox.emulator.environment("http://127.0.0.1:1/sentry") == {
        "SENTRY_URL": "http://127.0.0.1:1/sentry",
        "SENTRY_AUTH_TOKEN": "sntryi_sandbox",
    }
