"""What the provisioning API refuses in contact points and mute timings, and how it gives them back.

Source: grafana/alerting 783ce04 receivers/*/v1/config.go; prometheus/alertmanager timeinterval/timeinterval.go (read 2026-11-20).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monctl.resource import Json
from monctl_targets.grafana.emulator_model import UID
from monctl_targets.grafana.normalize import MONTHS, SECRETS


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SETTINGS: Mapping[str, frozenset[str]] = {
    "email": _words("addresses singleEmail subject message"),
    "slack": _words(
        "recipient token url username icon_emoji icon_url mentionUsers mentionGroups mentionChannel title text color footer endpointUrl"
    ),
    "pagerduty": _words("integrationKey severity class component group summary source client client_url details url"),
    "webhook": _words(
        "url httpMethod username password authorization_scheme authorization_credentials headers maxAlerts title message payload"
        " tlsConfig hmacConfig"
    ),
}
_NEEDED = {"email": ("addresses",), "slack": (), "pagerduty": ("integrationKey",), "webhook": ("url",)}
_DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


def contact_point_fault(body: Mapping[str, Any]) -> str | None:
    """What is wrong with one integration of a contact point."""
    kind, settings = str(body.get("type")), body.get("settings")
    if not body.get("name"):
        return "contact point name must not be empty"
    if not re.fullmatch(UID, body["uid"]):
        return "uid contains illegal characters or is longer than 40"
    if kind not in _SETTINGS:
        return f"sandbox: no integration of type '{kind}' here"
    if not isinstance(settings, Mapping):
        return "settings should not be empty"
    if extra := sorted(set(settings) - _SETTINGS[kind]):
        return f"sandbox: unknown setting '{extra[0]}' of {kind}"
    for name in _NEEDED[kind]:
        if not settings.get(name):
            return f"could not find {name} property in settings"
    if kind == "slack" and not (settings.get("url") or (settings.get("token") and settings.get("recipient"))):
        return "either url, or token and recipient must be specified"
    return None


def hidden(body: Json) -> Json:
    """The integration with its secrets redacted, as every answer shows it."""
    secret = SECRETS.get(body["type"], frozenset())
    shown = {name: "[REDACTED]" if name in secret and value else value for name, value in body["settings"].items()}
    if isinstance(signing := shown.get("hmacConfig"), dict) and signing.get("secret"):
        shown["hmacConfig"] = signing | {"secret": "[REDACTED]"}
    return body | {"settings": shown}


def mute_timing_fault(body: Mapping[str, Any]) -> str | None:
    """What is wrong with a mute timing, in a sentence; None when nothing is."""
    return next(_faults(body), None)


def _faults(body: Mapping[str, Any]) -> Iterator[str]:
    if not body.get("name"):
        yield "missing name in time interval"
    for each in body.get("time_intervals") or [{"": None}]:
        for name in sorted(set(each) - {"times", "weekdays", "days_of_month", "months", "years", "location"}):
            yield f"sandbox: unknown field '{name}' in a time interval"
        for span in each.get("times") or ():
            start, end = span.get("start_time", ""), span.get("end_time", "")
            if not _TIME.fullmatch(start) or not _TIME.fullmatch(end) or start >= end:
                yield f"start time {start} must be before end time {end}, both as HH:MM"
        yield from _range_faults(each, "weekdays", lambda text: _DAYS.index(text) if text in _DAYS else None)
        yield from _range_faults(each, "months", lambda text: MONTHS.index(text) + 1 if text in MONTHS else _number(text, 1, 12))
        yield from _range_faults(each, "days_of_month", lambda text: _number(text, -31, 31) or None)
        yield from _range_faults(each, "years", lambda text: _number(text, 1, 9999))
        try:
            ZoneInfo(each.get("location") or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            yield f"unknown time zone {each['location']}"


def _range_faults(interval: Mapping[str, Any], name: str, read: Any) -> Iterator[str]:
    for text in interval.get(name) or ():
        if not isinstance(text, str):
            yield f"{name} must be text"
            continue
        ends = [read(end) for end in text.split(":")]
        if None in ends or len(ends) > 2 or ends != sorted(ends):
            yield f"{text} is not a valid range of {name}"


def _number(text: str, low: int, high: int) -> int | None:
    return int(text) if re.fullmatch(r"-?\d+", text) and low <= int(text) <= high else None


def respelt(interval: Json) -> Json:
    """A time interval in the server's own spelling: `monday:monday` is `monday`, `january` is `1`; empty parts are left out."""
    kept = {name: value for name, value in interval.items() if value}
    for name in ("weekdays", "days_of_month", "months", "years"):
        if name in kept:
            kept[name] = [_spelt(text, name) for text in kept[name]]
    return kept


def _spelt(text: str, name: str) -> str:
    ends = text.split(":")
    if name == "months":
        ends = [str(MONTHS.index(end) + 1) if end in MONTHS else end for end in ends]
    return ends[0] if ends[0] == ends[-1] else ":".join(ends)
