"""An HTTP source as an HTTP, KEYWORD or API monitor.

Every option is sent: the vendor's defaults surprise (HEAD, which has no body to search) or cannot be seen. Source:
https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (2026-07-27), https://github.com/GoSuccessHQ/uptimerobot-api (2026-09), read 2026-11-20.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any
from urllib.parse import parse_qsl

from monctl.build_report import Report
from monctl.measure import Http, JsonAssertion
from monctl.program import Monitor
from monctl.resource import Json, SecretRef
from monctl.source import Origin
from monctl_targets.uptimerobot.account import Account

_KEYWORD = 500
_HEADERS = 3000
_CHECKS = 5
_URL = 10_000
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|\w+);")
_COMPARISON = {"==": "equals", "!=": "not_equals", ">": "greater_than", "<": "less_than", "contains": "contains", "exists": "is_not_null"}


def web(source: Http, monitor: Monitor, account: Account, report: Report, origin: Origin) -> dict[str, Any] | None:
    """The body's web part; None when the vendor would refuse it, and then there is a finding."""
    _address(source.url, monitor, report, origin)
    body: dict[str, Any] = {"type": "HTTP", "url": source.url, "authType": "NONE", "followRedirections": source.follow_redirects}
    if source.json:
        checks = _checks(source, monitor, report, origin)
        if not checks or not account.has("api", f"`http.json` of '{monitor.name}'", origin.at("json"), report, address=monitor.address):
            return None
        body |= {"type": "API", "config": {"apiAssertions": {"logic": "AND", "checks": checks}}}
        for name in ("contains", "lacks"):
            if getattr(source, name) is not None:
                report.dropped(monitor.address, f"source.{name}", "a monitor looks at JSON or for a text, not both")
    elif source.contains is not None or source.lacks is not None:
        body |= _keyword(source, monitor, report, origin)
    if source.method == "HEAD" and body["type"] != "HTTP":
        message = f"'{monitor.name}' looks into the answer, and HEAD has none"
        report.finding("UPTIMEROBOT106", message, origin.at("method"), help="leave `method` out: GET", address=monitor.address)
        return None
    secure = source.url.startswith("https://")
    if "request" not in account.plan.features:
        return _bare(body, source, monitor, account, report, origin)
    sent = _payload(source, monitor, report, origin)
    return body | {
        "httpMethodType": source.method,
        "successHttpResponseCodes": list(source.status),
        "checkSSLErrors": secure and source.verify,
        "sslExpirationReminder": False,
        "domainExpirationReminder": False,
        "customHttpHeaders": _headers(source, monitor, report, origin),
        **sent,
    }


def _address(url: str, monitor: Monitor, report: Report, origin: Origin) -> None:
    """What the vendor refuses of a URL: its length, and HTML in it (terraform-provider-uptimerobot b41c1c3, v1.3.7, read 2026-11-20)."""
    if len(url) > _URL:
        message = f"the URL of '{monitor.name}' is {len(url)} characters long; UptimeRobot takes {_URL}"
        report.finding("UPTIMEROBOT119", message, origin.at("url"), help="ask a shorter one", address=monitor.address)
    if any(html.unescape(one) != one for one in _ENTITY.findall(url)):
        message = f"the URL of '{monitor.name}' holds an HTML entity, which UptimeRobot gives back as the sign itself"
        report.finding("UPTIMEROBOT109", message, origin.at("url"), help="write the sign: `&` for `&amp;`", address=monitor.address)


def _bare(body: dict[str, Any], source: Http, monitor: Monitor, account: Account, report: Report, origin: Origin) -> dict[str, Any] | None:
    """On the Free plan the vendor chooses method and accepted statuses."""
    own = [
        name
        for name, plain in (
            ("method", source.method in {"GET", "HEAD"}),
            ("headers", not source.headers),
            ("body", source.body is None),
            ("status", source.status == ("2xx", "3xx")),
        )
        if not plain
    ]
    if own:
        account.has("request", f"`http.{own[0]}` of '{monitor.name}'", origin.at(own[0]), report, address=monitor.address)
        return None
    if source.method == "GET":
        report.approximated(
            monitor.address, "source.method", "UptimeRobot chooses the method on its Free plan: HEAD, where no text is looked for"
        )
    return body


def _keyword(source: Http, monitor: Monitor, report: Report, origin: Origin) -> dict[str, Json]:
    """Literal text, exactly as written: quotes and braces are part of it."""
    field = "contains" if source.contains is not None else "lacks"
    value = source.contains if source.contains is not None else source.lacks or ""
    if source.contains is not None and source.lacks is not None:
        report.dropped(monitor.address, "source.lacks", "a monitor has one keyword: `contains`")
    wrong = None
    if len(value) > _KEYWORD:
        wrong = f"is {len(value)} characters long; UptimeRobot takes {_KEYWORD}"
    elif not value.strip():
        wrong = "is empty"
    elif value != value.strip():
        wrong = "begins or ends with space, which UptimeRobot cuts off"
    if wrong is not None:
        report.finding(
            "UPTIMEROBOT105",
            f"`{field}` of '{monitor.name}' {wrong}",
            origin.at(field),
            help="search for a shorter text without it",
            address=monitor.address,
        )
    report.exact(monitor.address, f"source.{field}", "a KEYWORD monitor")
    kind = "ALERT_NOT_EXISTS" if field == "contains" else "ALERT_EXISTS"
    return {"type": "KEYWORD", "keywordType": kind, "keywordCaseType": "CaseSensitive", "keywordValue": value}


def _checks(source: Http, monitor: Monitor, report: Report, origin: Origin) -> list[Json]:
    found = [check for one in source.json if (check := _check(one, monitor, report)) is not None]
    if len(found) > _CHECKS:
        message = f"'{monitor.name}' checks {len(found)} things in the answer; UptimeRobot takes {_CHECKS}"
        report.finding("UPTIMEROBOT114", message, origin.at("json"), help="split it into two monitors", address=monitor.address)
    if not found:
        message = f"nothing of `http.json` of '{monitor.name}' can be said to UptimeRobot"
        report.finding(
            "UPTIMEROBOT114", message, origin.at("json"), help="write `on: runner`, or use ==, !=, <, >", address=monitor.address
        )
    return found[:_CHECKS]


def _check(one: JsonAssertion, monitor: Monitor, report: Report) -> Json | None:
    where = f"source.json.{one.path}"
    if one.op not in _COMPARISON:
        report.dropped(monitor.address, where, f"UptimeRobot cannot say {one.op}")
        return None
    if one.op == "contains" and (not isinstance(one.target, str) or not one.target):
        report.dropped(monitor.address, where, "contains needs a text")
        return None
    if one.op in {">", "<"} and (isinstance(one.target, bool | str) or one.target is None):
        report.dropped(monitor.address, where, f"{one.op} needs a number")
        return None
    if one.op == "exists":
        report.approximated(monitor.address, where, "is there and is not null")
        return {"property": one.path, "comparison": "is_not_null"}
    report.exact(monitor.address, where)
    target = int(one.target) if isinstance(one.target, float) and one.target.is_integer() else one.target
    return {"property": one.path, "comparison": _COMPARISON[one.op], "target": target}


def _headers(source: Http, monitor: Monitor, report: Report, origin: Origin) -> dict[str, str | SecretRef]:
    names = [name.lower() for name in source.headers]
    if len(set(names)) != len(names):
        message = f"'{monitor.name}' sends a header twice, written differently"
        report.finding("UPTIMEROBOT118", message, origin.at("headers"), help="keep one of them", address=monitor.address)
    if len(json.dumps({name: str(value) for name, value in source.headers.items()})) > _HEADERS:
        message = f"the headers of '{monitor.name}' are longer than {_HEADERS} characters"
        report.finding("UPTIMEROBOT118", message, origin.at("headers"), help="send fewer", address=monitor.address)
    return dict(source.headers)


def _payload(source: Http, monitor: Monitor, report: Report, origin: Origin) -> dict[str, Json]:
    """JSON as it is, a form as its pairs; UptimeRobot sends nothing else."""
    if source.body is None:
        return {}
    if source.method in {"GET", "HEAD"}:
        message = f"'{monitor.name}' sends a body with {source.method}, which UptimeRobot refuses"
        report.finding("UPTIMEROBOT106", message, origin.at("body"), help="write `method: POST`", address=monitor.address)
        return {}
    try:
        json.loads(source.body)
    except ValueError:
        pairs = dict(parse_qsl(source.body, keep_blank_values=True))
        if not all("=" in part for part in source.body.split("&")):
            message = f"the body of '{monitor.name}' is neither JSON nor a form"
            report.finding("UPTIMEROBOT113", message, origin.at("body"), help="UptimeRobot sends only these two", address=monitor.address)
            return {}
        return {"postValueType": "KEY_VALUE", "postValueData": pairs}
    return {"postValueType": "RAW_JSON", "postValueData": source.body}
