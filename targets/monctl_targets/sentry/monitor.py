"""Builds the detectors and workflows of one monitor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monctl.measure import Sentry
from monctl.program import Alert, Monitor, Program
from monctl.resource import Json, Lookup, Mark, Ref, Resource
from monctl_targets.sentry import texts
from monctl_targets.sentry.actions import Teller
from monctl_targets.sentry.fidelity import about_monitor, unsearchable
from monctl_targets.sentry.issues import every_event, filters, frequency_min, issue_terms, triggers
from monctl_targets.sentry.query import data_source
from monctl_targets.sentry.report import Notes
from monctl_targets.sentry.scope import Scope
from monctl_targets.sentry.thresholds import Group, grouped, priorities, thresholds

_UNSAFE = re.compile(r"[^a-z0-9_./:@-]")
_PRIORITY_WORDS = {75: "high", 50: "medium"}


@dataclass(frozen=True, slots=True)
class Builder:
    """One monitor in one project."""

    program: Program
    monitor: Monitor
    source: Sentry
    scope: Scope
    notes: Notes

    def resources(self) -> Iterator[Resource]:
        """Detectors first, then the workflows on them, then those on issues."""
        if unsearchable(self.source, self.notes):
            return
        found = thresholds(self.monitor, self.source, self.notes)
        held = priorities(found, dict(self.program.severities)) if found else {}
        detectors = self._keyed(grouped(found, held))
        issues = [(alert, terms) for alert in self.monitor.alerts if (terms := issue_terms(alert))]
        for key, group in detectors.items():
            yield self._detector(key, group, held, alone=len(detectors) == 1)
        for alert in self.monitor.alerts:
            on = [key for key, group in detectors.items() if any(one.severity == alert.severity for one in group.thresholds)]
            if on:
                yield from self._on_figures(alert, on, held[alert.severity])
        for alert, _ in issues:
            yield from self._on_issues(alert)
        about_monitor(self.program, self.monitor, self.source, self.notes, figures=bool(detectors), issues=bool(issues))

    def _keyed(self, groups: list[Group]) -> dict[str, Group]:
        """Groups by key, `monitor/severity` of the most severe; a second one of that severity is `monitor/severity-2`."""
        made: dict[str, Group] = {}
        for group in groups:
            key = base = self._key(group.thresholds[0].severity)
            number = 1
            while key in made:
                number += 1
                key = f"{base}-{number}"
            made[key] = group
        return made

    def _detector(self, key: str, group: Group, held: dict[str, int], *, alone: bool) -> Resource:
        alerts = tuple(alert for alert in self.monitor.alerts if any(one.severity == alert.severity for one in group.thresholds))
        name = texts.detector_name(self.monitor, tuple(alert.text for alert in alerts), alone=alone)
        body: dict[str, Json] = {
            "projectId": self.scope.project_id,
            "name": self._fitted(key, name),
            "type": "metric_issue",
            "description": texts.description(self.program, self.monitor, alerts),
            "enabled": self.monitor.active,
            "owner": self._owner(),
            "dataSources": [data_source(self.source, group.window_s)],
            "conditionGroup": {"logicType": "any", "conditions": group.conditions(held), "actions": []},
            "config": {"detectionType": "static"},
        }
        return self._resource("detector", key, body, alerts[0])

    def _on_figures(self, alert: Alert, detectors: list[str], priority: int) -> Iterator[Resource]:
        """The environment stays null: a recovery carries none and would not reach a workflow that asks for one."""
        how = f"Sentry's priority '{_PRIORITY_WORDS[priority]}' of two; names and Slack notes say '{alert.severity}'"
        self.notes.approximated(f"alert.{alert.severity}.severity", how, severity=alert.severity)
        actions = self._teller(alert, tags="").actions()
        # from this priority up, and back from it: src/sentry/workflow_engine/migration_helpers/alert_rule.py (read 2026-11-20)
        breach = {"type": "issue_priority_greater_or_equal", "comparison": priority, "conditionResult": True}
        recovery = {"type": "issue_priority_deescalating", "comparison": priority, "conditionResult": True}
        split = (
            ([breach, recovery], [action for channel, action in actions if channel is None or channel.resolved]),
            ([breach], [action for channel, action in actions if channel is not None and not channel.resolved]),
        )
        groups = [_group("any-short", conditions, those) for conditions, those in split if those]
        if groups:
            on: list[Json] = [Ref("detector", key) for key in detectors]
            yield self._workflow(self._key(alert.severity), alert, None, on, [], groups, 0)

    def _on_issues(self, alert: Alert) -> Iterator[Resource]:
        severity = self.program.severities[alert.severity]
        tags = ",".join(dict.fromkeys(["environment", "level", *self.source.tags]))
        actions = self._teller(alert, tags=tags).actions()
        how = f"in the alert's name and the Slack note: '{alert.severity}'; an issue's priority is Sentry's own"
        self.notes.approximated(f"alert.{alert.severity}.severity", how, severity=alert.severity)
        if not actions:
            return
        channels = [channel for channel, _ in actions if channel is not None]
        if any(channel.resolved for channel in channels):
            self.notes.approximated(f"alert.{alert.severity}.resolved", "an issue is over when it is resolved in Sentry, without a message")
        repeats = [channel.repeat_s for channel in channels if channel.repeat_s is not None]
        conditions = filters(self.source, alert, self.notes)
        every_event(self.source, alert, conditions, self.notes)
        group = _group("all", conditions, [action for _, action in actions])
        on: list[Json] = [self.scope.error_detector]
        frequency = frequency_min(severity.pages, min(repeats, default=None))
        when = triggers(issue_terms(alert))
        if not when:
            how = f"told again about one issue after {frequency} minutes at the earliest"
            self.notes.approximated(f"alert.{alert.severity}.condition", how, severity=alert.severity)
        yield self._workflow(self._key(alert.severity) + "-issues", alert, self.source.environment, on, when, [group], frequency)

    def _workflow(
        self,
        key: str,
        alert: Alert,
        environment: str | None,
        detectors: list[Json],
        when: list[Json],
        groups: list[Json],
        frequency_min: int,
    ) -> Resource:
        body: dict[str, Json] = {
            "name": self._fitted(key, texts.workflow_name(self.monitor, alert.severity)),
            "enabled": self.monitor.active,
            "environment": environment,
            "owner": self._owner(),
            "config": {"frequency": frequency_min},
            "detectorIds": detectors,
            "triggers": {"logicType": "any-short", "conditions": when, "actions": []},
            "actionFilters": groups,
        }
        return self._resource("workflow", key, body, alert)

    def _resource(self, kind: str, key: str, body: dict[str, Json], alert: Alert) -> Resource:
        return Resource("sentry", kind, key, body["name"], body, self.monitor.address, alert.origin, self.monitor.protect)

    def _teller(self, alert: Alert, *, tags: str) -> Teller:
        note = texts.note(self.program, self.monitor, alert)
        return Teller(self.program, self.scope, self.monitor, alert, note, tags, self.notes)

    def _owner(self) -> Lookup | None:
        return self.scope.owner(self.program, self.monitor.team)

    def _key(self, severity: str) -> str:
        return key_of(self.monitor.name, severity)

    def _fitted(self, key: str, name: str) -> str:
        room = texts.room(Mark(self.program.estate, self.program.environment, key, "0" * 10))
        if room < texts.SHORTEST:
            self.notes.finding(
                "SENTRY106",
                f"'{self.monitor.name}' leaves {max(room, 0)} of 200 characters for a name at Sentry beside the ownership mark",
                help="shorten the monitor's name",
            )
        fitted = texts.fitted(name, max(room, texts.SHORTEST))
        if fitted != name:
            self.notes.approximated("title", f"cut to {len(fitted)} characters: a name at Sentry has 200, with its mark")
        return fitted


def key_of(monitor: str, severity: str) -> str:
    """The key of what a monitor holds for a severity; of an alert on issues, `-issues` follows."""
    return _UNSAFE.sub("-", f"{monitor}/{severity}".lower())


def _group(logic: str, conditions: list[Json], actions: list[Json]) -> Json:
    return {"logicType": logic, "conditions": conditions, "actions": actions}
