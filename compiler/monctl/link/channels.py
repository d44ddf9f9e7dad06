"""Links channels, calendars and maintenance windows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from monctl.link.clock import day, local_time, time_zone, weekly
from monctl.link.scope import Scope
from monctl.link.secrets import reference, secret
from monctl.loaded import Item
from monctl.program import Calendar, Channel, Maintenance, Person
from monctl.spec import routing as spec


def channels(scope: Scope, people: Mapping[str, Person]) -> dict[str, Channel]:
    """Sorted by name."""
    linked = {}
    for name, item in sorted(scope.all("channels").items()):
        said = item.spec
        assert isinstance(said, spec.Channel)
        linked[name] = Channel(
            name=name,
            kind=said.kind,
            title=said.title or name,
            description=said.description,
            settings=_settings(scope, said, item, people),
            resolved=said.resolved,
            rate=(int(said.rate.count), float(said.rate.period_s)) if said.rate else None,
            repeat_s=said.repeat.seconds if said.repeat else None,
            group_by=tuple(said.group_by),
            severities=scope.every("severities", said.severities, item.origin, "severities", address=item.address),
            origin=item.origin,
        )
    return linked


def _settings(scope: Scope, said: spec.Channel, item: Item, people: Mapping[str, Person]) -> dict[str, Any]:
    match said.one:
        case spec.SlackChannel() as slack:
            return {"channel": slack.channel, "webhook": secret(slack.webhook), "token": secret(slack.token), "workspace": slack.workspace}
        case spec.EmailChannel() as email:
            return {"to": tuple(email.to)}
        case spec.PagerDutyChannel() as pagerduty:
            return _pagerduty(scope, pagerduty, item)
        case spec.SmsChannel() as sms:
            numbers = tuple(_phones(scope, sms, item, people))
            return {"to": numbers, "account": secret(sms.account), "token": secret(sms.token), "sender": sms.sender}
        case spec.WebhookChannel() as webhook:
            headers = {header: reference(value) for header, value in webhook.headers.items()}
            return {"url": reference(webhook.url), "headers": headers, "secret": secret(webhook.secret)}
        case spec.SentryChannel() as sentry:
            return {"dsn": secret(sentry.dsn)}


def _pagerduty(scope: Scope, said: spec.PagerDutyChannel, item: Item) -> dict[str, Any]:
    if said.owned and said.escalation is None:
        message = f"PagerDuty service '{said.service}' has nobody to call"
        help = "add `escalation:`, or `owned: false` when the service is another's"
        scope.fault("SPEC031", message, item.origin.at("pagerduty"), help=help, address=item.address)
    escalation = scope.known("escalations", said.escalation, item.origin, "pagerduty", "escalation", address=item.address)
    return {"service": said.service, "escalation": escalation, "integration_key": secret(said.integration_key), "owned": said.owned}


def _phones(scope: Scope, sms: spec.SmsChannel, item: Item, people: Mapping[str, Person]) -> Iterator[str]:
    """Numbers as they are, people by their number, rotations as `rotation:NAME` (whoever is on call)."""
    for index, name in enumerate(sms.to):
        where = item.origin.at("sms", "to", index)
        if name.startswith("+"):
            yield name
        elif scope.has("rotations", name):
            yield f"rotation:{name}"
        elif scope.known("people", name, where, address=item.address) is not None and name in people:
            phone = people[name].phone
            if phone is not None:
                yield phone
            else:
                scope.fault("SPEC047", f"'{name}' has no phone number", where, help=f"add `phone:` to person.{name}", address=item.address)


def calendars(scope: Scope) -> dict[str, Calendar]:
    """Sorted by name."""
    linked = {}
    for name, item in sorted(scope.all("calendars").items()):
        said = item.spec
        assert isinstance(said, spec.Calendar)
        holidays = [day(scope, text, item.origin.at("holidays", index), item.address) for index, text in enumerate(said.holidays)]
        linked[name] = Calendar(
            name=name,
            title=said.title or name,
            time_zone=time_zone(scope, said.time_zone, item.origin.at("time_zone"), item.address),
            hours=weekly(said.hours),
            holidays=tuple(sorted(one for one in holidays if one is not None)),
            origin=item.origin,
        )
    return linked


def maintenance(scope: Scope, service_of: Mapping[str, str | None]) -> dict[str, Maintenance]:
    """Sorted by name. `service_of` is monitor → service, after linking."""
    linked = {}
    for name, item in sorted(scope.all("maintenance").items()):
        said = item.spec
        assert isinstance(said, spec.Maintenance)
        origin, address = item.origin, item.address
        if not said.monitors and not said.services:
            help = "add `monitors:` or `services:`; `monitors: ['*']` is all of them"
            scope.fault("SPEC031", "the window mutes nothing", origin, help=help, address=address, on_key=True)
        named = set(scope.matching("monitors", said.monitors, origin, "monitors", address=address))
        services = scope.every("services", said.services, origin, "services", address=address)
        named.update(monitor for monitor, service in service_of.items() if service in services)
        start = local_time(scope, said.start, origin.at("start"), address) if said.start else None
        end = local_time(scope, said.end, origin.at("end"), address) if said.end else None
        if start and end and end <= start:
            message = f"the window ends at {said.end}, before it begins"
            scope.fault("SPEC044", message, origin.at("end"), help="write an end after `start`", address=address)
        linked[name] = Maintenance(
            name=name,
            title=said.title or name,
            time_zone=time_zone(scope, said.time_zone, origin.at("time_zone"), address),
            monitors=tuple(sorted(named & service_of.keys())),
            start=start,
            end=end,
            hours=weekly(said.hours),
            origin=origin,
        )
    return linked
