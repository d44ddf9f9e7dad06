"""What the provisioning API refuses in alert rules and rule groups.

Source: ProvisionedAlertRule and AlertRuleNotificationSettings of the API description for 13.0.0; validation in
grafana/grafana pkg/services/ngalert/api and /models (read 2026-11-20).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from monctl.resource import Json
from monctl_targets.grafana import durations
from monctl_targets.grafana.emulator_model import UID
from monctl_targets.grafana.version import ACTIVE_TIMES, KEEP_FIRING, Version, show

Knows = Callable[[str, str], bool]
"""Whether an object of a kind is there."""

_BASE_INTERVAL_S = 10
_REQUIRED = ("orgID", "folderUID", "ruleGroup", "title", "condition", "data", "noDataState", "execErrState", "for")
_KEYS = {
    "uid", "orgID", "folderUID", "ruleGroup", "title", "condition", "data", "noDataState", "execErrState", "for", "keep_firing_for",
    "missingSeriesEvalsToResolve", "isPaused", "labels", "annotations", "notification_settings",
}  # fmt: skip
_SETTINGS = {"receiver", "group_by", "group_wait", "group_interval", "repeat_interval", "mute_time_intervals", "active_time_intervals"}
_NO_DATA = {"NoData", "Alerting", "OK", "KeepLast"}
_ERROR = {"Error", "Alerting", "OK", "KeepLast"}
_EXPRESSIONS = {"reduce", "threshold", "math", "resample"}
_REDUCERS = {"sum", "mean", "min", "max", "count", "last", "median"}
_EVALUATORS = {
    "gt": 1, "lt": 1, "eq": 1, "ne": 1, "gte": 1, "lte": 1,
    "within_range": 2, "outside_range": 2, "within_range_included": 2, "outside_range_included": 2,
}  # fmt: skip


def group_fault(body: Json, folder: str, group: str) -> str | None:
    """What is wrong with a group, its rules apart."""
    if body.get("title") != group or body.get("folderUid") != folder:
        return "sandbox: title and folderUid must be those of the path"
    interval = body.get("interval")
    if not isinstance(interval, int) or interval <= 0 or interval % _BASE_INTERVAL_S:
        return f"interval ({interval}s) should be non-zero and divided exactly by scheduler interval: {_BASE_INTERVAL_S}"
    if not body.get("rules"):
        return "sandbox: a group needs a rule; delete the group instead"
    uids = [rule.get("uid") for rule in body["rules"]]
    return None if len(set(uids)) == len(uids) else "rule uid should be unique"


def too_new(rule: Mapping[str, Any], server: Version | None) -> str | None:
    """What a rule has that came after a server's version. The real server leaves it out without a word."""
    later = {"keep_firing_for": KEEP_FIRING} if "keep_firing_for" in rule else {}
    later |= {"active_time_intervals": ACTIVE_TIMES} if (rule.get("notification_settings") or {}).get("active_time_intervals") else {}
    return next((f"sandbox: Grafana {show(server)} has no {name}" for name, since in later.items() if server and server < since), None)


def rule_fault(rule: Json, folder: str, group: str, knows: Knows) -> str | None:
    """What is wrong with a rule, in a sentence; None when nothing is."""
    return next(_faults(rule, folder, group, knows), None)


def _faults(rule: Mapping[str, Any], folder: str, group: str, knows: Knows) -> Iterator[str]:
    for name in sorted(set(rule) - _KEYS):
        yield f"sandbox: unknown field '{name}'"
    for name in _REQUIRED:
        if name not in rule:
            yield f"{name} is required"
            return
    if rule["folderUID"] != folder or rule["ruleGroup"] != group:
        yield "sandbox: folderUID and ruleGroup must be those of the group"
    if not 1 <= len(rule["title"]) <= 190:
        yield "title must have 1 to 190 characters"
    if not re.fullmatch(UID, rule.get("uid", "")):
        yield "uid must match ^[a-zA-Z0-9-_]+$ and have at most 40 characters"
    if rule["noDataState"] not in _NO_DATA:
        yield f"unknown NoData state option {rule['noDataState']}"
    if rule["execErrState"] not in _ERROR:
        yield f"unknown Error state option {rule['execErrState']}"
    yield from _text_faults(rule)
    yield from _data_faults(rule, knows)
    if rule.get("notification_settings") is not None:
        yield from _settings_faults(rule["notification_settings"], knows)


def _text_faults(rule: Mapping[str, Any]) -> Iterator[str]:
    for name in ("for", "keep_firing_for"):
        if name in rule and durations.read(rule[name]) is None:
            yield f"{name}: not a valid duration string: {rule[name]!r}"
    for name in ("labels", "annotations"):
        if any(not isinstance(value, str) for value in (rule.get(name) or {}).values()):
            yield f"{name} must be text"
    annotations = rule.get("annotations") or {}
    if "__panelId__" in annotations and "__dashboardUid__" not in annotations:
        yield "both annotations __dashboardUid__ and __panelId__ must be specified"


def _data_faults(rule: Mapping[str, Any], knows: Knows) -> Iterator[str]:
    refs = [each.get("refId") for each in rule["data"]]
    if not refs or len(set(refs)) != len(refs):
        yield "every query needs its own refId"
    if rule["condition"] not in refs:
        yield f"condition {rule['condition']} does not exist, must be one of {refs}"
    for each in rule["data"]:
        for name in sorted(set(each) - {"refId", "queryType", "relativeTimeRange", "datasourceUid", "model"}):
            yield f"sandbox: unknown field '{name}' in query {each.get('refId')}"
        if each["datasourceUid"] == "__expr__":
            yield from _expression_faults(each["model"], refs)
            continue
        span = each.get("relativeTimeRange") or {}
        if not span.get("from", 0) > span.get("to", 0):
            yield f"invalid relative time range in query {each['refId']}"
        if not knows("datasource", each["datasourceUid"]):
            yield f"sandbox: no data source with uid '{each['datasourceUid']}'"


def _expression_faults(model: Mapping[str, Any], refs: list[str]) -> Iterator[str]:
    kind = model.get("type")
    if kind not in _EXPRESSIONS:
        yield f"unknown expression type '{kind}'"
    elif kind == "math":
        for name in re.findall(r"\$\{?(\w+)", model.get("expression", "")):
            if name not in refs:
                yield f"expression refers to unknown query {name}"
    elif model.get("expression") not in refs:
        yield f"expression refers to unknown query {model.get('expression')}"
    if kind == "reduce" and model.get("reducer") not in _REDUCERS:
        yield f"unknown reducer '{model.get('reducer')}'"
    if kind == "threshold":
        for each in model.get("conditions") or [{}]:
            evaluator = each.get("evaluator") or {}
            if len(evaluator.get("params", ())) < _EVALUATORS.get(evaluator.get("type", ""), 3):
                yield f"invalid threshold condition '{evaluator.get('type')}'"


def _settings_faults(settings: Mapping[str, Any], knows: Knows) -> Iterator[str]:
    for name in sorted(set(settings) - _SETTINGS):
        yield f"sandbox: unknown field 'notification_settings.{name}'"
    receiver = settings.get("receiver")
    if not receiver or not knows("contact_point", receiver):
        yield f"receiver '{receiver}' does not exist"
    groups = settings.get("group_by") or []
    if groups and groups != ["..."] and not {"alertname", "grafana_folder"} <= set(groups):
        yield "group_by must contain alertname and grafana_folder, or be ['...']"
    for name in ("mute_time_intervals", "active_time_intervals"):
        for each in settings.get(name) or ():
            if not knows("mute_timing", each):
                yield f"time interval '{each}' does not exist"
    for name in ("group_wait", "group_interval", "repeat_interval"):
        if name in settings and not durations.read(settings[name]):
            yield f"{name} must be a duration above zero"
