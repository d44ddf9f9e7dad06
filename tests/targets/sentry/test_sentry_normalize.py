from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from monctl_targets.sentry import target
from tests.targets.sentry.shop import DETECTOR, WORKFLOW

Change = Callable[[dict[str, Any]], object]


def _first(body: dict[str, Any]) -> dict[str, Any]:
    filters: list[dict[str, Any]] = body["actionFilters"]
    return filters[0]


SAME: dict[str, tuple[str, Change]] = {
    "order of filters": ("workflow", lambda body: body["actionFilters"].reverse()),
    "order of conditions": ("workflow", lambda body: _first(body)["conditions"].reverse()),
    "order of actions": ("workflow", lambda body: _first(body)["actions"].reverse()),
    "order of triggers": ("workflow", lambda body: body["triggers"]["conditions"].reverse()),
    "any is any-short": ("workflow", lambda body: body["actionFilters"][1].update(logicType="any")),
    "ids of children": ("workflow", lambda body: (_first(body).update(id="7"), _first(body)["conditions"][0].update(id="8"))),
    "read-only keys": (
        "workflow",
        lambda body: body.update(id="1", dateCreated="x", lastTriggered=None, createdBy="1", organizationId="1"),
    ),
    "detectors twice": ("workflow", lambda body: body["detectorIds"].append(body["detectorIds"][0])),
    "a Slack name without #": ("workflow", lambda body: _first(body)["actions"][0]["config"].update(targetDisplay="alerts")),
    "a Slack id Sentry looked up": ("workflow", lambda body: _first(body)["actions"][0]["config"].update(targetIdentifier="C1")),
    "order of tags": ("workflow", lambda body: _first(body)["actions"][0]["data"].update(tags="environment, level")),
    "an e-mail's fall-through": ("workflow", lambda body: _first(body)["actions"][1]["data"].update(fallthroughType="ActiveMembers")),
    "an action's status": ("workflow", lambda body: _first(body)["actions"][0].pop("status")),
    "no filters of a condition": ("workflow", lambda body: _first(body)["conditions"][0]["comparison"].update(filters=[])),
    "the mark": ("workflow", lambda body: body.update(name=body["name"] + " [monctl:shop/-/errors/p1#0123456789]")),
    "whole numbers": ("detector", lambda body: body["conditionGroup"]["conditions"][0].update(comparison=10)),
    "order of event types": ("detector", lambda body: body["dataSources"][0]["eventTypes"].reverse()),
    "space around the query": ("detector", lambda body: body["dataSources"][0].update(query=" tags[feature]:track ")),
    "extrapolation": ("detector", lambda body: body["dataSources"][0].update(extrapolationMode=None)),
    "queryType": ("detector", lambda body: body["dataSources"][0].pop("queryType")),
    "comparisonDelta": ("detector", lambda body: body["config"].update(comparisonDelta=None)),
    "the mark's line": (
        "detector",
        lambda body: body.update(description=body["description"] + "\n\nmanaged-by: monctl:shop/-/errors/p1#01234567"),
    ),
    "workflowIds": ("detector", lambda body: body.update(workflowIds=["1"])),
}


@pytest.mark.parametrize("case", SAME)
def test_what_means_the_same_is_equal(case: str) -> None:
    kind, change = SAME[case]
    body = DETECTOR if kind == "detector" else WORKFLOW
    other = copy.deepcopy(body)
    change(other)

    assert repr(other) != repr(body)
    assert target.normalize(kind, other) == target.normalize(kind, body)


OTHER: dict[str, tuple[str, Change]] = {
    "enabled": ("workflow", lambda body: body.update(enabled=False)),
    "environment": ("workflow", lambda body: body.update(environment=None)),
    "frequency": ("workflow", lambda body: body.update(config={"frequency": 5})),
    "no frequency": ("workflow", lambda body: body.update(config={})),
    "detectors": ("workflow", lambda body: body.update(detectorIds=[])),
    "triggers": ("workflow", lambda body: body.update(triggers=None)),
    "logic": ("workflow", lambda body: _first(body).update(logicType="none")),
    "one action less": ("workflow", lambda body: _first(body)["actions"].pop()),
    "an unknown action": ("workflow", lambda body: _first(body)["actions"].append({"type": "jira", "data": {}, "config": {}})),
    "a Slack channel": ("workflow", lambda body: _first(body)["actions"][0]["config"].update(targetDisplay="#other")),
    "a note": ("workflow", lambda body: _first(body)["actions"][0]["data"].update(notes="P2")),
    "a priority": ("workflow", lambda body: _first(body)["actions"][2]["data"].update(priority="info")),
    "name": ("detector", lambda body: body.update(name="Other")),
    "description": ("detector", lambda body: body.update(description=None)),
    "owner": ("detector", lambda body: body.update(owner=None)),
    "query": ("detector", lambda body: body["dataSources"][0].update(query="")),
    "window": ("detector", lambda body: body["dataSources"][0].update(timeWindow=60)),
    "limit": ("detector", lambda body: body["conditionGroup"]["conditions"][0].update(comparison=10.5)),
    "priority": ("detector", lambda body: body["conditionGroup"]["conditions"][0].update(conditionResult=50)),
    "detection": ("detector", lambda body: body.update(config={"detectionType": "percent", "comparisonDelta": 300})),
    "project": ("detector", lambda body: body.update(projectId="1")),
}


@pytest.mark.parametrize("case", OTHER)
def test_what_means_something_else_differs(case: str) -> None:
    kind, change = OTHER[case]
    body = DETECTOR if kind == "detector" else WORKFLOW
    other = copy.deepcopy(body)
    change(other)

    assert target.normalize(kind, other) != target.normalize(kind, body)


@pytest.mark.parametrize(("kind", "body"), [("detector", DETECTOR), ("workflow", WORKFLOW)])
def test_normalising_twice_changes_nothing(kind: str, body: dict[str, Any]) -> None:
    once = target.normalize(kind, body)

    assert target.normalize(kind, once) == once


def test_users_are_counted_under_one_name() -> None:
    bodies = [copy.deepcopy(DETECTOR) for _ in range(2)]
    bodies[0]["dataSources"][0]["aggregate"] = "count_unique(user)"
    bodies[1]["dataSources"][0]["aggregate"] = "count_unique(tags[sentry:user])"

    assert target.normalize("detector", bodies[0]) == target.normalize("detector", bodies[1])


def test_what_is_no_map_stays() -> None:
    assert target.normalize("detector", None) is None
    assert target.normalize("other", {"a": 1}) == {"a": 1}


def test_a_detector_moves_to_another_project_only_by_being_made_anew() -> None:
    assert target.immutable("detector") == {"projectId", "type"}
    assert target.immutable("workflow") == set()
