"""What the stand-in refuses, and in whose words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response
from monctl.sandbox.store import Store
from monctl_targets.grafana.emulator import GrafanaEmulator

BASE = "/api/v1/provisioning"
GROUP = f"{BASE}/folder/operations/rule-groups/g"


def call(emulator: GrafanaEmulator, method: str, path: str, body: Json = None, **headers: str) -> Response:
    data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return emulator.handle(Request.of(method, path, {"Authorization": "Bearer glsa_x", **headers}, data))


def dashboard(**more: Json) -> Json:
    return {"dashboard": {"title": "T", "panels": [], **more}, "folderUid": "operations", "overwrite": False}


def panel(**more: Json) -> Json:
    return dashboard(panels=[{"id": 1, "type": "stat", "title": "P", "gridPos": {"h": 4, "w": 6, "x": 0, "y": 0}, **more}])


def rule(**more: Json) -> dict[str, Any]:
    data = {
        "refId": "A",
        "queryType": "",
        "relativeTimeRange": {"from": 600, "to": 0},
        "datasourceUid": "prometheus",
        "model": {"refId": "A", "expr": "up"},
    }
    made = {
        "uid": "r", "orgID": 1, "folderUID": "operations", "ruleGroup": "g", "title": "R", "condition": "A", "data": [data],
        "noDataState": "OK", "execErrState": "OK", "for": "1m",
    }  # fmt: skip
    return {name: value for name, value in (made | more).items() if value is not None}


def group(*rules: dict[str, Any], interval: int = 60, **more: Json) -> Json:
    return {"title": "g", "folderUid": "operations", "interval": interval, "rules": list(rules or [rule()]), **more}


def expression(**model: Json) -> dict[str, Any]:
    whole = rule()["data"][0]
    return {**whole, "refId": "B", "datasourceUid": "__expr__", "model": {"refId": "B", "expression": "A", **model}}


def with_query(query: dict[str, Any]) -> dict[str, Any]:
    return rule(data=[rule()["data"][0], query])


def point(**more: Json) -> Json:
    return {"uid": "c", "name": "N", "type": "email", "settings": {"addresses": "a@example.com"}, "disableResolveMessage": False, **more}


def timing(**more: Json) -> Json:
    return {"name": "t", "time_intervals": [{"weekdays": ["monday:friday"], **more}]}


REFUSED: list[tuple[str, str, Json, int, str]] = [
    ("POST", "/api/folders", {"uid": "x", "title": " "}, 400, "folder title cannot be empty"),
    ("POST", "/api/folders", {"uid": "x y", "title": "X"}, 400, "uid contains illegal characters"),
    ("POST", "/api/folders", {"uid": "x", "title": "Operations"}, 409, "same name already exists"),
    ("POST", "/api/folders", {"uid": "operations", "title": "X"}, 409, "same uid already exists"),
    ("POST", "/api/folders", {"uid": "x", "title": "X", "colour": "red"}, 400, "unknown field 'colour'"),
    ("POST", "/api/folders", {"uid": "x", "title": "X", "parentUid": "nowhere"}, 400, "parent folder not found"),
    ("PUT", "/api/folders/operations", {"title": "X", "version": 9}, 412, "changed by someone else"),
    ("PUT", "/api/folders/nowhere", {"title": "X"}, 404, "folder not found"),
    ("POST", "/api/folders/operations/move", {"parentUid": "operations"}, 400, "circular"),
    ("GET", "/api/folders/nowhere/counts", None, 404, "folder not found"),
    ("DELETE", "/api/folders/nowhere", None, 404, "folder not found"),
    ("POST", "/api/dashboards/db", dashboard(title=""), 400, "title cannot be empty"),
    ("POST", "/api/dashboards/db", dashboard(uid="a b"), 400, "uid contains illegal characters"),
    ("POST", "/api/dashboards/db", dashboard(uid="a" * 41), 400, "uid too long, max 40 characters"),
    ("POST", "/api/dashboards/db", dashboard(refresh="1s"), 400, "refresh interval is too low"),
    ("POST", "/api/dashboards/db", dashboard(tags=["x" * 51]), 400, "a tag has 1 to 50 characters"),
    ("POST", "/api/dashboards/db", dashboard(rows=[]), 400, "unknown field 'rows'"),
    ("POST", "/api/dashboards/db", dashboard(uid="host-overview"), 412, "same uid already exists"),
    ("POST", "/api/dashboards/db", dashboard(uid="host-overview", version=7), 412, "changed by someone else"),
    ("POST", "/api/dashboards/db", dashboard(uid="operations"), 412, "a folder with this uid"),
    ("POST", "/api/dashboards/db", dashboard() | {"folderUid": "nowhere"}, 404, "folder not found"),
    ("POST", "/api/dashboards/db", dashboard() | {"message": "m" * 501}, 400, "message too long"),
    ("POST", "/api/dashboards/db", dashboard() | {"dashboard": []}, 400, "bad request data"),
    ("POST", "/api/dashboards/db", panel(type="graph"), 400, "no panel plugin 'graph'"),
    ("POST", "/api/dashboards/db", panel(options={"colourMode": "x"}), 400, "unknown field 'colourMode'"),
    ("POST", "/api/dashboards/db", panel(gridPos={"h": 1, "w": 25, "x": 0, "y": 0}), 400, "outside the grid"),
    ("POST", "/api/dashboards/db", panel(id=0), 400, "id must be a number above 0"),
    ("POST", "/api/dashboards/db", panel(targets=[{"refId": "A"}, {"refId": "A"}]), 400, "its own refId"),
    ("POST", "/api/dashboards/db", panel(datasource={"type": "prometheus", "uid": "nowhere"}), 400, "no data source with uid 'nowhere'"),
    (
        "POST",
        "/api/dashboards/db",
        panel(fieldConfig={"defaults": {"thresholds": {"mode": "absolute", "steps": [{"color": "red", "value": 1}]}}, "overrides": []}),
        400,
        "the first threshold is the base",
    ),
    ("GET", "/api/search?limit=5001", None, 422, "above maximum allowed"),
    ("PUT", GROUP, group(interval=15), 400, "divided exactly by scheduler interval: 10"),
    ("PUT", GROUP, group() | {"rules": []}, 400, "a group needs a rule"),
    ("PUT", GROUP, group(rule(), rule(title="S")), 400, "rule uid should be unique"),
    ("PUT", GROUP, group(rule(), rule(uid="s")), 400, "title under the same organisation and folder should be unique"),
    ("PUT", GROUP, group(title="h"), 400, "must be those of the path"),
    ("PUT", GROUP.replace("operations", "nowhere"), group(folderUid="nowhere"), 404, "folder does not exist"),
    ("PUT", GROUP, group(rule(condition="Z")), 400, "condition Z does not exist"),
    ("PUT", GROUP, group(rule(noDataState="Keep")), 400, "unknown NoData state option Keep"),
    ("PUT", GROUP, group(rule(execErrState="NoData")), 400, "unknown Error state option NoData"),
    ("PUT", GROUP, group(rule(title="x" * 191)), 400, "1 to 190 characters"),
    ("PUT", GROUP, group(rule(uid="a b")), 400, "uid must match"),
    ("PUT", GROUP, group(rule(orgID=None)), 400, "orgID is required"),
    ("PUT", GROUP, group(rule(severity="x")), 400, "unknown field 'severity'"),
    ("PUT", GROUP, group(rule(labels={"n": 1})), 400, "labels must be text"),
    ("PUT", GROUP, group(rule(annotations={"__panelId__": "1"})), 400, "__dashboardUid__ and __panelId__"),
    ("PUT", GROUP, group(rule(**{"for": "soon"})), 400, "not a valid duration"),
    ("PUT", GROUP, group(rule(ruleGroup="h")), 400, "must be those of the group"),
    ("PUT", GROUP, group(rule(data=[rule()["data"][0] | {"datasourceUid": "nowhere"}])), 400, "no data source with uid 'nowhere'"),
    ("PUT", GROUP, group(rule(data=[rule()["data"][0] | {"relativeTimeRange": {"from": 0, "to": 0}}])), 400, "invalid relative time range"),
    ("PUT", GROUP, group(with_query(expression(type="guess"))), 400, "unknown expression type"),
    ("PUT", GROUP, group(with_query(expression(type="reduce", reducer="mode"))), 400, "unknown reducer"),
    ("PUT", GROUP, group(with_query(expression(type="math", expression="$Q"))), 400, "unknown query Q"),
    (
        "PUT",
        GROUP,
        group(with_query(expression(type="threshold", conditions=[{"evaluator": {"type": "within_range", "params": [1]}}]))),
        400,
        "invalid threshold condition",
    ),
    ("PUT", GROUP, group(rule(notification_settings={"receiver": "nobody"})), 400, "receiver 'nobody' does not exist"),
    (
        "PUT",
        GROUP,
        group(rule(notification_settings={"receiver": "grafana-default-email", "group_by": ["team"]})),
        400,
        "group_by must contain",
    ),
    (
        "PUT",
        GROUP,
        group(rule(notification_settings={"receiver": "grafana-default-email", "mute_time_intervals": ["x"]})),
        400,
        "time interval 'x' does not exist",
    ),
    (
        "PUT",
        GROUP,
        group(rule(notification_settings={"receiver": "grafana-default-email", "group_wait": "0s"})),
        400,
        "group_wait must be a duration above zero",
    ),
    ("GET", GROUP, None, 404, "alert rule group not found"),
    ("DELETE", GROUP, None, 404, "alert rule group not found"),
    ("GET", f"{BASE}/alert-rules/x", None, 404, "alert rule not found"),
    ("POST", f"{BASE}/contact-points", point(type="carrier-pigeon"), 400, "no integration of type 'carrier-pigeon'"),
    ("POST", f"{BASE}/contact-points", point(name=""), 400, "name must not be empty"),
    ("POST", f"{BASE}/contact-points", point(settings={}), 400, "could not find addresses property"),
    ("POST", f"{BASE}/contact-points", point(settings={"addresses": "a", "cc": "b"}), 400, "unknown setting 'cc'"),
    ("POST", f"{BASE}/contact-points", point(type="slack", settings={"recipient": "#a"}), 400, "either url, or token and recipient"),
    ("POST", f"{BASE}/contact-points", point(secureSettings={}), 400, "unknown field 'secureSettings'"),
    ("POST", f"{BASE}/contact-points", point(uid="default-email"), 400, "is taken"),
    ("PUT", f"{BASE}/contact-points/x", point(), 404, "contact point not found"),
    ("DELETE", f"{BASE}/contact-points/x", None, 404, "contact point not found"),
    ("DELETE", f"{BASE}/contact-points/default-email", None, 409, "currently used by a notification policy"),
    ("POST", f"{BASE}/mute-timings", timing() | {"name": ""}, 400, "missing name"),
    ("POST", f"{BASE}/mute-timings", timing(weekdays=["freitag"]), 400, "not a valid range of weekdays"),
    ("POST", f"{BASE}/mute-timings", timing(weekdays=["saturday:sunday"]), 400, "not a valid range of weekdays"),
    ("POST", f"{BASE}/mute-timings", timing(times=[{"start_time": "18:00", "end_time": "08:00"}]), 400, "start time 18:00 must be before"),
    ("POST", f"{BASE}/mute-timings", timing(location="Mars/Base"), 400, "unknown time zone"),
    ("POST", f"{BASE}/mute-timings", timing(months=["13"]), 400, "not a valid range of months"),
    ("POST", f"{BASE}/mute-timings", timing(years=[2026]), 400, "years must be text"),
    ("POST", f"{BASE}/mute-timings", timing(hours=[]), 400, "unknown field 'hours'"),
    ("PUT", f"{BASE}/mute-timings/x", timing(), 404, "not found"),
    ("PUT", f"{BASE}/policies", {}, 405, "Method Not Allowed"),
    ("GET", "/api/nowhere", None, 404, "Not found"),
    ("GET", "/api/datasources/name/missing-x", None, 404, "Data source not found"),
    ("POST", "/api/folders", b"{", 400, "bad request data"),
    ("POST", "/api/folders", [], 400, "bad request data"),
    ("GET", "/api/search?limit=many", None, 400, "bad request data"),
    ("PUT", GROUP, group() | {"rules": "none"}, 400, "bad request data"),
    ("PUT", GROUP, group(rule(data=[{"refId": "A"}])), 400, "bad request data"),
    ("POST", f"{BASE}/mute-timings", {"name": "t", "time_intervals": [7]}, 400, "bad request data"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "message"), REFUSED)
def test_refused(method: str, path: str, body: Json, status: int, message: str, grafana: GrafanaEmulator) -> None:
    before = list(grafana.store.items())

    answer = call(grafana, method, path, body)

    assert (answer.status, message in answer.body["message"]) == (status, True), answer.body
    assert list(grafana.store.items()) == before


@pytest.mark.parametrize(
    ("header", "status"),
    [("", 401), ("Bearer bad-1", 401), ("Basic !", 401), ("Basic YTpiYWQ=", 401), ("Basic YTpvaw==", 200), ("Bearer anything", 200)],
)
def test_who_may_ask(header: str, status: int, grafana: GrafanaEmulator) -> None:
    assert call(grafana, "GET", "/api/org", Authorization=header).status == status
    assert call(grafana, "GET", "/api/health", Authorization="").body["database"] == "ok"


def test_what_is_in_use_cannot_be_deleted(grafana: GrafanaEmulator) -> None:
    call(grafana, "POST", f"{BASE}/contact-points", point())
    call(grafana, "POST", f"{BASE}/mute-timings", timing())
    call(grafana, "PUT", GROUP, group(rule(notification_settings={"receiver": "N", "active_time_intervals": ["t"]})))

    assert call(grafana, "DELETE", f"{BASE}/contact-points/c").status == 409
    assert call(grafana, "DELETE", f"{BASE}/mute-timings/t").status == 409
    assert call(grafana, "DELETE", "/api/folders/operations").status == 400
    assert call(grafana, "DELETE", "/api/folders/operations?forceDeleteRules=true").status == 200
    assert call(grafana, "DELETE", f"{BASE}/contact-points/c").status == 202
    assert call(grafana, "DELETE", f"{BASE}/mute-timings/t").status == 204


def test_answers_are_in_the_servers_spelling(grafana: GrafanaEmulator) -> None:
    sent = rule(keep_firing_for="120s", **{"for": "60m"})
    kept = call(grafana, "PUT", GROUP, group(sent)).body["rules"][0]
    interval = call(grafana, "POST", f"{BASE}/mute-timings", timing(months=["january:january"], days_of_month=["1:1"])).body

    assert (kept["for"], kept["keep_firing_for"], kept["data"][0]["model"]["maxDataPoints"]) == ("1h", "2m", 43200)
    assert "provenance" not in kept
    assert call(grafana, "GET", f"{BASE}/alert-rules/r").body["provenance"] == "api"
    assert interval["time_intervals"] == [{"weekdays": ["monday:friday"], "months": ["1"], "days_of_month": ["1"]}]


def test_a_rule_moves_with_its_uid(grafana: GrafanaEmulator) -> None:
    call(grafana, "PUT", GROUP, group(rule(), rule(uid="s", title="S")))
    call(grafana, "PUT", f"{BASE}/folder/operations/rule-groups/h", group(rule(ruleGroup="h")) | {"title": "h"})

    assert [each["uid"] for each in call(grafana, "GET", GROUP).body["rules"]] == ["s"]
    assert len(call(grafana, "GET", f"{BASE}/alert-rules").body) == 2


def test_a_redacted_secret_keeps_the_stored_one(grafana: GrafanaEmulator) -> None:
    slack = point(type="slack", settings={"url": "https://hooks.example", "recipient": "#a"})
    call(grafana, "POST", f"{BASE}/contact-points", slack)
    again = point(type="slack", settings={"url": "[REDACTED]", "recipient": "#b"})

    assert call(grafana, "PUT", f"{BASE}/contact-points/c", again).status == 202
    assert grafana.store.get("contact_point", "c")["settings"] == {"url": "https://hooks.example", "recipient": "#b"}
    assert call(grafana, "GET", f"{BASE}/contact-points?name=N").body[0]["settings"]["url"] == "[REDACTED]"


def test_search_filters(grafana: GrafanaEmulator) -> None:
    def titles(query: str) -> list[str]:
        return [each["title"] for each in call(grafana, "GET", f"/api/search?{query}").body]

    assert titles("") == ["Operations", "Host overview"]
    assert titles("tag=hosts&type=dash-db") == titles("query=host") == titles("folderUIDs=operations") == ["Host overview"]
    assert titles("tag=other") == []
    assert [each["uid"] for each in call(grafana, "GET", "/api/folders").body] == ["operations"]


def test_a_limit_of_requests_a_minute() -> None:
    now = [0.0]
    grafana = GrafanaEmulator(Store.memory("grafana"), rate_limit=2, clock=lambda: now[0])

    statuses = [call(grafana, "GET", "/api/org") for _ in range(3)]
    now[0] = 61

    assert [each.status for each in statuses] == [200, 200, 429]
    assert statuses[2].headers == {"Retry-After": "60"}
    assert call(grafana, "GET", "/api/user").status == 200


def test_what_it_holds_is_listed_and_kept(grafana: GrafanaEmulator) -> None:
    assert {(held.kind, held.name) for held in grafana.held()} >= {("folder", "Operations"), ("datasource", "prometheus")}
    assert grafana.environment("http://x/grafana")["GRAFANA_URL"] == "http://x/grafana"
    assert len(list(GrafanaEmulator(grafana.store).held())) == len(list(grafana.held()))
    assert call(grafana, "GET", "/api/datasources").body[0]["name"] == "prometheus"
