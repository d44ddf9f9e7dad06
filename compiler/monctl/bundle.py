"""The bundle: what the runner reads. JSON, versioned, fingerprinted, described by `schemas/bundle.schema.json`."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from monctl.measure import Burn
from monctl.program import (
    Calendar,
    Channel,
    Datasource,
    Escalation,
    Maintenance,
    Metric,
    Monitor,
    Person,
    Program,
    Report,
    Rotation,
    Route,
    Runbook,
    Service,
    Severity,
    Slo,
    Team,
    to_json,
)
from monctl.resource import Json

FORMAT_VERSION = 1
_PLACE = frozenset({"path", "url"})
"""Options that say where the bundle lies, which is not the runner's business."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything one runner needs for one estate in one environment. Secrets are references only."""

    format_version: int
    """Grows when the bundle changes in a way that breaks runners."""
    fingerprint: str
    """SHA-256 of the canonical JSON of everything else: a runner refuses a bundle whose fingerprint does not fit."""
    estate: str
    """Name of the estate."""
    title: str
    """What people call it."""
    environment: str
    """Empty when the estate has none."""
    options: Mapping[str, Json]
    """What `monctl.yaml` says under `targets.runner`: mail server, page, network; secrets as `${env:NAME}`."""
    severities: Mapping[str, Severity]
    """Most severe first by `rank`."""
    people: Mapping[str, Person]
    """Who can be reached."""
    teams: Mapping[str, Team]
    """People who own things together."""
    rotations: Mapping[str, Rotation]
    """Who is on call when."""
    escalations: Mapping[str, Escalation]
    """Who is called, and who next."""
    channels: Mapping[str, Channel]
    """Places messages go."""
    routes: Mapping[str, Route]
    """Kept to explain; their effect is in the deliveries."""
    calendars: Mapping[str, Calendar]
    """Business hours."""
    maintenance: Mapping[str, Maintenance]
    """Windows that mute."""
    datasources: Mapping[str, Datasource]
    """How to reach what is asked."""
    services: Mapping[str, Service]
    """The dependency graph."""
    metrics: Mapping[str, Metric]
    """Metrics of this runner's monitors, composites, expressions and SLOs."""
    monitors: Mapping[str, Monitor]
    """Monitors placed on the runner, and, without anybody to tell, those whose good time its objectives count."""
    elsewhere: Mapping[str, str]
    """Monitors other targets hold → those targets: a composite may name them."""
    slos: Mapping[str, Slo]
    """Objectives."""
    runbooks: Mapping[str, Runbook]
    """Attached to messages."""
    reports: Mapping[str, Report]
    """Reviews made from history."""


def bundle(program: Program) -> dict[str, Json]:
    """The bundle of a program as JSON, with its fingerprint."""
    monitors = {monitor.name: monitor for monitor in program.placed("runner")}
    monitors |= {name: _silent(program.monitors[name]) for name in _counted(program, monitors)}
    body: dict[str, Json] = {
        "format_version": FORMAT_VERSION,
        "estate": program.estate,
        "title": program.title,
        "environment": program.environment,
        "options": to_json({name: value for name, value in program.targets.get("runner", {}).items() if name not in _PLACE}),
        "severities": to_json(program.severities),
        "people": to_json(program.people),
        "teams": to_json(program.teams),
        "rotations": to_json(program.rotations),
        "escalations": to_json(program.escalations),
        "channels": to_json(program.channels),
        "routes": to_json(program.routes),
        "calendars": to_json(program.calendars),
        "maintenance": to_json(program.maintenance),
        "datasources": to_json({name: _located(source, program) for name, source in program.datasources.items()}),
        "services": to_json(program.services),
        "metrics": to_json(program.metrics),
        "monitors": to_json(monitors),
        "elsewhere": {name: ", ".join(monitor.targets) for name, monitor in program.monitors.items() if name not in monitors},
        "slos": to_json(program.slos),
        "runbooks": to_json(program.runbooks),
        "reports": to_json(program.reports),
    }
    return {**body, "fingerprint": fingerprint(body)}


def _counted(program: Program, monitors: Mapping[str, Monitor]) -> list[str]:
    """Monitors other targets hold whose good time an objective of this runner counts: it must look for itself."""
    burned = {monitor.source.slo for monitor in monitors.values() if isinstance(monitor.source, Burn)}
    named = {slo.monitor for name, slo in program.slos.items() if name in burned}
    return sorted(name for name in named if name is not None and name in program.monitors and name not in monitors)


def _silent(monitor: Monitor) -> Monitor:
    """The monitor without anybody to tell: whoever holds it tells."""
    return replace(monitor, alerts=tuple(replace(alert, deliveries=()) for alert in monitor.alerts), no_data="ok", on_error="ok")


def _located(source: Datasource, program: Program) -> Datasource:
    """A Sentry datasource with the organization and project of `targets.sentry`, where it does not name its own: a runner knows no targets."""
    if source.type != "sentry":
        return source
    given = program.targets.get("sentry", {})
    usual = {name: given[name] for name in ("organization", "project") if name in given}
    return dataclasses.replace(source, options={**usual, **source.options})


def fingerprint(body: Mapping[str, Json]) -> str:
    """SHA-256 of the canonical JSON of a bundle without its fingerprint, `sha256:…`."""
    rest = {name: value for name, value in body.items() if name != "fingerprint"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
