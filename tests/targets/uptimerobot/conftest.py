"""An account in the sandbox, a client of it, and a record of what went between them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from requests import PreparedRequest, Response

from monctl.condition import Comparison, State, Term
from monctl.measure import Dns, Heartbeat, Http, JsonAssertion, Ping, Source, Tcp
from monctl.pace import Paces
from monctl.program import (
    Alert,
    Channel,
    Delivery,
    Escalation,
    Hours,
    Layer,
    Maintenance,
    Monitor,
    Person,
    Program,
    Recipient,
    Rotation,
    Severity,
    Step,
)
from monctl.resource import Json, Live, Mark, Resource, SecretRef
from monctl.sandbox.emulator import Request
from monctl.sandbox.store import Store
from monctl.sandbox.transport import EmulatorAdapter
from monctl.source import Origin
from monctl.target import Settings
from monctl.unit import NO_UNIT, Unit
from monctl_targets.uptimerobot.client import UptimeRobotClient
from monctl_targets.uptimerobot.emulator import UptimeRobotEmulator

WEB: dict[str, Any] = {
    "interval": 300,
    "timeout": 30,
    "httpMethodType": "GET",
    "authType": "NONE",
    "followRedirections": True,
    "successHttpResponseCodes": ["2xx", "3xx"],
    "checkSSLErrors": True,
    "sslExpirationReminder": True,
    "domainExpirationReminder": False,
    "customHttpHeaders": {"X-Team": " web "},
    "assignedAlertContacts": [],
    "tagNames": ["team-web", "monctl"],
    "customFields": {"severity": "p0"},
    "responseTimeThreshold": 2000,
    "config": {"sslExpirationPeriodDays": [30, 14, 7, 1]},
}
BODIES: dict[str, dict[str, dict[str, Any]]] = {
    "monitor": {
        "http": {"type": "HTTP", "friendlyName": "Tom & Jerry's shop", "url": "https://shop.example/?a=1&b=2", **WEB},
        "keyword": {
            "type": "KEYWORD",
            "friendlyName": "Database",
            "url": "https://api.shop.example/health",
            **WEB,
            "keywordType": "ALERT_NOT_EXISTS",
            "keywordCaseType": "CaseSensitive",
            "keywordValue": '"database":{"status":"up"}',
        },
        "api": {
            "type": "API",
            "friendlyName": "API",
            "url": "https://api.shop.example/status",
            **WEB,
            "config": {"apiAssertions": {"logic": "AND", "checks": [{"property": "$.status", "comparison": "equals", "target": "ok"}]}},
        },
        "post": {
            "type": "HTTP",
            "friendlyName": "Search",
            "url": "https://shop.example/search",
            **WEB,
            "httpMethodType": "POST",
            "postValueType": "RAW_JSON",
            "postValueData": '{"q": "shoes"}',
        },
        "ping": {"type": "PING", "friendlyName": "Router", "url": "router.shop.example", "interval": 60, "timeout": 10},
        "tcp": {"type": "PORT", "friendlyName": "SMTP", "url": "mail.shop.example", "port": 25, "interval": 60, "timeout": 10},
        "dns": {
            "type": "DNS",
            "friendlyName": "DNS",
            "url": "shop.example",
            "interval": 60,
            "config": {"dnsRecords": {"A": ["192.0.2.7", "192.0.2.1"]}},
        },
        "beat": {"type": "HEARTBEAT", "friendlyName": "Backup", "interval": 86400, "gracePeriod": 3600},
        "paused": {"type": "PING", "friendlyName": "Old", "url": "old.shop.example", "interval": 60, "timeout": 10, "status": "PAUSED"},
        "regions": {
            "type": "PING",
            "friendlyName": "Far",
            "url": "far.shop.example",
            "interval": 60,
            "timeout": 10,
            "regionData": {"REGION": ["eu", "na"], "THRESHOLD": {"eu": 900, "na": 900}, "MANUAL_SELECTED": True},
        },
    },
    "integration": {
        "slack": {
            "type": "Slack",
            "data": {
                "friendlyName": "Alerts",
                "webhookURL": "https://hooks.slack.example/T/B/X",
                "customValue": "#alerts",
                "enableNotificationsFor": "Down",
                "sslExpirationReminder": True,
            },
        },
        "pagerduty": {
            "type": "Pagerduty",
            "data": {
                "friendlyName": "PagerDuty",
                "integrationKey": "0123456789abcdef0123456789abcdef",
                "location": "eu",
                "autoResolve": True,
                "enableNotificationsFor": "UpAndDown",
                "sslExpirationReminder": False,
            },
        },
        "webhook": {
            "type": "Webhook",
            "data": {
                "friendlyName": "Hook",
                "urlToNotify": "https://hooks.shop.example/uptime",
                "postValue": '{"monitor": "*monitorFriendlyName*"}',
                "sendAsJSON": True,
                "sendAsQueryString": False,
                "sendAsPostParameters": False,
                "customHeaders": {"X-Key": "abc"},
                "enableNotificationsFor": "UpAndDown",
                "sslExpirationReminder": False,
            },
        },
    },
    "alert_contact": {
        "ops@shop.example": {
            "type": "Email",
            "friendlyName": "Operations",
            "value": "Ops@shop.example",
            "enableNotificationsFor": 1,
            "sslExpirationReminder": True,
        }
    },
    "maintenance_window": {
        "weekly": {"name": "Sunday night", "interval": "weekly", "time": "02:00:00", "duration": 60, "days": [7, 1], "monitorIds": []},
        "once": {"name": "Move", "interval": "once", "date": "2026-12-24", "time": "22:00:00", "duration": 90, "monitorIds": []},
    },
}
"""One body of each sort: kind → key → body."""


@dataclass(frozen=True)
class Call:
    """One request and its answer. The path is below `/v3`."""

    method: str
    path: str
    body: Json
    status: int
    answer: Json


class Recorder(EmulatorAdapter):
    """Remembers every call; `instead` answers first when it returns something."""

    def __init__(self, emulator: UptimeRobotEmulator) -> None:
        super().__init__(emulator, "https://api.uptimerobot.com/v3")
        self.calls: list[Call] = []
        self.instead: Callable[[PreparedRequest], Response | None] = lambda _: None

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        made_up = self.instead(request)  # an answer of 404 is false
        response = super().send(request, *args, **kwargs) if made_up is None else made_up
        path = urlsplit(request.url or "").path.removeprefix("/v3")
        body = json.loads(request.body) if request.body else None
        answer = response.json() if "json" in response.headers.get("content-type", "") else response.text
        self.calls.append(Call(request.method or "", path, body, response.status_code, answer))
        return response


@dataclass
class Account:
    """What a test needs of one account."""

    emulator: UptimeRobotEmulator
    recorder: Recorder
    client: UptimeRobotClient
    settings: Settings
    waits: list[float] = field(default_factory=list)

    def curl(self, method: str, path: str, body: Json = None, *, key: str | None = "good") -> tuple[int, Json]:
        """Status and body of a request made by hand."""
        headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
        data = b"" if body is None else json.dumps(body).encode()
        answer = self.emulator.handle(Request.of(method, path, headers, data, base_url="http://sandbox/uptimerobot"))
        return answer.status, answer.body

    def again(self) -> UptimeRobotClient:
        """Another client of the account, as another run has it."""
        return UptimeRobotClient(self.settings, sleep=self.waits.append)

    def live(self, kind: str, *resources: Resource) -> dict[str, Live]:
        """What is there of a kind, by name."""
        return {live.name: live for live in self.client.read(resources) if live.kind == kind}


@pytest.fixture
def open_account() -> Callable[..., Account]:
    """Opens an account: `open_account(plan="free", rate_limit=10)`; `options` are those of `monctl.yaml`."""

    def make(options: Mapping[str, Json] | None = None, *, key: str = "test-key-123", **emulator: Any) -> Account:
        stand_in = UptimeRobotEmulator(Store.memory("uptimerobot"), **emulator)
        recorder = Recorder(stand_in)
        waits: list[float] = []
        paces = Paces(clock=emulator["clock"]) if "clock" in emulator else Paces()
        settings = Settings(None, {"UPTIMEROBOT_API_KEY": key}, options or {}, "shop", "prod", transport=recorder, paces=paces)
        return Account(stand_in, recorder, UptimeRobotClient(settings, sleep=waits.append), settings, waits)

    return make


@pytest.fixture
def account(open_account: Callable[..., Account]) -> Account:
    """An account on the largest plan."""
    return open_account()


@pytest.fixture
def made() -> Callable[..., Resource]:
    """A resource of the target: `made("monitor", "site", body)`."""

    def make(kind: str, key: str, body: Json) -> Resource:
        return Resource("uptimerobot", kind, key, key, body, f"monitor.{key}")

    return make


@pytest.fixture
def mark() -> Callable[[str], Mark]:
    """Our mark for a key."""
    return lambda key: Mark("shop", "prod", key, "0123456789")


@pytest.fixture
def bodies() -> dict[str, dict[str, dict[str, Any]]]:
    """One body of each sort: kind → key → body."""
    return BODIES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes kind, key and body runs for one of each sort."""
    if {"kind", "key", "body"} <= set(metafunc.fixturenames) and not any(
        mark.name == "parametrize" for mark in metafunc.definition.iter_markers()
    ):
        cases = [(kind, key, body) for kind, named in BODIES.items() for key, body in named.items()]
        metafunc.parametrize(("kind", "key", "body"), cases, ids=[f"{kind}-{key}" for kind, key, _ in cases])


def alert(severity: str, *terms: Term, channels: tuple[str, ...] = (), escalation: str | None = None, during: str | None = None) -> Alert:
    """An alert of a made-up monitor."""
    return Alert(severity, terms, "", (Delivery(channels, escalation, during),), Origin("shop.yaml", ("monitors", "m", "alert", severity)))


class Shop:
    """Makes programs: three severities, five channels, two people, and the monitors a test gives."""

    down = staticmethod(lambda for_s=0.0: State("down", for_s))
    slow = staticmethod(lambda limit, for_s=0.0: Comparison("response_time", ">", limit, None, for_s))
    expires = staticmethod(lambda days: Comparison("certificate_expires_in", "<", days, None, 0))
    alert = staticmethod(alert)

    def monitor(self, name: str, source: Source, *alerts: Alert, **changed: Any) -> Monitor:
        """A monitor of the target, every five minutes."""
        units = {"up": NO_UNIT, "response_time": Unit.parse("ms"), "certificate_expires_in": Unit.parse("d")}
        plain: dict[str, Any] = {
            "title": name.replace("-", " ").capitalize(),
            "description": "",
            "metric": None,
            "source": source,
            "value": "up",
            "units": units,
            "every_s": 300.0,
            "timeout_s": 10.0,
            "goal": None,
            "goal_condition": None,
            "alerts": alerts,
            "recover_s": 0.0,
            "no_data": "keep",
            "on_error": "keep",
            "service": None,
            "team": None,
            "labels": {},
            "links": {},
            "runbook": None,
            "action": "",
            "message": "",
            "targets": ("uptimerobot",),
            "active": True,
            "phases": (),
            "protect": False,
            "waive": {},
            "origin": Origin("shop.yaml", ("monitors", name)),
        }
        return Monitor(name, **{**plain, **changed})

    def channel(self, name: str, kind: Any, *, title: str = "", **changed: Any) -> Channel:
        """A channel; what is no field of its own is a setting."""
        own = {"resolved": True, "rate": None, "repeat_s": None, "group_by": (), "severities": ()}
        fields = {field: changed.pop(field, value) for field, value in own.items()}
        return Channel(name, kind, title or name, "", changed, **fields, origin=Origin("shop.yaml", ("channels", name)))

    def program(self, *monitors: Monitor, options: Mapping[str, Json] | None = None, **changed: Any) -> Program:
        """The shop's program."""
        people = {name: Person(name, name.title(), f"{name}@shop.example", None, None, None, None, None) for name in ("ana", "ben")}
        layer = Layer("primary", ("ana", "ben"), 604800, datetime(2026, 1, 5, 9))  # noqa: DTZ001  # local wall time, as the program has it
        channels = (
            self.channel("hook", "webhook", url="https://hooks.shop.example/x", headers={"X-Key": SecretRef("env:HOOK_KEY")}, secret=None),
            self.channel("mail", "email", to=("ops@shop.example",)),
            self.channel("pager", "pagerduty", service="Shop", escalation=None, integration_key=SecretRef("env:PAGERDUTY_INTEGRATION_KEY")),
            self.channel("slack", "slack", channel="#alerts", webhook=SecretRef("env:SLACK"), token=None, workspace=None),
            self.channel("text", "sms", to=("+4930123456",), account=None, token=None, sender=None),
        )
        plain: dict[str, Any] = {
            "targets": {"uptimerobot": options or {}},
            "severities": {
                name: Severity(name, rank, name, "", None, "high", rank == 0, None, "", "#000000", "critical")
                for rank, name in enumerate(("page", "warn", "note"))
            },
            "people": people,
            "rotations": {"oncall": Rotation("oncall", "On-call", "", None, "UTC", (layer,))},
            "channels": {channel.name: channel for channel in channels},
            "monitors": {monitor.name: monitor for monitor in monitors},
        }
        return Program("shop", "Shop", "", "prod", **{**plain, **changed})

    def everything(self, options: Mapping[str, Json] | None = None) -> Program:
        """A program with one of each."""
        site = self.monitor(
            "site",
            Http("https://shop.example/", headers={"X-Key": SecretRef("env:K"), "X-Plain": "a"}),
            self.alert("page", self.down(120), channels=("pager", "text", "hook"), escalation="tiers"),
            self.alert("warn", self.slow(2000, 600), channels=("slack",)),
            self.alert("note", self.expires(30), channels=("mail",)),
            labels={"host": "shop.example"},
            title="Tom & Jerry's site, which has a very long title indeed, " * 3,
        )
        return self.program(
            site,
            self.monitor(
                "api",
                Http("https://api.shop.example/health", contains='"status":"ok"'),
                self.alert("page", self.down(), channels=("mail",)),
            ),
            self.monitor("database", Http("https://api.shop.example/health", contains='"db":{"status":"up"}'), every_s=120.0),
            self.monitor(
                "json", Http("https://api.shop.example/v", json=(JsonAssertion("$.a", "==", "b"), JsonAssertion("$.c", "exists")))
            ),
            self.monitor("form", Http("https://shop.example/search", method="POST", body="q=shoes")),
            self.monitor("smtp", Tcp("mail.shop.example", 25), self.alert("warn", self.slow(300), channels=("slack",))),
            self.monitor("router", Ping("router.shop.example"), active=False),
            self.monitor("dns", Dns("shop.example", "A", ("192.0.2.7", "192.0.2.1"))),
            self.monitor("any-dns", Dns("other.example")),
            self.monitor("backup", Heartbeat(600), self.alert("page", State("no data", 0), channels=("slack",)), every_s=86400.0),
            options=options,
            escalations={"tiers": Escalation("tiers", "Tiers", "", None, (Step(900, (Recipient("person", "ana"),)),), 0, 0)},
            maintenance={"night": Maintenance("night", "Night", "Europe/Berlin", ("site",), None, None, (Hours((7, 3), 30, 90),))},
        )


@pytest.fixture
def shop() -> Shop:
    """Makes programs."""
    return Shop()
