"""Grafana's objects, made by hand in the sandbox, as specs: what has a place for a mark is taken over, the rest is used as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monctl.program import Program, Severity
from monctl.resource import Json
from monctl.sandbox.emulator import Request
from monctl.sandbox.store import Store
from monctl.saying import Context, Names
from monctl.spec_writer import yaml_text
from monctl.testing import connected
from monctl.testing_import import assert_imports
from monctl.yaml_reader import read_yaml
from monctl_targets.grafana import target
from monctl_targets.grafana.emulator import GrafanaEmulator
from monctl_targets.grafana.say import say
from monctl_targets.grafana.survey import survey

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
        self, title: str, expr: str, *, evaluator: str = "gt", limit: float = 80, held: str = "5m", source: str = "prometheus", **more: Json
    ) -> Json:
        model = {"refId": "A", "expr": expr, "instant": True}
        over = {"type": "threshold", "expression": "A", "conditions": [{"evaluator": {"type": evaluator, "params": [limit]}}], "refId": "B"}
        query = {"refId": "A", "queryType": "", "relativeTimeRange": {"from": 600, "to": 0}, "datasourceUid": source, "model": model}
        decide = {"refId": "B", "queryType": "", "relativeTimeRange": {"from": 0, "to": 0}, "datasourceUid": "__expr__", "model": over}
        return {
            "uid": title.lower().replace(" ", "-"), "orgID": 1, "title": title, "condition": "B", "data": [query, decide], "for": held, "noDataState": "OK", "execErrState": "OK",
            "folderUID": "shop", "ruleGroup": "machines", "labels": {"severity": "page"}, "annotations": {}, **more,
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
        said: dict[str, Any] = {
            "adopt": found.adopt,
            "options": read_yaml((tmp_path / "estate/monctl.yaml").read_text())[0]["targets"]["grafana"],
        }
        for one in found.objects:
            said.setdefault(one.kind, {})[one.name] = read_yaml(yaml_text(one.spec))[0]
        why: dict[str, str] = {}
        for left in found.unsaid:
            why[left.name] = f"{why[left.name]} | {left.why}" if left.name in why else left.why
        return {**said, "unsaid": why, "secrets": found.secrets, "touched": {one.path for one in found.settled.touched}}

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


def panel(number: int, type: str, title: str, **more: Json) -> Json:
    return {"id": number, "type": type, "title": title, "gridPos": {"x": 0, "y": number, "w": 12, "h": 8}, **more}


def asking(*queries: str, source: str = "prometheus") -> dict[str, Json]:
    targets = [{"refId": "ABC"[place], "expr": query, "legendFormat": "__auto"} for place, query in enumerate(queries)]
    return {"datasource": {"type": "prometheus", "uid": source}, "targets": targets}


def saved(account: Account, *panels: Json, uid: str = "by-hand", folder: str = "shop", **more: Json) -> None:
    model = {"uid": uid, "title": "By hand", "panels": list(panels), "schemaVersion": 39, "tags": ["hosts"], **more}
    account.send("POST", "/api/dashboards/db", {"dashboard": model, "folderUid": folder, "overwrite": False})


def test_a_group_of_rules_is_taken_over_with_its_uids_its_folder_and_its_name(account: Account, specs: Any) -> None:
    account.point("Ops", "email", addresses="ops@example.org")
    settings = {"receiver": "Ops", "group_by": ["grafana_folder", "alertname", "host"], "repeat_interval": "240m"}
    cpu = account.rule("CPU", "cpu", labels={"severity": "critical", "zone": "a"}, notification_settings=settings, isPaused=True)
    disk = account.rule(
        "Disk", "disk_free", evaluator="lt", limit=10, labels={}, noDataState="NoData", execErrState="Alerting",
        annotations={"summary": "Little room", "description": "Of disks.", "runbook_url": "https://example.org/disk", "__dashboardUid__": "x", "__panelId__": "2"},
    )  # fmt: skip
    account.group(cpu, disk)

    said = specs()

    assert said["monitors"]["cpu"] == {
        "title": "CPU", "service": "machines", "alert": {"critical": {"when": "> 80 for 5m", "notify": ["ops"]}}, "no_data": "ok", "on_error": "ok",
        "metric": "cpu", "labels": {"zone": "a"}, "phases": ["paused"],
    }  # fmt: skip
    assert said["monitors"]["disk"] == {
        "title": "Disk", "service": "machines", "alert": {"warning": "< 10 for 5m"}, "no_data": "notice", "on_error": "warning", "metric": "disk",
        "description": "Of disks.", "message": "Little room", "runbook": "disk",
    }  # fmt: skip
    assert said["channels"]["ops"]["repeat"] == "4h"
    assert said["channels"]["ops"]["group_by"] == ["host"]
    assert said["adopt"] == ("grafana/rule_group/machines-1m=shop/machines",)
    assert said["options"]["folders"] == {"imported": "shop"}
    assert said["options"]["contact_points"] == {"ops": "Ops"}
    rules = {rule["uid"]: rule for rule in account.store.all("rule")}
    assert sorted(rules) == ["cpu", "disk"]
    assert {rule["ruleGroup"] for rule in rules.values()} == {"machines"}
    assert rules["cpu"]["notification_settings"]["receiver"] == "Ops"
    assert [each["name"] for each in account.store.all("contact_point") if each["name"].startswith("mc-")] == []


def test_adopting_tells_what_it_writes(account: Account, specs: Any) -> None:
    account.group(account.rule("CPU", "cpu", labels={"severity": "critical"}))

    touched = {path.partition("].")[2].split("[")[0] for path in specs()["touched"]}

    assert touched == {"annotations", "condition", "data", "labels.estate", "labels.monitor", "labels.service", "title"}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"annotations": {"summary": "On {{ $labels.host }}"}}, "a text of the spec has no templates"),
        ({"annotations": {"owner": "me"}}, "no field for the annotation 'owner'"),
        ({"labels": {"severity": "page"}}, "no severity 'page'"),
        ({"labels": {"estate": "x"}}, "monctl writes the label 'estate' itself"),
        ({"labels": {"service": "Not a name"}}, "cannot be a name in the spec"),
        ({"noDataState": "Alerting", "labels": {"team": "A B"}}, "cannot be a name in the spec"),
        ({"notification_settings": {"receiver": "grafana-default-email"}}, "contact point 'grafana-default-email' has no words"),
    ],
)
def test_a_group_with_a_rule_without_words_stays(changed: dict[str, Json], why: str, account: Account, specs: Any) -> None:
    same = {name: value for name, value in changed.get("labels", {}).items() if name == "service"}
    given: dict[str, Any] = {"labels": {}, **changed}
    account.group(account.rule("CPU", "cpu", **given), account.rule("Disk", "disk", labels=same))

    said = specs()

    assert why in said["unsaid"]["CPU"]
    assert said["unsaid"]["Disk"].endswith('a monitor for it is `metric: disk` with alert: {SEVERITY: "> 80 for 5m"}')
    assert "monitors" not in said
    assert said["adopt"] == ()


def test_what_decides_by_something_else_stays(account: Account, specs: Any) -> None:
    mean = account.rule("Mean", "cpu", labels={})
    reduce = {"type": "reduce", "expression": "A", "reducer": "mean", "refId": "C"}
    mean["data"].append(
        {"refId": "C", "queryType": "", "relativeTimeRange": {"from": 0, "to": 0}, "datasourceUid": "__expr__", "model": reduce}
    )
    mean["data"][1]["model"]["expression"] = "C"
    account.group(mean)

    said = specs()

    assert said["unsaid"]["Mean"].startswith("a monitor looks at the last figure, not at the mean")
    assert said["unsaid"]["Mean"].endswith("with its condition in your words")


def test_hours_are_calendars(account: Account, specs: Any) -> None:
    office = [{"times": [{"start_time": "09:00", "end_time": "17:00"}], "weekdays": ["monday:friday"], "location": "Europe/Paris"}]
    account.send("POST", f"{BASE}/mute-timings", {"name": "Office hours", "time_intervals": office})
    account.send("POST", f"{BASE}/mute-timings", {"name": "New year", "time_intervals": [{"days_of_month": ["1"], "months": ["january"]}]})
    account.point("Ops", "email", addresses="ops@example.org")
    settings = {"receiver": "Ops", "active_time_intervals": ["Office hours"]}
    account.group(account.rule("CPU", "cpu", labels={"severity": "critical"}, notification_settings=settings))

    said = specs()

    assert said["calendars"] == {
        "office-hours": {
            "title": "Office hours",
            "time_zone": "Europe/Paris",
            "hours": [{"days": "mon-fri", "start": "09:00", "end": "17:00"}],
        }
    }
    assert said["options"]["mute_timings"] == {"hours-office-hours": "Office hours"}
    assert said["monitors"]["cpu"]["alert"] == {"critical": {"when": "> 80 for 5m", "notify": ["ops"], "during": "office-hours"}}
    assert said["unsaid"]["New year"] == "a calendar says hours of the week: write a maintenance window, or holidays"
    assert [each["name"] for each in account.store.all("mute_timing")] == ["Office hours", "New year"]


def test_groups_of_one_service_are_told_apart(account: Account, specs: Any) -> None:
    for name in ("machines", "machines 2"):
        rule = account.rule(f"CPU of {name}", "cpu", labels={"severity": "critical", "service": "hosts"}) | {"ruleGroup": name}
        body = {"title": name, "folderUid": "shop", "interval": 60, "rules": [rule]}
        account.send("PUT", f"{BASE}/folder/shop/rule-groups/{name.replace(' ', '%20')}", body)

    said = specs()

    assert len(said["monitors"]) == 1
    assert len(said["adopt"]) == 1
    assert "another group of the same service and interval" in str(said["unsaid"])


def test_a_dashboard_is_taken_over_and_keeps_its_uid(account: Account, specs: Any) -> None:
    saved(
        account,
        panel(1, "row", "Figures", collapsed=False, panels=[]),
        panel(2, "timeseries", "Load", **asking("node_load1")),
        panel(3, "stat", "Both", **asking("up", "down"), fieldConfig={"defaults": {"unit": "percent"}, "overrides": []}),
        panel(4, "text", "Words", options={"mode": "markdown", "content": "# Hello"}),
        time={"from": "now-24h", "to": "now"},
        refresh="1m",
        timezone="utc",
        links=[{"type": "link", "title": "Wiki", "url": "https://example.org/wiki"}],
    )

    said = specs()

    assert said["dashboards"]["by-hand"] == {
        "title": "By hand", "folder": "Shop", "refresh": "1m", "range": "24h", "time_zone": "utc", "links": {"Wiki": "https://example.org/wiki"},
        "rows": [
            {
                "title": "Figures",
                "panels": [
                    {"title": "Load", "look": "timeseries", "prometheus": {"datasource": "prometheus", "query": "node_load1"}, "width": 12, "height": 8},
                    {"title": "Both", "look": "stat", "unit": "percent", "metrics": ["both-a", "both-b"], "width": 12, "height": 8},
                    {"title": "Words", "text": "# Hello", "width": 12, "height": 8},
                ],
            }
        ],
    }  # fmt: skip
    assert said["adopt"] == ("grafana/dashboard/by-hand=by-hand",)
    assert said["options"]["folders"] == {"Shop": "shop"}
    there = account.store.get("dashboard", "by-hand")
    assert there["folderUid"] == "shop"
    assert "monctl:imported/-/by-hand#" in there["dashboard"]["description"]
    assert there["dashboard"]["version"] == 2
    assert "what is imported stays in it" in said["unsaid"]["Shop"]


def test_a_dashboard_of_no_folder_stays_at_the_top(account: Account, specs: Any) -> None:
    saved(account, panel(1, "timeseries", "Load", **asking("node_load1")), folder="")

    said = specs()

    assert said["dashboards"]["by-hand"]["folder"] == "General"
    assert said["options"]["folders"] == {"General": ""}


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"templating": {"list": [{"type": "custom", "name": "v", "query": "a"}]}}, "a dashboard has no variables"),
        ({"panels": []}, "it shows nothing"),
        ({"panels": [panel(1, "alertlist", "Alerts", options={})]}, "no look for the plugin alertlist"),
        ({"panels": [panel(1, "timeseries", "Empty")]}, "panel 'Empty' asks nothing"),
        ({"panels": [panel(1, "timeseries", "Load", **asking("up"), transformations=[{"id": "reduce"}])]}, "after the query has no words"),
    ],
)
def test_a_dashboard_without_words_stays_grafanas(changed: dict[str, Json], why: str, account: Account, specs: Any) -> None:
    panels = changed.pop("panels", [panel(1, "timeseries", "Load", **asking("up"))])
    saved(account, *panels, **changed)

    said = specs()

    assert why in said["unsaid"]["By hand"]
    assert said["adopt"] == ()


def test_an_estate_that_is_there_is_told_the_lines_it_needs_first(account: Account, tmp_path: Path) -> None:
    account.point("Ops", "email", addresses="ops@example.org")
    account.group(account.rule("CPU", "cpu", labels={}, notification_settings={"receiver": "Ops"}))
    saved(account, panel(1, "timeseries", "Load", **asking("node_load1")))
    client = connected(target, estate="there", store=account.store)
    lives = survey(client, client.read(()))  # type: ignore[arg-type]  # made by the target's own connect
    warning = Severity("warning", 0, "Warning", "", None, "low", False, None, "", "#f79009", "warning")
    program = Program("there", "There", "", "", {"grafana": {}}, severities={"warning": warning})
    context = Context(program, Names({}), lives.around, {}, fresh=False)

    said = say(lives.lives, context)

    why = {one.name: one.why for one in said.unsaid}
    assert "monitors" not in {one.kind for one in said.objects}
    assert 'say `folders: {"Shop": "shop"}` under targets.grafana in monctl.yaml' in why["By hand"]
    assert 'say `contact_points: {CHANNEL: "Ops"}` under targets.grafana in monctl.yaml' in why["Ops"]
    assert "the contact point 'Ops' has no words" in why["CPU"]
