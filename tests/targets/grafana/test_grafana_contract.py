"""Every body that is sent, and every answer the published API describes, against the vendor's schemas, with the tolerances they need.

The tolerances are those of the schemas' own page and no others; each is named where it is made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import requests
from jsonschema import Draft7Validator

from monctl.resource import Json
from monctl.sandbox.transport import EmulatorAdapter
from monctl.target import Settings
from monctl.testing import assert_settles
from monctl_targets.grafana import target
from monctl_targets.grafana.client import connect
from monctl_targets.grafana.emulator import GrafanaEmulator

Read = Callable[[str], Any]
URL = "http://sandbox.invalid/grafana"
BASE = "/api/v1/provisioning"
PANELS = {"state-timeline": "statetimeline"}
UNDESCRIBED = {"alertlist", "row"}


class Recorder(EmulatorAdapter):
    """Keeps what was said both ways."""

    said: list[tuple[str, str, Json, int, Json]]

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        answer = super().send(request, *args, **kwargs)
        sent = json.loads(request.body) if request.body else None
        path = str(request.path_url).removeprefix("/grafana").split("?")[0]
        self.said.append((str(request.method), path, sent, answer.status_code, answer.json() if answer.content else None))
        return answer


@pytest.fixture
def said(grafana: GrafanaEmulator, make: Any) -> list[tuple[str, str, Json, int, Json]]:
    """All that passes while the small estate is applied and read again."""
    recorder = Recorder(grafana, URL)
    recorder.said = []
    client = connect(Settings(URL, {"GRAFANA_TOKEN": "glsa_x"}, {}, "shop", "", transport=recorder))
    assert_settles(target, target.build(make.shop()).resources, client=client, estate="shop")
    return recorder.said


def schema_of(spec: Mapping[str, Any], name: str) -> Any:
    """A definition of the Swagger file as a closed JSON Schema: unknown keys are refused."""
    definitions = {key: _closed(value) for key, value in spec["definitions"].items()}
    # the settings of an integration, a query's model and a dashboard are any JSON
    definitions["JSON"] = {}
    # KeepLast is missing in the enums; Terraform's provider documents it (reference page, 2.6)
    for field in ("noDataState", "execErrState"):
        definitions["ProvisionedAlertRule"]["properties"][field]["enum"].append("KeepLast")
    # the answer's `slug` is called title, and described as the slug (docs/sources/developers/http_api/dashboard.md has slug)
    saved = definitions["PostDashboardOKBody"]
    saved["properties"]["slug"] = saved["properties"].pop("title")
    saved["required"].remove("title")
    return {"definitions": definitions, "$ref": f"#/definitions/{name}"}


def _closed(schema: Any) -> Any:
    made = json.loads(json.dumps(schema))
    if "properties" in made:
        made.setdefault("additionalProperties", False)
    return made


def faults(schema: Any, body: Json) -> list[str]:
    found = Draft7Validator(schema).iter_errors(body)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in found]


SENT = {
    ("POST", "/api/folders"): "CreateFolderCommand",
    ("PUT", "/api/folders/"): "UpdateFolderCommand",
    ("POST", "/api/dashboards/db"): "SaveDashboardCommand",
    ("PUT", f"{BASE}/folder/"): "AlertRuleGroup",
    ("POST", f"{BASE}/contact-points"): "EmbeddedContactPoint",
    ("PUT", f"{BASE}/contact-points"): "EmbeddedContactPoint",
    ("POST", f"{BASE}/mute-timings"): "MuteTimeInterval",
    ("PUT", f"{BASE}/mute-timings"): "MuteTimeInterval",
}
ANSWERED = {
    ("GET", "/api/search"): "Hit",
    ("POST", "/api/folders"): "Folder",
    ("GET", "/api/dashboards/uid/"): "DashboardFullWithMeta",
    ("POST", "/api/dashboards/db"): "PostDashboardOKBody",
    ("GET", f"{BASE}/alert-rules/export"): "AlertingFileExport",
    ("GET", f"{BASE}/alert-rules"): "ProvisionedAlertRule",
    ("GET", f"{BASE}/folder/"): "AlertRuleGroup",
    ("PUT", f"{BASE}/folder/"): "AlertRuleGroup",
    ("GET", f"{BASE}/contact-points"): "EmbeddedContactPoint",
    ("POST", f"{BASE}/contact-points"): "EmbeddedContactPoint",
    ("GET", "/api/datasources/"): "DataSource",
}


def named(table: Mapping[tuple[str, str], str], method: str, path: str) -> str | None:
    return next((name for (verb, start), name in table.items() if verb == method and path.startswith(start)), None)


def test_every_request_is_as_the_api_describes_it(said: list[tuple[str, str, Json, int, Json]], vendor_schema: Read) -> None:
    spec = vendor_schema("grafana-openapi-v13-derived.json")
    writes = [(method, path, body) for method, path, body, _, _ in said if body is not None]

    assert {named(SENT, method, path) for method, path, _ in writes} >= {"CreateFolderCommand", "SaveDashboardCommand", "AlertRuleGroup"}
    for method, path, body in writes:
        name = named(SENT, method, path)
        assert name is not None, (method, path)
        assert faults(schema_of(spec, name), body) == []


def test_every_answer_is_as_the_api_describes_it(said: list[tuple[str, str, Json, int, Json]], vendor_schema: Read) -> None:
    spec = vendor_schema("grafana-openapi-v13-derived.json")
    seen = set()
    for method, path, _, status, answer in said:
        template = method.lower(), str(status)
        assert template[1] in _statuses(spec, method, path), (method, path, status)
        name = named(ANSWERED, method, path)
        if name is None or status >= 300:
            continue
        seen.add(name)
        for each in answer if isinstance(answer, list) else [answer]:
            assert faults(schema_of(spec, name), each) == [], (method, path)

    assert seen == set(ANSWERED.values())


def _statuses(spec: Mapping[str, Any], method: str, path: str) -> set[str]:
    """The statuses of the operation with the longest matching template."""
    parts = path.removeprefix("/api").split("/")
    for template, operations in spec["paths"].items():
        pattern = template.split("/")
        if len(pattern) == len(parts) and all(one == two or one.startswith("{") for one, two in zip(pattern, parts, strict=True)):
            return set(operations[method.lower()]["responses"])
    return set()


def dashboards(said: list[tuple[str, str, Json, int, Json]]) -> list[dict[str, Any]]:
    return [body["dashboard"] for method, path, body, _, _ in said if path == "/api/dashboards/db"]


def panels(said: list[tuple[str, str, Json, int, Json]]) -> Iterator[dict[str, Any]]:
    for model in dashboards(said):
        yield from model["panels"]


def test_dashboards_are_of_the_classic_model(said: list[tuple[str, str, Json, int, Json]], vendor_schema: Read) -> None:
    schema = vendor_schema("grafana-dashboard.schema.json")
    definitions = schema["definitions"]
    # the two that are typed as objects and are any value: byName and unit overrides
    definitions["MatcherConfig"]["properties"]["options"] = {}
    definitions["DynamicConfigValue"]["properties"]["value"] = {}
    # links of panels have three keys
    definitions["DashboardLink"]["required"] = ["title"]

    assert dashboards(said)
    for model in dashboards(said):
        assert faults(schema, model) == []


def test_options_of_panels_are_those_of_their_plugins(said: list[tuple[str, str, Json, int, Json]], vendor_schema: Read) -> None:
    schemas = vendor_schema("grafana-panels-and-queries.schemas.json")
    # one of several, told apart by `type`, but the schema forgets which type is whose, so several match
    cells = schemas["table"]["definitions"]["TableCellOptions"]
    cells["anyOf"] = cells.pop("oneOf")
    types = set()
    for panel in panels(said):
        type = panel["type"]
        if type in UNDESCRIBED:
            continue
        types.add(type)
        schema = schemas[PANELS.get(type, type)]
        assert faults({**schema, "$ref": "#/definitions/Options"}, panel["options"]) == [], panel["title"]
        if "FieldConfig" in schema["definitions"] and "custom" in panel["fieldConfig"]["defaults"]:
            assert faults({**schema, "$ref": "#/definitions/FieldConfig"}, panel["fieldConfig"]["defaults"]["custom"]) == [], panel["title"]

    assert types >= {"timeseries", "stat", "gauge", "table", "logs", "piechart", "barchart", "heatmap", "text"}


def test_units_are_known_or_of_the_users_making(said: list[tuple[str, str, Json, int, Json]], vendor_schema: Read) -> None:
    known = set(_constants(vendor_schema("grafana-panels-and-queries.schemas.json")["units"]))
    used = {panel["fieldConfig"]["defaults"].get("unit") for panel in panels(said) if "fieldConfig" in panel} - {None}

    assert {unit for unit in used if unit not in known and not unit.startswith(("count:", "suffix:", "prefix:"))} == set()


def _constants(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (each for each in (value.get("const"), value.get("default"), *value.get("enum", ())) if isinstance(each, str))
        for each in value.values():
            yield from _constants(each)
    elif isinstance(value, list):
        for each in value:
            yield from _constants(each)


def test_expressions_are_those_of_the_engine(said: list[tuple[str, str, Json, int, Json]], vendor_schema: Read) -> None:
    schema = vendor_schema("grafana-panels-and-queries.schemas.json")["expr"]
    names = {"math": "TypeMath", "reduce": "TypeReduce", "threshold": "TypeThreshold"}
    checked = set()
    for _, path, body, _, _ in said:
        if body is None or "rule-groups" not in path:
            continue
        for query in (query for rule in body["rules"] for query in rule["data"] if query["datasourceUid"] == "__expr__"):
            model = json.loads(json.dumps(query["model"]))
            for condition in model.get("conditions", ()):
                # the editor's keys, which the engine's schema leaves out
                for extra in ("type", "operator", "query", "reducer"):
                    condition.pop(extra)
            checked.add(model["type"])
            assert faults({**schema, "$ref": f"#/definitions/{names[model['type']]}"}, model) == []

    assert checked == set(names)
