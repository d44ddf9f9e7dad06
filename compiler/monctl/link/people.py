"""Links severities, people and teams."""

from __future__ import annotations

from typing import Literal

from monctl.link.clock import time_zone
from monctl.link.scope import Scope
from monctl.program import Person, Severity, Team
from monctl.spec import people as spec

_COLORS = ("#d62728", "#ff7f0e", "#e6c229", "#1f77b4")
"""By rank: red, orange, yellow, blue."""
_EVENTS: tuple[Literal["critical", "error", "warning", "info"], ...] = ("critical", "error", "warning", "info")


def severities(scope: Scope) -> dict[str, Severity]:
    """Most severe first, in the order of declaration."""
    linked: dict[str, Severity] = {}
    for rank, (name, item) in enumerate(scope.all("severities").items()):
        said = item.spec
        assert isinstance(said, spec.Severity)
        scope.every("channels", said.notify, item.origin, "notify", address=item.address)
        scope.known("escalations", said.escalation, item.origin, "escalation", address=item.address)
        scope.known("calendars", said.during, item.origin, "during", address=item.address)
        urgency = said.urgency or ("high" if rank == 0 or said.escalation else "low")
        linked[name] = Severity(
            name=name,
            rank=rank,
            title=said.title or name,
            description=said.description,
            response_s=said.response.seconds if said.response else None,
            urgency=urgency,
            pages=said.pages if said.pages is not None else urgency == "high" and said.during is None and said.digest is None,
            digest=said.digest,
            emoji=said.emoji,
            color=said.color or _COLORS[min(rank, len(_COLORS) - 1)],
            event=said.event or _EVENTS[min(rank, len(_EVENTS) - 1)],
            labels=said.labels,
            origin=item.origin,
        )
    return linked


def people(scope: Scope) -> dict[str, Person]:
    """Sorted by name."""
    linked = {}
    for name, item in sorted(scope.all("people").items()):
        said = item.spec
        assert isinstance(said, spec.Person)
        linked[name] = Person(
            name=name,
            title=said.title or name,
            email=said.email,
            phone=said.phone,
            slack=said.slack,
            pagerduty=said.pagerduty,
            sentry=said.sentry,
            time_zone=time_zone(scope, said.time_zone, item.origin.at("time_zone"), item.address) if said.time_zone else None,
            origin=item.origin,
        )
    return linked


def teams(scope: Scope) -> dict[str, Team]:
    """Sorted by name."""
    linked = {}
    for name, item in sorted(scope.all("teams").items()):
        said = item.spec
        assert isinstance(said, spec.Team)
        linked[name] = Team(
            name=name,
            title=said.title or name,
            description=said.description,
            members=scope.every("people", said.members, item.origin, "members", address=item.address),
            lead=scope.known("people", said.lead, item.origin, "lead", address=item.address),
            slack=said.slack,
            email=said.email,
            sentry=said.sentry,
            origin=item.origin,
        )
    return linked
