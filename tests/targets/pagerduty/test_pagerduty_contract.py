"""What the client sends and what the emulator answers fit the published description of the API, with the named tolerances only."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from monctl.resource import Resource
from monctl.sandbox.emulator import Request
from monctl_targets.pagerduty.emulator import PagerDutyEmulator

Schema = dict[str, Any]
TOLERATED = frozenset(
    {
        # a layer that does not end, a service that never resolves by itself
        r"schedule_layers\[\d+\]\.end: None is not of type",
        r"auto_resolve_timeout: None is not of type",
        # missing in the description, promised by the clients of the API
        r"integration_key: not described",
        r"(http|web)_cal_url: not described",
        # "if `integrations` is passed as an argument, these are full objects": described as references only
        r"integrations\[\d+\]\.(name|created_at|vendor|service): not described",
        r"integrations\[\d+\]\.type: 'events_api_v2_inbound_integration' is not one of",
    }
)
"""Defects of the published description: the README beside it names them."""
UNDESCRIBED_NULLS = frozenset({"description", "support_hours", "vendor", "last_incident_timestamp", "job_title"})
"""Fields of answers that are null where there is nothing, without being described as nullable."""


@pytest.fixture
def description(vendor_schema: Callable[[str], Any]) -> Schema:
    document: Schema = vendor_schema("pagerduty-openapi.json")
    return document


def test_every_request_fits_the_description(account: Any, chain: list[Resource], description: Schema) -> None:
    for change in (chain, _touched(chain)):
        account.apply(change)
    sent = [(request, answer) for request, answer in account.wire.calls if request.body]

    wrong = {
        f"{request.method} {path}: {fault}"
        for request, _ in sent
        if (path := _path(description, request.path_url))
        for fault in _faults(description, description["paths"][path][request.method.lower()]["requestBody"], json.loads(request.body))
    }

    assert {(request.method, _path(description, request.path_url)) for request, _ in sent} == {
        *(("POST", path) for path in ("/teams", "/schedules", "/escalation_policies", "/services", "/services/{id}/integrations")),
        *(("PUT", path) for path in ("/teams/{id}", "/schedules/{id}", "/escalation_policies/{id}", "/services/{id}")),
        ("PUT", "/services/{id}/integrations/{integration_id}"),
        ("PUT", "/teams/{id}/users/{user_id}"),
    }
    assert wrong == set()


def test_every_answer_fits_the_description(account: Any, chain: list[Resource], description: Schema) -> None:
    for change in (chain, _touched(chain)):
        account.apply(change)
    wrong, seen = set(), set()
    for request, answer in account.wire.calls:
        path = _path(description, request.path_url)
        responses = description["paths"][path][request.method.lower()]["responses"]
        described = (
            responses.get(str(answer.status_code)) or responses["201" if (path, answer.status_code) == ("/schedules", 200) else "missing"]
        )
        seen.add(path)
        if answer.content:
            wrong |= {f"{request.method} {path}: {fault}" for fault in _faults(description, described, answer.json(), answer=True)}

    assert {"/users", "/teams/{id}/members", "/schedules", "/services", "/services/{id}/integrations"} <= seen
    assert wrong == set()


def test_shifts_and_stand_ins_fit_the_description(account: Any, chain: list[Resource], description: Schema) -> None:
    schedule = next(one for one in chain if one.kind == "schedule")
    seats = schedule.body["schedule_layers"][0]["users"]
    event: dict[str, Any] = {
        "name": "primary",
        "start_time": {"date_time": "2026-11-02T14:00:00Z", "time_zone": "America/New_York"},
        "end_time": {"date_time": "2026-11-09T14:00:00Z", "time_zone": "America/New_York"},
        "effective_since": "2026-11-02T14:00:00Z",
        "effective_until": None,
        "recurrence": ["RRULE:FREQ=WEEKLY"],
        "assignment_strategy": {
            "type": "rotating_member_assignment_strategy",
            "shifts_per_member": 1,
            "members": [{"type": "user_member", "user_id": seat["user"]["id"]} for seat in seats],
        },
    }
    common = {name: schedule.body[name] for name in ("name", "description", "time_zone")} | {"teams": []}
    shifted = {**common, "name": "Shifts", "type": "schedule_v3", "rotations": [{"events": [event]}]}
    longer = {**event, "assignment_strategy": {**event["assignment_strategy"], "shifts_per_member": 2}}
    span = {"start": "2026-12-24T08:00:00Z", "end": "2026-12-27T08:00:00Z"}
    first = [
        replace(schedule, key="shifts", name="Shifts", body=shifted),
        replace(schedule, body={**schedule.body, "teams": [], "overrides": [{**span, **seats[1]}]}),
    ]
    second = [
        replace(first[0], body={**shifted, "description": "Two weeks each", "rotations": [{"events": [longer]}]}),
        replace(first[1], body={**schedule.body, "teams": [], "overrides": [{**span, **seats[0]}]}),
    ]
    for change in (first, second):
        account.apply(change)
        assert account.apply(change) == []
    sent = {(request.method, _path(description, request.path_url)) for request, _ in account.wire.calls if "/v3/" in request.path_url or "/overrides" in request.path_url}  # fmt: skip
    wrong = set()
    for request, answer in account.wire.calls:
        path = _path(description, request.path_url)
        operation = description["paths"][path][request.method.lower()]
        if request.body and "requestBody" in operation:
            wrong |= {
                f"{request.method} {path}: {fault}" for fault in _faults(description, operation["requestBody"], json.loads(request.body))
            }
        # the list of overrides is documented as answered by 201
        described = operation["responses"].get(str(answer.status_code)) or operation["responses"].get("201", {})
        if answer.content:
            wrong |= {f"{request.method} {path}: {fault}" for fault in _faults(description, described, answer.json(), answer=True)}

    events = "/v3/schedules/{id}/rotations/{rotation_id}/events"
    assert sent == {
        *(("GET", path) for path in ("/v3/schedules", "/v3/schedules/{id}", "/schedules/{id}/overrides")),
        *(("POST", path) for path in ("/v3/schedules", "/v3/schedules/{id}/rotations", events, "/schedules/{id}/overrides")),
        *(("PUT", path) for path in ("/v3/schedules/{id}", events + "/{event_id}")),
        ("DELETE", "/schedules/{id}/overrides/{override_id}"),
    }
    assert wrong == set()


def test_events_fit_the_description(vendor_schema: Callable[[str], Any], account: Any, chain: list[Resource]) -> None:
    document = vendor_schema("pagerduty-events-v2-openapi.json")
    account.apply(chain)
    event = {
        "routing_key": account.made["integration", "pagerduty-database"].body["integration_key"],
        "event_action": "trigger",
        "dedup_key": "acme/lag",
        "client": "monctl",
        "payload": {
            "summary": "Lag",
            "source": "db-1",
            "severity": "critical",
            "timestamp": "2026-11-21T12:00:00.000Z",
            "component": "database",
            "group": "prod",
            "class": "lag",
            "custom_details": {"value": 340},
        },
        "links": [{"href": "https://runbooks.example.com/lag", "text": "Runbook"}],
        "images": [],
    }
    emulator: PagerDutyEmulator = account.emulator
    answer = emulator.handle(Request.of("POST", "/v2/enqueue", {}, json.dumps(event).encode()))

    operation = next(path for name, path in document["paths"].items() if name.endswith("/enqueue") and "change" not in name)["post"]
    assert answer.status == 202
    assert list(_faults(document, operation["requestBody"], event)) == []
    assert list(_faults(document, operation["responses"]["202"], answer.body)) == []


def test_an_unknown_field_would_be_seen(description: Schema) -> None:
    body = {"team": {"type": "team", "name": "Data", "colour": "red", "default_role": "boss"}}

    faults = sorted(_faults(description, description["paths"]["/teams"]["post"]["requestBody"], body))

    assert faults == ["team.colour: not described", "team.default_role: 'boss' is not one of ['manager', 'none']"]


def _touched(chain: list[Resource]) -> list[Resource]:
    """The same, each changed a little, so that every PUT is sent."""
    return [Resource(one.target, one.kind, one.key, one.name, {**one.body, "name": f"{one.body['name']} 2"}, one.address) for one in chain]


def _path(document: Schema, url: str) -> str:
    path = url.partition("?")[0]
    found: list[str] = [known for known in document["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known), path)]
    return min(found, key=lambda known: known.count("{"))


def _faults(document: Schema, holder: Schema, body: Any, *, answer: bool = False) -> Iterator[str]:
    holder = _open(document, holder)
    content = holder.get("content", {})
    if not content:
        return
    schema = next(iter(content.values()))["schema"]
    validator = jsonschema.Draft4Validator({**_nullable(schema), "components": _nullable(document["components"])})
    found = [f"{_where(error.absolute_path)}: {error.message}" for error in _leaves(validator.iter_errors(body))]
    found += [f"{where}: not described" for where in _unknown(document, schema, body)]
    for fault in found:
        empty = answer and "None is not of type" in fault and fault.split(":")[0].rsplit(".", 1)[-1] in UNDESCRIBED_NULLS
        if not empty and not any(re.search(rule, fault) for rule in TOLERATED):
            yield fault


def _leaves(errors: Any) -> Iterator[Any]:
    """The faults themselves instead of "not valid under any of the given schemas"."""
    for error in errors:
        if error.context and error.validator == "allOf":
            yield from _leaves(error.context)
        else:
            yield error


def _where(path: Any) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def _open(document: Schema, schema: Schema) -> Schema:
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[int(part)] if isinstance(found, list) else found[part.replace("~1", "/").replace("~0", "~")]
        schema = found
    return schema


def _nullable(value: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(value, list):
        return [_nullable(item) for item in value]
    if not isinstance(value, dict):
        return value
    plain = {name: _nullable(item) for name, item in value.items() if name != "nullable"}
    if value.get("nullable") is True and isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
        if "enum" in plain:
            plain["enum"] = [*plain["enum"], None]
    return plain


def _unknown(document: Schema, schema: Schema, value: Any, where: str = "") -> Iterator[str]:
    """Fields that no part of the schema describes."""
    parts = list(_parts(document, schema))
    if isinstance(value, list):
        items = [part["items"] for part in parts if "items" in part]
        for index, item in enumerate(value if items else []):
            yield from _unknown(document, {"allOf": items}, item, f"{where}[{index}]")
    if not isinstance(value, dict):
        return
    known = [part["properties"] for part in parts if "properties" in part]
    if not known or any(part.get("additionalProperties") for part in parts):
        return
    for name, item in value.items():
        below = [properties[name] for properties in known if name in properties]
        place = f"{where}.{name}".lstrip(".")
        if below:
            yield from _unknown(document, {"allOf": below}, item, place)
        else:
            yield place


def _parts(document: Schema, schema: Schema) -> Iterator[Schema]:
    schema = _open(document, schema)
    yield schema
    for word in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(word, []):
            yield from _parts(document, part)
