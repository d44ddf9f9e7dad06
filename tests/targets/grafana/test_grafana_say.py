"""Grafana's objects, made by hand in the sandbox, as specs: nothing is taken over, and nothing would be made."""

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
from monctl_targets.grafana import target
from monctl_targets.grafana.emulator import GrafanaEmulator

BASE = "/api/v1/provisioning"


class Account:
    """A Grafana that somebody fills by hand."""

    def __init__(self) -> None:
        self.store = Store.memory("grafana")
        self.emulator = GrafanaEmulator(self.store)
        self.send("POST", "/api/folders", {"uid": "shop", "title": "Shop"})

    def send(self, method: str, path: str, body: Json) -> Json:
        answer = self.emulator.handle(Request.of(method, path, {"authorization": "Bearer glsa_x"}, json.dumps(body).encode()))
        assert answer.status < 300, answer.body
        return answer.body

    def rule(
        self, title: str, expr: str, *, evaluator: str = "gt", limit: float = 80, held: str = "5m", source: str = "prometheus"
    ) -> Json:
        model = {"refId": "A", "expr": expr, "instant": True}
        over = {"type": "threshold", "expression": "A", "conditions": [{"evaluator": {"type": evaluator, "params": [limit]}}], "refId": "B"}
        query = {"refId": "A", "queryType": "", "relativeTimeRange": {"from": 600, "to": 0}, "datasourceUid": source, "model": model}
        decide = {"refId": "B", "queryType": "", "relativeTimeRange": {"from": 0, "to": 0}, "datasourceUid": "__expr__", "model": over}
        return {
            "uid": title.lower().replace(" ", "-"), "orgID": 1, "title": title, "condition": "B", "data": [query, decide], "for": held, "noDataState": "OK", "execErrState": "OK",
            "folderUID": "shop", "ruleGroup": "machines", "labels": {"severity": "page"}, "annotations": {},
        }  # fmt: skip

    def group(self, *rules: Json) -> None:
        body = {"title": "machines", "folderUid": "shop", "interval": 60, "rules": list(rules)}
        self.send("PUT", f"{BASE}/folder/shop/rule-groups/machines", body)

    def point(self, name: str, type: str, **settings: Json) -> None:
        self.send(
            "POST", f"{BASE}/contact-points", {"name": name, "type": type, "settings": settings, "disableResolveMessage": type == "email"}
        )


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def specs(account: Account, tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """Imports the server, proves that it settles, and gives kind → name → spec, and `unsaid`: name → why."""

    def read() -> dict[str, Any]:
        found = assert_imports(target, account.store, tmp_path / "estate")
        assert found.adopt == ()
        said: dict[str, Any] = {}
        for one in found.objects:
            said.setdefault(one.kind, {})[one.name] = read_yaml(yaml_text(one.spec))[0]
        return {**said, "unsaid": {one.name: one.why for one in found.unsaid}, "secrets": found.secrets}

    return read


def test_the_queries_of_rules_are_metrics_and_the_report_says_the_monitor(account: Account, specs: Any) -> None:
    cpu = 'sum(rate(cpu{mode!="idle"}[5m]))'
    account.group(
        account.rule("CPU", cpu),
        account.rule("CPU much", cpu, limit=95.5, held="0s"),
        account.rule("Disk", "disk_free", evaluator="lt", limit=10),
    )

    said = specs()

    query = {"datasource": "prometheus", "query": cpu}
    assert said["metrics"] == {
        "cpu": {"title": "CPU", "prometheus": query},
        "disk": {"title": "Disk", "prometheus": {"datasource": "prometheus", "query": "disk_free"}},
    }
    assert said["datasources"]["prometheus"] == {"type": "prometheus", "grafana": "prometheus"}
    assert said["unsaid"]["CPU"].endswith('a monitor for it is `metric: cpu` with alert: {SEVERITY: "> 80 for 5m"}')
    assert said["unsaid"]["CPU much"].endswith('`metric: cpu` with alert: {SEVERITY: "> 95.5"}')
    assert said["unsaid"]["Disk"].endswith('`metric: disk` with alert: {SEVERITY: "< 10 for 5m"}')


def test_contact_points_are_channels(account: Account, specs: Any) -> None:
    account.point("Ops", "email", addresses="ops@example.org;ana@example.org", singleEmail=False)
    account.point("Chat", "slack", recipient="#alerts", url="https://hooks.slack.com/services/T0/B0/secret-of-chat")
    account.point("Pager", "pagerduty", integrationKey="secret-of-pager")

    said = specs()

    assert said["channels"] == {
        "ops": {"title": "Ops", "email": {"to": ["ops@example.org", "ana@example.org"]}, "resolved": False},
        "chat": {"title": "Chat", "slack": {"channel": "#alerts", "webhook": "${env:SLACK_WEBHOOK_CHAT}"}},
        "pager": {
            "title": "Pager",
            "pagerduty": {"service": "Pager", "owned": False, "integration_key": "${env:PAGERDUTY_INTEGRATION_KEY_PAGER}"},
        },
    }
    assert "secret-of" not in str(said)
    assert said["secrets"]["SLACK_WEBHOOK_CHAT"] == "the slack webhook of Grafana's contact point 'Chat'"


def test_dashboards_and_folders_stay_grafanas(account: Account, specs: Any) -> None:
    model = {
        "uid": "by-hand",
        "title": "By hand",
        "panels": [
            {
                "id": 1,
                "type": "text",
                "title": "Graph",
                "options": {"mode": "markdown", "content": "x"},
                "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
            }
        ],
        "schemaVersion": 42,
    }
    account.send("POST", "/api/dashboards/db", {"dashboard": model, "folderUid": "shop", "overwrite": False})

    said = specs()

    assert said["unsaid"]["By hand"] == "its uid stays for good, and a dashboard of the spec is laid out anew: it is left to Grafana"
    assert "monctl makes folders of its own" in said["unsaid"]["Shop"]
