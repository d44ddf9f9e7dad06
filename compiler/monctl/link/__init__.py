"""Pure: loaded specs to a program. Every name is resolved, every default filled; all faults come back at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from monctl import measure
from monctl.finding import Finding
from monctl.link import channels, people, routing, things
from monctl.link.circles import circles
from monctl.link.dashboards import dashboards
from monctl.link.metrics import Metrics
from monctl.link.monitors import Monitors, Setting
from monctl.link.oncall import escalations, rotations
from monctl.link.placement import Placement
from monctl.link.scope import Scope
from monctl.link.slos import Slos
from monctl.loaded import Item, Loaded, Move
from monctl.number import LARGEST
from monctl.program import Monitor, Phase, Program
from monctl.source import Origin
from monctl.spec.base import Described
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
    here, elsewhere = _here(loaded.items, loaded.environment, settings.environments)
    scope = Scope(
        here,
        loaded.broken,
        elsewhere=elsewhere,
        complete=loaded.complete and loaded.settings is not None,
    )
    targets = _targets(scope, settings, loaded.environment, capabilities, where) if loaded.settings is not None else {}
    if loaded.settings is not None:
        _environments(scope, loaded.items, settings)
    phases = things.phases(scope, settings.phase)
    _current_phase(scope, settings, loaded.environment, where)
    severities = people.severities(scope)
    folk = people.people(scope)
    teams = people.teams(scope)
    on_call = rotations(scope)
    services = things.services(scope)
    metrics = Metrics(scope)
    routes = routing.routes(scope)
    router = routing.Router(scope, routes, severities)
    able = {name: capabilities[name] for name in targets} if loaded.settings is not None else None
    placement = Placement(scope, able, settings.placement, where)
    setting = Setting(settings.labels, _current(phases))
    linked_metrics = metrics.all()
    monitors = {monitor.name: monitor for monitor in Monitors(scope, metrics, severities, services, router, placement, setting).all()}
    _composite_circles(scope, monitors)
    objectives, burning = Slos(scope, metrics, severities, services, router, placement, setting).all()
    monitors = _with_burning(scope, monitors, burning)
    routing.check_patterns(scope)
    program = Program(
        estate=settings.estate,
        title=settings.title or settings.estate,
        description=settings.description,
        environment=loaded.environment,
        targets=targets,
        severities=severities,
        people=folk,
        teams=teams,
        rotations=on_call,
        escalations=escalations(scope, on_call),
        channels=channels.channels(scope, folk),
        routes={route.name: route for route in routes},
        calendars=channels.calendars(scope),
        maintenance=channels.maintenance(scope, {name: monitor.service for name, monitor in monitors.items()}),
        datasources=things.datasources(scope),
        services=services,
        metrics=linked_metrics,
        monitors=monitors,
        slos=objectives,
        dashboards=dashboards(scope, metrics, monitors, settings.title or settings.estate),
        runbooks=things.runbooks(scope, loaded.texts),
        phases=phases,
        reports=things.reports(scope),
        moved=_moved(scope, loaded.moved),
        limits={"deletions": float(min(settings.limits.deletions, LARGEST)), "deletions_percent": settings.limits.deletions_percent},
    )
    return Linked(program, tuple(scope.findings))


def _here(items: tuple[Item, ...], environment: str, known: Collection[str]) -> tuple[list[Item], list[Item]]:
    """What is declared in this environment, and what in others alone: that is unknown here, on purpose, and naming it is a fault."""

    def is_here(item: Item) -> bool:
        if not isinstance(item.spec, Described) or not item.spec.environments:
            return True
        only = [name for name in item.spec.environments if name in known]
        return not only or environment in only

    elsewhere = [item for item in items if not is_here(item)]
    return [item for item in items if is_here(item)] if elsewhere else list(items), elsewhere


def _environments(scope: Scope, items: tuple[Item, ...], settings: Estate) -> None:
    for item in items:
        for index, name in enumerate(item.spec.environments if isinstance(item.spec, Described) else ()):
            if name not in settings.environments:
                help = did_you_mean(name, settings.environments, noun="environments")
                where = item.origin.at("environments", index)
                scope.fault("SPEC040", f"the estate has no environment '{name}'", where, help=help, address=item.address)


def _targets(
    scope: Scope, settings: Estate, environment: str, capabilities: Mapping[str, Capabilities], where: Origin
) -> dict[str, dict[str, object]]:
    found = {}
    block = settings.environments.get(environment)
    own = block.targets if block is not None else {}
    for name, options in settings.targets.items():
        if name in capabilities:
            found[name] = dict(options)
            continue
        help = did_you_mean(name, capabilities, noun="installed targets")
        path = ("environments", environment, "targets", name) if name in own else ("targets", name)
        scope.fault("SPEC100", f"no target is called '{name}'", where.at(*path), help=help, on_key=True)
    if not settings.targets:
        message = "the estate has no targets: nobody would hold its monitors"
        scope.fault("SPEC100", message, where.at("estate"), help="add `targets: {runner: {}}`", on_key=True)
    return found


def _current(phases: Mapping[str, Phase]) -> str | None:
    return next((phase.name for phase in phases.values() if phase.current), None)


def _current_phase(scope: Scope, settings: Estate, environment: str, where: Origin) -> None:
    block = settings.environments.get(environment)
    path = ("environments", environment, "phase") if block is not None and block.phase is not None else ("phase",)
    scope.known("phases", settings.phase, where, *path)


def _with_burning(scope: Scope, monitors: Mapping[str, Monitor], burning: list[Monitor]) -> dict[str, Monitor]:
    """Every monitor by name, sorted; those of SLOs become known to whoever names monitors."""
    every = dict(monitors)
    for monitor in burning:
        if scope.has("monitors", monitor.name):
            message = f"an SLO makes a monitor '{monitor.name}', but there is one"
            scope.fault(
                "SPEC036", message, monitor.origin, help="rename the monitor or the SLO, or give each severity one burn alert", on_key=True
            )
        every.setdefault(monitor.name, monitor)
        scope.derive("monitors", [monitor.name])
    return dict(sorted(every.items()))


def _composite_circles(scope: Scope, monitors: Mapping[str, Monitor]) -> None:
    edges = {
        name: tuple(member.monitor for member in monitor.source.members if member.monitor)
        for name, monitor in monitors.items()
        if isinstance(monitor.source, measure.Composite)
    }
    for circle in circles(edges):
        first = monitors[circle[0]]
        message = f"monitors are made from each other in a circle: {' → '.join((*circle, circle[0]))}"
        scope.fault("SPEC042", message, first.origin, help="remove one of these members", address=first.address, on_key=True)


def _moved(scope: Scope, moves: tuple[Move, ...]) -> dict[str, str]:
    """Old address → new address, sorted."""
    found: dict[str, str] = {}
    taken: dict[str, str] = {}
    for move in moves:
        kind, _, name = move.new.partition(".")
        old_kind, _, old_name = move.old.partition(".")
        if old_kind not in PLURAL or not old_name:
            scope.fault("SPEC049", f"'{move.old}' is not an address", move.origin, help=_address_help(old_kind), on_key=True)
        elif kind not in PLURAL or not name:
            scope.fault("SPEC049", f"'{move.new}' is not an address", move.origin, help=_address_help(kind))
        elif old_kind != kind:
            message = f"'{move.old}' and '{move.new}' are not of one kind"
            scope.fault("SPEC049", message, move.origin, help="an object keeps its kind; remove this line", on_key=True)
        elif scope.known(PLURAL[kind], name, move.origin) is None:
            pass
        elif scope.has(PLURAL[kind], old_name):
            scope.fault("SPEC049", f"'{move.old}' is still declared", move.origin, help="remove the old object, or this line", on_key=True)
        elif move.old in found:
            scope.fault("SPEC049", f"'{move.old}' moved twice", move.origin, help="keep one of the lines", on_key=True)
        elif move.new in taken:
            message = f"'{taken[move.new]}' moved to '{move.new}' as well"
            scope.fault("SPEC049", message, move.origin, help="two objects cannot become one: keep one of the lines")
        else:
            found[move.old] = move.new
            taken[move.new] = move.old
    return dict(sorted(found.items()))


def _address_help(kind: str) -> str:
    near = did_you_mean(kind, PLURAL) if kind and kind not in PLURAL else None
    return near if near and near.startswith("did") else "write kind.name, such as monitor.orphaned-posts"
