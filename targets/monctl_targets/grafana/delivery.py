"""Where a rule's notifications go: the contact point of its channels, and the times it may speak, as `notification_settings`.

The notification policy tree is one object for all teams and is never touched: rules name their contact point themselves
(terraform-provider-grafana issues 624, 642, 769 tell what the other way costs; read 2026-11-20).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from monctl.program import Alert, Channel, Delivery, Monitor, Program
from monctl.resource import Json, Lookup, Ref, Resource, SecretRef, leaves, lookup
from monctl_targets.grafana import durations
from monctl_targets.grafana.given import Given
from monctl_targets.grafana.identity import slug, uid
from monctl_targets.grafana.report import TARGET, Report
from monctl_targets.grafana.timings import calendar_timings, maintenance_timing, outside_timing
from monctl_targets.grafana.version import ACTIVE_TIMES, show

_DIGEST_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800}
_GROUP_INTERVAL_S = 300
"""Grafana's default `group_interval`: `repeat_interval` is looked at when it ticks, so it is rounded up (alertmanager docs/configuration.md 68fb2d5, read
2026-11-20)."""
_DEFAULT_GROUPS = ("grafana_folder", "alertname")


@dataclass(slots=True)
class Deliveries:
    """Makes the settings of rules, and remembers the contact points and mute timings they need."""

    program: Program
    report: Report
    given: Given = field(default_factory=Given)
    points: dict[str, Resource] = field(default_factory=dict)
    timings: dict[str, Resource] = field(default_factory=dict)

    def settings(self, monitor: Monitor, alert: Alert, delivery: Delivery) -> Json | None:
        """`notification_settings`; None when Grafana can tell nobody of this delivery: then the server's default policy decides."""
        spoken = self._channels(monitor, alert, delivery)
        if not spoken:
            return None
        made: dict[str, Json] = {"receiver": self._receiver(monitor, alert, spoken)}
        groups = dict.fromkeys(label for channel in spoken for label in channel.group_by)
        if groups:
            made["group_by"] = [*_DEFAULT_GROUPS, *groups]
        repeats = [channel.repeat_s for channel in spoken if channel.repeat_s]
        if repeats:
            made["repeat_interval"] = durations.show(min(repeats))
            if (late := -min(repeats) % _GROUP_INTERVAL_S) and self.program.severities[alert.severity].digest is None:
                how = f"told again after {durations.show(min(repeats) + late)}: Grafana looks every {durations.show(_GROUP_INTERVAL_S)}"
                self.report.approximated(monitor.address, f"alert.{alert.severity}.repeat", how, alert.severity)
        digest = self.program.severities[alert.severity].digest
        if digest is not None:
            made |= {"group_wait": durations.show(_DIGEST_S[digest]), "group_interval": durations.show(_DIGEST_S[digest])}
            how = f"collected for {durations.show(_DIGEST_S[digest])} from the first alert on, not to a fixed hour"
            self.report.approximated(monitor.address, f"alert.{alert.severity}.digest", how, alert.severity)
        return made | self._times(monitor, alert, delivery)

    def _channels(self, monitor: Monitor, alert: Alert, delivery: Delivery) -> list[Channel]:
        """The channels Grafana can speak to; the others, and the escalation, are reported."""
        spoken = []
        for name in delivery.channels:
            channel = self.program.channels[name]
            where = f"alert.{alert.severity}.notify.{name}"
            if why := _mute(channel):
                self.report.dropped(monitor.address, where, why, alert.severity)
            else:
                spoken.append(channel)
                if channel.rate is not None:
                    self.report.approximated(
                        monitor.address, f"{where}.rate", "Grafana groups alerts and has no rate limit", alert.severity
                    )
        if delivery.escalation is not None:
            self._escalation(monitor, alert, delivery, spoken)
        return spoken

    def _escalation(self, monitor: Monitor, alert: Alert, delivery: Delivery, spoken: list[Channel]) -> None:
        """Grafana calls nobody a second time. Where PagerDuty is told, it escalates; channels of the first step are told at once."""
        where = f"alert.{alert.severity}.escalation"
        escalation = self.program.escalations[delivery.escalation or ""]
        first = [step for step in escalation.steps if step.after_s == 0]
        for recipient in (each for step in first for each in step.recipients if each.kind == "channel"):
            channel = self.program.channels[recipient.name]
            if channel not in spoken and not _mute(channel):
                spoken.append(channel)
        if any(channel.kind == "pagerduty" for channel in spoken):
            self.report.approximated(monitor.address, where, "PagerDuty escalates by the policy of its service", alert.severity)
        else:
            self.report.dropped(monitor.address, where, "Grafana has no escalation; its channels are told at once", alert.severity)

    def _receiver(self, monitor: Monitor, alert: Alert, spoken: list[Channel]) -> Ref | Lookup:
        """The contact point of some channels: the one that is there, where the estate names it, else one of ours."""
        there = self.given.point(frozenset(channel.name for channel in spoken))
        if there is None:
            return Ref("contact_point", self._point(spoken, alert).key)
        self.report.approximated(
            monitor.address, f"alert.{alert.severity}.notify", f"by Grafana's own contact point '{there}', as it is there", alert.severity
        )
        return lookup("contact_point", name=there)

    def _point(self, channels: list[Channel], alert: Alert) -> Resource:
        names = sorted(channel.name for channel in channels)
        severity = self.program.severities[alert.severity]
        # PagerDuty's severity is a setting of the integration, so each severity needs its own
        level = severity.event if any(channel.kind == "pagerduty" for channel in channels) else ""
        key = "+".join([*names, *([level] if level else [])])
        key = key if len(key) <= 80 else slug(key, 60)
        if key not in self.points:
            receivers = [
                {
                    "uid": self._receiver_uid(key, channel, level),
                    "type": channel.kind,
                    "settings": integration(channel, level),
                    "disableResolveMessage": not channel.resolved,
                }
                for channel in sorted(channels, key=lambda channel: channel.name)
            ]
            first = self.program.channels[names[0]]
            parts = tuple(f"channel.{name}" for name in names)
            title = " + ".join(self.program.channels[name].title for name in names)
            body = {"name": f"mc-{key}", "receivers": receivers}
            self.points[key] = Resource(TARGET, "contact_point", key, title, body, parts[0], first.origin, parts=parts)
        return self.points[key]

    def _receiver_uid(self, key: str, channel: Channel, level: str) -> str:
        """Has the references of its secrets in it, so that another reference is another integration.

        Nothing else could tell: the server shows no secret, and a name has no room for a digest.
        """
        references = [leaf.reference for leaf in leaves(integration(channel, level)) if isinstance(leaf, SecretRef)]
        return uid("receiver", self.program.estate, self.program.environment, "/".join([channel.name, key, *sorted(references)]))

    def _times(self, monitor: Monitor, alert: Alert, delivery: Delivery) -> dict[str, Json]:
        active: list[Json] = []
        muted: list[Json] = []
        if delivery.during is not None:
            if self.given.version < ACTIVE_TIMES:
                why = f"muted outside the hours: `active_time_intervals` came with Grafana {show(ACTIVE_TIMES)}"
                self.report.approximated(monitor.address, f"alert.{alert.severity}.during", why, alert.severity)
                muted += self._outside(delivery.during)
            else:
                hours, holidays = self._calendar(delivery.during)
                active.append(hours)
                muted += [] if holidays is None else [holidays]
            how = (
                "told when the hours begin, if it still lasts"
                if delivery.hold
                else "one that still lasts when the hours begin is told then"
            )
            self.report.approximated(monitor.address, f"alert.{alert.severity}.during", how, alert.severity)
        for calendar in delivery.unless:
            hours, holidays = self._calendar(calendar)
            muted.append(hours)
            if holidays is not None:
                how = "holidays count as business hours where another channel has those"
                self.report.approximated(monitor.address, f"alert.{alert.severity}.during", how, alert.severity)
        for name, window in self.program.maintenance.items():
            if monitor.name in window.monitors:
                muted.append(self._keep(maintenance_timing(window), f"maintenance.{name}"))
        return ({"active_time_intervals": active} if active else {}) | ({"mute_time_intervals": muted} if muted else {})

    def _outside(self, name: str) -> list[Json]:
        """The times outside the hours of a calendar: for servers that know only when to be silent."""
        calendar = self.program.calendars[name]
        _, holidays = calendar_timings(calendar)
        return [self._keep(body, f"calendar.{name}") for body in (outside_timing(calendar), holidays) if body is not None]

    def _calendar(self, name: str) -> tuple[Ref | Lookup, Ref | Lookup | None]:
        calendar = self.program.calendars[name]
        hours, holidays = calendar_timings(calendar)
        address = f"calendar.{name}"
        return self._keep(hours, address), None if holidays is None else self._keep(holidays, address)

    def _keep(self, body: Json, address: str) -> Ref | Lookup:
        key = body["name"].removeprefix("mc-")
        if key in self.given.mute_timings:
            return lookup("mute_timing", name=self.given.mute_timings[key])
        kind, _, name = address.partition(".")
        origin = (self.program.calendars[name] if kind == "calendar" else self.program.maintenance[name]).origin
        self.timings[key] = Resource(TARGET, "mute_timing", key, key, body, address, origin)
        return Ref("mute_timing", key)


def _mute(channel: Channel) -> str:
    """Why Grafana cannot speak to a channel; empty when it can."""
    settings = channel.settings
    match channel.kind:
        case "slack" if not settings.get("webhook") and not settings.get("token"):
            return "the channel has neither `webhook` nor `token`"
        case "pagerduty" if not settings.get("integration_key"):
            return "the channel has no `integration_key` for Grafana to send with"
        case "sms":
            return "Grafana sends no text messages"
        case "sentry":
            return "Grafana sends no events to Sentry"
        case _:
            return ""


def integration(channel: Channel, level: str) -> Json:
    """The settings of one integration (grafana/alerting 783ce04 receivers/*/v1/config.go, read 2026-11-20). `level` is PagerDuty's severity."""
    settings = channel.settings
    match channel.kind:
        case "slack":
            token, webhook = settings.get("token"), settings.get("webhook")
            return {"recipient": settings["channel"], **({"url": webhook} if webhook else {"token": token})}
        case "email":
            return {"addresses": ";".join(settings["to"]), "singleEmail": False}
        case "pagerduty":
            return {"integrationKey": settings["integration_key"], "severity": level}
        case _:
            made: dict[str, Json] = {"url": settings["url"], "httpMethod": "POST"}
            if settings.get("headers"):
                made["headers"] = dict(settings["headers"])
            secret = settings.get("secret")
            return made | ({"hmacConfig": {"secret": secret}} if isinstance(secret, SecretRef) else {})
