"""What Sentry accepts as a metric detector, and how it reads back."""

from __future__ import annotations

import re
from collections.abc import Callable

from monctl.resource import Json
from monctl_targets.sentry import vocabulary as words
from monctl_targets.sentry.account import Account
from monctl_targets.sentry.strict import Record, boolean, choice, integer, items, known_ids, number, record, refuse, text

_FIELDS = frozenset(
    {"name", "type", "description", "enabled", "owner", "dataSources", "conditionGroup", "config", "workflowIds", "projectId", "id"}
)
_SOURCE = frozenset({"aggregate", "dataset", "query", "queryType", "eventTypes", "timeWindow", "environment", "extrapolationMode"})
_TRANSACTIONS = (
    "Creation of transaction-based alerts is disabled, as we migrate to the span dataset. "
    "Create span-based alerts (dataset: events_analytics_platform) with the is_transaction:true filter instead."
)
_AGGREGATES = re.compile(
    r"count\(\)|count\(span\.duration\)|count_unique\((?:user|tags\[sentry:user\])\)|failure_rate\(\)|apdex\((?:[\w.]+,\s*)?\d+\)"
    r"|(?:p50|p75|p95|p99|p100|avg|min|max|sum)\([\w.]+\)|percentile\([\w.]+,\s*0?\.\d+\)"
    r"|percentage\((?:sessions|users)_crashed, (?:sessions|users)\) AS _crash_rate_alert_aggregate"
)


def check(body: Record, account: Account, org: str, *, live: Record | None) -> Record:
    """The body when Sentry would accept it; raises Refused. With `live` it is an update: nothing is required, child ids must be its own."""
    record(body, "", _FIELDS, () if live else ("name", "type"))
    if "name" in body:
        text(body["name"], "name", limit=words.DETECTOR_NAME_LIMIT)
    if "type" in body:
        _type(body["type"], live)
    if body.get("description") is not None:
        text(body["description"], "description", limit=65_535, blank=True)
    if "enabled" in body:
        boolean(body["enabled"], "enabled")
    owner(body.get("owner"), account, org)
    if not live:
        record(body, "", _FIELDS, ("dataSources", "conditionGroup", "config"))
    if "dataSources" in body:
        _sources(body["dataSources"], account, org)
    if "config" in body:
        _config(body["config"])
    if "conditionGroup" in body:
        _conditions(body["conditionGroup"], (live or {}).get("conditionGroup"))
    return body


def owner(value: Json, account: Account, org: str) -> Record | None:
    """`team:1` or `user:1` as a read gives it: an object with the name."""
    if value is None:
        return None
    kind, _, id = str(value).partition(":")
    if kind not in {"team", "user"} or not id.isdigit():
        raise refuse("owner", "Could not parse owner. Format should be `type:id` where type is `team` or `user`.")
    if kind == "team":
        found = account.team(org, id)
        if found is None:
            raise refuse("owner", "Team does not exist")
        return {"type": "team", "id": id, "name": found["name"]}
    found = account.user(org, id)
    if found is None:
        raise refuse("owner", "User is not a member of this organization")
    return {"type": "user", "id": id, "name": found["name"], "email": found["email"]}


def held(body: Record, live: Record | None, account: Account, org: str, next_id: Callable[[], str]) -> Record:
    """The parts of a detector that a checked body sets, as a read gives them: owner as object, sources wrapped, children with ids."""
    made: Record = {name: body[name] for name in ("name", "type", "description", "enabled") if name in body}
    if "owner" in body:
        made["owner"] = owner(body["owner"], account, org)
    if "config" in body:
        made["config"] = {"comparisonDelta": None, **body["config"]}
    if "dataSources" in body:
        made["dataSources"] = [_wrapped(source, next_id) for source in body["dataSources"]]
    if "conditionGroup" in body:
        before = (live or {}).get("conditionGroup") or {}
        group = body["conditionGroup"]
        made["conditionGroup"] = {
            "id": before.get("id") or next_id(),
            "organizationId": "1",
            "logicType": group["logicType"],
            "conditions": [{**condition, "id": str(condition.get("id") or next_id())} for condition in group["conditions"]],
            "actions": [],
        }
    return made


def _type(value: Json, live: Record | None) -> None:
    if value not in words.DETECTOR_TYPES:
        raise refuse("type", f"Unknown detector type '{value}'. Must be one of: {', '.join(words.DETECTOR_TYPES)}")
    if live is None and value in words.SYSTEM_TYPES:
        raise refuse("type", f"Detector type '{value}' cannot be created.")
    if live is None and value != "metric_issue":
        raise refuse("type", f"The sandbox makes no detectors of type '{value}'.")
    if live is not None and value != live["type"]:
        raise refuse("type", "Changing the type of a detector is not allowed.")


def _sources(value: Json, account: Account, org: str) -> None:
    if len(items(value, "dataSources")) != 1:
        raise refuse("dataSources", "Exactly one data source is required.")
    source = record(value[0], "dataSources", _SOURCE, ("aggregate", "dataset", "query", "timeWindow", "environment", "eventTypes"))
    dataset = source["dataset"]
    if dataset in {"transactions", "generic_metrics"}:
        raise refuse("dataSources.nonFieldErrors", _TRANSACTIONS)
    choice(dataset, "dataSources.dataset", words.QUERY_TYPES)
    wanted = words.QUERY_TYPES[dataset]
    if source.get("queryType", wanted) != wanted:
        valid = [name for name, number in words.QUERY_TYPES.items() if number == source["queryType"]]
        raise refuse("dataSources.nonFieldErrors", f"Invalid dataset for this query type. Valid datasets are {valid}")
    if not _AGGREGATES.fullmatch(text(source["aggregate"], "dataSources.aggregate", limit=500)):
        raise refuse("dataSources.nonFieldErrors", f"Invalid Metric: {source['aggregate']}")
    query = text(source["query"], "dataSources.query", limit=10_000, blank=True)
    if "release:latest" in query:
        raise refuse("dataSources.query", "Unsupported release alias 'latest' for alert query.")
    if query.count('"') % 2 or query.count("[") != query.count("]"):
        raise refuse("dataSources.nonFieldErrors", "Invalid Query or Metric: Parse error: unbalanced quotes or brackets")
    _event_types(source, dataset)
    _window(source, dataset)
    if source["environment"] is not None and account.environment(org, str(source["environment"])) is None:
        raise refuse("dataSources.environment", "Environment is not part of your organization")
    if source.get("extrapolationMode") is not None:
        choice(source["extrapolationMode"], "dataSources.extrapolationMode", words.EXTRAPOLATION)


def _event_types(source: Record, dataset: str) -> None:
    sent = items(source["eventTypes"], "dataSources.eventTypes")
    allowed = words.EVENT_TYPES.get(dataset)
    if allowed is None:
        return
    if not sent or not set(sent) <= allowed or (dataset == words.SPANS and len(sent) != 1):
        raise refuse("dataSources.nonFieldErrors", f"Invalid event types for this dataset. Valid event types are {sorted(allowed)}")


def _window(source: Record, dataset: str) -> None:
    window = integer(source["timeWindow"], "dataSources.timeWindow", least=60)
    if dataset == words.SESSIONS and window not in words.SESSION_WINDOWS_S:
        raise refuse(
            "dataSources.nonFieldErrors",
            "Invalid Time Window: Allowed time windows for crash rate alerts are: 30min, 1h, 2h, 4h, 12h and 24h",
        )
    if dataset == words.SPANS and window < words.SPAN_WINDOWS_S[0]:
        raise refuse("dataSources.nonFieldErrors", "Invalid Time Window: Time windows for this dataset must be at least 5 minutes.")
    if window % 60 or window > 86_400:
        raise refuse("dataSources.timeWindow", f'"{window}" is not a valid time window.')


def _config(value: Json) -> None:
    config = record(value, "config", {"detectionType", "comparisonDelta"}, ("detectionType",))
    kind = choice(config["detectionType"], "config.detectionType", {"static", "percent", "dynamic"})
    delta = config.get("comparisonDelta")
    if (kind == "percent") != (delta is not None):
        raise refuse("config.comparisonDelta", "comparisonDelta is required for percent detection and for nothing else.")
    if delta is not None:
        choice(delta, "config.comparisonDelta", words.COMPARISON_DELTAS_S)


def _conditions(value: Json, live: Record | None) -> None:
    group = record(value, "conditionGroup", {"id", "logicType", "conditions", "actions"}, ("logicType", "conditions"))
    choice(group["logicType"], "conditionGroup.logicType", words.LOGIC)
    known_ids(group, {live["id"]} if live else (), "conditionGroup.id")
    sent = items(group["conditions"], "conditionGroup.conditions")
    if not 1 <= len(sent) <= 3:
        raise refuse("conditionGroup.conditions", "A metric detector has one to three conditions.")
    for each in sent:
        condition = record(
            each, "conditionGroup.conditions", {"id", "type", "comparison", "conditionResult"}, ("type", "comparison", "conditionResult")
        )
        known_ids(condition, {row["id"] for row in live["conditions"]} if live else (), "conditionGroup.conditions")
        choice(condition["type"], "conditionGroup.conditions", words.THRESHOLDS)
        number(condition["comparison"], "conditionGroup.conditions")
        if isinstance(condition["conditionResult"], bool) or condition["conditionResult"] not in {words.HIGH, words.MEDIUM, words.OK}:
            raise refuse("conditionGroup.conditions", "Unsupported condition result")
    if not any(each["conditionResult"] == words.OK for each in sent):
        raise refuse("conditionGroup.conditions", "Resolution condition required for metric issue detector.")


def _wrapped(source: Record, next_id: Callable[[], str]) -> Record:
    aggregate = "count_unique(tags[sentry:user])" if source["aggregate"] == "count_unique(user)" else source["aggregate"]
    query = {
        "id": next_id(),
        "dataset": source["dataset"],
        "query": source["query"],
        "aggregate": aggregate,
        "timeWindow": source["timeWindow"],
        "environment": source["environment"],
        "eventTypes": sorted(source["eventTypes"], reverse=True),
        "extrapolationMode": source.get("extrapolationMode") or "unknown",
    }
    id = next_id()
    return {
        "id": id,
        "organizationId": "1",
        "type": "snuba_query_subscription",
        "sourceId": id,
        "queryObj": {"id": id, "status": 0, "subscription": f"0/{id}", "snubaQuery": query},
    }
