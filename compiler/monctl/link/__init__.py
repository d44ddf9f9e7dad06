"""Pure: loaded specs to a program. Every name is resolved, every default filled; all faults come back at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monctl import measure
from monctl.finding import Finding
from monctl.link import people, routing, things
from monctl.link.dashboards import dashboards
from monctl.link.monitors import Metrics, Monitors, Setting, slos
from monctl.link.placement import Placement
from monctl.link.scope import Scope
from monctl.load import Item, Loaded
from monctl.program import Monitor, Program
from monctl.source import Origin
from monctl.spec.estate import Estate
from monctl.spec.file import PLURAL
from monctl.suggest import did_you_mean
from monctl.target import Capabilities


@dataclass(frozen=True, slots=True)
class Linked:
    """A program and what was found wrong on the way. With an error among the findings the program is only good for more findings."""

    program: Program
    findings: tuple[Finding, ...]


def link(loaded: Loaded, capabilities: Mapping[str, Capabilities]) -> Linked:
    """`capabilities` are those of every installed target, by name."""
    settings = loaded.settings or Estate.model_construct(estate=loaded.root.name)
    where = Origin(loaded.settings_file)
    scope = Scope(_here(loaded.items, loaded.environment), loaded.broken)
    targets = _targets(scope, settings, capabilities, where)
    _environments(scope, loaded.items, settings)
    current = settings.phase
    if current is not None and not scope.has("phases", current):
        scope.fault("SPEC040", f"no phase is called '{current}'", where.at("phase"), help=did_you_mean(current, scope.all("phases"), noun="phases"))
    severities = people.severities(scope)
    folk = people.people(scope)
    rotations = people.rotations(scope)
    services = things.services(scope)
    phases = things.phases(scope, current)
    routes = routing.routes(scope)
    router = routing.Router(scope, routes, severities)
    placement = Placement(scope, {name: capabilities[name] for name in targets}, settings.placement, where)
    setting = Setting(settings.labels, next((phase.name for phase in phases.values() if phase.current), None), loaded.environment)
    metrics = Metrics(scope)
    linked_metrics = metrics.all()
    monitors = {monitor.name: monitor for monitor in Monitors(scope, metrics, severities, services, router, placement, setting).all()}
    _composite_circles(scope, monitors)
    objectives, burning = slos(scope, metrics, severities, services, router, placement, setting)
    for monitor in burning:
        if monitor.name in monitors:
            scope.fault("SPEC036", f"an SLO makes a monitor '{monitor.name}', but there is one", monitor.origin, help="rename the monitor or the SLO", on_key=True)
        monitors.setdefault(monitor.name, monitor)
    monitors = dict(sorted(monitors.items()))
    program = Program(
        estate=settings.estate,
        title=settings.title or settings.estate,
        description=settings.description,
        environment=loaded.environment,
        targets=targets,
        severities=severities,
        people=folk,
        teams=people.teams(scope),
        rotations=rotations,
        escalations=people.escalations(scope, rotations),
        channels=routing.channels(scope, folk),
        routes={route.name: route for route in routes},
        calendars=routing.calendars(scope),
        maintenance=routing.maintenance(scope, {name: monitor.service for name, monitor in monitors.items()}),
        datasources=things.datasources(scope),
        services=services,
        metrics=linked_metrics,
        monitors=monitors,
        slos=objectives,
        dashboards=dashboards(scope, metrics, monitors, settings.title or settings.estate),
        runbooks=things.runbooks(scope, loaded.texts),
        phases=phases,
        reports=things.reports(scope),
        moved=_moved(scope, loaded),
        limits={"deletions": float(settings.limits.deletions), "deletions_percent": settings.limits.deletions_percent},
    )
    return Linked(program, tuple(scope.findings))


def _here(items: tuple[Item, ...], environment: str) -> list[Item]:
    """What is declared in this environment. A thing other environments alone have is unknown here, on purpose: naming it is a fault."""
    return [item for item in items if not (only := getattr(item.spec, "environments", None)) or environment in only]


def _environments(scope: Scope, items: tuple[Item, ...], settings: Estate) -> None:
    for item in items:
        for index, name in enumerate(getattr(item.spec, "environments", ())):
            if name not in settings.environments:
                scope.fault(
                    "SPEC040",
                    f"the estate has no environment '{name}'",
                    item.origin.at("environments", index),
                    help=did_you_mean(name, settings.environments, noun="environments"),
                    address=item.address,
                )


def _targets(scope: Scope, settings: Estate, capabilities: Mapping[str, Capabilities], where: Origin) -> dict[str, dict[str, object]]:
    found = {}
    for name, options in settings.targets.items():
        if name not in capabilities:
            scope.fault("SPEC100", f"no target is called '{name}'", where.at("targets", name), help=did_you_mean(name, capabilities, noun="targets"), on_key=True)
            continue
        found[name] = dict(options)
    return found


def _composite_circles(scope: Scope, monitors: Mapping[str, Monitor]) -> None:
    edges = {
        name: tuple(member.monitor for member in monitor.source.members if member.monitor)
        for name, monitor in monitors.items()
        if isinstance(monitor.source, measure.Composite)
    }
    for circle in things.circles(edges):
        first = monitors[circle[0]]
        scope.fault("SPEC042", f"monitors are made from each other in a circle: {' → '.join((*circle, circle[0]))}", first.origin, help="remove one of these members", address=first.address)


def _moved(scope: Scope, loaded: Loaded) -> dict[str, str]:
    found = {}
    for old, (new, origin) in loaded.moved.items():
        kind, _, name = new.partition(".")
        if kind not in PLURAL or not name:
            scope.fault("SPEC049", f"'{new}' is not an address", origin, help="write kind.name, such as monitor.orphaned-posts")
        elif not scope.has(PLURAL[kind], name):
            scope.fault("SPEC040", f"'{new}' is not declared", origin, help=did_you_mean(name, scope.all(PLURAL[kind]), noun=PLURAL[kind]))
        elif old.partition(".")[0] != kind:
            scope.fault("SPEC049", f"'{old}' and '{new}' are not of one kind", origin, on_key=True)
        elif scope.has(PLURAL[kind], old.partition(".")[2]):
            scope.fault("SPEC049", f"'{old}' is still declared", origin, help="remove the old object, or this line", on_key=True)
        else:
            found[old] = new
    return dict(sorted(found.items()))
