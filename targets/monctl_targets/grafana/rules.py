"""Monitors as alert rules in rule groups: one group per folder, service and interval, because a group is written whole.

A change of one rule touches the state of every rule in its group (grafana/grafana issues 64256 and 83250, read 2026-11-20), so groups
are kept small; the rules of a group are evaluated one after the other, in the order given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from monctl.condition import State, Term, Trend
from monctl.finding import Level
from monctl.program import Alert, Delivery, Monitor, Program
from monctl.resource import Json, Lookup, Ref, Resource
from monctl_targets.grafana import durations
from monctl_targets.grafana.alert_data import Built, decide
from monctl_targets.grafana.dashboards import Seen
from monctl_targets.grafana.delivery import Deliveries
from monctl_targets.grafana.identity import slug, uid
from monctl_targets.grafana.report import TARGET, Report
from monctl_targets.grafana.version import KEEP_FIRING, show

BASE_INTERVAL_S = 10
"""The scheduler's: a group's interval is a multiple of it."""
TITLE_ROOM = 190
"""Characters of a rule's title and of a group's name."""
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_NAMED_STATES = {"keep": "KeepLast", "ok": "OK"}


def rule_groups(program: Program, folder: Ref | Lookup | str, *, seen: Seen, deliveries: Deliveries, report: Report) -> list[Resource]:
    """The groups that hold the monitors placed in Grafana. `seen` says which panel shows a monitor."""
    work = _Rules(program, seen, deliveries, report, set())
    groups: dict[str, list[tuple[Monitor, list[Json]]]] = {}
    intervals: dict[str, int] = {}
    for monitor in program.placed(TARGET):
        made = list(work.of(monitor))
        if not made:
            continue
        interval = _interval(monitor, report)
        key = f"{slug(monitor.service or 'general')}-{durations.show(interval)}"
        intervals[key] = interval
        groups.setdefault(key, []).append((monitor, made))
    return [_group(key, intervals[key], folder, members) for key, members in sorted(groups.items())]


def _group(key: str, interval: int, folder: Ref | Lookup | str, members: Sequence[tuple[Monitor, list[Json]]]) -> Resource:
    title = f"mc-{key}"
    rules = [rule | {"folderUID": folder, "ruleGroup": title} for _, made in members for rule in made]
    body = {"title": title, "folderUid": folder, "interval": interval, "rules": rules}
    monitors = [monitor for monitor, _ in members]
    parts = tuple(monitor.address for monitor in monitors)
    protect = any(monitor.protect for monitor in monitors)
    return Resource(TARGET, "rule_group", key, title, body, parts[0], monitors[0].origin, protect=protect, parts=parts)


def _interval(monitor: Monitor, report: Report) -> int:
    interval = max(BASE_INTERVAL_S, round(monitor.every_s / BASE_INTERVAL_S) * BASE_INTERVAL_S)
    if interval != monitor.every_s:
        report.approximated(monitor.address, "every", f"every {interval} s: Grafana evaluates in steps of {BASE_INTERVAL_S} s")
    for alert in monitor.alerts:
        shortest = min((term.for_s for term in alert.condition if term.for_s > 0 and not isinstance(term, Trend)), default=interval)
        if monitor.every_s <= shortest < interval:  # shorter than the monitor's own interval is a rule's
            message = f"'for {durations.show(shortest)}' is shorter than the {durations.show(interval)} between two evaluations of Grafana"
            help = f"write `for {durations.show(interval)}`; Grafana evaluates in steps of {BASE_INTERVAL_S} s"
            report.find("GRAFANA104", message, alert.origin, help=help, address=monitor.address, level=Level.WARNING)
    return interval


@dataclass(frozen=True, slots=True)
class _Rules:
    program: Program
    seen: Seen
    deliveries: Deliveries
    report: Report
    titles: set[str]
    """Used already: titles are unique within a folder."""

    def of(self, monitor: Monitor) -> Iterator[Json]:
        """One rule per severity, time to hold and delivery: a rule has one `for` and one contact point."""
        for alert in monitor.alerts:
            for number, (held_s, terms) in enumerate(_by_time(alert).items()):
                built = decide(self.program, monitor, terms)
                self._tell(monitor, alert, built)
                for place, delivery in enumerate(alert.deliveries or (None,)) if built.data else ():
                    part = [monitor.name, alert.severity, *([str(number + 1)] if number else []), *([f"d{place + 1}"] if place else [])]
                    yield {
                        "uid": uid("rule", self.program.estate, self.program.environment, ".".join(part)),
                        "orgID": 1,  # required; the server puts the organisation of the token in its place
                        "title": _title(monitor, alert, number, place, self.titles),
                        "condition": built.condition,
                        "data": built.data,
                        "for": durations.show(held_s),
                        **self._recovering(monitor),
                        "noDataState": self._on(monitor, alert, "no_data", terms),
                        "execErrState": self._on(monitor, alert, "on_error", terms),
                        "isPaused": not monitor.active,
                        "labels": _labels(self.program, monitor, alert, self.report),
                        "annotations": _annotations(self.program, monitor, alert, built) | _seen(monitor, self.seen),
                        **self._notified(monitor, alert, delivery),
                    }

    def _recovering(self, monitor: Monitor) -> dict[str, Json]:
        if not monitor.recover_s:
            return {}
        if self.deliveries.given.version < KEEP_FIRING:
            self.report.dropped(monitor.address, "recover_after", f"Grafana has it from {show(KEEP_FIRING)} on")
            return {}
        return {"keep_firing_for": durations.show(monitor.recover_s)}

    def _tell(self, monitor: Monitor, alert: Alert, built: Built) -> None:
        where = f"alert.{alert.severity}"
        for _, how in built.nearly:
            self.report.approximated(monitor.address, where, how, alert.severity)
        for _, why in built.lost:
            self.report.dropped(monitor.address, where, why, alert.severity)
            if not built.data:
                message = f"Grafana cannot hold the {alert.severity} alert of '{monitor.name}': {why}"
                self.report.find("GRAFANA101", message, alert.origin, help="place it elsewhere: add `on: runner`", address=monitor.address)

    def _notified(self, monitor: Monitor, alert: Alert, delivery: Delivery | None) -> dict[str, Json]:
        settings = None if delivery is None else self.deliveries.settings(monitor, alert, delivery)
        if settings is not None:
            return {"notification_settings": settings}
        if delivery is not None:
            why = "no channel that Grafana can speak to: the server's default policy decides who is told"
            self.report.dropped(monitor.address, f"alert.{alert.severity}.notify", why, alert.severity)
        return {}

    def _on(self, monitor: Monitor, alert: Alert, field: Literal["no_data", "on_error"], terms: Sequence[Term]) -> str:
        """The rule's state without data or after an error. A severity to raise is this rule firing, if it is of that severity."""
        said, kind, own = (monitor.no_data, "no data", "NoData") if field == "no_data" else (monitor.on_error, "error", "Error")
        if any(isinstance(term, State) and term.kind == kind for term in terms):
            return "Alerting"
        if said in _NAMED_STATES:
            return _NAMED_STATES[said]
        if said == alert.severity:
            self.report.approximated(monitor.address, field, "the rule itself fires, and says nothing of why", said)
            return "Alerting"
        if all(other.severity != said for other in monitor.alerts) and alert is monitor.alerts[0]:
            how = f"Grafana's own alert Datasource{own}, to where {alert.severity} goes"
            self.report.approximated(monitor.address, field, how, said)
            return own
        return "KeepLast"


def _by_time(alert: Alert) -> dict[float, list[Term]]:
    """Terms by how long they must hold; a trend looks back over its time and then holds at once."""
    times: dict[float, list[Term]] = {}
    for term in alert.condition:
        times.setdefault(0.0 if isinstance(term, Trend) else term.for_s, []).append(term)
    return times


def _title(monitor: Monitor, alert: Alert, number: int, place: int, titles: set[str]) -> str:
    """Unique within the folder, at most 190 characters."""
    tail = f": {alert.severity}" + (f" ({number + 1})" if number else "") + (f", delivery {place + 1}" if place else "")
    title = monitor.title[: TITLE_ROOM - len(tail)] + tail
    if title in titles:
        title = f"{monitor.name}"[: TITLE_ROOM - len(tail)] + tail
    titles.add(title)
    return title


def _labels(program: Program, monitor: Monitor, alert: Alert, report: Report) -> dict[str, str]:
    own = {"estate": program.estate, "monitor": monitor.name, "severity": alert.severity}
    more = {"environment": program.environment, "service": monitor.service or "", "team": monitor.team or ""}
    made = {}
    for name, value in {**program.severities[alert.severity].labels, **monitor.labels}.items():
        plain = name if _LABEL.fullmatch(name) else re.sub(r"\W", "_", f"_{name}" if name[:1].isdigit() else name, flags=re.ASCII)
        if plain != name:
            report.approximated(monitor.address, f"labels.{name}", f"as '{plain}': labels of alerts have letters, digits and underscores")
        made[plain] = value
    return {**made, **own, **{name: value for name, value in more.items() if value}}


def _annotations(program: Program, monitor: Monitor, alert: Alert, built: Built) -> dict[str, str]:
    """What a message may show. `{{` of the user's own would be read as a template, so it is escaped."""
    severity = program.severities[alert.severity]
    now = f" (now {{{{ $values.{built.value}.Value }}}})" if built.value else ""
    head = f"{severity.emoji} " if severity.emoji else ""
    made = {"summary": head + _literal(monitor.message or f"{monitor.title}: {alert.text}") + now}
    made |= {"description": _literal(monitor.description), "action": _literal(monitor.action)}
    if monitor.runbook is not None:
        runbook = program.runbooks[monitor.runbook]
        made |= {
            "runbook_url": runbook.url or "",
            "runbook": _literal(runbook.title + (f": {runbook.first_step}" if runbook.first_step else "")),
        }
    links: Mapping[str, str] = {**(program.services[monitor.service].links if monitor.service else {}), **monitor.links}
    made["links"] = _literal("\n".join(f"{title}: {url}" for title, url in links.items()))
    return {name: value for name, value in made.items() if value}


def _seen(monitor: Monitor, seen: Seen) -> dict[str, Json]:
    found = seen.get(monitor.name)
    return {} if found is None else {"__dashboardUid__": Ref("dashboard", found[0]), "__panelId__": str(found[1])}


def _literal(text: str) -> str:
    return text.replace("{{", '{{ "{{" }}')
