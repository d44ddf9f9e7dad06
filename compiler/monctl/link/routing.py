"""Links channels, calendars, maintenance and routes, and works out where each alert goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from monctl.link.people import local_time, time_zone, weekly
from monctl.link.scope import Scope, listed
from monctl.program import Calendar, Channel, Delivery, Maintenance, Person, Route, Severity
from monctl.resource import SecretRef
from monctl.secret import Secret
from monctl.source import Origin
from monctl.spec import people as spec_people
from monctl.spec import routing as spec_routing


def channels(scope: Scope, people: Mapping[str, Person]) -> dict[str, Channel]:
    """Sorted by name."""
    linked = {}
    for name, item in sorted(scope.all("channels").items()):
        spec = item.spec
        assert isinstance(spec, spec_routing.Channel)
        linked[name] = Channel(
            name,
            spec.kind,  # type: ignore[arg-type]  # the model's validator holds it to the six kinds
            spec.title or name,
            spec.description,
            _settings(scope, spec, item.origin.at(spec.kind), item.address, people),
            spec.resolved,
            (int(spec.rate.count), float(spec.rate.period_s)) if spec.rate else None,
            spec.repeat.seconds if spec.repeat else None,
            tuple(spec.group_by),
            scope.every("severities", spec.severities, item.origin.at("severities"), address=item.address),
            item.origin,
        )
    return linked


def _settings(scope: Scope, spec: spec_routing.Channel, origin: Origin, address: str, people: Mapping[str, Person]) -> dict[str, Any]:
    if spec.slack is not None:
        slack = spec.slack
        return {"channel": slack.channel, "webhook": secret(slack.webhook), "token": secret(slack.token), "workspace": slack.workspace}
    if spec.email is not None:
        return {"to": tuple(spec.email.to)}
    if spec.pagerduty is not None:
        pagerduty = spec.pagerduty
        if pagerduty.owned and pagerduty.escalation is None:
            scope.fault(
                "SPEC031",
                f"PagerDuty service '{pagerduty.service}' has nobody to call",
                origin,
                help="add `escalation:`, or `owned: false` when the service is another's",
                address=address,
            )
        escalation = scope.known("escalations", pagerduty.escalation, origin.at("escalation"), address=address)
        return {
            "service": pagerduty.service,
            "escalation": escalation,
            "integration_key": secret(pagerduty.integration_key),
            "owned": pagerduty.owned,
        }
    if spec.sms is not None:
        sms = spec.sms
        return {"to": tuple(_phones(scope, sms.to, origin.at("to"), address, people)), "account": secret(sms.account), "token": secret(sms.token), "sender": sms.sender}
    if spec.webhook is not None:
        webhook = spec.webhook
        return {
            "url": reference(webhook.url),
            "headers": {header: reference(value) for header, value in webhook.headers.items()},
            "secret": secret(webhook.secret),
        }
    assert spec.sentry is not None
    return {"dsn": secret(spec.sentry.dsn)}


def _phones(scope: Scope, names: Sequence[str], origin: Origin, address: str, people: Mapping[str, Person]) -> Iterator[str]:
    """Numbers as they are, people by their number, rotations as `rotation:NAME` (whoever is on call)."""
    for index, name in enumerate(names):
        if name.startswith("+"):
            yield name
        elif scope.has("rotations", name):
            yield f"rotation:{name}"
        elif scope.known("people", name, origin.at(index), address=address) and (person := people.get(name)) is not None:
            if person.phone is None:
                scope.fault("SPEC047", f"'{name}' has no phone number", origin.at(index), help=f"add `phone:` to person.{name}", address=address)
            else:
                yield person.phone


def calendars(scope: Scope) -> dict[str, Calendar]:
    """Sorted by name."""
    linked = {}
    for name, item in sorted(scope.all("calendars").items()):
        spec = item.spec
        assert isinstance(spec, spec_routing.Calendar)
        holidays = []
        for index, text in enumerate(spec.holidays):
            try:
                holidays.append(date.fromisoformat(text))
            except ValueError:
                scope.fault("SPEC044", f"'{text}' is not a date", item.origin.at("holidays", index), address=item.address)
        zone = time_zone(scope, spec.time_zone, item.origin.at("time_zone"), item.address)
        linked[name] = Calendar(name, spec.title or name, zone, weekly(spec.hours), tuple(sorted(holidays)), item.origin)
    return linked


def maintenance(scope: Scope, service_of: Mapping[str, str | None]) -> dict[str, Maintenance]:
    """Sorted by name. `service_of` is monitor → service, after linking."""
    linked = {}
    for name, item in sorted(scope.all("maintenance").items()):
        spec = item.spec
        assert isinstance(spec, spec_routing.Maintenance)
        named = set(_monitors(scope, spec.monitors, item.origin.at("monitors"), item.address, service_of))
        services = scope.every("services", spec.services, item.origin.at("services"), address=item.address)
        named.update(monitor for monitor, service in service_of.items() if service in services)
        zone = time_zone(scope, spec.time_zone, item.origin.at("time_zone"), item.address)
        start = local_time(scope, spec.start, item.origin.at("start"), item.address) if spec.start else None
        end = local_time(scope, spec.end, item.origin.at("end"), item.address) if spec.end else None
        if start and end and end <= start:
            scope.fault("SPEC044", "the window ends before it begins", item.origin.at("end"), address=item.address)
        linked[name] = Maintenance(name, spec.title or name, zone, tuple(sorted(named)), start, end, weekly(spec.hours), item.origin)
    return linked


def _monitors(scope: Scope, patterns: Sequence[str], origin: Origin, address: str, linked: Mapping[str, Any]) -> Iterator[str]:
    for index, pattern in enumerate(patterns):
        found = [name for name in linked if fnmatchcase(name, pattern)]
        if not found:
            scope.fault("SPEC040", f"no monitor is called '{pattern}'", origin.at(index), help="write a name, or a glob such as 'api-*'", address=address)
        yield from found


def routes(scope: Scope) -> list[Route]:
    """By falling priority, then by name: the order in which they are tried."""
    linked = []
    for name, item in scope.all("routes").items():
        spec = item.spec
        assert isinstance(spec, spec_routing.Route)
        where, match = item.origin.at("match"), spec.match
        delivery = Delivery(
            scope.every("channels", spec.notify, item.origin.at("notify"), address=item.address),
            scope.known("escalations", spec.escalation, item.origin.at("escalation"), address=item.address),
            scope.known("calendars", spec.during, item.origin.at("during"), address=item.address),
            hold=spec.outside == "hold",
        )
        linked.append(
            Route(
                name,
                spec.description,
                spec.priority,
                scope.every("severities", listed(match.severity), where.at("severity"), address=item.address),
                scope.every("services", listed(match.service), where.at("service"), address=item.address),
                scope.every("teams", listed(match.team), where.at("team"), address=item.address),
                tuple(listed(match.monitor)),
                match.labels,
                delivery,
                spec.proceed,
                yields=spec.during is not None and spec.outside == "next",
                origin=item.origin,
            )
        )
    return sorted(linked, key=lambda route: (-route.priority, route.name))


class Router:
    """Where an alert goes: its own word, else its monitor's, else the routes, else its severity."""

    def __init__(self, scope: Scope, linked_routes: Sequence[Route], severities: Mapping[str, Severity]) -> None:
        self._routes = linked_routes
        self._defaults = {name: _default(scope, name) for name in severities}

    def deliveries(
        self,
        *,
        severity: str,
        monitor: str,
        service: str | None,
        team: str | None,
        labels: Mapping[str, str],
        notify: tuple[str, ...] | None,
        escalation: str | None,
        during: str | None,
    ) -> tuple[Delivery, ...]:
        """The deliveries of one alert. What the monitor says replaces the channels; what it leaves out comes from the routes or the severity."""
        found = list(self._routed(severity, monitor, service, team, labels))
        if not found and (default := self._defaults[severity]) is not None:
            found = [default]
        if notify is not None or escalation is not None or during is not None:
            inherited = next((one.escalation for one in found if one.escalation), None)
            first = found[0] if found else Delivery((), None)
            calendar = during or (first.during if notify is None else None)
            channels = notify if notify is not None else tuple(dict.fromkeys(channel for one in found for channel in one.channels))
            found = [Delivery(channels, escalation or inherited, calendar, hold=calendar is not None)]
        return tuple(one for one in found if one.channels or one.escalation)

    def _routed(self, severity: str, monitor: str, service: str | None, team: str | None, labels: Mapping[str, str]) -> Iterator[Delivery]:
        unless = None
        for route in self._routes:
            fits = (
                (not route.severities or severity in route.severities)
                and (not route.services or service in route.services)
                and (not route.teams or team in route.teams)
                and (not route.monitors or any(fnmatchcase(monitor, pattern) for pattern in route.monitors))
                and all(labels.get(label) == value for label, value in route.labels.items())
            )
            if not fits:
                continue
            yield replace(route.delivery, unless=unless)
            if route.yields and not route.proceed:
                unless = unless or route.delivery.during
            elif not route.proceed:
                return
        if unless is not None and (default := self._defaults[severity]) is not None:
            yield replace(default, unless=unless)


def _default(scope: Scope, severity: str) -> Delivery | None:
    spec = scope.all("severities")[severity].spec
    assert isinstance(spec, spec_people.Severity)
    known = tuple(name for name in dict.fromkeys(spec.notify) if scope.has("channels", name))
    escalation = spec.escalation if spec.escalation and scope.has("escalations", spec.escalation) else None
    during = spec.during if spec.during and scope.has("calendars", spec.during) else None
    return Delivery(known, escalation, during, hold=during is not None) if known or escalation else None


def secret(value: Secret | None) -> SecretRef | None:
    """A secret of a spec as one of the program."""
    return None if value is None else SecretRef(value.reference)


def reference(text: str) -> str | SecretRef:
    """A text that may be a secret as a whole."""
    for kind in ("env:", "file:"):
        if text.startswith("${" + kind) and text.endswith("}"):
            return SecretRef(text[2:-1])
    return text
