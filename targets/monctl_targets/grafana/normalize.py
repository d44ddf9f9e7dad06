"""A body, desired or live, as a comparable value: read-only keys, vendor defaults, marks, secrets and re-spellings are gone.

What the server adds and changes: reference of Grafana 13, alert_rule, contact_points, dashboards (read 2026-11-20); Terraform's provider
ignores the same keys (grafana/terraform-provider-grafana 3f9621f, resource_dashboard.go and resource_alerting_*.go).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monctl.resource import Json, Mark
from monctl_targets.grafana import durations
from monctl_targets.grafana.identity import bare_name

MARK_ANNOTATION = "monctl_id"
"""The annotation of an alert rule that holds the mark: a label would change fingerprints, routing and state."""
RULE_ANNOTATION = "monctl_rule"
"""The annotation of a rule that was taken over: the uid its spec gives it. Its own uid stays what it was."""

SECRETS: Mapping[str, frozenset[str]] = {
    "slack": frozenset({"url", "token"}),
    "pagerduty": frozenset({"integrationKey"}),
    "webhook": frozenset({"password", "authorization_credentials"}),
    "email": frozenset(),
}
"""Settings of a contact point that come back as `[REDACTED]` (grafana/alerting 783ce04 receivers/*/v1/config.go, read 2026-11-20)."""

SCHEMA_VERSION = 42
_DASHBOARD_DEFAULTS: Mapping[str, Json] = {
    "editable": True, "fiscalYearStartMonth": 0, "graphTooltip": 0, "links": [], "panels": [], "tags": [], "timezone": "browser",
    "refresh": "", "description": "", "weekStart": "", "liveNow": False, "preload": False, "style": "dark",
}  # fmt: skip
_SERVER_KEYS = frozenset({"id", "uid", "version", "iteration", "gnetId", "revision", "schemaVersion"})
"""12.0 raised `schemaVersion` alone on reading, which is no change (grafana/grafana PR 104213, read 2026-11-20)."""
_RULE_SERVER_KEYS = frozenset({"id", "updated", "provenance", "orgID", "guid", "version", "folderUID", "ruleGroup", "updatedBy"})
_PANEL_DEFAULTS: Mapping[str, tuple[Json, ...]] = {
    "transparent": (False,), "description": ("",), "links": ([],), "repeatDirection": ("h",), "collapsed": (False,), "panels": ([],),
}  # fmt: skip
"""Values that the UI adds or leaves out when somebody saves."""
_MODEL_DEFAULTS: Mapping[str, Json] = {"intervalMs": 1000, "maxDataPoints": 43200, "queryType": "", "hide": False}
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")


def normalize(kind: str, body: Json) -> Json:
    """The comparable form of a body of this kind."""
    return _KINDS[kind](body)


def _folder(body: Json) -> Json:
    return {"title": body.get("title"), "parentUid": body.get("parentUid") or ""}


def _dashboard(body: Json) -> Json:
    model = {name: value for name, value in body["dashboard"].items() if name not in _SERVER_KEYS}
    if isinstance(model.get("description"), str):
        model["description"] = Mark.strip(model["description"])
    model = {name: value for name, value in model.items() if name not in _DASHBOARD_DEFAULTS or value != _DASHBOARD_DEFAULTS[name]}
    if "tags" in model:
        model["tags"] = sorted(model["tags"])
    if isinstance(model.get("templating"), Mapping):
        model["templating"] = {"list": [_variable(each) for each in model["templating"].get("list", [])]}
    if "panels" in model:
        model["panels"] = [_panel(each) for each in model["panels"]]
    if isinstance(model.get("annotations"), Mapping):
        model["annotations"] = {"list": [each for each in model["annotations"].get("list") or [] if not each.get("builtIn")]}
    normal = _tidy({"folderUid": body.get("folderUid") or "", "dashboard": model})
    # Grafana 13 converts what is saved in its UI to the v2 model; what it then gives here is a translation (docs schema-v2, read 2026-11-20)
    saved_as = str(body.get("apiVersion") or "").rpartition("/")[2]
    return normal | {"apiVersion": saved_as} if saved_as.startswith("v2") else normal


def _variable(body: Json) -> Json:
    # `current` and `options` are state: the UI rewrites them whenever somebody saves
    return {name: value for name, value in body.items() if name not in {"current", "options"}}


def _panel(body: Json) -> Json:
    panel = {name: value for name, value in body.items() if name not in _PANEL_DEFAULTS or value not in _PANEL_DEFAULTS[name]}
    panel.pop("pluginVersion", None)
    if isinstance(library := panel.get("libraryPanel"), Mapping):
        panel["libraryPanel"] = {name: library.get(name) for name in ("name", "uid")}
    if panel.get("panels"):
        panel["panels"] = [_panel(each) for each in panel["panels"]]
    return panel


def _rule_group(body: Json) -> Json:
    # a group keeps the folder and the title it has: the mark says which it is, and a move would send what fires a second time
    return {
        "interval": int(body["interval"]),
        "rules": [_rule(each) for each in body.get("rules") or []],
    }


def _rule(body: Json) -> Json:
    rule = {name: value for name, value in body.items() if name not in _RULE_SERVER_KEYS and value not in (None, {}, [], "")}
    for name in ("for", "keep_firing_for"):
        rule[name] = _seconds(rule.get(name, "0s"))
    rule["isPaused"] = bool(rule.get("isPaused"))
    rule["uid"] = said_uid(body)
    annotations = {name: value for name, value in rule.get("annotations", {}).items() if name not in {MARK_ANNOTATION, RULE_ANNOTATION}}
    rule.pop("annotations", None)
    if annotations:
        rule["annotations"] = annotations
    if settings := rule.get("notification_settings"):
        rule["notification_settings"] = {
            name: _seconds(value) if name in {"group_wait", "group_interval", "repeat_interval"} else value
            for name, value in settings.items()
            if value not in (None, [], "")
        }
    rule["data"] = [_query(each) for each in rule.get("data", [])]
    return _tidy(rule)


def said_uid(rule: Mapping[str, Any]) -> Json:
    """The uid a rule has in the specs: its own, unless it was taken over from somebody else."""
    return (rule.get("annotations") or {}).get(RULE_ANNOTATION) or rule.get("uid")


def _query(body: Json) -> Json:
    span = body.get("relativeTimeRange") or {}
    model = {name: value for name, value in body["model"].items() if name not in _MODEL_DEFAULTS or value != _MODEL_DEFAULTS[name]}
    if "conditions" in model:
        # the server's own schema keeps only these; the UI's editor adds and drops the others
        model["conditions"] = [
            {name: value for name, value in each.items() if name in {"evaluator", "unloadEvaluator"}} for each in model["conditions"]
        ]
    return {
        "refId": body["refId"],
        "datasourceUid": body["datasourceUid"],
        "from": span.get("from", 0),
        "to": span.get("to", 0),
        "model": {name: value for name, value in model.items() if name != "refId"},
    }


def _contact_point(body: Json) -> Json:
    receivers = [
        {
            "uid": each["uid"],
            "type": each["type"],
            "disableResolveMessage": bool(each.get("disableResolveMessage")),
            "settings": _settings(each["type"], each["settings"]),
        }
        for each in body["receivers"]
    ]
    return _tidy({"name": bare_name(body["name"]), "receivers": sorted(receivers, key=lambda each: str(each["uid"]))})


def _settings(type: str, body: Json) -> Json:
    kept = {name: value for name, value in body.items() if name not in SECRETS.get(type, ()) and value not in (None, "", {})}
    if isinstance(signing := kept.get("hmacConfig"), Mapping):
        kept["hmacConfig"] = {name: value for name, value in signing.items() if name != "secret"}
    return kept


def _mute_timing(body: Json) -> Json:
    return {"name": bare_name(body["name"]), "time_intervals": [_interval(each) for each in body.get("time_intervals") or []]}


def _interval(body: Json) -> Json:
    interval = {name: value for name, value in body.items() if value not in (None, [], "") and (name, value) != ("location", "UTC")}
    for name in ("weekdays", "days_of_month", "months", "years"):
        if name in interval:
            interval[name] = [_range(str(each), months=name == "months") for each in interval[name]]
    return interval


def _range(text: str, *, months: bool) -> str:
    ends = text.lower().split(":")
    if months:
        ends = [str(MONTHS.index(each) + 1) if each in MONTHS else each for each in ends]
    return ends[0] if len(ends) == 1 or ends[0] == ends[1] else ":".join(ends)


def _seconds(value: Json) -> Json:
    found = durations.read(value) if isinstance(value, str) else None
    return value if found is None else found


def _tidy(value: Json) -> Json:
    """Without nulls (the UI strips them) and with whole numbers as integers."""
    if isinstance(value, Mapping):
        return {name: _tidy(item) for name, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_tidy(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


_KINDS: Mapping[str, Callable[[Any], Json]] = {
    "folder": _folder,
    "dashboard": _dashboard,
    "rule_group": _rule_group,
    "contact_point": _contact_point,
    "mute_timing": _mute_timing,
}
