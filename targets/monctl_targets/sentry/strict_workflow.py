"""What Sentry accepts as a workflow, and how it reads back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from monctl.resource import Json
from monctl_targets.sentry import strict_detector
from monctl_targets.sentry import vocabulary as words
from monctl_targets.sentry.account import Account, channel_id, missing
from monctl_targets.sentry.strict import Record, boolean, choice, integer, items, known_ids, number, record, refuse, text

_FIELDS = frozenset({"id", "name", "enabled", "environment", "owner", "config", "detectorIds", "triggers", "actionFilters"})
_GROUP = frozenset({"id", "logicType", "conditions", "actions"})


@dataclass(frozen=True, slots=True)
class _Action:
    targets: frozenset[str] | None
    """Allowed `targetType`; None: absent or null."""
    integration: str = ""
    """Key of the provider whose integration is needed; empty: `integrationId` must be null."""
    data: frozenset[str] = frozenset()


_SPECIFIC = frozenset({"specific"})
# src/sentry/notifications/notification_action/action_handler_registry/*.py: additionalProperties is false (read 2026-11-20)
_ACTIONS = {
    "email": _Action(frozenset({"user", "team", "issue_owners"}), data=frozenset({"fallthroughType"})),
    "slack": _Action(_SPECIFIC, "slack", frozenset({"tags", "notes"})),
    "pagerduty": _Action(_SPECIFIC, "pagerduty", frozenset({"priority"})),
    "webhook": _Action(None),
}


def check(body: Record, account: Account, org: str, *, live: Record | None) -> Record:
    """The body when Sentry would accept it; raises Refused. With `live` it is an update: child ids must be its own."""
    record(body, "", _FIELDS, ("name",))
    text(body["name"], "name", limit=words.WORKFLOW_NAME_LIMIT)
    if "enabled" in body:
        boolean(body["enabled"], "enabled")
    if body.get("environment") is not None and account.environment(org, str(body["environment"])) is None:
        raise refuse("environment", "Environment does not exist.")
    strict_detector.owner(body.get("owner"), account, org)
    config = record(body.get("config", {}), "config", {"frequency"})
    if "frequency" in config:
        integer(config["frequency"], "config.frequency")
    for id in items(body.get("detectorIds") or [], "detectorIds"):
        if account.get("detector", org, str(id)) is None:
            raise refuse("detectorIds", "Some detectors do not exist")
    if body.get("triggers") is not None:
        _group(body["triggers"], "triggers", (live or {}).get("triggers"), words.TRIGGERS | words.FREQUENCIES, ("any-short",))
    known = {row["id"]: row for row in (live or {}).get("actionFilters") or []}
    for sent in items(body.get("actionFilters") or [], "actionFilters"):
        if isinstance(sent, dict):
            known_ids(sent, known, "actionFilters")
        group = known.get(str(sent.get("id"))) if isinstance(sent, dict) else None
        _group(sent, "actionFilters", group, words.FILTERS | words.FREQUENCIES, words.LOGIC)
        for action in items(sent.get("actions") or [], "actionFilters.actions"):
            _action(action, group, account, org)
    return body


def held(body: Record, live: Record | None, org: str, next_id: Callable[[], str]) -> Record:
    """The parts of a workflow that a checked body sets, as a read gives them. What is left out stays, but `enabled` becomes true."""
    made: Record = {"name": body["name"], "enabled": body.get("enabled", True)}
    for name in ("environment", "owner", "config"):
        if name in body:
            made[name] = body[name]
    if "detectorIds" in body:
        made["detectorIds"] = sorted({str(id) for id in body["detectorIds"] or []}, key=int)
    if body.get("triggers") is not None:
        before = ((live or {}).get("triggers") or {}).get("id")
        made["triggers"] = _held_group({**body["triggers"], "actions": []}, before, next_id)
    if "actionFilters" in body:
        made["actionFilters"] = [_held_group(group, None, next_id) for group in body["actionFilters"] or []]
    return made


def _group(value: Json, path: str, live: Record | None, types: frozenset[str], logic: Any) -> None:
    group = record(value, path, _GROUP, ("logicType", "conditions"))
    choice(group["logicType"], f"{path}.logicType", logic)
    if live is not None or path == "triggers":
        known_ids(group, {live["id"]} if live else (), f"{path}.id")
    for each in items(group["conditions"], f"{path}.conditions"):
        where = f"{path}.conditions"
        condition = record(each, where, {"id", "type", "comparison", "conditionResult"}, ("type", "comparison", "conditionResult"))
        known_ids(condition, {row["id"] for row in live["conditions"]} if live else (), where)
        choice(condition["type"], where, types)
        boolean(condition["conditionResult"], where)
        _comparison(condition["type"], condition["comparison"], where)


def _comparison(type: str, value: Json, where: str) -> None:
    match type:
        case "tagged_event" | "event_attribute":
            name = "key" if type == "tagged_event" else "attribute"
            fields = record(value, where, {name, "match", "value"}, (name, "match"))
            choice(fields["match"], where, words.MATCHES)
            if (fields["match"] in {"is", "ns"}) == ("value" in fields):
                raise refuse(where, "value is required unless match is `is` or `ns`.")
        case "level":
            fields = record(value, where, {"level", "match"}, ("level", "match"))
            choice(fields["level"], where, set(words.LEVELS.values()))
            choice(fields["match"], where, {"eq", "gte", "lte"})
        case "issue_priority_greater_or_equal" | "issue_priority_deescalating":
            choice(integer(value, where), where, {words.HIGH, words.MEDIUM, 25})
        case "event_frequency_count" | "event_unique_user_frequency_count":
            fields = record(value, where, {"value", "interval", "filters"}, ("value", "interval"))
            integer(fields["value"], where)
            choice(fields["interval"], where, words.FREQUENCY_INTERVALS)
        case "issue_occurrences":
            number(record(value, where, {"value"}, ("value",))["value"], where)
        case "age_comparison" | "assigned_to" | "issue_category" | "issue_type" | "latest_adopted_release":
            if not isinstance(value, dict):
                raise refuse(where, "Invalid comparison.")
        case _:
            if value is not True:
                raise refuse(where, "Invalid comparison: must be true.")


def _action(value: Json, group: Record | None, account: Account, org: str) -> None:
    where = "actions"
    action = record(value, where, {"id", "type", "integrationId", "config", "data", "status"}, ("type", "config", "data"))
    known_ids(action, {row["id"] for row in group["actions"]} if group else (), where)
    if action["type"] == "plugin":
        raise refuse(where, "Action type plugin is deprecated and cannot be created.")
    if action["type"] not in _ACTIONS:
        raise refuse(where, "Organization does not allow this action type")
    rule = _ACTIONS[action["type"]]
    choice(action.get("status", "active"), where, {"active", "disabled"})
    config = record(action["config"], where, {"targetType", "targetIdentifier", "targetDisplay"})
    data = record(action["data"], where, rule.data)
    if rule.targets is None:
        choice(config.get("targetType"), where, {None})
    else:
        choice(config.get("targetType"), where, rule.targets)
    if not rule.integration and action.get("integrationId") is not None:
        raise refuse(where, f"Integration ID is not allowed for {action['type']} action")
    if rule.integration and str(action.get("integrationId")) not in {row["id"] for row in account.integrations(org, rule.integration)}:
        raise refuse(where, f"Integration ID is required for {rule.integration} action")
    match action["type"]:
        case "slack":
            _slack(action, config)
        case "pagerduty":
            if str(config.get("targetIdentifier")) not in {str(row["id"]) for row in account.service_rows(org)}:
                raise refuse(where, 'The service does not exist in the "sandbox" PagerDuty account.')
            choice(data.get("priority", "default"), where, words.PAGERDUTY_PRIORITIES)
        case "email":
            _email(config, data, account, org)


def _slack(action: Record, config: Record) -> None:
    name, given = str(config.get("targetDisplay") or ""), config.get("targetIdentifier")
    for field in ("tags", "notes"):
        text(action["data"].get(field, ""), "actions", limit=4096, blank=True)
    if not name:
        raise refuse("actions", "Slack: Channel name is a required field.")
    if missing(name):
        raise refuse(
            "actions", f'Slack: The slack resource "{name}" does not exist or has not been granted access in the Sandbox Slack workspace.'
        )
    if given and not str(given).startswith(("C", "G", "U")):
        raise refuse("actions", "Slack: Channel not found. Invalid ID provided.")


def _email(config: Record, data: Record, account: Account, org: str) -> None:
    kind, id = config["targetType"], config.get("targetIdentifier")
    if "fallthroughType" in data:
        choice(data["fallthroughType"], "actions", words.FALLTHROUGH)
    if kind == "issue_owners" and id:
        raise refuse("actions", "target_identifier must be null for issue owners")
    if kind == "team" and (not str(id).isdigit() or account.team(org, str(id)) is None):
        raise refuse("actions", "This team is not part of the project.")
    if kind == "user" and account.user(org, str(id)) is None:
        raise refuse("actions", "This user is not part of the project.")


def _held_group(group: Record, id: str | None, next_id: Callable[[], str]) -> Record:
    return {
        "id": str(group.get("id") or id or next_id()),
        "organizationId": "1",
        # live data holds no other "any" (getsentry/sentry, migration of legacy rules, read 2026-11-20)
        "logicType": "any-short" if group["logicType"] == "any" else group["logicType"],
        "conditions": [{**condition, "id": str(condition.get("id") or next_id())} for condition in group["conditions"]],
        "actions": [_held_action(action, next_id) for action in group.get("actions") or []],
    }


def _held_action(action: Record, next_id: Callable[[], str]) -> Record:
    """As read: Slack's name without its `#` and with the id Sentry looked up, an e-mail's default fall-through, the status."""
    config, data = dict(action["config"]), dict(action["data"])
    if action["type"] == "slack":
        name = str(config["targetDisplay"])
        config |= {"targetIdentifier": config.get("targetIdentifier") or channel_id(name), "targetDisplay": name.removeprefix("#")}
    if action["type"] == "email":
        data.setdefault("fallthroughType", "ActiveMembers")
        config.setdefault("targetDisplay", None)
    id = str(action.get("id") or next_id())
    integration = action.get("integrationId")
    return {
        "id": id,
        "type": action["type"],
        "integrationId": None if integration is None else str(integration),
        "config": config,
        "data": data,
        "status": action.get("status", "active"),
    }
