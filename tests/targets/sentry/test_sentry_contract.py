"""Every body the client sends, and every answer of the emulator, against Sentry's published schema (2026-08-16).

Tolerances, each a named defect of the schema: properties are described in snake_case where camelCase is sent; `detectorIds` are integers
there, strings in reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from monctl.condition import Comparison, State
from monctl.measure import Sentry
from monctl.resource import Json
from monctl_targets.sentry import target
from tests.targets.sentry.shop import DETECTOR, MARK, ORG, WORKFLOW, Sandbox, monitor, program, resource

_PATHS = {
    re.compile(
        r"/api/0/organizations/[^/]+/projects/[^/]+/detectors/"
    ): "/api/0/organizations/{organization_id_or_slug}/projects/{project_id_or_slug}/detectors/",
    re.compile(
        r"/api/0/organizations/[^/]+/(detectors|workflows|members|integrations|teams|environments)/"
    ): r"/api/0/organizations/{{organization_id_or_slug}}/{0}/",
    re.compile(r"/api/0/organizations/[^/]+/detectors/\d+/"): "/api/0/organizations/{organization_id_or_slug}/detectors/{detector_id}/",
    re.compile(r"/api/0/organizations/[^/]+/workflows/\d+/"): "/api/0/organizations/{organization_id_or_slug}/workflows/{workflow_id}/",
    re.compile(
        r"/api/0/organizations/[^/]+/integrations/\d+/"
    ): "/api/0/organizations/{organization_id_or_slug}/integrations/{integration_id}/",
    re.compile(r"/api/0/teams/[^/]+/[^/]+/"): "/api/0/teams/{organization_id_or_slug}/{team_id_or_slug}/",
}


class Contract:
    """The published schema, read as JSON Schema."""

    def __init__(self, published: Json) -> None:
        self._paths = published["paths"]
        self._components = {"schemas": _nullable(published["components"]["schemas"])}

    def operation(self, method: str, path: str) -> Json:
        for pattern, published in _PATHS.items():
            if found := pattern.fullmatch(path):
                return self._paths[published.format(*found.groups()) if found.groups() else published][method.lower()]
        return None

    def check_request(self, method: str, path: str, body: Json) -> None:
        content = self.operation(method, path)["requestBody"]["content"]["application/json"]["schema"]
        sent = _snake(body)
        sent["detector_ids"] = [int(id) for id in sent.get("detector_ids", [])]
        schema = self._components["schemas"][content["$ref"].rpartition("/")[2]]
        if "detector_ids" not in schema["properties"]:
            del sent["detector_ids"]
        self._check({**schema, "additionalProperties": False}, sent)
        # the schema leaves the groups open: hold them to the validator it names
        for group in filter(None, (sent.get("condition_group"), sent.get("triggers"), *sent.get("action_filters", []))):
            self._check({"$ref": "#/components/schemas/BaseDataConditionGroupValidator"}, group)

    def check_response(self, method: str, path: str, status: int, body: Json) -> None:
        answer = self.operation(method, path)["responses"][str(status)]
        if "content" in answer:
            self._check(_nullable(answer["content"]["application/json"]["schema"]), body)

    def _check(self, schema: Json, body: Json) -> None:
        jsonschema.validate(body, {**schema, "components": self._components})


def _nullable(schema: Json) -> Json:
    """OpenAPI 3.0's `nullable` as JSON Schema's null type."""
    if isinstance(schema, list):
        return [_nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _nullable(value) for name, value in schema.items() if name not in {"example", "examples"}}
    return {"anyOf": [made, {"type": "null"}]} if made.pop("nullable", False) is True else made


def _snake(value: Json) -> Json:
    if isinstance(value, list):
        return [_snake(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {re.sub(r"([A-Z])", lambda found: "_" + found[1].lower(), name): _snake(one) for name, one in value.items()}


@pytest.fixture
def contract(vendor_schema: Callable[[str], Json]) -> Contract:
    return Contract(vendor_schema("sentry-openapi.json"))


def _exchange(sandbox: Sandbox) -> None:
    """Everything the client does: each measure and sort of alert made, read, changed and deleted."""
    conditions: list[tuple[Sentry, Any]] = [
        (Sentry("sentry", "events", {"feature": "track", "migration": None}, "error"), (Comparison(None, ">", 10, 600, 0),)),
        (Sentry("sentry", "users", environment="production"), (Comparison(None, ">=", 10, None, 0),)),
        (Sentry("sentry", "crash_free_rate"), (Comparison(None, "<", 99.5, 1800, 0),)),
        (Sentry("sentry"), (State("any", 0),)),
        (Sentry("sentry", query="error.type:TimeoutError"), (State("first seen", 0), State("regression", 0))),
        *(
            (Sentry("sentry", one), (Comparison(None, ">", 2, None, 300),))
            for one in ("p50", "p95", "average", "failure_rate", "throughput", "apdex")
        ),
    ]
    made = program(
        *(
            monitor(f"m{place}", source, {"P1": when, "P2": when}, "slack", "quiet", "mail", "pager")
            for place, (source, when) in enumerate(conditions)
        )
    )
    resources = target.build(made).resources
    lives = sandbox.apply(resources)
    ids = {key: live.remote_id for key, live in lives.items()}
    for one in resources:
        sandbox.client.update(one, {**sandbox.resolved(one.body, ids), "enabled": False}, MARK, lives[one.kind, one.key])
    for live in list(sandbox.client.read([])):
        sandbox.client.delete(live)
    for kind, body in (("detector", DETECTOR), ("workflow", WORKFLOW)):
        sandbox.client.create(resource(kind, body), sandbox.resolved(body), MARK)
    list(sandbox.client.read([]))


def test_every_request_is_as_published(sandbox: Sandbox, contract: Contract) -> None:
    _exchange(sandbox)
    written = [(method, path, body) for method, path, body in sandbox.wire.sent if method in {"POST", "PUT"}]

    assert {(method, path.removeprefix(ORG).split("/")[0]) for method, path, _ in written} == {
        ("POST", "projects"),
        ("POST", "workflows"),
        ("PUT", "detectors"),
        ("PUT", "workflows"),
    }
    for method, path, body in written:
        contract.check_request(method, path, body)


def test_every_answer_of_the_sandbox_is_as_published(sandbox: Sandbox, contract: Contract) -> None:
    _exchange(sandbox)
    for path in ("teams/", "environments/", "members/", "integrations/"):
        sandbox.client._http.get(f"/organizations/acme/{path}")
    described = [one for one in sandbox.wire.received if not one[1].startswith("/api/0/projects/")]

    assert len({path for _, path, _, _ in described}) > 40
    for method, path, status, body in described:
        contract.check_response(method, path, status, body)


def test_a_wrong_body_would_be_seen(contract: Contract) -> None:
    with pytest.raises(jsonschema.ValidationError):
        contract.check_request("POST", f"{ORG}workflows/", {"name": "x", "nmae": "y"})
    with pytest.raises(jsonschema.ValidationError):
        contract.check_request("POST", f"{ORG}workflows/", {"name": "x", "triggers": {"logicType": "some"}})
