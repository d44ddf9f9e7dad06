from __future__ import annotations

import copy
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from monctl.errors import AuthError, Gone, NotFound, RateLimited, Rejected, UsageError
from monctl.resource import Json, Lookup, Mark, lookup
from monctl.sandbox.store import Store
from monctl.target import Settings
from monctl_targets.sentry import target
from monctl_targets.sentry.client import as_live, connect, meaning, next_cursor
from monctl_targets.sentry.emulator import SentryEmulator
from tests.targets.sentry.shop import DETECTOR, ERRORS, MARK, ORG, PROJECT, SLACK, WORKFLOW, Sandbox, resource

BODIES = {"detector": DETECTOR, "workflow": WORKFLOW}


@pytest.mark.parametrize("kind", BODIES)
def test_what_was_made_reads_as_it_was_wanted(sandbox: Sandbox, kind: str) -> None:
    body = sandbox.resolved(BODIES[kind])
    made = sandbox.client.create(resource(kind, BODIES[kind]), body, MARK)
    read = next(live for live in sandbox.client.read([]) if (live.kind, live.remote_id) == (kind, made.remote_id))

    assert target.normalize(kind, made.body) == target.normalize(kind, body)
    assert target.normalize(kind, read.body) == target.normalize(kind, body)
    assert read.mark == made.mark == MARK
    assert read.name == body["name"]
    assert read.version


@pytest.mark.parametrize("kind", BODIES)
def test_an_update_brings_it_to_the_new_body(sandbox: Sandbox, kind: str) -> None:
    body = sandbox.resolved(BODIES[kind])
    made = sandbox.client.create(resource(kind, body), body, MARK)
    wanted = {**body, "name": "Another name", "enabled": False}
    later = Mark("shop", "production", "errors/p1", "abcdefabcd")
    changed = sandbox.client.update(resource(kind, body), wanted, later, made)

    assert changed.remote_id == made.remote_id
    assert changed.mark == later
    assert target.normalize(kind, changed.body) == target.normalize(kind, wanted) != target.normalize(kind, body)


@pytest.mark.parametrize("kind", BODIES)
def test_what_is_deleted_is_gone_and_may_be_deleted_again(sandbox: Sandbox, kind: str) -> None:
    body = sandbox.resolved(BODIES[kind])
    made = sandbox.client.create(resource(kind, body), body, MARK)
    sandbox.client.delete(made)
    sandbox.client.delete(made)

    assert [live for live in sandbox.client.read([]) if live.kind == kind] == []


def test_foreign_objects_are_read_without_a_mark_and_the_systems_own_not_at_all(sandbox: Sandbox) -> None:
    body = {"name": "made by hand", "detectorIds": [sandbox.client.lookup(ERRORS)]}
    sandbox.call("POST", f"{ORG}workflows/", body)
    lives = list(sandbox.client.read([]))

    assert [(live.kind, live.name, live.mark) for live in lives] == [("workflow", "made by hand", None)]


def test_every_page_is_read(sandbox: Sandbox) -> None:
    for number in range(205):
        sandbox.call("POST", f"{ORG}workflows/", {"name": f"hand {number}"})
    lives = list(sandbox.client.read([]))

    assert [live.name for live in lives] == [f"hand {number}" for number in range(205)]
    assert len([path for method, path, _ in sandbox.wire.sent if path == f"{ORG}workflows/"]) == 3


def test_a_row_that_comes_on_two_pages_is_read_once(sandbox: Sandbox) -> None:
    for number in range(101):
        sandbox.call("POST", f"{ORG}workflows/", {"name": f"hand {number}"})
    reading = (live for live in sandbox.client.read([]) if live.kind == "workflow")
    first = next(reading)
    # somebody deletes a row of the first page: what was row 101 is now row 100, and would be skipped; and one is added
    sandbox.call("POST", f"{ORG}workflows/", {"name": "late"})
    names = [first.name, *(live.name for live in reading)]

    assert names == [*(f"hand {number}" for number in range(101)), "late"]


def test_the_mark_is_in_the_name_and_for_a_detector_in_the_description_too(sandbox: Sandbox) -> None:
    made = sandbox.client.create(resource("detector", DETECTOR), sandbox.resolved(DETECTOR), MARK)

    assert made.body["name"] == "Errors of the shop [monctl:shop/production/errors/p1]"
    assert made.body["description"] == ("More than 10 errors in 10 minutes\n\nmanaged-by: monctl:shop/production/errors/p1#0123456789")
    assert sandbox.client.create(resource("workflow", WORKFLOW), sandbox.resolved(WORKFLOW), MARK).body["name"] == (
        "P1 · New error [monctl:shop/production/errors/p1#0123456789]"
    )


def test_a_detector_whose_description_was_emptied_is_still_known_by_its_name() -> None:
    live = as_live("detector", {"id": "1", "name": "Errors [monctl:shop/-/errors/p1]", "description": None})

    assert live.mark == Mark("shop", "", "errors/p1")


def test_the_link_of_a_detector_and_its_workflow_counts_in_one_direction_only(sandbox: Sandbox) -> None:
    detector = sandbox.client.create(resource("detector", DETECTOR), sandbox.resolved(DETECTOR), MARK)
    body = {**sandbox.resolved(WORKFLOW), "detectorIds": [detector.remote_id]}
    workflow = sandbox.client.create(resource("workflow", WORKFLOW), body, MARK)
    read = {live.kind: live for live in sandbox.client.read([])}

    assert sandbox.call("GET", f"{ORG}detectors/{detector.remote_id}/").body["workflowIds"] == [workflow.remote_id]
    assert "workflowIds" not in read["detector"].body
    assert read["workflow"].body["detectorIds"] == [detector.remote_id]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (PROJECT, "4505100000000001"),
        (lookup("team", slug="backend"), "456789"),
        (lookup("team", field="owner", slug="backend"), "team:456789"),
        (lookup("member", email="Ana@Example.com"), "2001"),
        (lookup("member", username="ana"), "2001"),
        (lookup("member", field="owner", email="ana@example.com"), "user:2001"),
        (lookup("integration", provider="slack"), "24817"),
        (lookup("integration", provider="slack", name="sandbox.slack.com"), "24817"),
        (lookup("pagerduty_service", service="Database"), "55"),
        (lookup("pagerduty_account", service="Database", account="sandbox"), "9911"),
        (lookup("project", slug="missing-web"), None),
        (lookup("team", slug="missing-team"), None),
        (lookup("member", email="ana@missing.example"), None),
        (lookup("member", email="invited-eve@example.com"), None),
        (lookup("integration", provider="slack", name="elsewhere"), None),
        (lookup("pagerduty_service", service="missing-service"), None),
        (lookup("pagerduty_account", service="missing-service"), None),
        (lookup("detector", slug="missing-web", type="error"), None),
    ],
    ids=str,
)
def test_what_is_already_there_is_found(sandbox: Sandbox, wanted: Lookup, found: str | None) -> None:
    assert sandbox.client.lookup(wanted) == found


def test_a_look_up_is_asked_once(sandbox: Sandbox) -> None:
    for _ in range(3):
        sandbox.client.lookup(ERRORS)
        sandbox.client.lookup(PROJECT)

    assert [path for _, path, _ in sandbox.wire.sent] == ["/api/0/projects/acme/web/", f"{ORG}detectors/"]


def test_several_that_match_are_refused_with_the_option_that_decides(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    account = sandbox.emulator.account
    one = account.integrations("acme", "slack")[0]
    monkeypatch.setattr(account, "integrations", lambda *_: [one, {**one, "id": "2", "name": "Other"}])
    with pytest.raises(Rejected, match="several slack integrations: 'Sandbox', 'Other'") as raised:
        sandbox.client.lookup(lookup("integration", provider="slack"))

    assert raised.value.hint == "name one in `targets.sentry.slack_workspace`"


def test_children_that_did_not_change_keep_their_ids(sandbox: Sandbox) -> None:
    body = sandbox.resolved(WORKFLOW)
    made = sandbox.client.create(resource("workflow", body), body, MARK)
    wanted = copy.deepcopy(body)
    wanted["actionFilters"].reverse()
    changed_group = wanted["actionFilters"][1]
    changed_group["conditions"][0]["comparison"]["value"] = "post"
    changed_group["actions"][0]["data"]["notes"] = "P2"
    del changed_group["actions"][1]
    changed = sandbox.client.update(resource("workflow", body), wanted, MARK, made)

    assert target.normalize("workflow", changed.body) == target.normalize("workflow", wanted)
    assert _ids(changed.body) < _ids(made.body)
    assert len(_ids(made.body) - _ids(changed.body)) == 1  # the e-mail action, which is gone


def test_new_children_get_new_ids(sandbox: Sandbox) -> None:
    body = sandbox.resolved(WORKFLOW)
    made = sandbox.client.create(resource("workflow", body), {**body, "actionFilters": body["actionFilters"][:1]}, MARK)
    changed = sandbox.client.update(resource("workflow", body), body, MARK, made)

    assert _ids(made.body) < _ids(changed.body)


def test_a_detectors_conditions_keep_their_ids(sandbox: Sandbox) -> None:
    body = sandbox.resolved(DETECTOR)
    made = sandbox.client.create(resource("detector", body), body, MARK)
    wanted = copy.deepcopy(body)
    wanted["conditionGroup"]["conditions"][0]["comparison"] = 20
    changed = sandbox.client.update(resource("detector", body), wanted, MARK, made)

    assert _ids(changed.body["conditionGroup"]) == _ids(made.body["conditionGroup"])


def _ids(value: Json) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_ids, value))
    if isinstance(value, dict):
        own = {value["id"]} if "id" in value else set()
        return own.union(*map(_ids, value.values()))
    return set()


@pytest.mark.parametrize(
    ("url", "base"),
    [
        (None, "https://sentry.io/api/0"),
        ("https://de.sentry.io", "https://de.sentry.io/api/0"),
        ("https://sentry.example/", "https://sentry.example/api/0"),
        ("https://sentry.example/api/0/", "https://sentry.example/api/0"),
    ],
)
def test_the_base_is_the_hosts_api(url: str | None, base: str) -> None:
    class Seen(BaseAdapter):
        urls: list[str] = []

        def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
            self.urls.append(str(request.url))
            response = Response()
            response.status_code = 404
            return response

        def close(self) -> None: ...

    seen = Seen()
    connect(Settings(url, {"SENTRY_AUTH_TOKEN": "t"}, {"organization": "acme"}, transport=seen)).lookup(PROJECT)

    assert seen.urls == [f"{base}/projects/acme/web/"]


def test_without_a_token_nothing_is_connected() -> None:
    with pytest.raises(UsageError, match="no credential for Sentry") as raised:
        target.connect(Settings(None, {}))

    assert "SENTRY_AUTH_TOKEN" in str(raised.value.hint)


def test_an_organization_token_is_refused_before_it_fails() -> None:
    with pytest.raises(UsageError, match="organization token"):
        target.connect(Settings(None, {"SENTRY_AUTH_TOKEN": "sntrys_abc"}))


def test_the_organization_comes_from_a_resource_where_the_settings_name_none(sandbox: Sandbox) -> None:
    client = sandbox.connect(organization=None)

    assert list(client.read([resource("detector", DETECTOR)])) == []


def test_without_any_organization_there_is_nothing_to_read(sandbox: Sandbox) -> None:
    with pytest.raises(UsageError, match="organization is not known") as raised:
        list(sandbox.connect(organization=None).read([]))

    assert "targets.sentry.organization" in str(raised.value.hint)


def test_a_bad_token_is_an_auth_error_that_does_not_show_it(sandbox: Sandbox) -> None:
    with pytest.raises(AuthError) as raised:
        list(sandbox.connect(bearer="bad-secret-token").read([]))

    assert str(raised.value).startswith("sentry: the token was refused (GET https://sentry.io/api/0/organizations/acme/detectors/")
    assert "bad-secret-token" not in str(raised.value)


def test_what_sentry_refuses_is_said_field_by_field(sandbox: Sandbox) -> None:
    body = sandbox.resolved({**DETECTOR, "name": "x" * 190})
    with pytest.raises(Rejected) as raised:
        sandbox.client.create(resource("detector", body), body, MARK)

    assert raised.value.detail == "name: Ensure this field has no more than 200 characters."


def test_a_channel_slack_does_not_know_is_refused(sandbox: Sandbox) -> None:
    slack = {**SLACK, "config": {"targetType": "specific", "targetDisplay": "#missing-channel"}}
    body = sandbox.resolved({**WORKFLOW, "actionFilters": [{**WORKFLOW["actionFilters"][0], "actions": [slack]}]})
    with pytest.raises(Rejected, match=r'actions: Slack: The slack resource "#missing-channel" does not exist'):
        sandbox.client.create(resource("workflow", body), body, MARK)


@pytest.mark.parametrize(
    ("status", "body", "error", "detail"),
    [
        (400, {"dataSources": {"nonFieldErrors": ["Bad", "Worse"]}}, Rejected, "dataSources: Bad; dataSources: Worse"),
        (400, ["Bad"], Rejected, "Bad"),
        (400, {"actions": ["Slack: Requests to Slack exceeded the rate limit. Please try again later."]}, RateLimited, None),
        (400, None, Rejected, ""),
        (403, {"detail": "You do not have permission to perform this action."}, AuthError, None),
        (404, {"detail": {"code": "gone-org", "message": "moved"}}, NotFound, "code: gone-org; moved"),
    ],
)
def test_error_answers_have_one_meaning(status: int, body: Json, error: type[Exception], detail: str | None) -> None:
    meant = meaning(status, body)

    assert type(meant) is error
    assert detail is None or getattr(meant, "detail") == detail  # noqa: B009 — the type is Exception for the table's sake


def test_a_retired_endpoint_is_gone(sandbox: Sandbox) -> None:
    with pytest.raises(Gone):
        sandbox.client._http.get("/organizations/acme/alert-rules/")


def test_a_rate_limit_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime

    now = [1_763_640_000.0]
    sandbox = Sandbox(SentryEmulator(Store.memory("sentry"), rate_limit=2, clock=lambda: datetime.fromtimestamp(now[0], UTC)))
    waits: list[float] = []

    def wait(seconds: float, why: str) -> None:
        waits.append(seconds)
        now[0] += 60

    monkeypatch.setattr("time.time", lambda: now[0])
    monkeypatch.setattr(sandbox.client._http, "_wait", wait)
    assert list(sandbox.client.read([])) == []
    assert list(sandbox.client.read([])) == []

    assert waits == [60.0]


@pytest.mark.parametrize(
    ("link", "cursor"),
    [
        ("", None),
        (
            '<https://s/?cursor=0:0:1>; rel="previous"; results="false"; cursor="0:0:1", <https://s/?cursor=0:100:0>; rel="next"; results="true"; cursor="0:100:0"',
            "0:100:0",
        ),
        ('<https://s/?cursor=0:100:0>; rel="next"; results="false"; cursor="0:100:0"', None),
    ],
)
def test_the_next_page_is_the_one_with_results(link: str, cursor: str | None) -> None:
    assert next_cursor(link) == cursor


class Region(BaseAdapter):
    """Answers with a region for the organisation, and remembers which hosts were asked."""

    def __init__(self, sandbox: Sandbox, region: str) -> None:
        super().__init__()
        self._sandbox = sandbox
        self._region = region
        self.hosts: list[str] = []

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        self.hosts.append(str(urlsplit(str(request.url)).hostname))
        answer: Response = self._sandbox.wire.send(request, *args, **kwargs)
        if urlsplit(str(request.url)).path == ORG:
            answer._content = json.dumps({**answer.json(), "links": {"regionUrl": self._region}}).encode()
        return answer

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("https://de.sentry.io", "de.sentry.io"),
        ("https://evil.example", "sentry.io"),
        ("https://sentry.io.evil.example", "sentry.io"),
        ("http://de.sentry.io", "sentry.io"),
        ("https://de.sentry.io:8443", "sentry.io"),
        ("", "sentry.io"),
    ],
)
def test_the_region_is_found_once_and_only_sentrys_own_hosts_are_believed(sandbox: Sandbox, region: str, host: str) -> None:
    wire = Region(sandbox, region)
    client = connect(Settings(None, {"SENTRY_AUTH_TOKEN": "sntryi_x"}, {"organization": "acme"}, transport=wire))

    list(client.read([]))
    list(client.read([]))

    assert wire.hosts[0] == "sentry.io"
    assert set(wire.hosts[1:]) == {host}


def test_a_url_that_was_set_is_not_left(sandbox: Sandbox) -> None:
    wire = Region(sandbox, "https://de.sentry.io")
    client = connect(Settings("https://sentry.shop.example", {"SENTRY_AUTH_TOKEN": "sntryi_x"}, {"organization": "acme"}, transport=wire))

    list(client.read([]))

    assert set(wire.hosts) == {"sentry.shop.example"}
