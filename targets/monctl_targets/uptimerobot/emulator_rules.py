"""What the emulator accepts: the fields of each request and their limits, refused with the vendor's kind of message.

Fields and limits: https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (2026-07-27), with the corrections of
https://github.com/GoSuccessHQ/uptimerobot-api (2026-09), read 2026-11-20. Unknown fields are refused although nothing says that the vendor
does: a mistake should be seen.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from monctl.resource import Json
from monctl_targets.uptimerobot.normalize import REGIONS

Check = Callable[[Any], bool]
Fields = dict[str, tuple[Check, str]]

METHODS = ("HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY")
TYPES = ("HTTP", "KEYWORD", "PING", "PORT", "HEARTBEAT", "DNS", "API", "UDP", "VISUAL_COMPARISON")
EVENTS = ("UpAndDown", "Down", "Up", "None")
COMPARISONS = ("equals", "not_equals", "contains", "not_contains", "greater_than", "less_than", "is_null", "is_not_null")
_RECORDS = ("A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "PTR", "SOA", "SPF", "DNSKEY", "DS", "NSEC", "NSEC3")


def _text(least: int, most: int) -> tuple[Check, str]:
    return lambda value: isinstance(value, str) and least <= len(value) <= most, f"must be text of {least} to {most} characters"


def _whole(least: int, most: int) -> tuple[Check, str]:
    return lambda value: type(value) is int and least <= value <= most, f"must be an integer from {least} to {most}"


def _one(*values: object) -> tuple[Check, str]:
    return (
        lambda value: value in values and not isinstance(value, bool),
        f"must be one of the following values: {','.join(map(str, values))}",
    )


def _each(check: Check, *, most: int = 1000) -> Check:
    return lambda value: isinstance(value, list) and len(value) <= most and all(map(check, value))


_FLAG: tuple[Check, str] = (lambda value: isinstance(value, bool), "must be a boolean value")
_TEXTS: Check = _each(lambda value: isinstance(value, str))


def _edges(value: object) -> bool:
    if not isinstance(value, list):
        return False
    whole = all(
        isinstance(edge, dict)
        and set(edge) == {"alertContactId", "threshold", "recurrence"}
        and str(edge["alertContactId"]).isdigit()
        and all(type(edge[name]) is int and edge[name] >= 0 for name in ("threshold", "recurrence"))
        for edge in value
    )
    return whole and len({int(edge["alertContactId"]) for edge in value}) == len(value)


def _regions(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) <= {"REGION", "THRESHOLD", "MANUAL_SELECTED"}
        and bool(value.get("REGION"))
        and set(value["REGION"]) <= set(REGIONS)
        and all(name in REGIONS and 0 <= limit <= 60000 for name, limit in value.get("THRESHOLD", {}).items())
    )


def _fields(value: object) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= 20
        and all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", name) for name in value)
        and all(isinstance(text, str) and len(text) <= 255 for text in value.values())
    )


def _headers(value: object) -> bool:
    return (
        isinstance(value, dict)
        and all(isinstance(text, str) for text in value.values())
        and len({name.lower() for name in value}) == len(value)
        and len(json.dumps(value)) <= 3000
    )


def _check(value: object) -> bool:
    return (
        isinstance(value, dict)
        and set(value) <= {"property", "comparison", "target"}
        and str(value.get("property", "")).startswith("$")
        and value.get("comparison") in COMPARISONS
        and (value["comparison"] not in {"greater_than", "less_than"} or type(value.get("target")) in {int, float})
        and (value["comparison"] != "contains" or bool(value.get("target")))
    )


def _config(value: object) -> bool:
    if value is None:
        return True
    if not isinstance(value, dict):
        return False
    days, assertions, records = value.get("sslExpirationPeriodDays"), value.get("apiAssertions"), value.get("dnsRecords")
    return (
        set(value) <= {"sslExpirationPeriodDays", "ipVersion", "applicationErrorRetries", "apiAssertions", "dnsRecords"}
        and (days is None or _each(lambda day: type(day) is int and 0 <= day <= 365, most=10)(days))
        and value.get("ipVersion") in {None, "ipv4Only", "ipv6Only"}
        and value.get("applicationErrorRetries") in {None, 0, 1, 2, 3}
        and (
            assertions is None
            or (assertions.get("logic") in {"AND", "OR"} and 1 <= len(assertions["checks"]) <= 5 and all(map(_check, assertions["checks"])))
        )
        and (records is None or (set(records) <= set(_RECORDS) and all(map(_TEXTS, records.values()))))
    )


_TAG: Check = lambda name: isinstance(name, str) and 1 <= len(name) <= 50 and name == name.lower()  # noqa: E731  # one entry of a table
_COMMON: Fields = {
    "type": _one(*TYPES),
    "friendlyName": _text(1, 250),
    "interval": _whole(15, 2_678_400),
    "assignedAlertContacts": (_edges, "must hold alertContactId, threshold and recurrence, each contact once"),
    "tagNames": (_each(_TAG, most=20), "must be at most 20 tags of 1 to 50 characters in lower case"),
    "maintenanceWindowsIds": (_each(lambda id: type(id) is int), "must be an array of numbers"),
    "regionData": (_regions, "must hold REGION and thresholds of 0 to 60000"),
    "responseTimeThreshold": _whole(0, 60000),
    "groupId": _whole(0, 2**31),
    "customFields": (_fields, "must be at most 20 keys of letters, digits, _ and -, with values of at most 255 characters"),
}
_WEB: Fields = {
    "httpMethodType": _one(*METHODS),
    "authType": _one("NONE", "HTTP_BASIC", "DIGEST", "BEARER"),
    "httpUsername": _text(0, 255),
    "httpPassword": _text(0, 255),
    "postValueType": _one("KEY_VALUE", "RAW_JSON"),
    "postValueData": (lambda value: isinstance(value, str | dict), "must be an object or text"),
    "customHttpHeaders": (_headers, "must be an object of texts, at most 3000 characters"),
    "successHttpResponseCodes": (
        _each(lambda code: bool(re.fullmatch(r"[1-5](\d\d|xx)", str(code)))),
        "each value must be a status code or a class like 2xx",
    ),
    "checkSSLErrors": _FLAG,
    "sslExpirationReminder": _FLAG,
    "domainExpirationReminder": _FLAG,
    "followRedirections": _FLAG,
}
_URL: Fields = {"url": _text(1, 10000)}
_TIMEOUT: Fields = {"timeout": _whole(0, 60)}
_CONFIG: Fields = {"config": (_config, "is not valid")}
_PORT: Fields = {"port": _whole(1, 65535)}
_KEYWORD: Fields = {
    "keywordType": _one("ALERT_EXISTS", "ALERT_NOT_EXISTS"),
    "keywordCaseType": _one("CaseSensitive", "CaseInsensitive", 0, 1),
    "keywordValue": _text(1, 500),
}
MONITOR: Mapping[str, Fields] = {
    "HTTP": _COMMON | _URL | _TIMEOUT | _CONFIG | _WEB,
    "KEYWORD": _COMMON | _URL | _TIMEOUT | _CONFIG | _WEB | _KEYWORD,
    "API": _COMMON | _URL | _TIMEOUT | _CONFIG | _WEB,
    "PING": _COMMON | _URL | _TIMEOUT | _CONFIG,
    "PORT": _COMMON | _URL | _TIMEOUT | _CONFIG | _PORT,
    "HEARTBEAT": _COMMON | {"gracePeriod": _whole(0, 86400)},
    "DNS": _COMMON | _URL | _CONFIG,
}
"""Type → its fields. UDP and VISUAL_COMPARISON are not held."""
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "HTTP": ("url", "timeout"),
    "KEYWORD": ("url", "timeout", "keywordType", "keywordCaseType", "keywordValue"),
    "API": ("url", "timeout", "config"),
    "PING": ("url", "timeout"),
    "PORT": ("url", "timeout", "port"),
    "HEARTBEAT": ("gracePeriod",),
    "DNS": ("url", "config"),
}

_EVENTS = _one(*EVENTS)
_LINK = _text(1, 1500)
_CUSTOM = _text(0, 5000)
_NOTE: Fields = {"friendlyName": _text(0, 60), "enableNotificationsFor": _EVENTS, "sslExpirationReminder": _FLAG}
INTEGRATION: Mapping[str, tuple[Fields, tuple[str, ...]]] = {
    "Slack": (_NOTE | {"webhookURL": _LINK, "customValue": _CUSTOM}, ("webhookURL", "customValue")),
    "MSTeams": (_NOTE | {"webhookURL": _LINK}, ("webhookURL",)),
    "Discord": (_NOTE | {"webhookURL": _LINK, "customValue": _CUSTOM}, ("webhookURL", "customValue")),
    "Mattermost": (_NOTE | {"webhookURL": _LINK, "customValue": _CUSTOM}, ("webhookURL", "customValue")),
    "GoogleChat": (_NOTE | {"roomURL": _LINK, "customMessage": _CUSTOM}, ("roomURL", "customMessage")),
    "Pagerduty": (
        _NOTE | {"integrationKey": _text(32, 1500), "location": _one("us", "eu"), "autoResolve": _FLAG},
        ("integrationKey",),
    ),
    "Webhook": (
        _NOTE
        | {
            "urlToNotify": _LINK,
            "postValue": _CUSTOM,
            "sendAsJSON": _FLAG,
            "sendAsQueryString": _FLAG,
            "sendAsPostParameters": _FLAG,
            "customHeaders": (lambda value: value is None or _headers(value), "must be an object"),
        },
        ("urlToNotify", "postValue"),
    ),
}
"""Type as requests spell it → its fields, and those it needs."""

CONTACT: Fields = {
    "type": _one("Email", "ProSms", "Voice", "MobileAppIOS", "MobileAppAndroid"),
    "friendlyName": _text(0, 60),
    "value": _text(1, 255),
    "enableNotificationsFor": _one(0, 1, 2, 3, *EVENTS),
}
CONTACT_PATCH: Fields = {
    "friendlyName": _text(0, 60),
    "enableNotificationsFor": CONTACT["enableNotificationsFor"],
    "sslExpirationReminder": _FLAG,
    "isActive": _FLAG,
}
WINDOW: Fields = {
    "name": _text(3, 255),
    "interval": _one("once", "daily", "weekly", "monthly"),
    "date": (lambda value: bool(re.fullmatch(r"(19|20)\d\d-[01]\d-[0-3]\d", str(value))), "must be a date YYYY-MM-DD"),
    "time": (
        lambda value: bool(re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d", str(value))),
        r"must match /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$/ regular expression",
    ),
    "duration": _whole(1, 525_600),
    "days": (_each(lambda day: type(day) is int and (-1 <= day <= 31)), "must be an array of days"),
    "autoAddMonitors": _FLAG,
    "monitorIds": (_each(lambda id: type(id) is int and id >= 0), "must be an array of numbers"),
    "status": _one("active", "paused"),
}


def faults(body: Json, fields: Fields, needed: tuple[str, ...] = ()) -> list[str]:
    """What the validator says about a body, as class-validator words it."""
    if not isinstance(body, dict):
        return ["body must be an object"]
    unknown = [f"property {name} should not exist" for name in body if name not in fields]
    missing = [f"{name} should not be empty" for name in needed if body.get(name) is None]
    return (
        unknown
        + missing
        + [f"{name} {message}" for name, (check, message) in fields.items() if name in body and not _passes(check, body[name])]
    )


def monitor_faults(body: Json, type: str, *, least_s: int, new: bool) -> list[str]:
    """What is wrong with a monitor of this type. The plan's own least interval counts for new and changed ones alike."""
    if type not in MONITOR:
        return [f"type must be one of the following values: {','.join(TYPES)}"]
    found = faults(body, MONITOR[type], ("friendlyName", "interval", *_NEEDED[type]) if new else ())
    if found:
        return found
    if body.get("interval", least_s) < least_s:
        found.append(f"interval must not be less than {least_s}")
    url, method = str(body.get("url", "")), body.get("httpMethodType")
    web = type in {"HTTP", "KEYWORD", "API"}
    if url and web and not re.match(r"https?://[^/\s]+", url):
        found.append("Wrong URL or IP")
    if url and _private(url):
        found.append("url is not reachable from outside")
    if web and url.startswith("http://") and any(body.get(name) for name in ("checkSSLErrors", "sslExpirationReminder")):
        found.append("SSL options need an https URL")
    if type == "API" and method == "HEAD":
        found.append("httpMethodType must not be HEAD")
    if body.get("postValueData") and method in {"GET", "HEAD"}:
        found.append(f"postValueData is not allowed with {method}")
    if type == "API" and new and not (body["config"] or {}).get("apiAssertions"):
        found.append("config.apiAssertions should not be empty")
    return found


def window_faults(body: Json, *, new: bool) -> list[str]:
    """What is wrong with a maintenance window."""
    found = faults(body, WINDOW, ("name", "interval", "time", "duration") if new else ())
    if not found and body.get("interval") == "once" and not body.get("date"):
        found.append("date should not be empty")
    if not found and body.get("interval") in {"weekly", "monthly"} and not body.get("days"):
        found.append("days should not be empty")
    return found


def _passes(check: Check, value: object) -> bool:
    try:
        return check(value)
    except (AttributeError, KeyError, TypeError):
        return False


def _private(url: str) -> bool:
    host = urlsplit(url if "://" in url else f"//{url}").hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith(".local")
