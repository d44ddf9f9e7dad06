"""UptimeRobot's objects, made by hand in the sandbox, as specs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monctl.resource import Json
from monctl.sandbox.emulator import Request
from monctl.sandbox.store import Store
from monctl.spec_writer import yaml_text
from monctl.testing_import import assert_imports
from monctl.yaml_reader import read_yaml
from monctl_targets.uptimerobot import target
from monctl_targets.uptimerobot.emulator import UptimeRobotEmulator

SEEDED = ("owner", "on-call-phone")
"""Contacts that the sandbox's account has from the beginning, under the names an import gives them."""


class Account:
    """An account that somebody fills by hand."""

    def __init__(self) -> None:
        self.store = Store.memory("uptimerobot")
        self.emulator = UptimeRobotEmulator(self.store)
        for monitor in self.store.all("monitor"):
            self.store.delete("monitor", str(monitor["id"]))

    def send(self, method: str, path: str, body: Json) -> Json:
        answer = self.emulator.handle(Request.of(method, path, {"authorization": "Bearer u1"}, json.dumps(body).encode()))
        assert answer.status < 300, answer.body
        return answer.body

    def monitor(self, name: str, *contacts: int | tuple[int, int, int], **fields: Any) -> int:
        edges = [(one, 0, 0) if isinstance(one, int) else one for one in contacts]
        told = [{"alertContactId": id, "threshold": threshold, "recurrence": recurrence} for id, threshold, recurrence in edges]
        body: dict[str, Any] = {"friendlyName": name, "type": "HTTP", "interval": 300, "assignedAlertContacts": told, **fields}
        if body["type"] != "HEARTBEAT":
            body.setdefault("url", f"https://{name.lower()}.example.org/")
        if body["type"] not in {"HEARTBEAT", "DNS"}:
            body.setdefault("timeout", 30)
        if body["type"] in {"HTTP", "KEYWORD", "API"}:
            body = {"httpMethodType": "GET", "checkSSLErrors": True, **body}
        return int(self.send("POST", "/monitors", body)["id"])

    def email(self, value: str, name: str = "", events: int = 0) -> int:
        id = int(self.send("POST", "/alert-contacts", {"type": "Email", "value": value, "friendlyName": name or value})["id"])
        self.send("PATCH", f"/alert-contacts/{id}", {"enableNotificationsFor": events})
        return id

    def phone(self, type: str, value: str) -> int:
        id = 5_900_000 + len(self.store.all("alert_contact"))
        self.store.put(
            "alert_contact", str(id),
            {"id": id, "type": type, "value": value, "friendlyName": f"{type} of Ana", "status": "Active", "enableNotificationsFor": "UpAndDown", "sslExpirationReminder": False},
        )  # fmt: skip
        return id

    def slack(self, channel: str, **data: Any) -> int:
        sent = {"friendlyName": "Slack", "webhookURL": "https://hooks.slack.com/services/T0/B0/secret-of-slack", "customValue": channel, "enableNotificationsFor": "UpAndDown", "sslExpirationReminder": False}  # fmt: skip
        return int(self.send("POST", "/integrations", {"type": "Slack", "data": {**sent, **data}})["id"])


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def specs(account: Account, tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """Imports the account, proves that it settles, and gives kind → name → spec, and `unsaid`: name → why."""

    def read() -> dict[str, Any]:
        found = assert_imports(target, account.store, tmp_path / "estate")
        said: dict[str, Any] = {"monitors": {}, "channels": {}}
        for one in found.objects:
            said.setdefault(one.kind, {})[one.name] = read_yaml(yaml_text(one.spec))[0]
        for name in SEEDED:
            said["channels"].pop(name)
        touched = sorted({one.path for one in found.settled.touched})
        return {
            **said,
            "unsaid": {one.name: one.why for one in found.unsaid},
            "adopt": found.adopt,
            "touched": touched,
            "secrets": found.secrets,
        }

    return read


def test_a_plain_monitor_says_little(account: Account, specs: Any) -> None:
    account.monitor("Shop", account.email("ops@example.org", "Operations"))

    said = specs()

    assert said["monitors"] == {
        "shop": {
            "title": "Shop",
            "http": "https://shop.example.org/",
            "timeout": "30s",
            "alert": {"critical": "down"},
            "notify": ["operations"],
        }
    }
    assert said["channels"] == {"operations": {"title": "Operations", "email": {"to": ["ops@example.org"]}}}
    assert said["touched"] == ["customFields.severity", "tagNames"]
    assert len(said["adopt"]) == 2


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({"type": "PING", "url": "db.example.org"}, {"ping": "db.example.org"}),
        ({"type": "PORT", "url": "db.example.org", "port": 5432}, {"tcp": {"host": "db.example.org", "port": 5432}}),
        ({"type": "HEARTBEAT", "gracePeriod": 600}, {"heartbeat": "10m"}),
        (
            {"type": "DNS", "url": "example.org", "config": {"dnsRecords": {"MX": ["mail.example.org"]}}},
            {"dns": {"host": "example.org", "record": "MX", "expect": ["mail.example.org"]}},
        ),
        (
            {"type": "KEYWORD", "keywordType": "ALERT_NOT_EXISTS", "keywordCaseType": "CaseSensitive", "keywordValue": 'a "b" ${c}'},
            {"http": {"url": "https://shop.example.org/", "contains": 'a "b" $${c}'}},
        ),
        (
            {"type": "KEYWORD", "keywordType": "ALERT_EXISTS", "keywordCaseType": "CaseSensitive", "keywordValue": "error"},
            {"http": {"url": "https://shop.example.org/", "lacks": "error"}},
        ),
        (
            {"type": "API", "config": {"apiAssertions": {"logic": "AND", "checks": [{"property": "$.status", "comparison": "equals", "target": "ok"}, {"property": "$.at", "comparison": "is_not_null"}]}}},
            {"http": {"url": "https://shop.example.org/", "json": [{"path": "$.status", "target": "ok"}, {"path": "$.at", "op": "exists"}]}},
        ),
        (
            {"httpMethodType": "POST", "postValueType": "RAW_JSON", "postValueData": '{"a": 1}', "successHttpResponseCodes": ["201"], "followRedirections": False, "checkSSLErrors": False},
            {"http": {"url": "https://shop.example.org/", "method": "POST", "body": '{"a": 1}', "status": ["201"], "follow_redirects": False, "verify": False}},
        ),
        ({"httpMethodType": "HEAD", "customHttpHeaders": {"X-Team": "web"}}, {"http": {"url": "https://shop.example.org/", "method": "HEAD", "headers": {"x-team": "web"}}}),
    ],
    ids=["ping", "port", "heartbeat", "dns", "contains", "lacks", "api", "post", "head"],
)  # fmt: skip
def test_what_is_asked_is_said(account: Account, specs: Any, fields: dict[str, Any], source: Json) -> None:
    account.monitor("Shop", **fields)

    (said,) = specs()["monitors"].values()

    assert {name: said[name] for name in source} == source


def test_delays_are_severities_and_repeats_are_channels(account: Account, specs: Any) -> None:
    ana, ops, slack = account.email("ana@example.org", "Ana"), account.email("ops@example.org", "Operations", 1), account.slack("#alerts")
    account.monitor("Shop", slack, (ops, 5, 0), (ana, 15, 30), responseTimeThreshold=2500)
    account.monitor("Blog", (ana, 0, 0), interval=120)
    account.monitor("Wiki", (ana, 0, 0))

    said = specs()

    assert said["monitors"]["shop"]["alert"] == {
        "critical": {"when": "down or response_time > 2500ms", "notify": ["slack"]},
        "warning": {"when": "down for 5m or response_time > 2500ms for 5m", "notify": ["operations"]},
        "notice": {"when": "down for 15m or response_time > 2500ms for 15m", "notify": ["ana-every-30m"]},
    }
    assert said["channels"] == {
        "ana": {"title": "Ana", "email": {"to": ["ana@example.org"]}},
        "ana-every-30m": {"title": "Ana", "email": {"to": ["ana@example.org"]}, "repeat": "30m"},
        "operations": {"title": "Operations", "email": {"to": ["ops@example.org"]}, "resolved": False},
        "slack": {"title": "Slack", "slack": {"channel": "#alerts", "webhook": "${env:SLACK_WEBHOOK_SLACK}"}},
    }
    assert list(said["secrets"]) == ["SLACK_WEBHOOK_SLACK"]
    assert said["monitors"]["blog"]["every"] == "2m"


def test_certificate_reminders_go_to_those_who_hear_them(account: Account, specs: Any) -> None:
    ana, ops = account.email("ana@example.org", "Ana"), account.email("ops@example.org", "Operations")
    account.send("PATCH", f"/alert-contacts/{ana}", {"sslExpirationReminder": True})
    account.monitor("Shop", ana, ops, sslExpirationReminder=True)
    account.monitor("Blog", ana, sslExpirationReminder=True, config={"sslExpirationPeriodDays": [20, 14, 7, 1]})

    said = specs()

    assert said["monitors"]["shop"]["alert"] == {
        "critical": {"when": "down", "notify": ["ana", "operations"]},
        "warning": {"when": "certificate_expires_in < 30d", "notify": ["ana"]},
    }
    assert said["monitors"]["blog"]["alert"] == {"critical": "down or certificate_expires_in < 20d"}
    assert "config.sslExpirationPeriodDays" in said["touched"]


def test_custom_fields_and_tags_are_said(account: Account, specs: Any) -> None:
    fields = {
        "severity": "P1",
        "service": "shop",
        "runbook": "https://wiki.example.org/shop-down",
        "action": "Restart it.",
        "room": "7",
        "link-Board": "https://board.example.org",
    }
    account.monitor("Shop", customFields=fields, tagNames=["service-shop", "prod", "eu"])

    said = specs()

    monitor = said["monitors"]["shop"]
    assert {name: monitor[name] for name in ("service", "runbook", "action", "labels", "links", "alert")} == {
        "service": "shop", "runbook": "shop-down", "action": "Restart it.", "labels": {"room": "7", "tags": "eu, prod"},
        "links": {"Board": "https://board.example.org"}, "alert": {"P1": "down"},
    }  # fmt: skip
    assert said["runbooks"] == {"shop-down": {"url": "https://wiki.example.org/shop-down"}}


def test_a_paused_monitor_runs_in_a_phase_that_is_not_now(account: Account, specs: Any) -> None:
    account.send("POST", f"/monitors/{account.monitor('Shop')}/pause", {})

    said = specs()

    assert said["monitors"]["shop"]["phases"] == ["paused"]
    assert list(said["phases"]) == ["running", "paused"]


def test_windows_are_said_in_the_zone_of_the_account(account: Account, specs: Any) -> None:
    shop, blog = account.monitor("Shop"), account.monitor("Blog")
    weekly = {"name": "Backup", "interval": "weekly", "time": "23:30:00", "duration": 60, "days": [6, 7], "monitorIds": [shop, blog]}
    account.send("POST", "/maintenance-windows", weekly)
    account.send(
        "POST",
        "/maintenance-windows",
        {"name": "Move", "interval": "once", "date": "2026-12-24", "time": "22:00:00", "duration": 180, "monitorIds": [blog]},
    )
    account.send(
        "POST",
        "/maintenance-windows",
        {"name": "Monthly", "interval": "monthly", "time": "22:00:00", "duration": 30, "days": [1], "monitorIds": [blog]},
    )

    said = specs()

    assert said["maintenance"] == {
        "backup": {"title": "Backup", "monitors": ["blog", "shop"], "hours": [{"days": "sat,sun", "start": "23:30", "end": "00:30"}]},
        "move": {"title": "Move", "monitors": ["blog"], "start": "2026-12-24T22:00", "end": "2026-12-25T01:00"},
    }
    assert "monthly" in said["unsaid"]["Monthly"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"type": "KEYWORD", "keywordType": "ALERT_EXISTS", "keywordCaseType": "CaseInsensitive", "keywordValue": "x"}, "exactly as it is written"),
        ({"domainExpirationReminder": True}, "no reminder of a domain"),
        ({"authType": "HTTP_BASIC", "httpUsername": "ana", "httpPassword": "secret-of-ana"}, "authentication is said by a header"),
        ({"sslExpirationReminder": True, "config": {"sslExpirationPeriodDays": [30, 3]}}, "not 3, 30"),
        ({"customFields": {"tags": "a"}, "tagNames": ["prod"]}, "both the label `tags`"),
    ],
)  # fmt: skip
def test_what_has_no_words_is_left_out_with_the_reason(account: Account, specs: Any, fields: dict[str, Any], why: str) -> None:
    account.monitor("Shop", **fields)
    account.monitor("Blog")

    said = specs()

    assert list(said["monitors"]) == ["blog"]
    assert why in said["unsaid"]["Shop"]
    assert "secret-of-ana" not in str(said)


def test_regions_that_every_monitor_has_are_the_accounts(account: Account, specs: Any, tmp_path: Path) -> None:
    account.monitor("Shop", regionData={"REGION": ["eu", "na"], "MANUAL_SELECTED": True, "THRESHOLD": {"eu": 0, "na": 0}})

    assert list(specs()["monitors"]) == ["shop"]
    assert "regions: [na, eu]" in (tmp_path / "estate" / "monctl.yaml").read_text(encoding="utf-8")


def test_a_monitor_that_tells_an_app_is_left_out(account: Account, specs: Any) -> None:
    account.monitor("Shop", account.phone("MobileAppIOS", "Ana's phone"))
    account.monitor("Blog", account.phone("ProSms", "+491511234567"))

    said = specs()

    assert said["monitors"]["blog"]["notify"] == ["prosms-of-ana"]
    assert said["channels"] == {"prosms-of-ana": {"title": "ProSms of Ana", "sms": {"to": ["+491511234567"]}}}
    assert said["unsaid"]["Shop"] == "it tells 'MobileAppIOS of Ana' (MobileAppIOS), which no channel can stand for"


def test_secrets_are_never_in_the_files(account: Account, specs: Any, tmp_path: Path) -> None:
    account.monitor("Shop", account.slack("#alerts"), customHttpHeaders={"Authorization": "Bearer secret-of-shop"})

    said = specs()

    text = "".join(path.read_text(encoding="utf-8") for path in sorted((tmp_path / "estate").rglob("*.*")))
    assert "secret-of" not in text
    assert sorted(said["secrets"]) == ["SHOP_AUTHORIZATION", "SLACK_WEBHOOK_SLACK"]


def test_the_label_tags_is_tags_and_no_custom_field(account: Account, specs: Any) -> None:
    account.monitor("Shop", tagNames=["prod"], customFields={"room": "7"})

    specs()

    monitor = account.store.all("monitor")[0]
    assert sorted(tag["name"] for tag in monitor["tags"]) == ["monctl", "prod"]
    assert sorted(monitor["customFields"]) == ["monctl", "room", "severity"]
