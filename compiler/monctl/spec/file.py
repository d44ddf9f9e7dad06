"""A spec file: top-level maps, one per kind. `KINDS` is the one list of kinds."""

from __future__ import annotations

from pydantic import Field

from monctl.spec.base import ForEach, Name, Spec
from monctl.spec.dashboards import Dashboard
from monctl.spec.documents import Report, Runbook
from monctl.spec.monitors import Datasource, Metric, Monitor, Phase, Service, Slo
from monctl.spec.oncall import Escalation, Rotation
from monctl.spec.people import Person, Severity, Team
from monctl.spec.routing import Calendar, Channel, Maintenance, Route

KINDS: dict[str, type[Spec]] = {
    "severities": Severity,
    "people": Person,
    "teams": Team,
    "rotations": Rotation,
    "escalations": Escalation,
    "channels": Channel,
    "routes": Route,
    "calendars": Calendar,
    "maintenance": Maintenance,
    "datasources": Datasource,
    "services": Service,
    "metrics": Metric,
    "monitors": Monitor,
    "slos": Slo,
    "dashboards": Dashboard,
    "runbooks": Runbook,
    "phases": Phase,
    "reports": Report,
}
"""Top-level key → model of one object."""

SINGULAR: dict[str, str] = {
    kind: {"people": "person", "severities": "severity", "maintenance": "maintenance"}.get(kind, kind.removesuffix("s")) for kind in KINDS
}
"""Top-level key → the word in addresses: `monitors` → `monitor`."""

PLURAL: dict[str, str] = {word: kind for kind, word in SINGULAR.items()}


class _Kinds(Spec):
    """A map of names for each kind."""

    severities: dict[Name, Severity] = {}
    """The estate's own scale, most severe first."""
    people: dict[Name, Person] = {}
    """Who can be reached, and how."""
    teams: dict[Name, Team] = {}
    """People who own things together."""
    rotations: dict[Name, Rotation] = {}
    """Who is on call when."""
    escalations: dict[Name, Escalation] = {}
    """Who is called, and who next."""
    channels: dict[Name, Channel] = {}
    """Places messages go."""
    routes: dict[Name, Route] = {}
    """Sends some alerts elsewhere than their severity would."""
    calendars: dict[Name, Calendar] = {}
    """Business hours and holidays."""
    maintenance: dict[Name, Maintenance] = {}
    """Windows that mute."""
    datasources: dict[Name, Datasource] = {}
    """Where figures come from."""
    services: dict[Name, Service] = {}
    """Things users rely on, and what they depend on."""
    metrics: dict[Name, Metric] = {}
    """Measured quantities."""
    monitors: dict[Name, Monitor] = {}
    """A metric or source with what is too much."""
    slos: dict[Name, Slo] = {}
    """Objectives and their error budgets."""
    dashboards: dict[Name, Dashboard] = {}
    """Rows of panels."""
    runbooks: dict[Name, Runbook] = {}
    """What to do."""
    phases: dict[Name, Phase] = {}
    """Named periods that switch monitors on and off."""
    reports: dict[Name, Report] = {}
    """Reviews made from the runner's history."""


class Template(_Kinds):
    """Inventory × template: every kind below is made once per entry, with `${each.key}` and `${each.value}` filled, in names too."""

    for_each: ForEach
    """The inventory: a map or list, or `${var.name}`."""


class SpecFile(_Kinds):
    """A monctl spec file. Any file may hold any kinds; how files are cut is the team's own business."""

    moved: dict[str, str] = Field(default={}, examples=[{"monitor.old-name": "monitor.new-name"}])
    """Renames that keep the object: old address → new address."""
    templates: dict[Name, Template] = {}
    """Inventory × template."""


TOP_LEVEL: tuple[str, ...] = tuple(SpecFile.model_fields)
