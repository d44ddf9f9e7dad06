"""Links metrics, and resolves `metric` and `metric.value` wherever they are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monctl import measure
from monctl.condition import Condition
from monctl.link.condition import condition
from monctl.link.measured import UNNAMED, Linked, Units
from monctl.link.scope import Scope
from monctl.link.sources import Sources
from monctl.loaded import Item
from monctl.program import Metric
from monctl.source import Origin
from monctl.spec import monitors as spec
from monctl.spec.sources import SOURCE_FIELDS, Sourced
from monctl.suggest import did_you_mean
from monctl.unit import Unit

EVERY_S = 300.0
"""How often, when nothing is said."""
TIMEOUT_S = 10.0
_DEEPEST = 50
"""Metrics made from metrics made from metrics …: a chain this long is a mistake, and would overflow the stack of the walk."""


class Metrics:
    """Links metrics on demand, so that an expression finds the units of its inputs whatever the order; a circle is a finding."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._linked: dict[str, Metric | None] = {}
        self._open: list[str] = []
        self.sources = Sources(scope, self.resolve)

    def all(self) -> dict[str, Metric]:
        """Every metric that could be linked, sorted by name."""
        found = {name: self.get(name) for name in sorted(self._scope.all("metrics"))}
        return {name: metric for name, metric in found.items() if metric is not None}

    def get(self, name: str) -> Metric | None:
        """One metric; None when it is not declared, or has faults (findings tell)."""
        if name not in self._linked:
            item = self._scope.all("metrics").get(name)
            if item is None:
                return None
            self._open.append(name)
            self._linked[name] = self._link(item)
            self._open.pop()
        return self._linked[name]

    def resolve(self, written: str, origin: Origin, *path: str | int, address: str) -> tuple[str, str, Unit] | None:
        """From `metric` or `metric.value` to (metric, value, unit); None and a finding when it is not there."""
        name, _, value = written.partition(".")
        if self._scope.known("metrics", name, origin, *path, address=address) is None:
            return None
        if name in self._open or len(self._open) > _DEEPEST:
            self._circle(name, origin.at(*path), address)
            return None
        metric = self.get(name)
        if metric is None:
            return None
        if value and value not in metric.units:
            help = did_you_mean(value, metric.units, noun="values")
            within = (len(name) + 1, len(written))
            self._scope.fault(
                "SPEC052", f"metric '{name}' has no value '{value}'", origin.at(*path), help=help, within=within, address=address
            )
            return None
        if not value and len(metric.units) > 1 and isinstance(metric.source, measure.Sql):
            message = f"metric '{name}' has several values: {', '.join(metric.units)}"
            help = f"write which one: '{name}.{next(iter(metric.units))}'"
            self._scope.fault("SPEC052", message, origin.at(*path), help=help, address=address)
            return None
        return name, value or metric.default_value, metric.units[value or metric.default_value]

    def _circle(self, name: str, origin: Origin, address: str) -> None:
        if name in self._open:
            circle = " → ".join([*self._open[self._open.index(name) :], name])
            message = f"metrics are made from each other in a circle: {circle}"
        else:
            message = f"metrics are made from each other more than {_DEEPEST} times over"
        self._scope.fault("SPEC042", message, origin, help="remove one of these inputs", address=address)

    def _link(self, item: Item) -> Metric | None:
        said = item.spec
        assert isinstance(said, spec.Metric)
        scope, origin, address = self._scope, item.origin, item.address
        found = source_of(scope, self.sources, said, origin, address, values={})
        service = scope.known("services", said.service, origin, "service", address=address)
        team = scope.known("teams", said.team, origin, "team", address=address)
        every_s, timeout_s = times(scope, said, origin, address)
        goals, goal_conditions = self._goals(said, found, origin, address)
        if found is None:
            return None
        return Metric(
            name=item.name,
            title=said.title or item.name,
            description=said.description,
            source=found.source,
            units=found.units,
            default_value=found.default,
            every_s=every_s,
            timeout_s=timeout_s,
            service=service,
            team=team,
            labels=said.labels,
            goals=goals,
            goal_conditions=goal_conditions,
            origin=origin,
        )

    def _goals(self, said: spec.Metric, found: Linked | None, origin: Origin, address: str) -> tuple[dict[str, str], dict[str, Condition]]:
        default = found.default if found else ""
        written: dict[str, tuple[str, Sequence[str]]] = {}
        for name, value in (said.sql.values if said.sql else {}).items():
            if value.goal is not None:
                written[name] = (value.goal, ("sql", "values", name, "goal"))
        if said.goal is not None:
            written[default] = (said.goal, ("goal",))
        texts: dict[str, str] = {}
        conditions: dict[str, Condition] = {}
        for name, (goal, path) in written.items():
            units: Units | None = {} if found else None
            called = name if name not in {"", UNNAMED} else address.partition(".")[2]
            bound = condition(self._scope, goal, units, found.units[name] if found else None, origin, *path, address=address, name=called)
            if bound is not None:
                conditions[name], texts[name] = bound
        return texts, conditions


def source_of(
    scope: Scope, sources: Sources, said: spec.Metric | spec.Monitor, origin: Origin, address: str, *, values: Mapping[str, Any]
) -> Linked | None:
    """The one source of a metric or monitor; None and a finding when there is none, or more than one."""
    given = said.sources_given
    if len(given) == 1:
        return sources.link(given[0], getattr(said, given[0]), origin, address, unit=said.unit, values=values)
    if not given:
        ways = f"add a source: {', '.join(SOURCE_FIELDS)}" + (", or `metric:`" if isinstance(said, spec.Monitor) else "")
        scope.fault("SPEC060", "nothing says what is measured", origin, help=ways, address=address, on_key=True)
        return None
    several(scope, said, origin, address)
    return None


def several(scope: Scope, said: Sourced, origin: Origin, address: str) -> None:
    """Say that there are several sources, at the second one."""
    given = said.sources_given
    message = f"one source is wanted, here are {len(given)}: {', '.join(given)}"
    scope.fault("SPEC060", message, origin.at(given[1]), help="keep one; make a metric or monitor of each", address=address, on_key=True)


def times(scope: Scope, said: spec.Metric | spec.Monitor, origin: Origin, address: str) -> tuple[float, float]:
    """Interval and timeout in seconds."""
    every_s = said.every.seconds if said.every else EVERY_S
    timeout_s = said.timeout.seconds if said.timeout else min(TIMEOUT_S, 0.8 * every_s)
    if every_s <= 0:
        scope.fault(
            "SPEC033", "`every` must be longer than nothing", origin.at("every"), help="write a duration such as 1m", address=address
        )
    elif timeout_s <= 0:
        scope.fault(
            "SPEC033", "`timeout` must be longer than nothing", origin.at("timeout"), help="write a duration such as 10s", address=address
        )
    elif timeout_s >= every_s:
        message = f"the timeout of {said.timeout or timeout_s} is not shorter than the interval of {said.every or '5m'}"
        help = "one run must be over before the next begins"
        scope.fault("SPEC061", message, origin.at("timeout"), help=help, address=address)
    return every_s, timeout_s
