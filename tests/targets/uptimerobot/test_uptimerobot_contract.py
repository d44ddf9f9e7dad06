"""Every request and every answer of the client's calls against the vendor's published contract, and its corrected form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from monctl.resource import Mark, Resource
from monctl.testing import assert_settles
from monctl_targets.uptimerobot import target

PUBLISHED, CORRECTED = "uptimerobot-openapi.json", "uptimerobot-openapi-own.json"
MONITORS = {"HTTP": "Http", "KEYWORD": "Keyword", "PING": "Ping", "PORT": "Port", "HEARTBEAT": "Heartbeat", "DNS": "Dns", "API": "Api"}


def _tolerant(schema: Any, *, request: bool) -> Any:
    """The published contract as JSON Schema, without exactly its known defects.

    `nullable` is OpenAPI 3.0; patterns are JavaScript literals; dates are `oneOf [{}, string]`, which no string meets; requests refuse
    unknown fields here, since a field the contract does not know is a mistake of ours.
    """
    if isinstance(schema, list):
        return [_tolerant(item, request=request) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out = {name: _tolerant(value, request=request) for name, value in schema.items() if name not in {"nullable", "example", "default"}}
    if isinstance(out.get("pattern"), str):
        out["pattern"] = re.sub(r"^/(.*)/$", r"\1", out["pattern"])
    for flag, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if out.get(flag) is False:
            del out[flag]
        assert out.get(flag) is not True, limit
    if any(option == {} for option in out.get("oneOf", ())):
        return {}
    if request and "properties" in out and isinstance(out["properties"], dict) and out.get("type") == "object":
        out.setdefault("additionalProperties", False)
    return {"anyOf": [out, {"type": "null"}]} if schema.get("nullable") else out


def _published(document: Any, name: str, *, request: bool) -> Draft202012Validator:
    schemas = {key: dict(value) for key, value in document["components"]["schemas"].items()}
    # the target of an assertion is typed object, its own example sends text
    check = schemas["AssertionCheckDto"]
    schemas["AssertionCheckDto"] = check | {"properties": {**check["properties"], "target": {}}}
    # `postValueData` of an update is typed object, text works (terraform-provider-uptimerobot #84)
    update = schemas["UpdateMonitorDto"]
    schemas["UpdateMonitorDto"] = update | {"properties": {**update["properties"], "postValueData": {}}}
    # a window's date is needed for `once` only
    window = schemas["CreateMaintenanceWindowDto"]
    schemas["CreateMaintenanceWindowDto"] = window | {"required": [field for field in window["required"] if field != "date"]}
    components = {"schemas": {key: _tolerant(value, request=request) for key, value in schemas.items()}}
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components})


def corrected(document: Any, name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


def request_names(call: Any) -> tuple[str, str | None] | None:
    """(published, corrected) names of the schema of a request; None where there is none."""
    kind = call.path.split("/")[1]
    if call.path.endswith(("/pause", "/start")) or call.body is None:
        return None
    type = call.body.get("type", "")
    match kind, call.method:
        case "monitors", "POST":
            return f"Create{MONITORS[type]}MonitorDto", "CreateMonitor"
        case "monitors", "PATCH":
            return "UpdateMonitorDto", "UpdateMonitor"
        case "integrations", "POST":
            return f"Create{type}IntegrationDto", "CreateIntegration"
        case "integrations", "PATCH":
            return f"Update{type}IntegrationSchema", None
        case "alert-contacts", "POST":
            return "CreatePersonalAlertContactDto", "CreateAlertContact"
        case "alert-contacts", "PATCH":
            return "UpdatePersonalAlertContactDto", "UpdateAlertContact"
        case "maintenance-windows", "POST":
            return "CreateMaintenanceWindowDto", "CreateMaintenanceWindow"
        case _:
            return "UpdateMaintenanceWindowDto", None


def _answer_names(call: Any) -> tuple[str, str]:
    kind = call.path.split("/")[1]
    page = call.method == "GET"
    return {
        ("monitors", False): ("MonitorDto", "Monitor"),
        ("monitors", True): ("MonitorPaginationDto", "MonitorPage"),
        ("integrations", False): ("IntegrationDto", "Integration"),
        ("alert-contacts", False): ("AlertContactDto", "AlertContact"),
        ("maintenance-windows", False): ("MaintenanceWindowDto", "MaintenanceWindow"),
    }.get((kind, page), ("", ""))


def errors(validator: Draft202012Validator, value: Any) -> Iterator[str]:
    for error in validator.iter_errors(value):
        yield f"{error.json_path}: {error.message}"


@pytest.fixture
def calls(account: Any, shop: Any, bodies: Any, made: Callable[..., Resource], mark: Callable[[str], Mark]) -> list[Any]:
    """Every call of making, changing, reading and deleting one of each, and of applying a whole program."""
    for kind, key, body in [(kind, key, body) for kind, named in bodies.items() for key, body in named.items()]:
        live = account.client.create(made(kind, key, body), body, mark(key))
        account.client.update(made(kind, key, body), body, mark(key), live)
    assert_settles(target, target.build(shop.everything()).resources, client=account.client, estate="shop", environment="prod")
    for live in list(account.client.read([])):
        if live.mark is not None:
            account.client.delete(live)
    recorded: list[Any] = account.recorder.calls
    return recorded


def test_requests_keep_the_published_contract(calls: list[Any], vendor_schema: Any) -> None:
    document = vendor_schema(PUBLISHED)
    found = []
    for call in calls:
        if (names := request_names(call)) is None:
            continue
        body = call.body
        if call.path.startswith("/maintenance-windows/"):
            assert "autoAddMonitors" not in body
        found += [f"{call.method} {call.path} {error}" for error in errors(_published(document, names[0], request=True), body)]

    assert found == []


def test_requests_keep_the_corrected_contract(calls: list[Any], vendor_schema: Any) -> None:
    document = vendor_schema(CORRECTED)
    found = []
    for call in calls:
        names = request_names(call)
        if names is not None and names[1] is not None:
            found += [f"{call.method} {call.path} {error}" for error in errors(corrected(document, names[1]), call.body)]

    assert found == []


def test_answers_keep_both_contracts(calls: list[Any], vendor_schema: Any) -> None:
    published, ours = vendor_schema(PUBLISHED), vendor_schema(CORRECTED)
    found, checked = [], 0
    for call in calls:
        name, own = _answer_names(call)
        if not name or call.method == "DELETE":
            continue
        checked += 1
        answer = {"nextLink": None, **call.answer} if "data" in call.answer else call.answer  # the last page may lack it
        found += [f"{call.method} {call.path} {error}" for error in errors(_published(published, name, request=False), answer)]
        found += [f"{call.method} {call.path} {error}" for error in errors(corrected(ours, own), call.answer)]

    assert found == []
    assert checked > 30
