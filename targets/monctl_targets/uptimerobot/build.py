"""A program as what UptimeRobot should hold: monitors, whom they tell, and the windows that mute them. Pure.

One check has one list of contacts for everything: down and slow. Where those told of a slow answer are others than those told of an outage,
a second check of the same address carries the warning, so that nobody is called at night for a slow page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from monctl.build_report import Report
from monctl.finding import Level
from monctl.program import Monitor, Program
from monctl.resource import Resource
from monctl.target import Built
from monctl_targets.uptimerobot.account import OPTIONS, Account, account
from monctl_targets.uptimerobot.address import marked_url, slot
from monctl_targets.uptimerobot.check import check, origin_of
from monctl_targets.uptimerobot.contacts import Contact, Contacts, Edge
from monctl_targets.uptimerobot.fields import custom_fields, tags
from monctl_targets.uptimerobot.normalize import WEB
from monctl_targets.uptimerobot.signals import Signal, reminder_days, signals
from monctl_targets.uptimerobot.window import windows

_MOST_REMINDERS = 10
SECOND = ".warnings"
"""Ends the key of a second check."""


def build(program: Program) -> Built:
    """Everything UptimeRobot should hold for a program, what became of each field, and what cannot be."""
    report = Report("uptimerobot")
    options = account(program.targets.get("uptimerobot", {}), report)
    contacts = Contacts(program, options, report)
    made: list[Resource] = []
    keys: dict[str, tuple[str, ...]] = {}
    for monitor in program.placed("uptimerobot"):
        resources = list(_monitor(program, monitor, options, contacts, report))
        keys[monitor.name] = tuple(resource.key for resource in resources)
        made += resources
    made = _apart(program, made, report)
    if len(made) > options.monitor_limit:
        message = f"{len(made)} monitors for UptimeRobot, and its {options.plan.name} plan holds {options.monitor_limit}"
        help = "set `targets.uptimerobot.monitor_limit` to what the account has"
        report.finding("UPTIMEROBOT111", message, OPTIONS, help=help, level=Level.WARNING, same="")
    every = (*contacts.resources(), *made, *windows(program, options, keys, report))
    return Built(every, report.fidelity, report.findings)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Who is told by the check itself, who by a second one, and which of the two reminds of the certificate."""

    first: Mapping[Contact, Edge]
    second: Mapping[Contact, Edge] | None
    slow: tuple[Signal, ...]
    expiry: tuple[Signal, ...]
    second_reminds: bool


def _monitor(program: Program, monitor: Monitor, options: Account, contacts: Contacts, report: Report) -> Iterator[Resource]:
    body = check(program, monitor, options, report)
    if body is None:
        return
    report.exact(monitor.address, "source", f"a {body['type']} monitor")
    report.exact(monitor.address, "every")
    plan = _who(monitor, body["type"], list(_possible(program, monitor, options, report)), contacts, report)
    body |= {
        "tagNames": tags(monitor, report, marked="custom_fields" not in options.plan.features),
        "assignedAlertContacts": _edges(plan.first),
    }
    if "custom_fields" in options.plan.features:
        body["customFields"] = custom_fields(program, monitor, report)
    _about(monitor, options, report)
    if not monitor.active:
        body["status"] = "PAUSED"
    first = deepcopy(body)
    _expiry(first, () if plan.second_reminds else plan.expiry)
    _slow(first, () if plan.second is not None else plan.slow, options)
    yield _resource(monitor, monitor.name, first)
    if plan.second is not None:
        key = monitor.name + SECOND
        second = deepcopy(body) | {"friendlyName": f"{monitor.title[:239]} (warnings)", "assignedAlertContacts": _edges(plan.second)}
        if second["type"] in WEB:
            second["url"] = marked_url(second["url"], key)
        _expiry(second, plan.expiry if plan.second_reminds else ())
        _slow(second, plan.slow, options)
        yield _resource(monitor, key, second)


def _possible(program: Program, monitor: Monitor, options: Account, report: Report) -> Iterator[Signal]:
    """The signals the plan has; the others are findings."""
    for signal in signals(monitor, report):
        name, severity = f"'{monitor.name}'", signal.alert.severity
        if signal.kind == "slow" and not options.has("slow_response", name, signal.alert.origin, report, address=monitor.address):
            report.dropped(monitor.address, f"alert.{severity}.response_time", "the plan has no slow-response alerts", severity=severity)
        elif signal.kind == "expiry" and not options.has("certificate", name, signal.alert.origin, report, address=monitor.address):
            report.dropped(
                monitor.address, f"alert.{severity}.certificate_expires_in", "the plan has no certificate reminders", severity=severity
            )
        elif signal.kind == "expiry" and not str(getattr(monitor.source, "url", "")).startswith("https://"):
            message = f"'{monitor.name}' asks over http, where there is no certificate"
            where = origin_of(program, monitor, "http")
            report.finding(
                "UPTIMEROBOT117", message, where, help="write https, or leave `certificate_expires_in` out", address=monitor.address
            )
        else:
            yield signal


def _who(monitor: Monitor, type: str, found: list[Signal], contacts: Contacts, report: Report) -> _Plan:
    down, slow, expiry = (tuple(signal for signal in found if signal.kind == kind) for kind in ("down", "slow", "expiry"))
    first = contacts.edges(monitor, down or slow or expiry)
    warned = contacts.edges(monitor, slow)
    reminded = contacts.edges(monitor, expiry)
    contacts.remind(reminded)
    second: dict[Contact, Edge] | None = None
    if down and slow and not set(first) <= set(warned) and type != "DNS":  # DNS monitors of one name are refused
        second = warned
        for signal in slow:
            how = f"a second check, '{monitor.name}{SECOND}', so that only these people hear of it; they hear when it is down as well"
            report.approximated(monitor.address, f"alert.{signal.alert.severity}.notify", how, severity=signal.alert.severity)
    else:
        _merge(monitor, first, warned, slow, report)
    alone = second is not None and not set(reminded) <= set(first)
    carrier = second if second is not None and alone else first
    added = [contact for contact in reminded if contact not in carrier]
    delay = max((edge.threshold_min for edge in carrier.values()), default=0)
    carrier |= {contact: Edge(contact, delay) for contact in added}
    for signal in expiry if added else ():
        how = "hears as well when it is down or slow, as late as anybody: the reminder goes to the monitor's contacts"
        report.approximated(monitor.address, f"alert.{signal.alert.severity}.notify", how, severity=signal.alert.severity)
    if len({signal.limit for signal in slow}) > 1:
        for signal in slow:
            how = f"told from {min(one.limit for one in slow)} ms on: a monitor has one limit"
            report.approximated(monitor.address, f"alert.{signal.alert.severity}.response_time", how, severity=signal.alert.severity)
    return _Plan(first, second, slow, expiry, alone)


def _merge(monitor: Monitor, into: dict[Contact, Edge], more: Mapping[Contact, Edge], slow: Iterable[Signal], report: Report) -> None:
    """Adds edges; the smaller delay counts."""
    for contact, edge in more.items():
        other = into.get(contact, edge)
        least = min(other.threshold_min, edge.threshold_min)
        if other.threshold_min != edge.threshold_min:
            for signal in slow:
                how = f"told after {least} min: a contact has one delay for down and slow"
                report.approximated(monitor.address, f"alert.{signal.alert.severity}.for", how, severity=signal.alert.severity)
        into[contact] = replace(edge, threshold_min=least)


def _edges(edges: Mapping[Contact, Edge]) -> list[Any]:
    return [edge.body() for _, edge in sorted(edges.items(), key=lambda item: str(item[0]))]


def _expiry(body: dict[str, Any], expiry: Iterable[Signal]) -> None:
    days = sorted({day for signal in expiry for day in reminder_days(signal.limit)}, reverse=True)
    if days:
        body["sslExpirationReminder"] = True
        body["config"] = {**body.get("config", {}), "sslExpirationPeriodDays": days[:_MOST_REMINDERS]}


def _slow(body: dict[str, Any], slow: Iterable[Signal], options: Account) -> None:
    """The limit is always sent, 0 takes it away; with regions of one's own it belongs to each of them."""
    if body["type"] == "HEARTBEAT" or "slow_response" not in options.plan.features:
        return
    limit = min((signal.limit for signal in slow), default=0)
    if options.regions:
        thresholds = dict.fromkeys(options.regions, limit)
        body["regionData"] = {"REGION": list(options.regions), "THRESHOLD": thresholds, "MANUAL_SELECTED": True}
    else:
        body["responseTimeThreshold"] = limit


def _about(monitor: Monitor, options: Account, report: Report) -> None:
    """What becomes of the fields that are not the check, its alerts or its texts."""
    address = monitor.address
    if monitor.recover_s:
        report.dropped(address, "recover_after", "the first good check ends the alert")
    if monitor.goal is not None:
        report.dropped(address, "goal", "UptimeRobot has no place for it")
    if monitor.phases:
        report.exact(address, "phases", "paused outside them")
    for name in ("no_data", "on_error"):
        if getattr(monitor, name) not in {"keep", "ok"}:
            report.approximated(address, name, "no answer and a failed check are down")
    if "custom_fields" not in options.plan.features:
        for name in ("runbook", "action", "message", "description", "labels", "links"):
            if getattr(monitor, name):
                report.dropped(address, name, f"UptimeRobot's {options.plan.name} plan has no custom fields")


def _resource(monitor: Monitor, key: str, body: dict[str, Any]) -> Resource:
    return Resource(
        "uptimerobot", "monitor", key, str(body["friendlyName"]), body, monitor.address, monitor.origin, protect=monitor.protect
    )


def _apart(program: Program, made: list[Resource], report: Report) -> list[Resource]:
    """The monitors with URLs that differ: UptimeRobot takes a URL once for GET and HEAD.

    All of those that share one are marked, not all but one: then none of them has to give its URL up before another can have it.
    """
    slots = {resource.key: slot(resource.body) for resource in made}
    shared = Counter(taken for taken in slots.values() if taken is not None)
    out = []
    for resource in made:
        taken = slots[resource.key]
        if taken is None or shared[taken] == 1:
            out.append(resource)
            continue
        monitor = program.monitors[resource.address.partition(".")[2]]
        where = origin_of(program, monitor, monitor.source.kind)
        message = f"several monitors for UptimeRobot ask {taken[1]}, and it takes a {'name' if taken[0] == 'DNS' else 'URL'} once"
        if taken[0] == "DNS":
            report.finding("UPTIMEROBOT104", message, where, help="keep one of them", address=resource.address)
            out.append(resource)
            continue
        url = marked_url(resource.body["url"], resource.key)
        report.approximated(resource.address, "source.url", f"asked as {url}, since UptimeRobot takes a URL once")
        help = f"'{resource.key}' asks {url}; one monitor with `json` checks would ask once"
        report.finding("UPTIMEROBOT104", message, where, help=help, address=resource.address, level=Level.INFO)
        out.append(replace(resource, body={**resource.body, "url": url}))
    return out
