"""Links metrics, monitors and SLOs: sources, units, thresholds, placement, deliveries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monctl import measure
from monctl.condition import Comparison, Condition, State
from monctl.link.condition import condition
from monctl.link.sources import REACHABLE, Sources, Units
from monctl.link.placement import Placement
from monctl.link.routing import Router
from monctl.link.scope import Scope, listed
from monctl.load import Item
from monctl.program import Alert, Metric, Monitor, Service, Severity, Slo
from monctl.source import Origin
from monctl.spec import monitors as spec
from monctl.spec.sources import SOURCE_FIELDS, Sourced
from monctl.suggest import did_you_mean
from monctl.unit import NO_UNIT, Unit

EVERY_S = 300.0
"""How often, when nothing is said."""
TIMEOUT_S = 10.0


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
        """One metric; None when it has faults (findings tell)."""
        if name not in self._linked:
            self._open.append(name)
            self._linked[name] = None  # what a circle meets
            self._linked[name] = self._link(self._scope.all("metrics")[name])
            self._open.pop()
        return self._linked[name]

    def resolve(self, path: str, origin: Origin, address: str) -> tuple[str, str, Unit] | None:
        """From `metric` or `metric.value` to (metric, value, unit)."""
        name, _, value = path.partition(".")
        if self._scope.known("metrics", name, origin, address=address) is None:
            return None
        if name in self._open:
            circle = [*self._open[self._open.index(name) :], name]
            self._scope.fault("SPEC042", f"metrics are made from each other in a circle: {' → '.join(circle)}", origin, help="remove one of these inputs", address=address)
            return None
        metric = self.get(name)
        if metric is None:
            return None
        if value and value not in metric.units:
            self._scope.fault(
                "SPEC052", f"metric '{name}' has no value '{value}'", origin, help=did_you_mean(value, metric.units, noun="values"),
                within=(len(name) + 1, len(path)) if origin.line is None else None, address=address,
            )  # fmt: skip
            return None
        if not value and len(metric.units) > 1 and isinstance(metric.source, measure.Sql):
            self._scope.fault(
                "SPEC052", f"metric '{name}' has several values: {', '.join(metric.units)}", origin, help=f"write which one: '{name}.{next(iter(metric.units))}'", address=address
            )
            return None
        return name, value or metric.default_value, metric.units[value or metric.default_value]

    def _link(self, item: Item) -> Metric | None:
        said = item.spec
        assert isinstance(said, spec.Metric)
        scope, origin, address = self._scope, item.origin, item.address
        found = _source(scope, self.sources, said, origin, address, unit=said.unit, values={})
        service = scope.known("services", said.service, origin.at("service"), address=address)
        team = scope.known("teams", said.team, origin.at("team"), address=address)
        every_s, timeout_s = _times(scope, said, origin, address)
        if found is None:
            return None
        source, units, default = found
        goals, goal_conditions = self._goals(said, units, default, origin, address)
        return Metric(
            item.name, said.title or item.name, said.description, source, units, default, every_s, timeout_s, service, team,
            said.labels, goals, goal_conditions, origin,
        )  # fmt: skip

    def _goals(self, said: spec.Metric, units: Units, default: str, origin: Origin, address: str) -> tuple[dict[str, str], dict[str, Condition]]:
        written: dict[str, tuple[str, Origin]] = {}
        if said.sql is not None:
            for name, value in said.sql.values.items():
                if value.goal is not None:
                    written[name] = (value.goal, origin.at("sql", "values", name, "goal"))
        if said.goal is not None:
            written[default] = (said.goal, origin.at("goal"))
        texts, conditions = {}, {}
        for name, (goal, where) in written.items():
            bound = condition(self._scope, goal, {}, units[name], where, address, name=name)
            if bound is not None:
                conditions[name], texts[name] = bound
        return texts, conditions


@dataclass(frozen=True, slots=True)
class Setting:
    """What the whole estate says about its monitors."""

    labels: Mapping[str, str]
    phase: str | None
    """The current one."""
    environment: str


class Monitors:
    """Links monitors."""

    def __init__(
        self, scope: Scope, metrics: Metrics, severities: Mapping[str, Severity], services: Mapping[str, Service], router: Router, placement: Placement, setting: Setting
    ) -> None:
        self._scope = scope
        self._metrics = metrics
        self._severities = severities
        self._services = services
        self._router = router
        self._placement = placement
        self._setting = setting

    def all(self) -> Iterator[Monitor]:
        """Every monitor that could be linked."""
        for item in self._scope.all("monitors").values():
            linked = self._link(item)
            if linked is not None:
                yield linked

    def _link(self, item: Item) -> Monitor | None:
        said = item.spec
        assert isinstance(said, spec.Monitor)
        scope, origin, address = self._scope, item.origin, item.address
        measured = self._measured(said, origin, address)
        service_name = scope.known("services", said.service, origin.at("service"), address=address)
        team = scope.known("teams", said.team, origin.at("team"), address=address)
        metric = self._metrics.get(measured[0]) if measured and measured[0] else None
        service = self._services.get(service_name or (metric.service if metric else None) or "")
        team = team or (metric.team if metric else None) or (service.team if service else None)
        runbook = scope.known("runbooks", said.runbook, origin.at("runbook"), address=address) or (service.runbook if service else None)
        phases = scope.every("phases", said.phases, origin.at("phases"), address=address)
        labels = {**self._setting.labels, **(service.labels if service else {}), **(metric.labels if metric else {}), **said.labels}
        if metric is not None:
            every_s, timeout_s = metric.every_s, metric.timeout_s
            for field in ("every", "timeout", "unit"):
                if getattr(said, field) is not None:
                    scope.fault("SPEC048", f"`{field}` belongs to metric '{metric.name}', which this monitor watches", origin.at(field), help=f"move it to metric.{metric.name}", address=address, on_key=True)
        else:
            every_s, timeout_s = _times(scope, said, origin, address)
        notify = None if said.notify is None else scope.every("channels", said.notify, origin.at("notify"), address=address)
        escalation = scope.known("escalations", said.escalation, origin.at("escalation"), address=address)
        during = scope.known("calendars", said.during, origin.at("during"), address=address)
        if measured is None:
            return None
        _, value, source, units = measured
        alerts = []
        for name, alert in said.alert.items():
            where = origin.at("alert", name)
            if name not in self._severities:
                scope.fault("SPEC053", f"no severity is called '{name}'", where, help=did_you_mean(name, self._severities, noun="severities"), address=address, on_key=True)
                continue
            bound = self._condition(alert.when, source, units, value, where, address, item.name)
            own_notify = scope.every("channels", alert.notify, where.at("notify"), address=address) if alert.notify is not None else None
            own_escalation = scope.known("escalations", alert.escalation, where.at("escalation"), address=address)
            own_during = scope.known("calendars", alert.during, where.at("during"), address=address)
            if bound is None:
                continue
            deliveries = self._router.deliveries(
                severity=name,
                monitor=item.name,
                service=service.name if service else None,
                team=team,
                labels=labels,
                notify=own_notify if own_notify is not None else notify,
                escalation=own_escalation or escalation,
                during=own_during or during,
            )
            alerts.append(Alert(name, bound[0], bound[1], deliveries, where))
        alerts.sort(key=lambda alert: self._severities[alert.severity].rank)
        goal = condition(scope, said.goal, units, units.get(value), origin.at("goal"), address, name=item.name) if said.goal else None
        if goal is None and metric is not None and value in metric.goals:
            goal = metric.goal_conditions[value], metric.goals[value]
        targets = self._placement.targets(source.kind, listed(said.on), origin.at("on"), address)
        return Monitor(
            name=item.name,
            title=said.title or item.name,
            description=said.description or (metric.description if metric else ""),
            metric=metric.name if metric else None,
            source=source,
            value=value,
            units=units,
            every_s=every_s,
            timeout_s=timeout_s,
            goal=goal[1] if goal else None,
            goal_condition=goal[0] if goal else None,
            alerts=tuple(alerts),
            recover_s=said.recover_after.seconds if said.recover_after else 0.0,
            no_data=self._policy(said.no_data, origin.at("no_data"), address),
            on_error=self._policy(said.on_error, origin.at("on_error"), address),
            service=service.name if service else None,
            team=team,
            labels=labels,
            links={**(service.links if service else {}), **said.links},
            runbook=runbook,
            action=said.action,
            message=said.message,
            targets=targets,
            active=not phases or self._setting.phase in phases,
            phases=phases,
            protect=said.protect,
            waive=said.waive,
            origin=origin,
        )

    def _measured(self, said: spec.Monitor, origin: Origin, address: str) -> tuple[str, str, measure.Source, Units] | None:
        """(metric or empty, value, source, units)."""
        given = said.sources_given
        if said.metric is None:
            found = _source(self._scope, self._metrics.sources, said, origin, address, unit=said.unit, values=said.values)
            return None if found is None else ("", found[2], found[0], found[1])
        if given:
            self._scope.fault("SPEC060", f"a monitor has a metric or a source, here both: metric and {', '.join(given)}", origin.at("metric"), help="remove one of them", address=address, on_key=True)
            return None
        resolved = self._metrics.resolve(said.metric, origin.at("metric"), address)
        if resolved is None:
            return None
        metric = self._metrics.get(resolved[0])
        assert metric is not None
        return metric.name, resolved[1], metric.source, dict(metric.units)

    def _condition(self, said: Any, source: measure.Source, units: Units, value: str, origin: Origin, address: str, name: str) -> tuple[Condition, str] | None:
        if isinstance(said, spec.Term):
            said = said.model_dump(by_alias=True, exclude_unset=True)
        elif isinstance(said, list):
            said = [term.model_dump(by_alias=True, exclude_unset=True) for term in said]
        bound = condition(self._scope, said, units, units.get(value, NO_UNIT), origin, address, name=name)
        if bound is None:
            return None
        for term in bound[0]:
            if isinstance(term, State) and not (reason := _state_fits(term.kind, source)) is True:
                self._scope.fault("SPEC055", f"a {source.kind} source is never '{term.kind}'", origin, help=reason, address=address)
                return None
        return bound

    def _policy(self, said: str | None, origin: Origin, address: str) -> str:
        if said is None:
            return "keep"
        if said in {"keep", "ok"} or said in self._severities:
            return said
        self._scope.fault("SPEC053", f"'{said}' is neither keep, ok nor a severity", origin, help=did_you_mean(said, ["keep", "ok", *self._severities]), address=address)
        return "keep"


def slos(scope: Scope, metrics: Metrics, severities: Mapping[str, Severity], services: Mapping[str, Service], router: Router, placement: Placement, setting: Setting) -> tuple[dict[str, Slo], list[Monitor]]:
    """SLOs sorted by name, and the monitors of their burn rates."""
    linked: dict[str, Slo] = {}
    watching: list[Monitor] = []
    for name, item in sorted(scope.all("slos").items()):
        said = item.spec
        assert isinstance(said, spec.Slo)
        origin, address = item.origin, item.address
        ways = [way for way in ("monitor", "good", "metric") if getattr(said, way) is not None]
        if len(ways) != 1 or (said.good is None) != (said.total is None) or (said.metric is None) != (said.holds is None):
            scope.fault("SPEC060", "an SLO is measured in one way", origin, help="give `monitor`, or `good` and `total`, or `metric` and `holds`", address=address, on_key=True)
            continue
        if not 0 < said.objective.percent < 100:
            scope.fault("SPEC033", f"an objective of {said.objective} leaves no error budget", origin.at("objective"), help="write a share below 100%, such as 99.9%", address=address)
            continue
        monitor = scope.known("monitors", said.monitor, origin.at("monitor"), address=address)
        good, total, metric = (metrics.resolve(path, origin.at(field), address) if path else None for field, path in (("good", said.good), ("total", said.total), ("metric", said.metric)))
        bound = condition(scope, said.holds, {}, metric[2], origin.at("holds"), address, name=metric[0]) if said.holds and metric else ((), "")
        service = scope.known("services", said.service, origin.at("service"), address=address)
        team = scope.known("teams", said.team, origin.at("team"), address=address) or (services[service].team if service in services else None)
        notify = None if said.notify is None else scope.every("channels", said.notify, origin.at("notify"), address=address)
        runbook = scope.known("runbooks", said.runbook, origin.at("runbook"), address=address) or (services[service].runbook if service in services else None)
        if bound is None:
            continue
        linked[name] = Slo(
            name, said.title or name, said.description, said.objective.percent, said.window.seconds, monitor,
            ".".join(good[:2]) if good else None, ".".join(total[:2]) if total else None, ".".join(metric[:2]) if metric else None,
            bound[0], bound[1], service, team, origin,
        )  # fmt: skip
        for burn in _burns(scope, said, severities, origin, address):
            labels = {**setting.labels, **(services[service].labels if service in services else {})}
            deliveries = router.deliveries(severity=burn.severity, monitor=f"slo-{name}", service=service, team=team, labels=labels, notify=notify, escalation=None, during=None)
            text = f"> {burn.rate:g}"
            source = measure.Burn(name, burn.long.seconds, burn.short.seconds)
            watching.append(
                Monitor(
                    name=f"slo-{name}-{burn.severity}", title=f"{said.title or name}: error budget burns {burn.rate:g} times too fast", description=said.description,
                    metric=None, source=source, value="value", units={"value": NO_UNIT}, every_s=60.0, timeout_s=TIMEOUT_S, goal=None, goal_condition=None,
                    alerts=(Alert(burn.severity, (Comparison(None, ">", burn.rate, None, 0.0),), text, deliveries, origin),), recover_s=0.0, no_data="keep", on_error="keep",
                    service=service, team=team, labels=labels, links=services[service].links if service in services else {}, runbook=runbook, action="", message="",
                    targets=placement.targets("burn", [], origin, address), active=True, phases=(), protect=False, waive={}, origin=origin,
                )  # fmt: skip
            )
    return linked, watching


def _burns(scope: Scope, said: spec.Slo, severities: Mapping[str, Severity], origin: Origin, address: str) -> list[spec.BurnAlert]:
    """The declared burn alerts, or the usual two: https://sre.google/workbook/alerting-on-slos/ (read 2026-11-20), table 5-8."""
    if said.alerts:
        return [burn for index, burn in enumerate(said.alerts) if scope.known("severities", burn.severity, origin.at("alerts", index, "severity"), address=address)]
    usual = ({"rate": 14.4, "long": "1h", "short": "5m"}, {"rate": 6, "long": "6h", "short": "30m"})
    return [spec.BurnAlert.model_validate({"severity": name, **burn}) for name, burn in zip(severities, usual, strict=False)]


def _source(
    scope: Scope, sources: Sources, said: Sourced, origin: Origin, address: str, *, unit: str | None, values: Mapping[str, Any]
) -> tuple[measure.Source, Units, str] | None:
    given: Sequence[str] = said.sources_given
    if not given:
        scope.fault("SPEC060", "nothing says what is measured", origin, help=f"add a source: {', '.join(SOURCE_FIELDS)}" + (", or `metric:`" if isinstance(said, spec.Monitor) else ""), address=address, on_key=True)
        return None
    if len(given) > 1:
        scope.fault("SPEC060", f"one source is wanted, here are {len(given)}: {', '.join(given)}", origin.at(given[1]), help="keep one; make a metric or monitor of each", address=address, on_key=True)
        return None
    return sources.link(given[0], getattr(said, given[0]), origin, address, unit=unit, values=values)


def _times(scope: Scope, said: spec.Metric | spec.Monitor, origin: Origin, address: str) -> tuple[float, float]:
    every_s = said.every.seconds if said.every else EVERY_S
    timeout_s = said.timeout.seconds if said.timeout else min(TIMEOUT_S, 0.8 * every_s)
    if every_s <= 0:
        scope.fault("SPEC033", "`every` must be longer than nothing", origin.at("every"), help="write a duration such as 1m", address=address)
    elif timeout_s >= every_s:
        scope.fault("SPEC061", f"the timeout of {timeout_s:g} s is not shorter than the interval of {every_s:g} s", origin.at("timeout" if said.timeout else "every"), help="one run must be over before the next begins", address=address)
    return every_s, timeout_s


def _state_fits(kind: str, source: measure.Source) -> bool | str:
    """True, or what to write instead."""
    match kind:
        case "down":
            return source.kind in REACHABLE or "write 'error' for a source that fails, 'no data' for one that is silent, or a comparison such as '> 10'"
        case "first seen" | "regression":
            return source.kind == "sentry" or "only sentry sources know issues"
        case "any":
            return source.kind in {"sentry", "log", "sql"} or "write a comparison such as '> 0'"
        case _:
            return True
