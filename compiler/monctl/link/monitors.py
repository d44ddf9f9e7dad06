"""Links monitors: what they watch, their thresholds, where they are placed, where their alerts go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from monctl import measure
from monctl.condition import State
from monctl.link.condition import Bound, condition
from monctl.link.measured import Units
from monctl.link.metrics import Metrics, several, source_of, times
from monctl.link.placement import Placement
from monctl.link.routing import NOTHING, Router, Wish
from monctl.link.scope import Scope
from monctl.link.sources import REACHABLE
from monctl.loaded import Item
from monctl.program import Alert, Metric, Monitor, Service, Severity
from monctl.source import Origin
from monctl.spec import monitors as spec
from monctl.suggest import did_you_mean
from monctl.unit import NO_UNIT

_METRICS_OWN = ("every", "timeout", "unit", "values")
"""Fields of a monitor that belong to its metric, when it watches one."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the whole estate says about its monitors."""

    labels: Mapping[str, str]
    phase: str | None
    """The current one."""


@dataclass(frozen=True, slots=True)
class _Watched:
    """What a monitor watches."""

    metric: Metric | None
    """None for a source of its own."""
    source: measure.Source
    units: Units
    value: str


class Monitors:
    """Links monitors."""

    def __init__(
        self,
        scope: Scope,
        metrics: Metrics,
        severities: Mapping[str, Severity],
        services: Mapping[str, Service],
        router: Router,
        placement: Placement,
        setting: Setting,
    ) -> None:
        self._scope = scope
        self._metrics = metrics
        self._severities = severities
        self._services = services
        self._router = router
        self._placement = placement
        self._setting = setting

    def all(self) -> Iterator[Monitor]:
        """Every monitor that could be linked, in the order of declaration."""
        for item in self._scope.all("monitors").values():
            linked = self._link(item)
            if linked is not None:
                yield linked

    def _link(self, item: Item) -> Monitor | None:
        said = item.spec
        assert isinstance(said, spec.Monitor)
        scope, origin, address = self._scope, item.origin, item.address
        watched = self._watched(said, origin, address)
        metric = watched.metric if watched else None
        every_s, timeout_s = times(scope, said, origin, address)
        if metric is not None:
            every_s, timeout_s = metric.every_s, metric.timeout_s
            self._not_the_monitors(said, metric, origin, address)
        own_service = scope.known("services", said.service, origin, "service", address=address)
        service = self._services.get(own_service or (metric.service if metric else None) or "")
        team = scope.known("teams", said.team, origin, "team", address=address)
        team = team or (metric.team if metric else None) or (service.team if service else None)
        runbook = scope.known("runbooks", said.runbook, origin, "runbook", address=address) or (service.runbook if service else None)
        phases = scope.every("phases", said.phases, origin, "phases", address=address)
        labels = {**self._setting.labels, **(service.labels if service else {}), **(metric.labels if metric else {}), **said.labels}
        alerts = self._alerts(item, said, watched, service.name if service else None, team, labels)
        no_data = self._policy(said.no_data, origin, "no_data", address)
        on_error = self._policy(said.on_error, origin, "on_error", address)
        goal = self._goal(item, said, watched)
        if watched is None:
            return None
        return Monitor(
            name=item.name,
            title=said.title or item.name,
            description=said.description or (metric.description if metric else ""),
            metric=metric.name if metric else None,
            source=watched.source,
            value=watched.value,
            units=watched.units,
            every_s=every_s,
            timeout_s=timeout_s,
            goal=goal[1] if goal else None,
            goal_condition=goal[0] if goal else None,
            alerts=alerts,
            recover_s=said.recover_after.seconds if said.recover_after else 0.0,
            no_data=no_data,
            on_error=on_error,
            service=service.name if service else None,
            team=team,
            labels=labels,
            links={**(service.links if service else {}), **said.links},
            runbook=runbook,
            action=said.action,
            message=said.message,
            targets=self._placement.targets(watched.source.kind, said.on, origin, address),
            active=not phases or self._setting.phase in phases,
            phases=phases,
            protect=said.protect,
            waive=said.waive,
            origin=origin,
        )

    def _watched(self, said: spec.Monitor, origin: Origin, address: str) -> _Watched | None:
        if said.metric is None:
            found = source_of(self._scope, self._metrics.sources, said, origin, address, values=said.values)
            return None if found is None else _Watched(None, found.source, found.units, found.default)
        given = said.sources_given
        if given:
            message = f"a monitor has a metric or a source, here both: metric and {', '.join(given)}"
            self._scope.fault("SPEC060", message, origin.at("metric"), help="remove one of them", address=address, on_key=True)
            if len(given) > 1:
                several(self._scope, said, origin, address)
        resolved = self._metrics.resolve(said.metric, origin, "metric", address=address)
        metric = self._metrics.get(resolved[0]) if resolved else None
        if resolved is None or metric is None or given:
            return None
        return _Watched(metric, metric.source, dict(metric.units), resolved[1])

    def _not_the_monitors(self, said: spec.Monitor, metric: Metric, origin: Origin, address: str) -> None:
        for field in _METRICS_OWN:
            if field in said.model_fields_set and getattr(said, field):
                message = f"`{field}` belongs to metric '{metric.name}', which this monitor watches"
                help = f"move it to metric.{metric.name}"
                self._scope.fault("SPEC048", message, origin.at(field), help=help, address=address, on_key=True)

    def _alerts(
        self, item: Item, said: spec.Monitor, watched: _Watched | None, service: str | None, team: str | None, labels: Mapping[str, str]
    ) -> tuple[Alert, ...]:
        """Most severe first."""
        scope, origin, address = self._scope, item.origin, item.address
        whole = self._wish(said, origin, address)
        alerts = []
        for name, alert in said.alert.items():
            where = origin.at("alert", name)
            own = self._wish(alert, where, address)
            bound = self._bound(alert.when, watched, where, address, item.name)
            if scope.known("severities", name, origin, "alert", name, address=address, on_key=True) is None or bound is None:
                continue
            deliveries = self._router.deliveries(
                severity=name, monitor=item.name, service=service, team=team, labels=labels, wish=own.over(whole)
            )
            alerts.append(Alert(name, bound[0], bound[1], deliveries, where))
        return tuple(sorted(alerts, key=lambda alert: self._severities[alert.severity].rank))

    def _wish(self, said: spec.Monitor | spec.Alert, origin: Origin, address: str) -> Wish:
        if said.notify is None and said.escalation is None and said.during is None:
            return NOTHING
        scope = self._scope
        return Wish(
            notify=None if said.notify is None else scope.every("channels", said.notify, origin, "notify", address=address),
            escalation=scope.known("escalations", said.escalation, origin, "escalation", address=address),
            during=scope.known("calendars", said.during, origin, "during", address=address),
        )

    def _bound(self, said: Any, watched: _Watched | None, origin: Origin, address: str, name: str) -> Bound | None:
        if isinstance(said, spec.Term):
            said = said.model_dump(by_alias=True, exclude_unset=True)
        elif isinstance(said, list):
            said = [term.model_dump(by_alias=True, exclude_unset=True) for term in said]
        if watched is None:
            return condition(self._scope, said, None, None, origin, "when", address=address, name=name)
        default = watched.units.get(watched.value, NO_UNIT)
        bound = condition(self._scope, said, watched.units, default, origin, "when", address=address, name=name)
        for term in bound[0] if bound else ():
            if isinstance(term, State) and (instead := _instead(term.kind, watched.source)) is not None:
                message = f"{watched.source.kind} sources are never '{term.kind}'"
                self._scope.fault("SPEC055", message, origin.at("when"), help=instead, address=address)
                return None
        return bound

    def _goal(self, item: Item, said: spec.Monitor, watched: _Watched | None) -> Bound | None:
        if said.goal is not None:
            units = watched.units if watched else None
            default = watched.units.get(watched.value) if watched else None
            return condition(self._scope, said.goal, units, default, item.origin, "goal", address=item.address, name=item.name)
        metric = watched.metric if watched else None
        if watched is None or metric is None or watched.value not in metric.goals:
            return None
        return metric.goal_conditions[watched.value], metric.goals[watched.value]

    def _policy(self, said: str | None, origin: Origin, field: str, address: str) -> str:
        if said is None:
            return "keep"
        if said not in {"keep", "ok"} and said not in self._severities and not self._scope.excused("severities", said):
            help = did_you_mean(said, ["keep", "ok", *self._severities])
            self._scope.fault("SPEC040", f"'{said}' is neither keep, ok nor a severity", origin.at(field), help=help, address=address)
        return said


def _instead(kind: str, source: measure.Source) -> str | None:
    """What to write instead of a state that a source is never in; None when it may be."""
    match kind:
        case "down" if source.kind not in REACHABLE:
            return "write 'error' for a source that fails, 'no data' for one that is silent, or a comparison such as '> 10'"
        case "first seen" | "regression" if source.kind != "sentry":
            return "only sentry sources know issues"
        case "any" if source.kind not in {"sentry", "log", "sql"}:
            return "write a comparison such as '> 0'"
        case _:
            return None
