"""One comparable form for a detector or workflow, desired or live: random order, defaults, re-spelling and read-only keys are gone.

The list of what Sentry changes on the way is `getsentry/sentry` src/sentry/workflow_engine and the issues of
`jianyuan/terraform-provider-sentry` named beside each line (all read 2026-11-20).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from monctl.resource import Json, Mark
from monctl_targets.sentry.vocabulary import USERS

Record = dict[str, Any]


def normalize(kind: str, body: Json) -> Json:
    """The comparable form; a body of another kind, or one that is no map, comes back as it is."""
    if not isinstance(body, Mapping):
        return body
    if kind == "detector":
        return detector(body)
    if kind == "workflow":
        return workflow(body)
    return dict(body)


def detector(body: Mapping[str, Json]) -> Record:
    """A detector: its one source unwrapped, its owner as `type:id`, no `queryType` (never returned: #876, #886)."""
    return {
        "projectId": text(body.get("projectId")),
        "name": Mark.strip(str(body.get("name") or "")),
        "type": body.get("type"),
        "description": Mark.strip(str(body.get("description") or "")),
        "enabled": body.get("enabled", True),
        "owner": _owner(body.get("owner")),
        "dataSources": [_source(source) for source in body.get("dataSources") or []],
        "conditionGroup": _conditions(body.get("conditionGroup")) if body.get("type") == "metric_issue" else None,
        "config": {name: value for name, value in (body.get("config") or {}).items() if value is not None},
    }


def workflow(body: Mapping[str, Json]) -> Record:
    """A workflow: its groups as multisets, its detectors as a set, an absent throttle as 0 (migrated metric alerts have `config: {}`)."""
    triggers = body.get("triggers") or {}
    return {
        "name": Mark.strip(str(body.get("name") or "")),
        "enabled": body.get("enabled", True),
        "environment": body.get("environment") or None,
        "owner": _owner(body.get("owner")),
        "config": {"frequency": (body.get("config") or {}).get("frequency", 0)},
        "detectorIds": ordered({str(id): text(id) for id in body.get("detectorIds") or []}.values()),
        # what a read calls null is an empty group, which is always true
        "triggers": {"logicType": _logic(triggers.get("logicType")), "conditions": conditions(triggers.get("conditions"))},
        "actionFilters": ordered(filter_group(group) for group in body.get("actionFilters") or []),
    }


def filter_group(group: Mapping[str, Json]) -> Record:
    """One IF group: its logic, its conditions and its actions, both as multisets (#793, #825, #826)."""
    return {
        "logicType": _logic(group.get("logicType")),
        "conditions": conditions(group.get("conditions")),
        "actions": ordered(action(one) for one in group.get("actions") or []),
    }


def conditions(sent: Json) -> list[Json]:
    """Conditions without their ids, in one order."""
    return ordered(condition(one) for one in sent or [])


def condition(sent: Mapping[str, Json]) -> Record:
    """One condition; an empty list of `filters` is none."""
    comparison = sent.get("comparison")
    if isinstance(comparison, Mapping):
        comparison = {name: _number(value) for name, value in comparison.items() if not (name == "filters" and not value)}
    return {"type": sent.get("type"), "comparison": _number(comparison), "conditionResult": sent.get("conditionResult")}


def action(sent: Mapping[str, Json]) -> Record:
    """One action. A Slack channel is its name: Sentry keeps name and id together and looks the id up itself (#894, #897, #913)."""
    config, data = sent.get("config") or {}, dict(sent.get("data") or {})
    kind = sent.get("type")
    target: Record = {"targetType": config.get("targetType"), "targetIdentifier": text(config.get("targetIdentifier"))}
    if kind == "slack":
        target = {"targetType": config.get("targetType"), "targetDisplay": str(config.get("targetDisplay") or "").removeprefix("#")}
        if data.get("tags"):
            data["tags"] = ",".join(sorted({tag.strip() for tag in str(data["tags"]).split(",") if tag.strip()}))
    if kind == "email" and config.get("targetType") != "issue_owners":
        data.pop("fallthroughType", None)  # a default the read adds (#892, getsentry/sentry#118404)
    return {
        "type": kind,
        "integrationId": text(sent.get("integrationId")) or None,
        "config": target,
        "data": {name: value for name, value in data.items() if value not in ("", None)},
        "status": sent.get("status") or "active",
    }


def text(value: Json) -> Json:
    """An id as text, `""` for none; a reference that is still to be resolved stays (#830)."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else value


def ordered(values: Any) -> list[Json]:
    """The values in the order of their content, type first: reads come in no order at all."""
    return sorted(values, key=_key)


def _key(value: Json) -> str:
    if isinstance(value, Mapping):
        return canonical([value.get("type"), value.get("conditionResult"), value])
    return str(value)


def _owner(owner: Json) -> Json:
    if isinstance(owner, Mapping):
        return f"{owner['type']}:{owner['id']}"
    return owner or None


def _source(source: Mapping[str, Json]) -> Record:
    held = source.get("queryObj")
    query = (held.get("snubaQuery") or held) if isinstance(held, Mapping) else source
    aggregate = query.get("aggregate")
    return {
        "aggregate": USERS if aggregate == "count_unique(user)" else aggregate,
        "dataset": query.get("dataset"),
        "query": str(query.get("query") or "").strip(),
        "eventTypes": sorted(query.get("eventTypes") or []),
        "timeWindow": query.get("timeWindow"),
        "environment": query.get("environment") or None,
        "extrapolationMode": query.get("extrapolationMode") or "unknown",
    }


def _conditions(group: Json) -> Record:
    group = group or {}
    return {"logicType": _logic(group.get("logicType")), "conditions": conditions(group.get("conditions"))}


def _logic(logic: Json) -> str:
    """`any` and an absent one are `any-short`: Sentry keeps no other (getsentry/sentry, migration of legacy rules)."""
    return "any-short" if logic in {None, "any"} else str(logic)


def _number(value: Json) -> Json:
    """10 and 10.0 are one number (#869, #874, #880)."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def canonical(value: Json) -> str:
    """The content as one text, to match things that mean the same."""
    return json.dumps(value, sort_keys=True, default=str)
