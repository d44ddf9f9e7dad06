"""Sentry's monitors and alerts, made by hand in the sandbox, as specs."""

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
from monctl_targets.sentry import target
from monctl_targets.sentry.account import PAGERDUTY, SLACK
from monctl_targets.sentry.emulator import SentryEmulator

ORG = "/api/0/organizations/acme/"
EVENTS = {
    "aggregate": "count()",
    "dataset": "events",
    "query": "",
    "queryType": 0,
    "eventTypes": ["default", "error"],
    "timeWindow": 300,
    "environment": None,
}
SPANS = {"dataset": "events_analytics_platform", "queryType": 1, "eventTypes": ["trace_item_span"], "extrapolationMode": "unknown"}


class Account:
    """An organisation that somebody fills by hand."""

    def __init__(self) -> None:
        self.store = Store.memory("sentry")
        self.emulator = SentryEmulator(self.store)
        self.emulator.account.organization("acme")
        self.project = str(self.found(self.emulator.account.project("acme", "web"))["id"])
        self.team = str(self.found(self.emulator.account.team("acme", "platform"))["id"])
        self.ana = str(self.found(self.emulator.account.member("acme", "ana@example.com"))["user"]["id"])
        self.emulator.account.service_row("acme", "Shop")
        self.service = str(self.emulator.account.service_rows("acme")[0]["id"])
        self.errors = next(row["id"] for row in self.emulator.account.all("detector", "acme") if row["type"] == "error")

    @staticmethod
    def found(row: Json) -> Json:
        assert row is not None
        return row

    def send(self, path: str, body: Json) -> str:
        answer = self.emulator.handle(Request.of("POST", path, {"authorization": "Bearer sntryi_x"}, json.dumps(body).encode()))
        assert answer.status < 300, answer.body
        return str(answer.body["id"])

    def detector(self, name: str, *limits: tuple[str, float, int], **fields: Any) -> str:
        """Limits are (side, limit, priority), the last one the least severe: it also says when it is over."""
        side, last, _ = limits[-1]
        over = {"type": "lte" if side == "gt" else "gte", "comparison": last, "conditionResult": 0}
        conditions = [*({"type": one, "comparison": limit, "conditionResult": priority} for one, limit, priority in limits), over]
        body = {
            "name": name, "type": "metric_issue", "description": "", "enabled": True, "owner": None, "dataSources": [EVENTS],
            "conditionGroup": {"logicType": "any", "conditions": conditions, "actions": []}, "config": {"detectionType": "static"},
        }  # fmt: skip
        return self.send(f"{ORG}projects/{self.project}/detectors/", {**body, **fields})

    def alert(
        self, name: str, detectors: list[str], *groups: Json, triggers: tuple[str, ...] = (), frequency: int = 0, **fields: Any
    ) -> str:
        when = [{"type": type, "comparison": True, "conditionResult": True} for type in triggers]
        body = {
            "name": name, "enabled": True, "environment": None, "owner": None, "config": {"frequency": frequency}, "detectorIds": detectors,
            "triggers": {"logicType": "any-short", "conditions": when, "actions": []}, "actionFilters": list(groups),
        }  # fmt: skip
        return self.send(f"{ORG}workflows/", {**body, **fields})

    def slack(self, channel: str, **data: str) -> Json:
        return {
            "type": "slack",
            "integrationId": SLACK,
            "config": {"targetType": "specific", "targetDisplay": channel},
            "data": data,
            "status": "active",
        }

    def pagerduty(self, priority: str) -> Json:
        config = {"targetType": "specific", "targetIdentifier": self.service, "targetDisplay": "Shop"}
        return {"type": "pagerduty", "integrationId": PAGERDUTY, "config": config, "data": {"priority": priority}, "status": "active"}

    def mail(self, kind: str, id: str | None) -> Json:
        data = {"fallthroughType": "ActiveMembers"} if kind == "issue_owners" else {}
        return {
            "type": "email",
            "integrationId": None,
            "config": {"targetType": kind, "targetIdentifier": id, "targetDisplay": None},
            "data": data,
            "status": "active",
        }


def figures(priority: int, *actions: Json, recovery: bool = True) -> Json:
    types = ["issue_priority_greater_or_equal", *(["issue_priority_deescalating"] if recovery else [])]
    conditions = [{"type": type, "comparison": priority, "conditionResult": True} for type in types]
    return {"logicType": "any-short", "conditions": conditions, "actions": list(actions)}


def issues(*actions: Json, filters: tuple[Json, ...] = (), logic: str = "all") -> Json:
    return {"logicType": logic, "conditions": [{"conditionResult": True, **one} for one in filters], "actions": list(actions)}


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def specs(account: Account, tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """Imports the organisation, proves that it settles, and gives kind → name → spec, and `unsaid`: name → why."""

    def read() -> dict[str, Any]:
        found = assert_imports(target, account.store, tmp_path / "estate", options={"organization": "acme"})
        said: dict[str, Any] = {"monitors": {}}
        for one in found.objects:
            said.setdefault(one.kind, {})[one.name] = read_yaml(yaml_text(one.spec))[0]
        touched = sorted({one.path.rpartition(".")[2] for one in found.settled.touched})
        return {**said, "unsaid": {one.name: one.why for one in found.unsaid}, "touched": touched, "adopt": found.adopt}

    return read


def test_a_monitor_with_two_limits_and_an_alert_for_each(account: Account, specs: Any) -> None:
    detector = account.detector(
        "Checkout errors", ("gt", 100, 75), ("gt", 10, 50), owner=f"team:{account.team}", description="Orders get lost."
    )
    account.alert(
        "Page", [detector], figures(75, account.slack("#alerts-critical"), account.pagerduty("critical")), owner=f"team:{account.team}"
    )
    account.alert(
        "Tell",
        [detector],
        figures(50, account.mail("user", account.ana)),
        figures(50, account.slack("#log"), recovery=False),
        owner=f"team:{account.team}",
    )

    said = specs()

    assert said["monitors"] == {
        "checkout-errors": {
            "title": "Checkout errors", "description": "Orders get lost.", "team": "platform", "sentry": {"datasource": "web"},
            "alert": {
                "critical": {"when": "> 100 in 5m", "notify": ["alerts-critical", "shop"]},
                "warning": {"when": "> 10 in 5m", "notify": ["ana-channel", "log-once"]},
            },
        }
    }  # fmt: skip
    assert said["channels"] == {
        "alerts-critical": {"slack": {"channel": "#alerts-critical"}},
        "shop": {"pagerduty": {"service": "Shop", "owned": False}},
        "ana-channel": {"email": {"to": ["ana@example.com"]}},
        "log-once": {"slack": {"channel": "#log"}, "resolved": False},
    }
    assert said["datasources"] == {"web": {"type": "sentry", "project": "web"}}
    assert said["people"] == {"ana": {"email": "ana@example.com"}}
    assert said["touched"] == ["description", "name", "notes"]
    assert len(said["adopt"]) == 3


@pytest.mark.parametrize(
    ("source", "limit", "when", "measured"),
    [
        ({**EVENTS, "query": "level:error release:1.2"}, ("gt", 5, 75), "> 5 in 5m", {"query": "level:error release:1.2"}),
        ({**EVENTS, "aggregate": "count_unique(user)", "environment": "prod"}, ("lt", 2, 75), "< 2 in 5m", {"measure": "users", "environment": "prod"}),
        ({**EVENTS, **SPANS, "aggregate": "p95(span.duration)", "query": "is_transaction:true (a:1 OR b:2)"}, ("gt", 1500, 75), "> 1500ms in 5m", {"measure": "p95", "query": "a:1 OR b:2"}),
        ({**EVENTS, **SPANS, "aggregate": "failure_rate()", "query": "is_transaction:true", "timeWindow": 3600}, ("gt", 0.05, 75), "> 5% in 1h", {"measure": "failure_rate"}),
        ({**EVENTS, **SPANS, "aggregate": "count(span.duration)", "query": "is_transaction:true", "timeWindow": 600}, ("lt", 100, 75), "< 10/min in 10m", {"measure": "throughput"}),
    ],
    ids=["events", "users", "p95", "failure-rate", "throughput"],
)  # fmt: skip
def test_what_is_measured_is_said(account: Account, specs: Any, source: Json, limit: Any, when: str, measured: Json) -> None:
    account.detector("Shop", limit, dataSources=[source])

    shop = specs()["monitors"]["shop"]

    assert shop["sentry"] == {"datasource": "web", **measured}
    assert shop["alert"] == {"critical": {"when": when, "notify": []}}


def test_an_alert_on_issues_is_a_monitor_on_its_project(account: Account, specs: Any) -> None:
    filters = (
        {"type": "tagged_event", "comparison": {"key": "feature", "match": "eq", "value": "checkout"}},
        {"type": "tagged_event", "comparison": {"key": "browser", "match": "nc", "value": "old one"}},
        {"type": "event_attribute", "comparison": {"attribute": "exception.type", "match": "sw", "value": "Timeout"}},
        {"type": "level", "comparison": {"level": 40, "match": "gte"}},
    )
    group = issues(account.slack("#errors"), account.mail("team", account.team), filters=filters)
    account.alert(
        "P2 · New errors", [account.errors], group, triggers=("first_seen_event", "regression_event"), frequency=30, environment="prod"
    )

    said = specs()

    assert said["monitors"] == {
        "new-errors": {
            "title": "New errors",
            "sentry": {
                "datasource": "web", "tags": {"feature": "checkout"}, "level": "error", "environment": "prod",
                "query": 'error.type:Timeout* !browser:"*old one*"',
            },
            "alert": {"P2": {"when": "first seen or regression", "notify": ["errors"], "escalation": "platform"}},
        }
    }  # fmt: skip
    assert said["escalations"] == {"platform": {"levels": [{"after": "0s", "notify": ["platform"]}]}}
    assert said["unsaid"] == {}


def test_how_often_one_issue_is_told_again_is_the_channels(account: Account, specs: Any) -> None:
    account.alert("Errors", [account.errors], issues(account.slack("#errors"), logic="any-short"), frequency=1440)

    said = specs()

    assert said["monitors"]["errors"]["alert"] == {"warning": {"when": "any", "notify": ["errors-every-1440m"]}}
    assert said["channels"] == {"errors-every-1440m": {"slack": {"channel": "#errors"}, "repeat": "1d"}}


def test_a_monitor_that_is_off_is_in_a_phase_that_is_not_now(account: Account, specs: Any) -> None:
    account.detector("Shop", ("gt", 5, 50), enabled=False)

    said = specs()

    assert said["monitors"]["shop"]["phases"] == ["paused"]
    assert said["severities"] == {"warning": {"urgency": "low"}}


def test_what_has_no_words_is_left_out_with_the_reason(account: Account, specs: Any) -> None:
    one, two = account.detector("One", ("gt", 5, 75)), account.detector("Two", ("gt", 5, 75))
    account.detector("Percent", ("gt", 5, 75), config={"detectionType": "percent", "comparisonDelta": 3600})
    account.alert("Both", [one, two], figures(75, account.slack("#a")))
    account.alert("Owners", [account.errors], issues(account.mail("issue_owners", None)), frequency=30)
    account.alert(
        "Often",
        [account.errors],
        issues(account.slack("#a"), filters=({"type": "event_frequency_count", "comparison": {"value": 10, "interval": "1h"}},)),
        frequency=30,
    )
    account.alert("Resolved", [account.errors], issues(account.slack("#a")), triggers=("issue_resolved_trigger",), frequency=30)

    said = specs()

    assert sorted(said["monitors"]) == ["one", "two"]
    assert said["unsaid"] == {
        "Percent": "a threshold is a limit; the spec has no 'percent' monitors of Sentry",
        "Both": "an alert belongs to one monitor, and this one hears of 2",
        "Owners": "the suggested assignees of an issue are nobody in particular: name a team, a person or a channel at Sentry",
        "Often": "an alert on issues filters by tags, attributes and level, not by 'event_frequency_count'",
        "Resolved": "an alert on issues says first seen, regression or any, not 'issue_resolved_trigger'",
    }


def test_a_limit_that_ends_elsewhere_is_not_said(account: Account, specs: Any) -> None:
    conditions = [{"type": "gt", "comparison": 10, "conditionResult": 75}, {"type": "lte", "comparison": 5, "conditionResult": 0}]
    account.detector("Shop", ("gt", 10, 75), conditionGroup={"logicType": "any", "conditions": conditions, "actions": []})

    said = specs()

    assert said["monitors"] == {}
    assert said["unsaid"] == {"Shop": "conditionGroup.conditions[lte].comparison would change from 5 to 10"}
