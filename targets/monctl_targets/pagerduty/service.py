"""Channels of kind pagerduty as services, each with one Events API v2 integration whose key the senders use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monctl.program import Channel, Program
from monctl.resource import Json, Ref, Resource
from monctl_targets.pagerduty.naming import Naming
from monctl_targets.pagerduty.notes import Notes
from monctl_targets.pagerduty.urgency import BY_SEVERITY, arrivals, urgency

ACKNOWLEDGED_S = 1800
"""An acknowledged incident comes back after this, unless the channel says `repeat`: the API's default."""
UNRESOLVED_S = 14_400
"""Nobody tells PagerDuty that it is over where the channel says `resolved: false`; then the API's default ends the incident."""


def services(naming: Naming, held: frozenset[str]) -> Iterator[Resource]:
    """A service and an integration for every PagerDuty service we hold. `held` are the escalations that became policies."""
    for channels in _shared(naming).values():
        first = channels[0]
        escalation = first.settings["escalation"]
        address = f"channel.{first.name}"
        if escalation not in held:
            naming.notes.fault(
                "PAGERDUTY103",
                f"escalation '{escalation}' has nobody PagerDuty could call"
                if escalation
                else f"PagerDuty service '{first.settings['service']}' has nobody to call",
                first.origin,
                address=address,
                help="name an escalation with a rotation, a person or a team at one of its levels",
            )
            continue
        service = _service(channels, naming)
        yield service
        yield _integration(service)
        _tell(channels, service.body["incident_urgency_rule"].get("urgency"), naming)


def _shared(naming: Naming) -> dict[str, list[Channel]]:
    """The channels of each service we hold, by its name at PagerDuty, which is unique there."""
    found: dict[str, list[Channel]] = {}
    for channel in naming.program.channels.values():
        if channel.kind != "pagerduty" or not channel.settings.get("owned", True):
            continue
        sharing = found.setdefault(channel.settings["service"].strip().lower(), [])
        if sharing and sharing[0].settings["escalation"] != channel.settings["escalation"]:
            naming.notes.fault(
                "PAGERDUTY106",
                f"channels '{sharing[0].name}' and '{channel.name}' are one PagerDuty service, '{channel.settings['service']}', with two escalations",
                channel.origin,
                address=f"channel.{channel.name}",
                help="give both the same `escalation`, or two services",
            )
        sharing.append(channel)
    return found


def _service(channels: Sequence[Channel], naming: Naming) -> Resource:
    first, program = channels[0], naming.program
    address = f"channel.{first.name}"
    name = naming.name(first.settings["service"], address)
    body: dict[str, Json] = {
        "type": "service",
        "name": name,
        "description": naming.description(_description(first, program), address),
        "status": "active",
        "escalation_policy": {"id": Ref("escalation_policy", first.settings["escalation"]), "type": "escalation_policy_reference"},
        "auto_resolve_timeout": None if first.resolved else UNRESOLVED_S,
        "acknowledgement_timeout": ACKNOWLEDGED_S if first.repeat_s is None else max(60, round(first.repeat_s)),
        **urgency(program, arrivals(program, channels), address, naming.notes),
    }
    parts = tuple(f"channel.{channel.name}" for channel in channels) if len(channels) > 1 else ()
    return Resource("pagerduty", "service", first.name, name, body, address, first.origin, parts=parts)


def _integration(service: Resource) -> Resource:
    """One for each service. Once it is there, `Ref("integration", KEY, field="integration_key")` is its routing key: a secret, made by PagerDuty."""
    body = {
        "type": "events_api_v2_inbound_integration",
        "name": "monctl",
        "service": {"id": Ref("service", service.key), "type": "service_reference"},
    }
    return Resource(
        "pagerduty", "integration", service.key, f"{service.name}: monctl", body, service.address, service.origin, parts=service.parts
    )


def _description(channel: Channel, program: Program) -> str:
    """The channel's, else that of the service in the program that has the same name."""
    wanted = channel.settings["service"].lower()
    same = (one.description for one in program.services.values() if wanted in {one.name.lower(), one.title.lower()})
    return channel.description or next(same, "")


def _tell(channels: Sequence[Channel], constant: str | None, naming: Naming) -> None:
    """What a service leaves to its senders, and what it does differently. `constant` is its urgency where hours make no difference."""
    notes, program = naming.notes, naming.program
    escalation = program.escalations[channels[0].settings["escalation"]]
    for channel in channels:
        address = f"channel.{channel.name}"
        for name, given in (("rate", channel.rate), ("group_by", channel.group_by), ("severities", channel.severities)):
            if given:
                notes.approximated(address, name, "kept by the runner; what other senders send is not held back")
        if channel.repeat_s is not None:
            notes.approximated(address, "repeat", "PagerDuty tells again once an acknowledged incident is this old")
        if not channel.resolved:
            notes.approximated(address, "resolved", f"the incident ends by itself after {UNRESOLVED_S // 3600} hours")
    for one in arrivals(program, channels):
        low = constant == "low" or (constant == "severity_based" and BY_SEVERITY[one.severity.event] == "low")
        if low and len(escalation.steps) > 1:
            # https://support.pagerduty.com/main/docs/escalation-policies (read 2026-11-20)
            how = f"low urgency does not escalate at PagerDuty: '{one.severity.name}' stays at the first level of '{escalation.name}'"
            notes.approximated(f"channel.{channels[0].name}", "escalation", how, severity=one.severity.name)
    _other_escalations({channel.name for channel in channels}, escalation.name, program, notes)


def _other_escalations(names: set[str], held: str, program: Program, notes: Notes) -> None:
    for monitor in program.monitors.values():
        for alert in monitor.alerts:
            for delivery in alert.deliveries:
                if delivery.escalation not in {None, held} and names & set(delivery.channels):
                    how = f"PagerDuty calls '{held}', the escalation of the service; '{delivery.escalation}' is the runner's"
                    notes.approximated(monitor.address, f"alert.{alert.severity}.escalation", how, severity=alert.severity)
