"""What a live monitor asks, as the source of a spec. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from monctl.quantity import Duration
from monctl.resource import Json, SecretRef
from monctl.saying import Inexpressible, secret_name
from monctl.sensitive import sensitive_name, sensitive_value

_OPS = {"equals": "==", "not_equals": "!=", "greater_than": ">", "less_than": "<", "contains": "contains", "is_not_null": "exists"}


def request(body: Mapping[str, Any], normal: Mapping[str, Any], name: str, secrets: dict[str, str]) -> dict[str, Json]:
    """The source field of a monitor: `http`, `tcp`, `ping`, `dns` or `heartbeat`. Raises Inexpressible.

    Headers that hold a secret become references; `secrets` learns what belongs into them.
    """
    match normal["type"]:
        case "HTTP" | "KEYWORD" | "API":
            return {"http": _http(normal, name, secrets)}
        case "PORT":
            return {"tcp": {"host": normal["url"], "port": normal["port"]}}
        case "PING":
            return {"ping": normal["url"]}
        case "DNS":
            return {"dns": _dns(normal)}
        case "HEARTBEAT":
            return {"heartbeat": str(Duration(int(normal["gracePeriod"]) * 1000))}
        case type:
            raise Inexpressible(f"the spec has no source for a monitor of type {type}", "type")


def _http(normal: Mapping[str, Any], name: str, secrets: dict[str, str]) -> Json:
    if normal["authType"] != "NONE":
        raise Inexpressible("authentication is said by a header, not by user and password", "authType")
    if normal["domainExpirationReminder"]:
        raise Inexpressible("the spec has no reminder of a domain that expires", "domainExpirationReminder")
    spec: dict[str, Json] = {"url": normal["url"]}
    if normal["httpMethodType"] != "GET":
        spec["method"] = normal["httpMethodType"]
    if normal["customHttpHeaders"]:
        spec["headers"] = {header: _header(header, value, name, secrets) for header, value in normal["customHttpHeaders"].items()}
    if (data := normal.get("postValueData")) is not None:
        spec["body"] = json.dumps(data) if normal.get("postValueType") == "RAW_JSON" else urlencode(data)
    if normal["successHttpResponseCodes"] != ["2xx", "3xx"]:
        spec["status"] = list(normal["successHttpResponseCodes"])
    if not normal["followRedirections"]:
        spec["follow_redirects"] = False
    if normal["url"].startswith("https://") and not normal["checkSSLErrors"]:
        spec["verify"] = False
    spec |= _answer(normal)
    return spec["url"] if len(spec) == 1 else spec


def _answer(normal: Mapping[str, Any]) -> dict[str, Json]:
    """What the body must hold."""
    if normal["type"] == "KEYWORD":
        if normal["keywordCaseType"] != "CaseSensitive":
            raise Inexpressible("a text is looked for exactly as it is written, upper and lower case too", "keywordCaseType")
        return {"contains" if normal["keywordType"] == "ALERT_NOT_EXISTS" else "lacks": normal["keywordValue"]}
    if normal["type"] == "API":
        asserted = normal["config"].get("apiAssertions") or {"checks": []}
        if asserted.get("logic", "AND") != "AND":
            raise Inexpressible("all checks on an answer must hold, not any of them", "config.apiAssertions.logic")
        return {"json": [_check(one) for one in asserted["checks"]]}
    return {}


def _check(one: Mapping[str, Any]) -> Json:
    op = _OPS.get(one["comparison"])
    if op is None:
        raise Inexpressible(f"a check on an answer cannot say '{one['comparison']}'", "config.apiAssertions.checks")
    said: dict[str, Json] = {"path": one["property"]}
    return said | ({} if op == "==" else {"op": op}) | ({} if op == "exists" else {"target": one.get("target")})


def _dns(normal: Mapping[str, Any]) -> Json:
    records = normal["config"].get("dnsRecords") or {}
    if len(records) > 1:
        raise Inexpressible(f"a dns source asks for one type of record, here are {', '.join(records)}", "config.dnsRecords")
    if not records:
        return normal["url"]
    record, expected = next(iter(records.items()))
    return {"host": normal["url"]} | ({} if record == "A" else {"record": record}) | {"expect": list(expected)}


def _header(header: str, value: str, name: str, secrets: dict[str, str]) -> str | SecretRef:
    if not (sensitive_name(header) or sensitive_value(value) or header in {"cookie", "x-auth"}):
        return value
    reference = secret_name(name, header)
    secrets[reference.reference.removeprefix("env:")] = f"the header '{header}' of the monitor '{name}'"
    return reference
