from __future__ import annotations

from typing import Any

import pytest

HTTP: dict[str, Any] = {
    "type": "HTTP",
    "friendlyName": "Site",
    "url": "https://shop.example/",
    "interval": 300,
    "timeout": 30,
    "httpMethodType": "GET",
}
KEYWORD = {**HTTP, "type": "KEYWORD", "keywordType": "ALERT_NOT_EXISTS", "keywordCaseType": "CaseSensitive", "keywordValue": "ok"}
API = {
    **HTTP,
    "type": "API",
    "config": {"apiAssertions": {"logic": "AND", "checks": [{"property": "$.a", "comparison": "equals", "target": 1}]}},
}
BEAT = {"type": "HEARTBEAT", "friendlyName": "Backup", "interval": 3600, "gracePeriod": 300}
EDGE = {"alertContactId": 5200001, "threshold": 2, "recurrence": 0}
SLACK = {"type": "Slack", "data": {"webhookURL": "https://hooks.slack.example/1", "customValue": ""}}
MAIL = {"type": "Email", "friendlyName": "Ops", "value": "ops@shop.example"}
WINDOW = {"name": "Night", "interval": "weekly", "time": "02:00:00", "duration": 60, "days": [7]}


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/monitors", {**HTTP, "type": "FTP"}, "type must be one of the following values"),
        ("/monitors", {**HTTP, "friendlyName": ""}, "friendlyName must be text of 1 to 250 characters"),
        ("/monitors", {**HTTP, "friendlyName": "x" * 251}, "friendlyName must be text"),
        ("/monitors", {**HTTP, "interval": "5m"}, "interval must be an integer"),
        ("/monitors", {**HTTP, "interval": 20}, "interval must not be less than 30"),
        ("/monitors", {**HTTP, "timeout": 61}, "timeout must be an integer from 0 to 60"),
        ("/monitors", {**HTTP, "url": "shop.example"}, "Wrong URL or IP"),
        ("/monitors", {**HTTP, "url": "http://127.0.0.1/"}, "url is not reachable"),
        ("/monitors", {**HTTP, "url": "http://shop.example/", "checkSSLErrors": True}, "SSL options need an https URL"),
        ("/monitors", {**HTTP, "keywordValue": "ok"}, "property keywordValue should not exist"),
        ("/monitors", {**HTTP, "gracePeriod": 5}, "property gracePeriod should not exist"),
        ("/monitors", {**HTTP, "httpMethodType": "FETCH"}, "httpMethodType must be one of"),
        ("/monitors", {**HTTP, "postValueData": "{}", "postValueType": "RAW_JSON"}, "postValueData is not allowed with GET"),
        ("/monitors", {**HTTP, "successHttpResponseCodes": ["fine"]}, "successHttpResponseCodes each value must be"),
        ("/monitors", {**HTTP, "customHttpHeaders": {"A": "1", "a": "2"}}, "customHttpHeaders must be"),
        ("/monitors", {**HTTP, "tagNames": ["Big"]}, "tagNames must be"),
        ("/monitors", {**HTTP, "customFields": {"a b": "c"}}, "customFields must be"),
        ("/monitors", {**HTTP, "responseTimeThreshold": 60001}, "responseTimeThreshold must be"),
        ("/monitors", {**HTTP, "regionData": {"REGION": ["mars"]}}, "regionData must hold"),
        ("/monitors", {**HTTP, "config": {"sslExpirationPeriodDays": [366]}}, "config is not valid"),
        ("/monitors", {**HTTP, "assignedAlertContacts": [{"alertContactId": 1}]}, "assignedAlertContacts must hold"),
        ("/monitors", {**HTTP, "assignedAlertContacts": [EDGE, EDGE]}, "assignedAlertContacts must hold"),
        ("/monitors", {**HTTP, "assignedAlertContacts": [{**EDGE, "alertContactId": 9}]}, "alert contact 9 does not exist"),
        ("/monitors", {**KEYWORD, "keywordType": "MISSING"}, "keywordType must be one of"),
        ("/monitors", {**KEYWORD, "keywordValue": "x" * 501}, "keywordValue must be text"),
        ("/monitors", {**API, "httpMethodType": "HEAD"}, "httpMethodType must not be HEAD"),
        ("/monitors", {**API, "config": {}}, "config.apiAssertions should not be empty"),
        ("/monitors", {**BEAT, "url": "https://x.example"}, "property url should not exist"),
        ("/monitors", {**HTTP, "type": "PORT"}, "property httpMethodType should not exist"),
        ("/monitors", [], "type must be one of"),
        ("/integrations", {**SLACK, "type": "Carrier pigeon"}, "type must be one of the following values"),
        ("/integrations", {"type": "Slack", "data": {"customValue": ""}}, "data.webhookURL should not be empty"),
        ("/integrations", {"type": "Slack", "data": {**SLACK["data"], "value": "x"}}, "data.property value should not exist"),  # type: ignore[dict-item]  # a literal
        ("/integrations", {"type": "Pagerduty", "data": {"integrationKey": "short"}}, "data.integrationKey must be text of 32"),
        ("/alert-contacts", {**MAIL, "type": "ProSms"}, "ProSms contacts need phone verification"),
        ("/alert-contacts", {**MAIL, "value": "account-owner@example.org"}, "already exists or is your own e-mail"),
        ("/alert-contacts", {**MAIL, "sslExpirationReminder": True}, "property sslExpirationReminder should not exist"),
        ("/maintenance-windows", {**WINDOW, "name": "No"}, "name must be text of 3"),
        ("/maintenance-windows", {**WINDOW, "days": []}, "days should not be empty"),
        ("/maintenance-windows", {**WINDOW, "interval": "once"}, "date should not be empty"),
        ("/maintenance-windows", {**WINDOW, "monitorIds": [7]}, "monitor 7 does not exist"),
    ],
)
def test_a_wrong_body_is_refused(account: Any, path: str, body: Any, words: str) -> None:
    status, answer = account.curl("POST", path, body)

    assert status == 400
    assert any(words in message for message in answer["message"])


def test_without_a_key_the_answer_is_plain_text(account: Any) -> None:
    assert account.curl("GET", "/monitors", key=None) == (401, "Token is required")


def test_a_bad_key_has_a_code(account: Any) -> None:
    assert account.curl("GET", "/monitors", key="bad")[1]["code"] == "003-005"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/monitors/1", "000-004"),
        ("PATCH", "/monitors/1", "000-004"),
        ("DELETE", "/monitors/1", "000-004"),
        ("POST", "/monitors/1/pause", "000-004"),
        ("GET", "/integrations/1", "021-005"),
        ("PATCH", "/integrations/1", "021-005"),
        ("DELETE", "/integrations/1", "021-005"),
        ("GET", "/alert-contacts/1", "000-004"),
        ("PATCH", "/alert-contacts/1", "000-004"),
        ("GET", "/maintenance-windows/1", "000-004"),
        ("DELETE", "/maintenance-windows/1", "000-004"),
        ("DELETE", "/tags/1", "000-004"),
    ],
)
def test_an_unknown_id_is_not_found(account: Any, method: str, path: str, code: str) -> None:
    status, answer = account.curl(method, path, {} if method in {"PATCH", "POST"} else None)

    assert (status, answer["code"]) == (404, code)


def test_an_unknown_path_is_not_found(account: Any) -> None:
    assert account.curl("GET", "/monitor")[0] == 404
    assert account.curl("PUT", "/monitors")[0] == 404


def test_both_forms_of_the_base_url_answer(account: Any) -> None:
    assert account.curl("GET", "/v3/user/me") == account.curl("GET", "/user/me")


def test_a_url_is_taken_once(account: Any) -> None:
    assert account.curl("POST", "/monitors", HTTP)[0] == 201
    assert account.curl("POST", "/monitors", {**KEYWORD, "friendlyName": "Other"})[0] == 409
    assert account.curl("POST", "/monitors", {**HTTP, "url": "https://shop.example/?monctl=other"})[0] == 201


def test_a_webhook_url_is_taken_once(account: Any) -> None:
    assert account.curl("POST", "/integrations", SLACK)[0] == 201
    assert account.curl("POST", "/integrations", SLACK)[0] == 409


def test_a_read_differs_from_the_write_as_the_vendors_does(account: Any) -> None:
    second = {**EDGE, "alertContactId": 5200002}
    body = {
        **KEYWORD,
        "friendlyName": "A & B",
        "tagNames": ["one", "two"],
        "assignedAlertContacts": [EDGE, second],
        "responseTimeThreshold": 900,
    }
    answer = account.curl("POST", "/monitors", body)[1]

    assert answer["friendlyName"] == "A &amp; B"
    assert [tag["name"] for tag in answer["tags"]] == ["two", "one"]
    assert answer["assignedAlertContacts"] == [second, EDGE]
    assert answer["authType"] == "HTTP_BASIC"
    assert answer["keywordCaseType"] == 0
    assert answer["responseTimeThreshold"] == 0
    assert answer["regionalData"]["THRESHOLD"] == {"na": 900}


def test_a_monitor_made_without_a_method_uses_head(account: Any) -> None:
    account.curl("POST", "/monitors", {name: value for name, value in HTTP.items() if name != "httpMethodType"})

    assert account.curl("POST", "/monitors", {**HTTP, "httpMethodType": "HEAD"})[0] == 409


def test_creation_forgets_which_events_are_wanted(account: Any) -> None:
    slack = account.curl("POST", "/integrations", {"type": "Slack", "data": {**SLACK["data"], "enableNotificationsFor": "Down"}})[1]  # type: ignore[dict-item]  # a literal
    mail = account.curl("POST", "/alert-contacts", {**MAIL, "enableNotificationsFor": 1})[1]

    assert slack["enableNotificationsFor"] == mail["enableNotificationsFor"] == "UpAndDown"
    assert mail["status"] == "NotActivated"


def test_an_assigned_contact_stays(account: Any) -> None:
    account.curl("POST", "/monitors", {**HTTP, "assignedAlertContacts": [EDGE]})

    assert account.curl("DELETE", "/alert-contacts/5200001") == (
        400,
        {"message": ["contact is still assigned to Site"], "error": "Bad Request", "statusCode": 400},
    )


def test_a_window_forgets_a_deleted_monitor(account: Any) -> None:
    monitor = account.curl("POST", "/monitors", HTTP)[1]["id"]
    window = account.curl("POST", "/maintenance-windows", {**WINDOW, "monitorIds": [monitor]})[1]["id"]
    assert [held["id"] for held in account.curl("GET", f"/monitors/{monitor}")[1]["maintenanceWindows"]] == [window]
    account.curl("DELETE", f"/monitors/{monitor}")

    assert account.curl("GET", f"/maintenance-windows/{window}")[1]["monitorIds"] == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=SIT", ["Site"]),
        ("url=shop", ["Site"]),
        ("tags=x,web", ["Site"]),
        ("status=PAUSED", []),
        ("customField=team:web", ["Site"]),
        ("customField=team:web&customField=a:b", []),
        ("", ["Site", "Company blog"]),
    ],
)
def test_lists_are_filtered(account: Any, query: str, names: list[str]) -> None:
    account.curl("POST", "/monitors", {**HTTP, "tagNames": ["web"], "customFields": {"team": "web"}})

    assert [body["friendlyName"] for body in account.curl("GET", f"/monitors?{query}")[1]["data"]] == names


def test_a_page_is_at_most_two_hundred(account: Any) -> None:
    assert account.curl("GET", "/monitors?limit=201")[1]["message"] == ["Limit must be between 1 and 200"]


def test_a_full_last_page_of_monitors_still_has_a_link(account: Any) -> None:
    status, page = account.curl("GET", "/monitors?limit=1")

    assert (status, page["nextLink"]) == (200, "http://sandbox/uptimerobot/monitors?limit=1&cursor=801000001")
    assert account.curl("GET", "/monitors?limit=1&cursor=801000001")[1] == {"data": []}


def test_a_deleted_tag_leaves_every_monitor(account: Any) -> None:
    account.curl("POST", "/monitors", {**HTTP, "tagNames": ["web"]})
    tag = account.curl("GET", "/tags")[1]["data"][0]

    assert account.curl("DELETE", f"/tags/{tag['id']}")[0] == 204
    assert account.curl("GET", "/monitors?name=site")[1]["data"][0]["tags"] == []


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/monitors", {**HTTP, "customFields": {"a": "b"}}, "000-003"),
        ("/monitors", BEAT, "000-003"),
        ("/integrations", SLACK, "021-003"),
        ("/maintenance-windows", WINDOW, "000-003"),
    ],
)
def test_the_free_plan_lacks_it(open_account: Any, path: str, body: Any, code: str) -> None:
    status, answer = open_account(plan="free").curl("POST", path, body)

    assert (status, answer["code"]) == (403, code)


def test_the_account_has_room_for_so_many(open_account: Any) -> None:
    account = open_account(monitor_limit=1)

    assert account.curl("POST", "/monitors", HTTP)[0] == 403
    assert account.curl("GET", "/user/me")[1]["monitorLimit"] == 1


def test_the_rate_limit_answers_in_plain_text(open_account: Any) -> None:
    account = open_account(rate_limit=1, clock=lambda: 100.0)
    account.curl("GET", "/tags")

    assert account.curl("GET", "/tags") == (429, "ThrottlerException: Too Many Requests")


def test_everything_held_is_listed(account: Any) -> None:
    assert [(held.kind, held.name) for held in account.emulator.held()] == [
        ("alert_contact", "Owner"),
        ("alert_contact", "On-call phone"),
        ("monitor", "Company blog"),
    ]


def test_the_page_shows_no_secret(account: Any) -> None:
    account.curl(
        "POST", "/monitors", {**HTTP, "customHttpHeaders": {"X-Plain": "hidden-1"}, "httpUsername": "u", "httpPassword": "hidden-2"}
    )
    account.curl(
        "POST", "/integrations", {"type": "Slack", "data": {"webhookURL": "https://hooks.slack.example/hidden-3", "customValue": ""}}
    )
    hook = {"urlToNotify": "https://hooks.shop.example/hidden-4", "postValue": "{}", "customHeaders": {"X-Plain": "hidden-5"}}
    account.curl("POST", "/integrations", {"type": "Webhook", "data": hook})

    assert len(list(account.emulator.held())) == 6
    assert "hidden" not in str(list(account.emulator.held()))
