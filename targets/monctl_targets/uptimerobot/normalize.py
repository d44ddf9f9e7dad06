"""A body, desired or live, as a comparable value.

Sources of the rules: https://github.com/uptimerobot/terraform-provider-uptimerobot b41c1c3 (2026-08-20) and
https://github.com/GoSuccessHQ/uptimerobot-api (2026-09), both read 2026-11-20.

A convention of our own bodies: `status: PAUSED` on a monitor stands for a call of `/pause`.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from monctl.resource import Json, Lookup, Ref, SecretRef
from monctl_targets.uptimerobot import mark

WEB = frozenset({"HTTP", "KEYWORD", "API"})
TIMED = WEB | {"PING", "PORT", "UDP"}
Region = Literal["na", "eu", "as", "oc"]
REGIONS: tuple[Region, ...] = get_args(Region)
NOTIFY = ("UpAndDown", "Down", "Up", "None")
"""By the number alert contacts use for it."""
_SPELLING = {"pagerduty": "PagerDuty", "pushbullet": "PushBullet", "msteams": "MSTeams", "googlechat": "GoogleChat"}


def normalize(kind: str, body: Json) -> Json:
    """The comparable value of a monitor, integration, alert_contact or maintenance_window."""
    return _BY_KIND[kind](body)


def text(value: str | None) -> str:
    """A name or URL as it was sent, from what the API gives back: HTML-escaped (terraform-provider-uptimerobot #150)."""
    return html.unescape(value or "")


def _told(body: Mapping[str, Any], name: str) -> str:
    """A name or URL of a body. One we want is taken as it is, for `&copy=1` in a query is no entity; what was read, which alone has an id, is unescaped."""
    return text(body.get(name)) if "id" in body else str(body.get(name) or "")


def _either(value: str | None) -> str:
    """A text of which no source says whether the API escapes it: as far unescaped as it goes, wanted and read alike."""
    before, now = None, value or ""
    while now != before:
        before, now = now, html.unescape(now)
    return now


def canonical(type: str) -> str:
    """One spelling for a type of contact: requests say `Pagerduty`, answers `PagerDuty`."""
    plain = type.replace(" ", "")
    return _SPELLING.get(plain.lower(), plain)


def assignments(body: Mapping[str, Any]) -> list[Json]:
    """A monitor's contacts with whole-number ids, sorted: the API keeps no order."""
    edges = [
        {"alertContactId": _id(edge["alertContactId"]), "threshold": int(edge["threshold"]), "recurrence": int(edge["recurrence"])}
        for edge in body.get("assignedAlertContacts") or ()
    ]
    return sorted(edges, key=lambda edge: str(edge["alertContactId"]))


def _monitor(body: Mapping[str, Any]) -> Json:
    type = body["type"]
    fields = body.get("customFields") or {}
    out: dict[str, Json] = {
        "type": type,
        "friendlyName": _told(body, "friendlyName"),
        "interval": int(body["interval"]),
        "status": "PAUSED" if body.get("status") == "PAUSED" else "STARTED",
        "assignedAlertContacts": assignments(body),
        "tagNames": _tags(body),
        "customFields": {name: value for name, value in sorted(fields.items()) if name != mark.FIELD},
        "config": _config(body.get("config")),
        **_latency(body),
    }
    if type == "HEARTBEAT":  # its url is the server's
        out["gracePeriod"] = body.get("gracePeriod") or 0
    else:
        out["url"] = _told(body, "url") if type in WEB else _told(body, "url").split("://")[-1]
    if type in TIMED:
        out["timeout"] = body.get("timeout")
    if type in {"PORT", "UDP"}:
        out["port"] = body.get("port")
    if type in WEB:
        out |= _web(type, body)
    if type == "KEYWORD":
        case = body.get("keywordCaseType")
        out["keywordType"] = body.get("keywordType")
        out["keywordValue"] = str(body.get("keywordValue") or "").strip()
        out["keywordCaseType"] = {0: "CaseSensitive", 1: "CaseInsensitive"}.get(case, case) if isinstance(case, int) else case
    return out


def _web(type: str, body: Mapping[str, Any]) -> dict[str, Json]:
    method = body.get("httpMethodType") or ("GET" if type == "API" else "HEAD")
    headers = {name.lower(): value for name, value in (body.get("customHttpHeaders") or {}).items()}
    out: dict[str, Json] = {
        "httpMethodType": method,
        "successHttpResponseCodes": sorted(body.get("successHttpResponseCodes") or ["2xx", "3xx"]),
        "checkSSLErrors": bool(body.get("checkSSLErrors")),
        "sslExpirationReminder": bool(body.get("sslExpirationReminder")),
        "domainExpirationReminder": bool(body.get("domainExpirationReminder")),
        "followRedirections": body.get("followRedirections") is not False,
        "authType": _auth(body),
        # content-type is the API's own when there is a body
        "customHttpHeaders": {name: _trimmed(value) for name, value in sorted(headers.items()) if name != "content-type"},
    }
    if method not in {"GET", "HEAD"} and (data := _parsed(body.get("postValueData"))):
        out |= {"postValueType": body.get("postValueType"), "postValueData": data}
    return out


def _auth(body: Mapping[str, Any]) -> str:
    """HTTP_BASIC without user and password is what the API reports for a monitor made without authentication."""
    auth = body.get("authType") or "NONE"
    return "NONE" if auth == "HTTP_BASIC" and not body.get("httpUsername") and not body.get("httpPassword") else auth


def _latency(body: Mapping[str, Any]) -> dict[str, Json]:
    """Threshold (ms, 0: none) and regions. `responseTimeThreshold` always reads 0; what counts is the threshold of each region."""
    data = body.get("regionData") or body.get("regionalData") or {}
    chosen = bool(data.get("MANUAL_SELECTED"))
    limits = {name: value for name, value in (data.get("THRESHOLD") or {}).items() if name in data.get("REGION", ())}
    values = set(limits.values())
    limit: Json = limits if len(values) > 1 else next(iter(values), 0)
    return {
        "responseTimeThreshold": limit or body.get("responseTimeThreshold") or 0,
        "regions": [name for name in REGIONS if name in data["REGION"]] if chosen else "automatic",
    }


def _config(config: Mapping[str, Any] | None) -> Json:
    """Without what is unset; lists whose order means nothing sorted."""
    out = {name: value for name, value in (config or {}).items() if value is not None and value != {}}
    if "sslExpirationPeriodDays" in out:
        out["sslExpirationPeriodDays"] = sorted(out["sslExpirationPeriodDays"])
    if "dnsRecords" in out:
        out["dnsRecords"] = {kind: sorted(values) for kind, values in out["dnsRecords"].items() if values}
    if "apiAssertions" in out:
        checks = [{name: value for name, value in check.items() if value is not None} for check in out["apiAssertions"]["checks"]]
        out["apiAssertions"] = {**out["apiAssertions"], "checks": checks}
    return {name: value for name, value in sorted(out.items()) if value not in ([], {})}


def _tags(body: Mapping[str, Any]) -> list[str]:
    names = [tag["name"] for tag in body.get("tags") or ()] or list(body.get("tagNames") or ())
    return sorted({name.lower() for name in names if not mark.is_tag(name.lower())})


def _integration(body: Mapping[str, Any]) -> Json:
    """With its URL, which the API echoes; a PagerDuty key it does not give back."""
    data = body.get("data", body)
    type = canonical(body["type"])
    out: dict[str, Json] = {
        "type": type,
        "friendlyName": mark.unsigned(_told(data, "friendlyName")),
        "enableNotificationsFor": data.get("enableNotificationsFor") or "UpAndDown",
        "sslExpirationReminder": bool(data.get("sslExpirationReminder")),
    }
    live = "data" not in body
    if type == "PagerDuty":
        out["autoResolve"] = _true(data.get("customValue") if live else data.get("autoResolve"))
        out["location"] = (data.get("customValue2") if live else data.get("location")) or "us"
    elif type == "Webhook":
        out |= _webhook(json.loads(data.get("customValue") or "{}") if live else data)
        out["customHeaders"] = {name.lower(): value for name, value in sorted((data.get("customHeaders") or {}).items())}
        out["urlToNotify"] = _url(data, "value" if live else "urlToNotify")
    else:
        out["customValue"] = _either(data.get("customValue"))
        out["webhookURL"] = _url(data, "value" if live else "webhookURL")
    return out


def _url(data: Mapping[str, Any], name: str) -> Json:
    value = data.get(name)
    return _either(value) if isinstance(value, str) else value


def _webhook(data: Mapping[str, Any]) -> dict[str, Json]:
    """Answers hold the settings as JSON text in `customValue`, with shorter names and flags as true, "1" or 1."""
    return {
        "postValue": _parsed(data.get("postValue")),
        "sendAsJSON": _true(data.get("sendAsJSON", data.get("sendJSON"))),
        "sendAsQueryString": _true(data.get("sendAsQueryString", data.get("sendQuery"))),
        "sendAsPostParameters": _true(data.get("sendAsPostParameters", data.get("sendPost"))),
    }


def _alert_contact(body: Mapping[str, Any]) -> Json:
    when = body.get("enableNotificationsFor", 0)
    value = body.get("value")
    return {
        "type": canonical(body["type"]),
        "friendlyName": mark.unsigned(_told(body, "friendlyName")),
        "value": value.lower() if isinstance(value, str) else value,
        "enableNotificationsFor": NOTIFY[when] if isinstance(when, int) else when,
        "sslExpirationReminder": bool(body.get("sslExpirationReminder")),
    }


def _maintenance_window(body: Mapping[str, Any]) -> Json:
    interval = body["interval"]
    return {
        "name": mark.unsigned(_told(body, "name")),
        "interval": interval,
        "date": (body.get("date") or "")[:10] if interval == "once" else "",
        "time": body["time"],
        "duration": int(body["duration"]),
        "days": sorted(body.get("days") or ()) if interval in {"weekly", "monthly"} else [],
        "monitorIds": sorted((_id(monitor) for monitor in body.get("monitorIds") or ()), key=str),
        "autoAddMonitors": bool(body.get("autoAddMonitors")),
        "status": body.get("status") or "active",
    }


def _id(value: Json) -> Json:
    """A whole number; ids come as numbers or text, some old ones with a leading zero. A reference stays as it is."""
    return value if isinstance(value, Ref | Lookup | SecretRef) else int(value)


def _true(value: object) -> bool:
    return value in (True, 1, "1", "true")


def _trimmed(value: Json) -> Json:
    return value.strip() if isinstance(value, str) else value


def _parsed(value: Json) -> Json:
    """JSON text as what it says; the API gives an object back for text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


_BY_KIND: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
    "monitor": _monitor,
    "integration": _integration,
    "alert_contact": _alert_contact,
    "maintenance_window": _maintenance_window,
}
