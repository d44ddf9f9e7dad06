"""Whom an alert tells, as the actions of a workflow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monctl.program import Alert, Channel, Delivery, Monitor, Program, Recipient, Severity
from monctl.resource import Json, SecretRef
from monctl_targets.sentry.normalize import canonical
from monctl_targets.sentry.report import Notes
from monctl_targets.sentry.scope import Scope


@dataclass(frozen=True, slots=True)
class Teller:
    """Makes the actions of one alert of one monitor."""

    program: Program
    scope: Scope
    monitor: Monitor
    alert: Alert
    note: str
    """Text for Slack messages."""
    tags: str
    """Tags Slack messages show, separated by commas; empty on alerts about figures."""
    notes: Notes

    def actions(self) -> list[tuple[Channel | None, Json]]:
        """Each action once, with its channel (None for the first level of an escalation), in the order of the deliveries."""
        made: dict[str, tuple[Channel | None, Json]] = {}
        for delivery in self.alert.deliveries:
            for channel, action in self._of_delivery(delivery):
                made.setdefault(canonical(action), (channel, action))
        return list(made.values())

    def _of_delivery(self, delivery: Delivery) -> Iterator[tuple[Channel | None, Json]]:
        channels = [self.program.channels[name] for name in delivery.channels]
        taken = [channel for channel in channels if not channel.severities or self.alert.severity in channel.severities]
        for channel in taken:
            for action in self._of_channel(channel):
                yield channel, action
        if delivery.during is not None:
            how = f"Sentry has no hours: tells at any time, not only in '{delivery.during}'"
            self.notes.approximated(self._field("during"), how, severity=self.alert.severity)
        if delivery.escalation is not None:
            for action in self._escalated(delivery.escalation, paged=any(channel.kind == "pagerduty" for channel in taken)):
                yield None, action

    def _of_channel(self, channel: Channel) -> Iterator[Json]:
        name, severity = f"notify.{channel.name}", self.alert.severity
        match channel.kind:
            case "slack" if channel.settings.get("channel"):
                yield self._slack(str(channel.settings["channel"]))
            case "slack":
                self.notes.dropped(name, "Sentry posts to a channel through its Slack app: the channel's name is needed", severity=severity)
            case "email":
                for address in channel.settings["to"]:
                    yield from self._email(name, str(address))
            case "pagerduty" if channel.settings.get("service"):
                yield self._pagerduty(str(channel.settings["service"]))
            case "pagerduty":
                self.notes.dropped(name, "Sentry knows PagerDuty services by name: the service's name is needed", severity=severity)
            case "sentry":
                self.notes.exact(name, "the issue is in Sentry already", severity=severity)
            case "sms":
                self.notes.dropped(name, "Sentry sends no SMS", severity=severity)
            case "webhook":
                self.notes.dropped(name, "Sentry calls webhooks of its own integrations only, not an address of ours", severity=severity)

    def _escalated(self, name: str, *, paged: bool) -> Iterator[Json]:
        """Sentry does not wait: PagerDuty escalates where it is told, else the first level is told at once."""
        field, severity = self._field("escalation"), self.alert.severity
        if paged:
            self.notes.approximated(field, "by the escalation policy of the PagerDuty service", severity=severity)
            return
        escalation = self.program.escalations[name]
        told = [action for step in escalation.steps if step.after_s == 0 for one in step.recipients for action in self._of_recipient(one)]
        yield from told
        if told and len(escalation.steps) == 1 and not escalation.repeat:
            self.notes.approximated(field, "its one level is told by Sentry, and nobody acknowledges", severity=severity)
        elif told:
            self.notes.dropped(field, "Sentry tells the first level and does not wait to call the next", severity=severity)
        else:
            self.notes.dropped(field, "Sentry does not wait to call anybody later", severity=severity)

    def _of_recipient(self, recipient: Recipient) -> Iterator[Json]:
        match recipient.kind:
            case "channel":
                yield from self._of_channel(self.program.channels[recipient.name])
            case "person":
                yield from self._person(recipient.name)
            case "team":
                yield self._mail("team", self.scope.team(self.program, recipient.name))
            case "rotation":
                team = self.program.rotations[recipient.name].team
                if team is not None:
                    yield self._mail("team", self.scope.team(self.program, team))

    def _slack(self, channel: str) -> Json:
        """Without an id Sentry asks Slack for it while it answers; with one it need not (src/sentry/integrations/slack, read 2026-11-20)."""
        display = channel if channel.startswith(("#", "@")) else f"#{channel}"
        config = {"targetType": "specific", "targetDisplay": display}
        if (id := self.scope.channel_id(display)) is not None:
            config["targetIdentifier"] = id
        data = {"notes": self.note} | ({"tags": self.tags} if self.tags else {})
        return {"type": "slack", "integrationId": self.scope.slack(), "config": config, "data": data, "status": "active"}

    def _pagerduty(self, service: str) -> Json:
        severity: Severity = self.program.severities[self.alert.severity]
        config = {
            "targetType": "specific",
            "targetIdentifier": self.scope.pagerduty("pagerduty_service", service),
            "targetDisplay": service,
        }
        return {
            "type": "pagerduty",
            "integrationId": self.scope.pagerduty("pagerduty_account", service),
            "config": config,
            "data": {"priority": severity.event},
            "status": "active",
        }

    def _email(self, name: str, address: str) -> Iterator[Json]:
        """Sentry writes to its users and teams, never to a bare address."""
        person = next((one.name for one in self.program.people.values() if (one.email or "").lower() == address.lower()), None)
        if person is not None:
            yield from self._person(person)
            return
        team = next((one.name for one in self.program.teams.values() if (one.email or "").lower() == address.lower()), None)
        if team is None and self.monitor.team is not None:
            team = self.monitor.team
            how = f"{address} is nobody's in `people` or `teams`: the team '{team}' is written to"
            self.notes.approximated(name, how, severity=self.alert.severity)
        if team is not None:
            yield self._mail("team", self.scope.team(self.program, team))
            return
        how = f"{address} is nobody's in `people` or `teams`: the owners of the issue are written to"
        self.notes.approximated(name, how, severity=self.alert.severity)
        yield self._mail("issue_owners", None) | {"data": {"fallthroughType": "ActiveMembers"}}

    def _person(self, name: str) -> Iterator[Json]:
        person = self.program.people[name]
        account = person.sentry or person.email
        if account is None:
            why = f"'{name}' has no e-mail address, and Sentry reaches people by e-mail only"
            self.notes.dropped(self._field("notify"), why, severity=self.alert.severity)
        elif "@" in account:
            yield self._mail("user", self.scope.lookup("member", email=account))
        else:
            yield self._mail("user", self.scope.lookup("member", username=account))

    def _mail(self, target: str, id: Json) -> dict[str, Json]:
        config = {"targetType": target, "targetIdentifier": id, "targetDisplay": None}
        return {"type": "email", "integrationId": None, "config": config, "data": {}, "status": "active"}

    def _field(self, name: str) -> str:
        return f"alert.{self.alert.severity}.{name}"


def about_channel(channel: Channel, notes: Notes, *, figures: bool) -> None:
    """What Sentry makes of a channel's own settings. `figures`: alerts about figures are told on a change of state only."""
    if channel.rate is not None:
        notes.dropped("rate", "Sentry limits messages by issue and action only")
    if channel.group_by:
        notes.approximated("group_by", "Sentry groups by issue")
    if channel.repeat_s is not None and figures:
        notes.dropped("repeat", "a metric monitor tells when its state changes, not while it lasts")
    if channel.kind == "pagerduty" and isinstance(channel.settings.get("integration_key"), SecretRef):
        notes.approximated("integration_key", "Sentry's own PagerDuty integration holds the key")
