from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from requests import Response

from monctl.errors import AuthError, Conflict, NotFound, Rejected, UsageError
from monctl.resource import Mark, Resource, lookup
from monctl.target import Settings
from monctl_targets.uptimerobot import target
from monctl_targets.uptimerobot.client import UptimeRobotClient

Made = Callable[..., Resource]
Marked = Callable[[str], Mark]
Bodies = dict[str, dict[str, dict[str, Any]]]


def test_what_was_made_reads_as_it_was_wanted(account: Any, made: Made, mark: Marked, kind: str, key: str, body: Any) -> None:
    resource = made(kind, key, body)
    answered = account.client.create(resource, body, mark(key))
    read = next(live for live in account.client.read([resource]) if live.kind == kind and live.remote_id == answered.remote_id)

    assert target.normalize(kind, read.body) == target.normalize(kind, body)
    assert target.normalize(kind, answered.body) == target.normalize(kind, body)
    assert read.mark is not None
    assert (read.mark.estate, read.mark.environment, read.mark.key) == ("shop", "prod", key)
    assert read.name == body.get("name", body.get("friendlyName", body.get("data", {}).get("friendlyName")))


def test_a_name_changed_in_the_dashboard_is_brought_back(account: Any, made: Made, mark: Marked, kind: str, key: str, body: Any) -> None:
    resource = made(kind, key, body)
    wanted = (
        {**body, "data": {**body["data"], "friendlyName": "New"}}
        if kind == "integration"
        else {**body, "name" if "name" in body else "friendlyName": "New"}
    )
    first = account.client.create(resource, body, mark(key))
    changed = account.client.update(resource, wanted, mark(key), first)

    assert changed.remote_id == first.remote_id
    assert changed.mark == first.mark
    assert target.normalize(kind, changed.body) == target.normalize(kind, wanted)
    assert target.normalize(kind, changed.body) != target.normalize(kind, body)


def test_deleted_twice_is_deleted(account: Any, made: Made, mark: Marked, kind: str, key: str, body: Any) -> None:
    live = account.client.create(made(kind, key, body), body, mark(key))
    account.client.delete(live)
    account.client.delete(live)

    assert live.remote_id not in {other.remote_id for other in account.client.read([]) if other.kind == kind}


def test_a_foreign_object_has_no_mark(account: Any) -> None:
    assert account.live("monitor")["Company blog"].mark is None
    assert account.live("alert_contact")["Owner"].mark is None


def test_an_update_takes_away_what_is_no_longer_wanted(account: Any, bodies: Bodies, made: Made, mark: Marked) -> None:
    body = bodies["monitor"]["http"]
    first = account.client.create(made("monitor", "http", body), body, mark("http"))
    wanted = {**body, "config": {}, "customHttpHeaders": {}, "responseTimeThreshold": 0, "sslExpirationReminder": False, "tagNames": []}
    changed = account.client.update(made("monitor", "http", wanted), wanted, mark("http"), first)

    assert target.normalize("monitor", changed.body) == target.normalize("monitor", wanted)
    assert changed.body["config"] is None


def test_regions_become_automatic_again(account: Any, bodies: Bodies, made: Made, mark: Marked) -> None:
    body = bodies["monitor"]["regions"]
    wanted = {name: value for name, value in body.items() if name != "regionData"} | {"responseTimeThreshold": 0}
    first = account.client.create(made("monitor", "far", body), body, mark("far"))
    changed = account.client.update(made("monitor", "far", wanted), wanted, mark("far"), first)

    assert target.normalize("monitor", changed.body)["regions"] == "automatic"
    assert target.normalize("monitor", changed.body) == target.normalize("monitor", wanted)


def test_pausing_and_starting_are_calls_of_their_own(account: Any, bodies: Bodies, made: Made, mark: Marked) -> None:
    body = bodies["monitor"]["paused"]
    first = account.client.create(made("monitor", "old", body), body, mark("old"))
    running = account.client.update(made("monitor", "old", body), {**body, "status": "STARTED"}, mark("old"), first)

    assert (first.body["status"], running.body["status"]) == ("PAUSED", "STARTED")
    assert not [call for call in account.recorder.calls if call.body and "status" in call.body]


def test_many_monitors_are_read_by_pages_of_two_hundred(account: Any) -> None:
    for number in range(450):
        body = {"type": "PING", "friendlyName": f"Host {number}", "url": f"h{number}.example", "interval": 300, "timeout": 5}
        assert account.curl("POST", "/monitors", body)[0] == 201
    read = account.live("monitor")
    pages = [call for call in account.recorder.calls if call.path == "/monitors"]

    assert len(read) == 451
    assert [len(call.answer["data"]) for call in pages] == [200, 200, 51]


def test_many_contacts_are_read_by_pages(account: Any) -> None:
    for number in range(60):
        assert (
            account.curl("POST", "/alert-contacts", {"type": "Email", "friendlyName": f"P{number}", "value": f"p{number}@shop.example"})[0]
            == 201
        )

    assert len(account.live("alert_contact")) == 62


def test_contacts_are_told_by_whole_numbers(account: Any, bodies: Bodies, made: Made, mark: Marked) -> None:
    slack = account.client.create(made("integration", "slack", {}), bodies["integration"]["slack"], mark("slack"))
    body = {**bodies["monitor"]["ping"], "assignedAlertContacts": [{"alertContactId": slack.remote_id, "threshold": 2, "recurrence": 0}]}
    live = account.client.create(made("monitor", "router", body), body, mark("router"))

    assert live.body["assignedAlertContacts"] == [{"alertContactId": int(slack.remote_id), "threshold": 2, "recurrence": 0}]
    assert target.normalize("monitor", live.body) == target.normalize("monitor", body)


def test_a_contact_is_taken_off_our_monitors_before_it_goes(account: Any, bodies: Bodies, made: Made, mark: Marked) -> None:
    slack = account.client.create(made("integration", "slack", {}), bodies["integration"]["slack"], mark("slack"))
    body = {**bodies["monitor"]["ping"], "assignedAlertContacts": [{"alertContactId": slack.remote_id, "threshold": 0, "recurrence": 0}]}
    account.client.create(made("monitor", "router", body), body, mark("router"))
    account.client.delete(slack)

    assert account.live("monitor")["Router"].body["assignedAlertContacts"] == []
    assert account.curl("GET", f"/integrations/{slack.remote_id}")[0] == 404


def test_a_contact_that_somebody_elses_monitor_uses_stays(account: Any, bodies: Bodies, made: Made, mark: Marked) -> None:
    slack = account.client.create(made("integration", "slack", {}), bodies["integration"]["slack"], mark("slack"))
    blog = account.live("monitor")["Company blog"]
    account.curl(
        "PATCH",
        f"/monitors/{blog.remote_id}",
        {"assignedAlertContacts": [{"alertContactId": int(slack.remote_id), "threshold": 0, "recurrence": 0}]},
    )

    with pytest.raises(Conflict, match="'Alerts' still tells about the monitor 'Company blog', which is not ours"):
        account.client.delete(slack)


def test_a_phone_is_found_by_its_digits(account: Any) -> None:
    assert account.client.lookup(lookup("alert_contact", type="ProSms", value="+1 (555) 0100")) == "5200002"


def test_the_sandbox_has_the_contact_that_is_looked_up(account: Any) -> None:
    wanted = lookup("alert_contact", type="ProSms", value="+4930123456")

    assert account.client.lookup(wanted) == account.client.lookup(wanted) == "5200003"


def test_a_pagerduty_integration_is_found_by_its_name(account: Any) -> None:
    assert account.client.lookup(lookup("integration", type="PagerDuty", name="Platform on-call")) == "5200003"


def test_what_is_missing_is_not_found(account: Any) -> None:
    assert account.client.lookup(lookup("alert_contact", type="ProSms", value="missing-phone")) is None
    assert account.client.lookup(lookup("alert_contact", type="Email", value="nobody@missing.example")) is None


def test_a_contact_that_was_never_confirmed_is_refused(account: Any) -> None:
    account.curl("POST", "/alert-contacts", {"type": "Email", "friendlyName": "New", "value": "new@shop.example"})

    with pytest.raises(Rejected, match=r"alert_contact\(type=Email, value=new@shop.example\) is NotActivated, so it would never be told"):
        account.client.lookup(lookup("alert_contact", type="Email", value="new@shop.example"))


def test_two_contacts_of_one_name_are_refused(account: Any) -> None:
    for end in "ab":
        body = {"type": "Slack", "data": {"friendlyName": "Ops", "webhookURL": f"https://hooks.slack.example/{end}", "customValue": ""}}
        assert account.curl("POST", "/integrations", body)[0] == 201

    with pytest.raises(Rejected, match="matches 2 contacts: 5200003, 5200004"):
        account.client.lookup(lookup("integration", type="Slack", name="ops"))


def test_a_create_that_says_404_but_was_kept_is_found_by_its_mark(account: Any, bodies: Bodies, made: Made, mark: Marked) -> None:
    def lie(request: Any) -> Response | None:
        if request.method != "POST":
            return None
        account.curl("POST", "/monitors", json.loads(request.body))
        answer = Response()
        answer.status_code = 404
        answer._content = b'{"message": "Not found", "code": "000-004"}'
        answer.headers["content-type"] = "application/json"
        return answer

    account.recorder.instead = lie
    body = bodies["monitor"]["ping"]
    live = account.client.create(made("monitor", "router", body), body, mark("router"))

    assert live.mark == mark("router")
    assert [call.method for call in account.recorder.calls] == ["GET", "POST", "GET"]
    assert account.waits == [0.25]


def test_a_create_that_says_404_and_was_not_kept_fails(account: Any, bodies: Bodies, made: Made, mark: Marked) -> None:
    def refuse(request: Any) -> Response | None:
        if request.method != "POST":
            return None
        answer = Response()
        answer.status_code = 404
        answer._content = b""
        return answer

    account.recorder.instead = refuse
    body = bodies["monitor"]["ping"]
    with pytest.raises(NotFound):
        account.client.create(made("monitor", "router", body), body, mark("router"))


def test_without_a_key_nothing_is_asked() -> None:
    with pytest.raises(UsageError, match="uptimerobot: UPTIMEROBOT_API_KEY is not set"):
        UptimeRobotClient(Settings(None, {}))


def test_a_bad_key_is_an_auth_error_that_does_not_show_it(open_account: Any) -> None:
    account = open_account(key="bad-key-4711")

    with pytest.raises(AuthError) as caught:
        list(account.client.read([]))
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "key", "changed", "error", "words"),
    [
        ("monitor", "http", {"interval": 10}, Rejected, "interval must be an integer from 15"),
        ("monitor", "http", {"url": "https://blog.example.org/", "httpMethodType": "HEAD"}, Conflict, "it exists already"),
        ("monitor", "http", {"colour": "red"}, Rejected, "property colour should not exist"),
        ("maintenance_window", "weekly", {"time": "2 am"}, Rejected, "time must match"),
    ],
)
def test_a_refusal_says_what_the_vendor_said(
    account: Any, bodies: Bodies, made: Made, mark: Marked, kind: str, key: str, changed: Any, error: type[Exception], words: str
) -> None:
    body = {**bodies[kind][key], **changed}
    with pytest.raises(error, match=words):
        account.client.create(made(kind, key, body), body, mark(key))


def test_a_plan_without_the_feature_names_the_option(open_account: Any, bodies: Bodies, made: Made, mark: Marked) -> None:
    account = open_account(plan="free")
    body = bodies["monitor"]["http"]

    with pytest.raises(Rejected, match=r"the account's plan does not have this.*custom-fields") as caught:
        account.client.create(made("monitor", "site", body), body, mark("site"))
    assert caught.value.hint == "set `targets.uptimerobot.plan` to the plan the account has"


def test_on_the_free_plan_a_tag_is_the_mark(open_account: Any, made: Made, mark: Marked) -> None:
    account = open_account({"plan": "free"}, plan="free")
    body = {"type": "HTTP", "friendlyName": "Site", "url": "https://shop.example/", "interval": 300, "timeout": 30, "tagNames": ["monctl"]}
    for key in ("site", "a-key-so-long-that-it-does-not-fit-into-one-tag"):
        url = f"https://shop.example/{key}"
        account.client.create(made("monitor", key, body), {**body, "url": url, "friendlyName": key}, mark(key))
    read = account.live("monitor", made("monitor", "a-key-so-long-that-it-does-not-fit-into-one-tag", body))

    assert read["site"].mark == Mark("shop", "prod", "site")
    assert read["a-key-so-long-that-it-does-not-fit-into-one-tag"].mark == Mark(
        "shop", "prod", "a-key-so-long-that-it-does-not-fit-into-one-tag"
    )
    assert target.normalize("monitor", read["site"].body)["tagNames"] == ["monctl"]


def test_a_rate_limit_is_waited_for(open_account: Any) -> None:
    now = [0.0]
    account = open_account(rate_limit=5, clock=lambda: now[0])

    def pass_time(seconds: float) -> None:
        account.waits.append(seconds)
        now[0] += seconds

    account.client._http._sleep = pass_time
    for _ in range(3):
        list(account.client.read([]))

    assert account.waits == [60.0, 60.0]
