"""A program's people, rotations, escalations and PagerDuty channels as the objects PagerDuty should hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from monctl.program import Program
from monctl.resource import Resource
from monctl.target import Built
from monctl_targets.pagerduty.naming import Naming
from monctl_targets.pagerduty.notes import Notes
from monctl_targets.pagerduty.policy import callable_escalations, policies
from monctl_targets.pagerduty.schedule import DEFAULT, EMITTERS, schedules
from monctl_targets.pagerduty.service import services
from monctl_targets.pagerduty.team import teams

_LOOKED_UP = {"team": "team", "schedule": "schedule", "escalation_policy": "escalation policy", "service": "service"}
"""Kinds whose name has to tell one from another: people pick them by it, and a service's is unique in its account (openshift/pagerduty-operator#43,
read 2026-11-20). How the others are held apart is documented nowhere."""


def build(program: Program) -> Built:
    """Every resource, in the order they can be made: teams, schedules, escalation policies, services, integrations.

    The options of `targets.pagerduty` are in `options`.
    """
    options = program.targets.get("pagerduty", {})
    notes = Notes()
    naming = Naming(program, notes, str(options.get("prefix") or ""))
    form = str(options.get("schedules"))
    resources = (
        *teams(naming, members=options.get("members") is not False),
        *schedules(naming, form if form in EMITTERS else DEFAULT),
        *policies(naming),
        *services(naming, callable_escalations(naming)),
    )
    _apart(resources, notes)
    return Built(resources, tuple(notes.fidelity), tuple(dict.fromkeys(notes.findings)))


def _apart(resources: Iterable[Resource], notes: Notes) -> None:
    """A finding for each object whose name another of its kind has, as they are called at PagerDuty."""
    seen: dict[tuple[str, str], Resource] = {}
    for resource in resources:
        if resource.kind not in _LOOKED_UP:
            continue
        other = seen.setdefault((resource.kind, resource.name.casefold()), resource)
        if other is not resource:
            notes.fault(
                "PAGERDUTY111",
                f"'{resource.address}' and '{other.address}' would both be the {_LOOKED_UP[resource.kind]} '{resource.name}' at PagerDuty",
                resource.origin,
                address=resource.address,
                help="give one of them another `title`",
            )
