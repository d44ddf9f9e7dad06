"""Links SLOs, and makes the monitors of their burn rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monctl import measure
from monctl.condition import Comparison
from monctl.link.condition import condition
from monctl.link.measured import Units
from monctl.link.metrics import TIMEOUT_S, Metrics
from monctl.link.monitors import Setting
from monctl.link.placement import Placement
from monctl.link.routing import Router, Wish
from monctl.link.scope import Scope
from monctl.loaded import Item
from monctl.program import Alert, Monitor, Service, Severity, Slo
from monctl.spec import monitors as spec
from monctl.unit import NO_UNIT

_EVERY_S = 60.0
_USUAL = ({"rate": 14.4, "long": "1h", "short": "5m"}, {"rate": 6, "long": "6h", "short": "30m"})
"""The two fast windows of https://sre.google/workbook/alerting-on-slos/ (read 2026-11-20), table 5-8."""


class Slos:
    """Links SLOs."""

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

    def all(self) -> tuple[dict[str, Slo], list[Monitor]]:
        """SLOs sorted by name, and the monitors of their burn rates."""
        linked: dict[str, Slo] = {}
        watching: list[Monitor] = []
        for name, item in sorted(self._scope.all("slos").items()):
            said = item.spec
            assert isinstance(said, spec.Slo)
            slo = self._link(item, said)
            burns = [(self._burn_severity(burn, index, item), burn) for index, burn in enumerate(said.alerts or self._usual())]
            if slo is not None:
                linked[name] = slo
                watching += self._burns(slo, said, burns, item)
        return linked, watching

    def _link(self, item: Item, said: spec.Slo) -> Slo | None:
        scope, origin, address = self._scope, item.origin, item.address
        ways = [way for way in ("monitor", "good", "metric") if getattr(said, way) is not None]
        sound = len(ways) == 1 and (said.good is None) == (said.total is None) and (said.metric is None) == (said.holds is None)
        if not sound:
            help = "give `monitor`, or `good` and `total`, or `metric` and `holds`"
            scope.fault("SPEC060", "an SLO is measured in one way", origin, help=help, address=address, on_key=True)
        if not 0 < said.objective.percent < 100:
            fault = "leaves no error budget" if said.objective.percent == 100 else "promises nothing"
            help = "write a share between 0% and 100%, such as 99.9%"
            scope.fault("SPEC033", f"an objective of {said.objective} {fault}", origin.at("objective"), help=help, address=address)
        if said.window.seconds <= 0:
            scope.fault("SPEC033", "`window` must be longer than nothing", origin.at("window"), help="write `window: 30d`", address=address)
        monitor = scope.known("monitors", said.monitor, origin, "monitor", address=address)
        good, total, metric = (
            self._metrics.resolve(written, origin, field, address=address) if written else None
            for field, written in (("good", said.good), ("total", said.total), ("metric", said.metric))
        )
        bound = None
        if said.holds is not None:
            units: Units | None = {} if metric else None
            unit = metric[2] if metric else None
            bound = condition(scope, said.holds, units, unit, origin, "holds", address=address, name=metric[0] if metric else "")
        service = scope.known("services", said.service, origin, "service", address=address)
        team = scope.known("teams", said.team, origin, "team", address=address)
        if not sound or (said.holds is not None and bound is None):
            return None
        return Slo(
            name=item.name,
            title=said.title or item.name,
            description=said.description,
            objective=said.objective.percent,
            window_s=said.window.seconds,
            monitor=monitor,
            good=".".join(good[:2]) if good else None,
            total=".".join(total[:2]) if total else None,
            metric=".".join(metric[:2]) if metric else None,
            condition=bound[0] if bound else (),
            text=bound[1] if bound else "",
            service=service,
            team=team or (self._services[service].team if service else None),
            origin=origin,
        )

    def _usual(self) -> list[spec.BurnAlert]:
        """Fast and slow, on the two most severe severities."""
        return [spec.BurnAlert.model_validate({"severity": name, **burn}) for name, burn in zip(self._severities, _USUAL, strict=False)]

    def _burn_severity(self, burn: spec.BurnAlert, index: int, item: Item) -> str | None:
        where = item.origin.at("alerts", index)
        if burn.short.seconds >= burn.long.seconds:
            message = f"the short window of {burn.short} is not shorter than the long one of {burn.long}"
            help = "the short one tells when the burning has stopped: about a twelfth of the long one"
            self._scope.fault("SPEC033", message, where.at("short"), help=help, address=item.address)
        return self._scope.known("severities", burn.severity, where, "severity", address=item.address)

    def _burns(self, slo: Slo, said: spec.Slo, burns: list[tuple[str | None, spec.BurnAlert]], item: Item) -> Iterator[Monitor]:
        scope, origin, address = self._scope, item.origin, item.address
        notify = None if said.notify is None else scope.every("channels", said.notify, origin, "notify", address=address)
        service = self._services[slo.service] if slo.service else None
        runbook = scope.known("runbooks", said.runbook, origin, "runbook", address=address) or (service.runbook if service else None)
        labels = {**self._setting.labels, **(service.labels if service else {})}
        targets = self._placement.targets("burn", [], origin, address)
        for severity, burn in burns:
            if severity is None:
                continue
            name = f"slo-{slo.name}-{severity}"
            deliveries = self._router.deliveries(
                severity=severity, monitor=name, service=slo.service, team=slo.team, labels=labels, wish=Wish(notify=notify)
            )
            too_fast = (Comparison(None, ">", burn.rate, None, 0.0),)
            yield Monitor(
                name=name,
                title=f"{slo.title}: error budget burns {burn.rate:g} times too fast",
                description=slo.description,
                metric=None,
                source=measure.Burn(slo.name, burn.long.seconds, burn.short.seconds),
                value="value",
                units={"value": NO_UNIT},
                every_s=_EVERY_S,
                timeout_s=TIMEOUT_S,
                goal=None,
                goal_condition=None,
                alerts=(Alert(severity, too_fast, f"> {burn.rate:g}", deliveries, origin),),
                recover_s=0.0,
                no_data="keep",
                on_error="keep",
                service=slo.service,
                team=slo.team,
                labels=labels,
                links=service.links if service else {},
                runbook=runbook,
                action="",
                message="",
                targets=targets,
                active=True,
                phases=(),
                protect=False,
                waive={},
                origin=origin,
            )
