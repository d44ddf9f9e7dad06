"""Whom a monitor tells: channels, people and escalations as alert contacts and integrations, with delay and repeat on the edge.

Facts: https://github.com/uptimerobot/uptimerobot-cli openapi.yaml 8013131 (2026-07-27); text messages and calls cannot be made by API, they are
verified in the dashboard; https://github.com/GoSuccessHQ/uptimerobot-api (2026-09); all read 2026-11-20.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from monctl.build_report import Report
from monctl.program import Alert, Channel, Delivery, Monitor, Program, Recipient
from monctl.resource import Json, Lookup, Mark, Ref, Resource, digest, lookup
from monctl.source import Origin
from monctl_targets.uptimerobot import mark as marks
from monctl_targets.uptimerobot.account import Account, larger
from monctl_targets.uptimerobot.signals import Signal

Contact = Ref | Lookup
_TYPES = {"slack": "Slack", "pagerduty": "PagerDuty", "webhook": "Webhook"}
_PAYLOAD = {
    # the vendor fills what stands between asterisks: https://grafana.com/docs/oncall/latest/integrations/uptimerobot/ (read 2026-11-20)
    "monitor": "*monitorFriendlyName*",
    "url": "*monitorURL*",
    "state": "*alertTypeFriendlyName*",
    "details": "*alertDetails*",
    "at": "*alertDateTime*",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """One contact of one monitor. Whole minutes."""

    contact: Contact
    threshold_min: int
    recurrence_min: int = 0

    def body(self) -> Json:
        """As the API takes it."""
        return {"alertContactId": self.contact, "threshold": self.threshold_min, "recurrence": self.recurrence_min}


@dataclass(slots=True)
class Contacts:
    """The contacts that the monitors of a program use; `resources` makes them."""

    program: Program
    account: Account
    report: Report
    _used: dict[Ref, list[Channel]] = field(default_factory=dict)
    _people: dict[Ref, tuple[str, str, Origin]] = field(default_factory=dict)
    """Contact → e-mail address, address of the object, origin: for people and teams that an escalation calls."""
    _mailed: dict[Ref, str] = field(default_factory=dict)
    _reminded: set[Contact] = field(default_factory=set)
    _first: dict[str, str] = field(default_factory=dict)
    """Digest of where an integration leads → name of the first channel that leads there: the vendor holds a URL once."""

    def edges(self, monitor: Monitor, found: Iterable[Signal]) -> dict[Contact, Edge]:
        """Everybody these signals must reach. Of several delays for one contact the smallest wins."""
        edges: dict[Contact, Edge] = {}
        for signal in found:
            for contact, after_s, repeat_s in self._reached(monitor, signal):
                edge = self._edge(monitor, signal.alert, contact, after_s, repeat_s)
                other = edges.get(contact)
                edges[contact] = edge if other is None else replace(other, threshold_min=min(edge.threshold_min, other.threshold_min))
        return edges

    def remind(self, contacts: Iterable[Contact]) -> None:
        """These are to be told of certificates that expire: a flag of the contact, not of the monitor."""
        self._reminded.update(contacts)

    def resources(self) -> Iterator[Resource]:
        """The contacts in use that are ours."""
        for ref in sorted({*self._used, *self._people}):
            yield self._email(ref) if ref.kind == "alert_contact" else self._integration(ref)

    def _reached(self, monitor: Monitor, signal: Signal) -> Iterator[tuple[Contact, float, float]]:
        """Contact, delay and repeat in seconds."""
        alert = signal.alert
        paged = any(self.program.channels[name].kind == "pagerduty" for delivery in alert.deliveries for name in delivery.channels)
        for delivery in alert.deliveries:
            self._about(monitor, alert, delivery)
            for name in delivery.channels:
                channel = self.program.channels[name]
                if channel.severities and alert.severity not in channel.severities:
                    continue
                for contact in self._of(monitor, alert, channel, paged=paged):
                    yield contact, signal.delay_s, channel.repeat_s or 0
            if delivery.escalation is not None:
                yield from self._escalated(monitor, signal, delivery.escalation, paged=paged)

    def _about(self, monitor: Monitor, alert: Alert, delivery: Delivery) -> None:
        for calendar in (delivery.during, *delivery.unless):
            if calendar is not None:
                how = f"told at any hour: UptimeRobot knows no calendar '{calendar}'"
                self.report.approximated(monitor.address, f"alert.{alert.severity}.during", how, severity=alert.severity)
        if (every := self.program.severities[alert.severity].digest) is not None:
            how = f"told at once, not collected {every}"
            self.report.approximated(monitor.address, f"alert.{alert.severity}.digest", how, severity=alert.severity)

    def _escalated(self, monitor: Monitor, signal: Signal, name: str, *, paged: bool) -> Iterator[tuple[Contact, float, float]]:
        alert, escalation = signal.alert, self.program.escalations[name]
        where = f"alert.{alert.severity}.escalation"
        if paged:
            self.report.approximated(monitor.address, where, "PagerDuty calls one after the other", severity=alert.severity)
            return
        how = "each step is a delay that nobody's acknowledgement ends" + (", gone through once" if escalation.repeat else "")
        self.report.approximated(monitor.address, where, how, severity=alert.severity)
        for step in escalation.steps:
            for recipient in step.recipients:
                for contact in self._called(monitor, alert, recipient):
                    yield contact, signal.delay_s + step.after_s, 0

    def _called(self, monitor: Monitor, alert: Alert, recipient: Recipient) -> Iterator[Contact]:
        if recipient.kind == "channel":
            yield from self._of(monitor, alert, self.program.channels[recipient.name], paged=False)
            return
        if recipient.kind == "team":
            team = self.program.teams[recipient.name]
            if team.email is not None:
                yield self._mail(team.email, f"team.{team.name}", team.title, team.origin)
                return
            names: tuple[str, ...] = team.members
        elif recipient.kind == "rotation":
            names = self._seat(recipient.name, recipient.layer)
            seat = f"{recipient.name}.{recipient.layer}" if recipient.layer else recipient.name
            how = f"e-mail to everybody in the seat ({', '.join(names)}): UptimeRobot knows no shifts"
            self.report.approximated(monitor.address, f"alert.{alert.severity}.escalation.{seat}", how, severity=alert.severity)
        else:
            names = (recipient.name,)
        for name in names:
            person = self.program.people[name]
            if person.email is not None:
                yield self._mail(person.email, f"person.{name}", person.title, person.origin)
            else:
                why = f"{name} has no e-mail address, and a phone must be verified in the dashboard"
                self.report.dropped(monitor.address, f"alert.{alert.severity}.escalation.{name}", why, severity=alert.severity)

    def _seat(self, rotation: str, layer: str | None) -> tuple[str, ...]:
        layers = self.program.rotations[rotation].layers
        return next((seat.members for seat in layers if layer is None or seat.name == layer), ())

    def _of(self, monitor: Monitor, alert: Alert, channel: Channel, *, paged: bool) -> Iterator[Contact]:
        """The contacts of a channel."""
        settings = channel.settings
        if channel.kind == "email":
            for address in settings["to"]:
                ref = self._mail(address, None, "", channel.origin)
                self._used.setdefault(ref, []).append(channel)
                yield ref
        elif channel.kind == "sms":
            for number in settings["to"]:
                yield from self._phones(monitor, alert, channel, number, paged=paged)
        elif channel.kind == "sentry":
            self._unreached(monitor, alert, channel, "UptimeRobot cannot send to Sentry")
        elif not self._allowed(monitor, alert, channel):
            return
        elif channel.kind == "pagerduty" and settings.get("integration_key") is None:
            how = f"the integration '{settings['service']}' must be in UptimeRobot already: there is no `integration_key`"
            self.report.approximated(monitor.address, f"alert.{alert.severity}.notify.{channel.name}", how, severity=alert.severity)
            yield lookup("integration", type="PagerDuty", name=str(settings["service"]))
        elif channel.kind == "slack" and settings.get("webhook") is None:
            how = f"an integration for {settings['channel']} must be in UptimeRobot already: there is no `webhook`"
            self.report.approximated(monitor.address, f"alert.{alert.severity}.notify.{channel.name}", how, severity=alert.severity)
            yield lookup("integration", type="Slack", name=str(settings["channel"]))
        else:
            ref = Ref("integration", self._first_to(channel))
            self._used.setdefault(ref, []).append(channel)
            yield ref

    def _phones(self, monitor: Monitor, alert: Alert, channel: Channel, number: str, *, paged: bool) -> Iterator[Contact]:
        where = f"alert.{alert.severity}.notify.{channel.name}"
        if not number.startswith("rotation:"):
            self.report.approximated(
                monitor.address, where, f"{number} must be verified in the dashboard; costs SMS credits", severity=alert.severity
            )
            yield lookup("alert_contact", type="ProSms", value=number)
            return
        rotation = number.removeprefix("rotation:")
        if paged:
            how = f"PagerDuty calls who is on call in '{rotation}', by phone or text as that person chose"
            self.report.approximated(monitor.address, where, how, severity=alert.severity)
            return
        people = [self.program.people[name] for name in self._seat(rotation, None)]
        names = ", ".join(person.name for person in people)
        how = f"everybody in the seat ({names}), whose phones must be verified in the dashboard: UptimeRobot knows no shifts"
        self.report.approximated(monitor.address, where, how, severity=alert.severity)
        for person in people:
            if person.phone is not None:
                yield lookup("alert_contact", type="ProSms", value=person.phone)
            else:
                self.report.dropped(
                    monitor.address, f"{where}.{person.name}", f"{person.name} has no phone number", severity=alert.severity
                )

    def _allowed(self, monitor: Monitor, alert: Alert, channel: Channel) -> bool:
        type, plan = _TYPES[channel.kind], self.account.plan
        if type in plan.integrations:
            return True
        message = f"'{channel.name}' needs the {type} integration, which UptimeRobot's {plan.name} plan lacks"
        self.report.finding("UPTIMEROBOT103", message, channel.origin, help=larger(integration=type), address=f"channel.{channel.name}")
        self._unreached(monitor, alert, channel, f"the {plan.name} plan has no {type} integration")
        return False

    def _unreached(self, monitor: Monitor, alert: Alert, channel: Channel, why: str) -> None:
        self.report.dropped(monitor.address, f"alert.{alert.severity}.notify.{channel.name}", why, severity=alert.severity)

    def _edge(self, monitor: Monitor, alert: Alert, contact: Contact, after_s: float, repeat_s: float) -> Edge:
        after, repeat = math.ceil(after_s / 60), math.ceil(repeat_s / 60)
        if "alert_delay" not in self.account.plan.features:
            if after or repeat:
                how = f"told at once: UptimeRobot's {self.account.plan.name} plan has no delays and repeats"
                self.report.approximated(monitor.address, f"alert.{alert.severity}.for", how, severity=alert.severity)
            return Edge(contact, 0)
        return Edge(contact, after, repeat)

    def _mail(self, address: str, owner: str | None, title: str, origin: Origin) -> Ref:
        ref = Ref("alert_contact", email_key(address))
        self._mailed.setdefault(ref, address)
        if owner is not None:
            self._people.setdefault(ref, (owner, title, origin))
        return ref

    def _first_to(self, channel: Channel) -> str:
        """The name of the first channel that leads to the same place."""
        if not self._first:
            for other in self.program.channels.values():
                self._first.setdefault(_leads_to(other), other.name)
        return self._first[_leads_to(channel)]

    def _email(self, ref: Ref) -> Resource:
        channels = list({channel.name: channel for channel in self._used.get(ref, ())}.values())
        owner, title, origin = self._people.get(ref, ("", "", Origin("")))
        addresses = [*(f"channel.{channel.name}" for channel in channels), *([owner] if owner else [])]
        named = channels[0] if channels else None
        name = self._cut((title if named is None else named.title) or self._mailed[ref], ref.key)
        told = bool(owner) or any(channel.resolved for channel in channels)
        body = {
            "type": "Email",
            "friendlyName": name,
            "value": self._mailed[ref],
            "enableNotificationsFor": 0 if told else 1,
            "sslExpirationReminder": ref in self._reminded,
        }
        return _resource(ref, name, body, addresses, named.origin if named else origin)

    def _integration(self, ref: Ref) -> Resource:
        channels = list({channel.name: channel for channel in self._used[ref]}.values())
        channel = channels[0]
        name = self._cut(channel.title or channel.name, ref.key)
        told = any(one.resolved for one in channels)
        data: dict[str, Json] = {
            "friendlyName": name,
            # PagerDuty resolves by the event that says it is up again
            "enableNotificationsFor": "UpAndDown" if told else "Down",
            "sslExpirationReminder": ref in self._reminded,
            **_DATA[channel.kind](channel, told, self.program),
        }
        body = {"type": "Pagerduty" if channel.kind == "pagerduty" else _TYPES[channel.kind], "data": data}
        for one in channels:
            _about(one, self.report)
        return _resource(ref, name, body, [f"channel.{one.name}" for one in channels], channel.origin)

    def _cut(self, name: str, key: str) -> str:
        return marks.cut(name, Mark(self.program.estate, self.program.environment, key), marks.NAME_ROOM)


def email_key(address: str) -> str:
    """The key of an address: itself in lower case, with a digest where it has signs that no key has."""
    plain = re.sub(r"[^a-z0-9_.@-]", "-", address.lower())
    return plain if plain == address.lower() else f"{plain}-{digest(address.lower())[:6]}"


def _slack(channel: Channel, told: bool, program: Program) -> dict[str, Json]:
    return {"webhookURL": channel.settings["webhook"], "customValue": str(channel.settings.get("channel") or "")}


def _pagerduty(channel: Channel, told: bool, program: Program) -> dict[str, Json]:
    region = str(program.targets.get("pagerduty", {}).get("region") or "us")
    return {
        "integrationKey": channel.settings["integration_key"],
        "location": region if region in {"us", "eu"} else "us",
        "autoResolve": told,
    }


def _webhook(channel: Channel, told: bool, program: Program) -> dict[str, Json]:
    payload = {"estate": program.estate, "channel": channel.name, **_PAYLOAD}
    return {
        "urlToNotify": channel.settings["url"],
        "postValue": json.dumps(payload),
        "sendAsJSON": True,
        "sendAsQueryString": False,
        "sendAsPostParameters": False,
        "customHeaders": dict(channel.settings.get("headers") or {}),
    }


_DATA = {"slack": _slack, "pagerduty": _pagerduty, "webhook": _webhook}


def _leads_to(channel: Channel) -> str:
    """Equal for channels that the vendor would call the same."""
    settings: Mapping[str, Any] = channel.settings
    where = settings.get("webhook") or settings.get("integration_key") or settings.get("url")
    return digest([channel.kind, where if where is not None else channel.name])


def _about(channel: Channel, report: Report) -> None:
    """What becomes of a channel's own fields."""
    address = f"channel.{channel.name}"
    if channel.rate is not None:
        report.dropped(address, "rate", "UptimeRobot sends every message")
    if channel.group_by:
        report.dropped(address, "group_by", "one message per monitor")
    if channel.kind == "webhook":
        report.approximated(address, "webhook", "UptimeRobot's own fields as JSON")
        if channel.settings.get("secret") is not None:
            report.dropped(address, "webhook.secret", "UptimeRobot does not sign what it sends")


def _resource(ref: Ref, name: str, body: Json, addresses: list[str], origin: Origin) -> Resource:
    parts = tuple(addresses) if len(addresses) > 1 else ()
    return Resource("uptimerobot", ref.kind, ref.key, name, body, addresses[0], origin, parts=parts)
