"""What the emulator keeps of a write, and what a read gives back: other names, defaults, escapes, another order.

Shapes: https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (2026-07-27), https://github.com/GoSuccessHQ/uptimerobot-api
(live-checked 2026-09), read 2026-11-20.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any

from monctl.resource import Json
from monctl_targets.uptimerobot.normalize import canonical

_CREATED = "2026-11-01T09:00:00.000Z"
_USER = 1_480_001
_WEB: Mapping[str, Json] = {
    "httpMethodType": None,
    "authType": "HTTP_BASIC",  # what the API reports for a monitor made without any
    "httpUsername": "",
    "httpPassword": "",
    "customHttpHeaders": None,
    "successHttpResponseCodes": ["2xx", "3xx"],
    "postValueType": None,
    "postValueData": None,
    "checkSSLErrors": False,
    "sslExpirationReminder": False,
    "domainExpirationReminder": False,
    "followRedirections": True,
}
_BARE: Mapping[str, Json] = {
    "port": None,
    "gracePeriod": None,
    "timeout": None,
    "keywordType": None,
    "keywordValue": "",
    "keywordCaseType": 0,
    "config": None,
    "customFields": None,
    "groupId": 0,
    "assignedAlertContacts": [],
}
_NEVER_TOLD = frozenset({"Telegram", "PushBullet", "PagerDuty", "Pushover"})
"""Types whose `value` is not echoed."""


def monitor_record(body: Mapping[str, Any], id: int, tags: list[Json], old: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The monitor as kept: the body over what was there (or the defaults), config merged key by key."""
    given = {
        name: value for name, value in body.items() if name not in {"tagNames", "regionData", "responseTimeThreshold", "config", "type"}
    }
    record: dict[str, Any] = {**_WEB, **_BARE, "status": "STARTED", "tags": [], **(old or {}), **given, "id": id}
    record["type"] = old["type"] if old else body["type"].upper()
    if "tagNames" in body:
        record["tags"] = tags
    if "config" in body:
        merged = {**(record["config"] or {}), **(body["config"] or {})} if body["config"] is not None else {}
        record["config"] = {name: value for name, value in merged.items() if value is not None} or None
    if "successHttpResponseCodes" in body:
        record["successHttpResponseCodes"] = body["successHttpResponseCodes"] or ["2xx", "3xx"]
    if isinstance(record["keywordCaseType"], str):
        record["keywordCaseType"] = ("CaseSensitive", "CaseInsensitive").index(record["keywordCaseType"])
    record["keywordValue"] = record["keywordValue"].strip()
    record["regionalData"] = _regions(body, record.get("regionalData"))
    if record["type"] in {"PING", "PORT", "DNS"}:
        record["url"] = record["url"].split("://")[-1]
    if record["type"] == "HEARTBEAT":
        record["url"] = f"https://heartbeat.uptimerobot.com/m{id}-{id * 7919:x}"
    if isinstance(record["postValueData"], str):
        record["postValueData"] = json.loads(record["postValueData"])
    if record["postValueData"] and (record["customHttpHeaders"] is None or "customHttpHeaders" in body):
        # a body brings a header of the API's own along
        sort = "application/json" if record["postValueType"] == "RAW_JSON" else "application/x-www-form-urlencoded"
        record["customHttpHeaders"] = {"content-type": sort, **(record["customHttpHeaders"] or {})}
    return record


def monitor_view(record: Mapping[str, Any], windows: list[Json]) -> Json:
    """A monitor as a read gives it: escaped, lists turned round, thresholds by region only."""
    return {
        **{name: value for name, value in record.items() if name != "tags"},
        "friendlyName": html.escape(record["friendlyName"]),
        "url": html.escape(record["url"]),
        "assignedAlertContacts": [
            {**edge, "alertContactId": int(edge["alertContactId"])} for edge in reversed(record["assignedAlertContacts"])
        ],
        "successHttpResponseCodes": list(reversed(record["successHttpResponseCodes"])),
        "tags": [{**tag, "monitors": []} for tag in reversed(record["tags"])],
        "responseTimeThreshold": 0,
        "maintenanceWindows": windows,
        "psps": [],
        "sslBrand": None,
        "sslExpiryDateTime": None,
        "domainExpireDate": None,
        "currentStateDuration": 0,
        "lastIncidentId": None,
        "lastIncident": None,
        "lastDayUptimes": {"bucketSize": 3600, "histogram": []},
        "createDateTime": _CREATED,
        "apiKey": None,
        "userId": _USER,
    }


def integration_record(body: Mapping[str, Any], id: int, old: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An integration as kept, in the flat shape of the answers."""
    data = body["data"]
    record: dict[str, Any] = {
        "customValue": "",
        "customValue2": "",
        "customValue3": "",
        "customValue4": "",
        "customHeaders": None,
        "status": "Active",
    }
    record |= {**(old or {}), "id": id, "type": canonical(body["type"])}
    record |= {
        name: data[name]
        for name in ("friendlyName", "enableNotificationsFor", "sslExpirationReminder", "customValue", "customHeaders")
        if name in data
    }
    for name in ("webhookURL", "urlToNotify", "roomURL", "integrationKey"):
        if name in data:
            record["value"] = data[name]
    if record["type"] == "PagerDuty":
        record["customValue"] = "1" if data.get("autoResolve", record["customValue"] == "1") else "0"
        record["customValue2"] = data.get("location", record["customValue2"] or "us")
    if record["type"] == "Webhook":
        told = json.loads(record["customValue"] or "{}")
        names = {"postValue": "postValue", "sendAsJSON": "sendJSON", "sendAsQueryString": "sendQuery", "sendAsPostParameters": "sendPost"}
        told |= {short: "1" if data[name] is True else data[name] for name, short in names.items() if name in data}
        record["customValue"] = json.dumps(told)
    return record


def integration_view(record: Mapping[str, Any]) -> Json:
    """An integration, or a personal contact in an integration's shape, as a read gives it."""
    keys = ("id", "type", "status", "enableNotificationsFor", "sslExpirationReminder", "customHeaders")
    values = {name: record.get(name) or "" for name in ("customValue", "customValue2", "customValue3", "customValue4")}
    value = None if record["type"] in _NEVER_TOLD else record.get("value")
    return {
        **{name: record.get(name) for name in keys},
        **values,
        "friendlyName": html.escape(record.get("friendlyName") or ""),
        "value": value,
    }


def contact_view(record: Mapping[str, Any]) -> Json:
    """A personal contact as a read gives it."""
    keys = ("id", "type", "value", "status", "enableNotificationsFor", "sslExpirationReminder")
    empty = dict.fromkeys(("customHeaders", "httpUsername", "httpPassword", "authType", "mobileProviderId", "orgAlertContactId", "config"))
    return {
        **empty,
        **{name: record.get(name) for name in keys},
        "customValue": "",
        "friendlyName": html.escape(record.get("friendlyName") or ""),
    }


def window_view(record: Mapping[str, Any]) -> Json:
    """A maintenance window as a read gives it, lists turned round."""
    turned = {"days": list(reversed(record["days"])), "monitorIds": list(reversed(record["monitorIds"]))}
    return {**record, **turned, "name": html.escape(record["name"]), "userId": _USER, "created": _CREATED}


def _regions(body: Mapping[str, Any], old: Mapping[str, Any] | None) -> Json:
    """Regions after a write; `responseTimeThreshold` is copied to every region of the monitor."""
    data: dict[str, Any] = dict(old or {"REGION": ["na"], "MANUAL_SELECTED": False, "INFRASTRUCTURE": "New"})
    if "regionData" in body:
        data = {**data, "THRESHOLD": {}, **body["regionData"]}
    if "responseTimeThreshold" in body:
        data["THRESHOLD"] = dict.fromkeys(data["REGION"], body["responseTimeThreshold"])
    return data
