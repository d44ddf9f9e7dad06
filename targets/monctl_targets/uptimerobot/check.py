"""A monitor's source as the request of a UptimeRobot monitor: type, address, what counts as good.

Fields and limits: https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (2026-07-27),
https://github.com/uptimerobot/terraform-provider-uptimerobot b41c1c3 (2026-08-20), read 2026-11-20.
"""

from __future__ import annotations

import html
import ipaddress
import math
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from monctl.build_report import Report
from monctl.measure import Dns, Heartbeat, Http, Ping, Tcp
from monctl.program import Monitor, Program
from monctl.source import Origin
from monctl_targets.uptimerobot.account import Account, larger
from monctl_targets.uptimerobot.web import web

_LONGEST_BEAT_S = 2_678_400
_LONGEST_S = 86_400
_LONGEST_GRACE_S = 86_400
_NAME = 250
_INSIDE = (".local", ".internal", ".localhost", ".lan", ".intranet", ".corp", ".home.arpa", ".svc")
"""Ends of names that no resolver outside answers: RFC 6762, RFC 8375, and what ICANN keeps from being delegated."""


def origin_of(program: Program, monitor: Monitor, *parts: str) -> Origin:
    """Where a field of the source was written: at the metric, when the monitor watches one."""
    owner = program.metrics[monitor.metric].origin if monitor.metric is not None and monitor.metric in program.metrics else monitor.origin
    return owner.at(*parts)


def check(program: Program, monitor: Monitor, account: Account, report: Report) -> dict[str, Any] | None:
    """The body of the monitor without contacts; None when it cannot be held, and then there is a finding."""
    source = monitor.source
    at: Callable[..., Origin] = lambda *parts: origin_of(program, monitor, *parts)  # noqa: E731  # a name for three arguments
    match source:
        case Http():
            body = web(source, monitor, account, report, at("http"))
        case Tcp():
            body = {"type": "PORT", "url": source.host, "port": source.port}
        case Ping():
            body = {"type": "PING", "url": source.host}
        case Dns():
            body = _dns(source, monitor, account, report, at("dns"))
        case Heartbeat():
            body = _heartbeat(source, monitor, account, report, at("heartbeat"))
        case _:
            message = f"UptimeRobot cannot hold the {source.kind} source of '{monitor.name}'"
            report.finding("UPTIMEROBOT110", message, at(), help="take `uptimerobot` out of `on`", address=monitor.address)
            return None
    if body is None:
        return None
    if "url" in body:
        _public(str(body["url"]), monitor, report, at(source.kind))
    head = {"type": body.pop("type"), "friendlyName": _name(monitor, report), "interval": _interval(monitor, account, report, at("every"))}
    if head["type"] in {"HTTP", "KEYWORD", "API", "PING", "PORT"}:
        head["timeout"] = _timeout(monitor, report)
    return head | body


def _dns(source: Dns, monitor: Monitor, account: Account, report: Report, origin: Origin) -> dict[str, Any] | None:
    if not account.has("dns", f"'{monitor.name}'", origin, report, address=monitor.address):
        return None
    if source.resolver is not None:
        report.dropped(monitor.address, "source.resolver", "UptimeRobot asks its own resolvers")
    if not source.expect:
        report.approximated(monitor.address, "source.record", f"any answer will do, whether {source.record} or not")
    return {"type": "DNS", "url": source.host, "config": {"dnsRecords": {source.record: list(source.expect)}} if source.expect else {}}


def _heartbeat(source: Heartbeat, monitor: Monitor, account: Account, report: Report, origin: Origin) -> dict[str, Any] | None:
    if not account.has("heartbeat", f"'{monitor.name}'", origin, report, address=monitor.address):
        return None
    report.approximated(monitor.address, "source.heartbeat", "the address to call is UptimeRobot's own, shown in its dashboard")
    if source.grace_s > _LONGEST_GRACE_S:
        message = f"'{monitor.name}' may be late by more than {_told(_LONGEST_GRACE_S)}, the most that UptimeRobot waits"
        help = f"write `grace: {_told(_LONGEST_GRACE_S)}` or less, or `on: runner`"
        report.finding("UPTIMEROBOT121", message, origin.at("grace"), help=help, address=monitor.address)
    return {"type": "HEARTBEAT", "gracePeriod": min(_LONGEST_GRACE_S, math.ceil(source.grace_s))}


def _interval(monitor: Monitor, account: Account, report: Report, origin: Origin) -> int:
    """Seconds; a finding when the plan or the vendor does not check so often, or so rarely."""
    every, plan = math.ceil(monitor.every_s), account.plan
    if every < plan.min_interval_s:
        message = (
            f"'{monitor.name}' is checked every {every} s; UptimeRobot's {plan.name} plan checks every {plan.min_interval_s} s at most"
        )
        advice = larger(interval_s=every)
        help = f"write `every: {_told(plan.min_interval_s)}`" + (f", or {advice}" if advice else "")
        report.finding("UPTIMEROBOT101", message, origin, help=help, address=monitor.address)
    longest = _LONGEST_BEAT_S if isinstance(monitor.source, Heartbeat) else _LONGEST_S
    if every > longest:
        message = f"'{monitor.name}' is checked every {every} s; UptimeRobot checks at least every {_told(longest)}"
        report.finding("UPTIMEROBOT108", message, origin, help=f"write `every: {_told(longest)}` or less", address=monitor.address)
    return every


def _timeout(monitor: Monitor, report: Report) -> int:
    wanted = max(1, math.ceil(monitor.timeout_s))
    if wanted > 60:
        report.approximated(monitor.address, "timeout", "at most 60 s")
    return min(60, wanted)


def _name(monitor: Monitor, report: Report) -> str:
    if html.unescape(monitor.title) != monitor.title:
        message = f"the title of '{monitor.name}' holds an HTML entity, which UptimeRobot gives back as the sign itself"
        report.finding("UPTIMEROBOT109", message, monitor.origin.at("title"), help="write the sign", address=monitor.address)
    if len(monitor.title) > _NAME:
        report.approximated(monitor.address, "title", f"cut at {_NAME} characters")
    return monitor.title[:_NAME]


def _public(url: str, monitor: Monitor, report: Report, origin: Origin) -> None:
    """UptimeRobot asks from outside."""
    host = urlsplit(url if "://" in url else f"//{url}").hostname or ""
    try:
        inside = ipaddress.ip_address(host).is_private
    except ValueError:
        # a name without a dot is a container's, or a machine's of one's own network
        inside = bool(host) and ("." not in host or host.endswith(_INSIDE))
    if inside:
        message = f"UptimeRobot cannot reach {host}: it asks from outside"
        report.finding("UPTIMEROBOT107", message, origin, help=f"write `on: runner` for '{monitor.name}'", address=monitor.address)


def _told(seconds: int) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
