"""A sandbox organisation, a client of it that records what it sends, and small programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from requests import PreparedRequest, Response

from monctl.condition import Condition
from monctl.measure import Sentry
from monctl.program import (
    Alert,
    Channel,
    Datasource,
    Delivery,
    Escalation,
    Monitor,
    Person,
    Program,
    Recipient,
    Rotation,
    Runbook,
    Severity,
    Step,
    Team,
)
from monctl.resource import Json, Live, Lookup, Mark, Resource, lookup, substitute
from monctl.sandbox.emulator import Request
from monctl.sandbox.emulator import Response as Answer
from monctl.sandbox.store import Store
from monctl.sandbox.transport import EmulatorAdapter
from monctl.target import Settings
from monctl.unit import MILLISECONDS, NO_UNIT, PERCENT, Unit
from monctl_targets.sentry.client import HOST, SentryClient, connect
from monctl_targets.sentry.emulator import SentryEmulator
from monctl_targets.sentry.query import MEASURES

ORG = "/api/0/organizations/acme/"
MARK = Mark("shop", "production", "errors/p1", "0123456789")


class Recorder(EmulatorAdapter):
    """Carries requests to the emulator and keeps (method, path, body) of each, and its answer."""

    def __init__(self, emulator: SentryEmulator) -> None:
        super().__init__(emulator)
        self.sent: list[tuple[str, str, Json]] = []
        self.received: list[tuple[str, str, int, Json]] = []

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        path = request.path_url.partition("?")[0]
        self.sent.append((str(request.method), path, json.loads(request.body) if request.body else None))
        response = super().send(request, *args, **kwargs)
        self.received.append((str(request.method), path, response.status_code, response.json() if response.content else None))
        return response


@dataclass
class Sandbox:
    emulator: SentryEmulator = field(default_factory=lambda: SentryEmulator(Store.memory("sentry")))

    def __post_init__(self) -> None:
        self.wire = Recorder(self.emulator)
        self.client = self.connect()

    def connect(self, *, url: str | None = HOST, bearer: str = "sntryi_x", **options: Json) -> SentryClient:
        given = {"organization": "acme", **options}
        return connect(Settings(url, {"SENTRY_AUTH_TOKEN": bearer}, given, transport=self.wire))

    def call(self, method: str, path: str, body: Json = None, *, bearer: str | None = "sntryi_x") -> Answer:
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        sent = b"" if body is None else json.dumps(body).encode()
        return self.emulator.handle(Request.of(method, path, headers, sent, base_url="http://sentry.test"))

    def resolved(self, body: Json, ids: Mapping[tuple[str, str], str] | None = None) -> Json:
        """The body with its look-ups asked for and its references taken from `ids`."""

        def fill(leaf: Any) -> Json:
            if isinstance(leaf, Lookup):
                found = self.client.lookup(leaf)
                assert found is not None, leaf
                return found
            return (ids or {})[leaf.kind, leaf.key]

        return substitute(body, fill)

    def apply(self, resources: tuple[Resource, ...]) -> dict[tuple[str, str], Live]:
        """Every resource, made in order, by kind and key."""
        made: dict[tuple[str, str], Live] = {}
        for resource in resources:
            body = self.resolved(resource.body, {key: live.remote_id for key, live in made.items()})
            made[resource.kind, resource.key] = self.client.create(resource, body, Mark("shop", "", resource.key, "0123456789"))
        return made


PROJECT = lookup("project", organization="acme", slug="web")
ERRORS = lookup("detector", organization="acme", slug="web", type="error")

DETECTOR: dict[str, Any] = {
    "projectId": PROJECT,
    "name": "Errors of the shop",
    "type": "metric_issue",
    "description": "More than 10 errors in 10 minutes",
    "enabled": True,
    "owner": lookup("team", field="owner", organization="acme", slug="backend"),
    "dataSources": [
        {
            "aggregate": "count()",
            "dataset": "events",
            "query": "tags[feature]:track",
            "queryType": 0,
            "eventTypes": ["default", "error"],
            "timeWindow": 600,
            "environment": "production",
        }
    ],
    "conditionGroup": {
        "logicType": "any",
        "conditions": [
            {"type": "gt", "comparison": 10.0, "conditionResult": 75},
            {"type": "lte", "comparison": 10, "conditionResult": 0},
        ],
        "actions": [],
    },
    "config": {"detectionType": "static"},
}
SLACK = {
    "type": "slack",
    "integrationId": lookup("integration", organization="acme", provider="slack"),
    "config": {"targetType": "specific", "targetDisplay": "#alerts"},
    "data": {"notes": "P1", "tags": "level,environment"},
    "status": "active",
}
EMAIL = {
    "type": "email",
    "integrationId": None,
    "config": {
        "targetType": "user",
        "targetIdentifier": lookup("member", organization="acme", email="ana@example.com"),
        "targetDisplay": None,
    },
    "data": {},
    "status": "active",
}
PAGERDUTY = {
    "type": "pagerduty",
    "integrationId": lookup("pagerduty_account", organization="acme", service="Database"),
    "config": {
        "targetType": "specific",
        "targetIdentifier": lookup("pagerduty_service", organization="acme", service="Database"),
        "targetDisplay": "Database",
    },
    "data": {"priority": "critical"},
    "status": "active",
}
WORKFLOW: dict[str, Any] = {
    "name": "P1 · New error",
    "enabled": True,
    "environment": "production",
    "owner": lookup("member", field="owner", organization="acme", email="ana@example.com"),
    "config": {"frequency": 30},
    "detectorIds": [ERRORS],
    "triggers": {
        "logicType": "any-short",
        "conditions": [
            {"type": "first_seen_event", "comparison": True, "conditionResult": True},
            {"type": "regression_event", "comparison": True, "conditionResult": True},
        ],
        "actions": [],
    },
    "actionFilters": [
        {
            "logicType": "all",
            "conditions": [
                {"type": "tagged_event", "comparison": {"key": "feature", "match": "eq", "value": "track"}, "conditionResult": True},
                {"type": "level", "comparison": {"level": 40, "match": "gte"}, "conditionResult": True},
            ],
            "actions": [SLACK, EMAIL, PAGERDUTY],
        },
        {
            "logicType": "any-short",
            "conditions": [{"type": "issue_priority_greater_or_equal", "comparison": 75, "conditionResult": True}],
            "actions": [SLACK],
        },
    ],
}


def resource(kind: str, body: Json, key: str = "errors/p1") -> Resource:
    return Resource("sentry", kind, key, body["name"], body, "monitor.errors")


SEVERITIES = {
    "P0": Severity("P0", 0, "Critical", "", 300, "high", True, None, "🔴", "#ff0000", "critical"),
    "P1": Severity("P1", 1, "High", "", 3600, "high", True, None, "🟠", "#ff8800", "error"),
    "P2": Severity("P2", 2, "Medium", "", None, "low", False, None, "🟡", "#ffff00", "warning"),
    "P3": Severity("P3", 3, "Low", "", None, "low", False, "daily", "⚪", "#cccccc", "info"),
}


def channel(name: str, kind: Any, *, resolved: bool = True, repeat_s: float | None = None, **settings: Any) -> Channel:
    return Channel(name, kind, name, "", settings, resolved, None, repeat_s, (), ())


CHANNELS = {
    one.name: one
    for one in (
        channel("slack", "slack", channel="#production-alerts"),
        channel("quiet", "slack", channel="#quiet", resolved=False, repeat_s=3600),
        channel("mail", "email", to=("ana@example.com", "nobody@example.com")),
        channel("pager", "pagerduty", service="Database", escalation=None, integration_key=None),
        channel("sms", "sms", to=("+4915112345678",)),
        channel("hook", "webhook", url="https://example.com/hook"),
        channel("issues", "sentry"),
    )
}


def monitor(name: str, source: Sentry, alerts: Mapping[str, Condition], *channels: str, **more: Any) -> Monitor:
    deliveries = more.pop("deliveries", (Delivery(channels or ("slack",), None),))
    unit: Unit = more.pop("unit", {"p95": MILLISECONDS, "average": MILLISECONDS, "failure_rate": PERCENT}.get(source.measure, NO_UNIT))
    given: dict[str, Any] = {
        "title": name.replace("-", " ").capitalize(),
        "description": "",
        "metric": None,
        "value": "value",
        "units": {"value": unit},
        "every_s": 60,
        "timeout_s": 30,
        "goal": None,
        "goal_condition": None,
        "recover_s": 0,
        "no_data": "keep",
        "on_error": "keep",
        "service": None,
        "team": "backend",
        "labels": {},
        "links": {},
        "runbook": None,
        "action": "",
        "message": "",
        "targets": ("sentry",),
        "active": True,
        "phases": (),
        "protect": False,
        "waive": {},
    }
    assert source.measure in MEASURES
    made = tuple(Alert(severity, condition, f"{severity} text", deliveries) for severity, condition in alerts.items())
    return Monitor(name, source=source, alerts=made, **{**given, **more})


def program(*monitors: Monitor, options: Mapping[str, Json] | None = None, **more: Any) -> Program:
    given: dict[str, Any] = {
        "severities": SEVERITIES,
        "people": {
            "ana": Person("ana", "Ana", "ana@example.com", None, None, None, None, None),
            "bo": Person("bo", "Bo", None, "+49151", None, None, None, None),
            "cy": Person("cy", "Cy", "cy@example.com", None, None, None, "cyrus", None),
        },
        "teams": {"backend": Team("backend", "Backend", "", ("ana",), "ana", None, "team@example.com", "back-end")},
        "channels": CHANNELS,
        "rotations": {"oncall": Rotation("oncall", "On call", "", "backend", "UTC", ())},
        "escalations": {
            "ladder": Escalation(
                "ladder",
                "",
                "",
                None,
                (Step(0, (Recipient("person", "cy"),)), Step(900, (Recipient("rotation", "oncall", "primary"),))),
                0,
                0,
            ),
            "one-step": Escalation("one-step", "", "", None, (Step(0, (Recipient("rotation", "oncall", "primary"),)),), 0, 0),
        },
        "datasources": {
            "sentry": Datasource(
                "sentry", "sentry", "Sentry", "", None, None, None, {}, (), 0, None, {"organization": "acme", "project": "web"}
            ),
            "bare": Datasource("bare", "sentry", "Sentry", "", None, None, None, {}, (), 0, None, {}),
        },
        "runbooks": {"rb": Runbook("rb", "Runbook of errors", "", None, "", "Look at the last deployment", "runbook")},
    }
    return Program(
        estate="shop",
        title="Shop",
        description="",
        environment="",
        targets={"sentry": options or {}},
        monitors={one.name: one for one in monitors},
        **{**given, **more},
    )
