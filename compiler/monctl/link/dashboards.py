"""Links dashboards: what each panel shows, and how it looks when the user did not say."""

from __future__ import annotations

from collections.abc import Mapping

from monctl import measure
from monctl.link.sources import Sources
from monctl.link.monitors import Metrics
from monctl.link.scope import Scope
from monctl.program import Dashboard, Monitor, Panel, Row
from monctl.source import Origin
from monctl.spec import dashboards as spec
from monctl.suggest import did_you_mean
from monctl.unit import Unit

RANGE_S = 6 * 3600.0
_INLINE = ("sql", "prometheus", "log", "sentry")


def dashboards(scope: Scope, metrics: Metrics, monitors: Mapping[str, Monitor], folder: str) -> dict[str, Dashboard]:
    """Sorted by name. `folder` is where dashboards go that name none."""
    panels = _Panels(scope, metrics, monitors)
    linked = {}
    for name, item in sorted(scope.all("dashboards").items()):
        said = item.spec
        assert isinstance(said, spec.Dashboard)
        origin, address = item.origin, item.address
        rows = [Row("", panels.link(said.panels, origin.at("panels"), address))] if said.panels else []
        rows += [Row(row.title, panels.link(row.panels, origin.at("rows", index, "panels"), address)) for index, row in enumerate(said.rows)]
        if not rows:
            scope.fault("SPEC031", "the dashboard shows nothing", origin, help="add `rows:` or `panels:`", address=address, on_key=True)
        linked[name] = Dashboard(
            name,
            said.title or name,
            said.description,
            said.folder or folder,
            said.refresh.seconds if said.refresh else None,
            said.range.seconds if said.range else RANGE_S,
            said.time_zone,
            tuple(rows),
            scope.known("teams", said.team, origin.at("team"), address=address),
            said.links,
            said.protect,
            origin,
        )
    return linked


class _Panels:
    def __init__(self, scope: Scope, metrics: Metrics, monitors: Mapping[str, Monitor]) -> None:
        self._scope = scope
        self._metrics = metrics
        self._monitors = monitors
        self._sources = Sources(scope, metrics.resolve)

    def link(self, said: list[spec.Panel], origin: Origin, address: str) -> tuple[Panel, ...]:
        return tuple(self._panel(panel, origin.at(index), address) for index, panel in enumerate(said))

    def _panel(self, said: spec.Panel, origin: Origin, address: str) -> Panel:
        shown: list[tuple[str, str]] = []
        for field, paths in (("metric", [said.metric] if said.metric else []), ("metrics", said.metrics)):
            for index, path in enumerate(paths):
                where = origin.at(field) if field == "metric" else origin.at(field, index)
                shown.extend(self._values(path, where, address))
        monitors = self._named(said, origin, address)
        if said.monitor and said.monitor in self._monitors:
            watched = self._monitors[said.monitor]
            if watched.metric is not None and not shown:
                shown.append((watched.metric, watched.value))
        query = self._query(said, origin, address)
        slo = self._scope.known("slos", said.slo, origin.at("slo"), address=address)
        service = self._scope.known("services", said.service, origin.at("service"), address=address)
        if not (shown or monitors or query or slo or service or said.text) and not (
            said.metric or said.metrics or said.monitor or said.monitors or said.slo or said.service or said.look in {"alerts", "services"}
        ):
            self._scope.fault("SPEC031", f"panel '{said.title}' shows nothing", origin, help="add `metric:`, `monitor:`, `text:` or a query", address=address)
        return Panel(
            title=said.title,
            description=said.description,
            look=self._look(said, shown, monitors, query),
            metrics=tuple(dict.fromkeys(shown)),
            monitors=monitors,
            slo=slo,
            service=service,
            text=said.text or "",
            query=query,
            unit=self._unit(said, shown, origin, address),
            thresholds=said.thresholds,
            width=said.width,
            height=said.height,
            range_s=said.range.seconds if said.range else None,
            origin=origin,
        )

    def _values(self, path: str, origin: Origin, address: str) -> list[tuple[str, str]]:
        """`metric` alone means all its values here: a panel can show them all."""
        name, _, value = path.partition(".")
        metric = self._metrics.get(name) if self._scope.has("metrics", name) else None
        if metric is not None and not value:
            return [(name, one) for one in metric.units] if isinstance(metric.source, measure.Sql) else [(name, metric.default_value)]
        found = self._metrics.resolve(path, origin, address)
        return [found[:2]] if found else []

    def _named(self, said: spec.Panel, origin: Origin, address: str) -> tuple[str, ...]:
        names = list(self._scope.matching("monitors", said.monitors, origin.at("monitors"), address=address))
        if said.monitor is not None:
            if said.monitor in self._monitors:
                names.insert(0, said.monitor)
            elif not self._scope.has("monitors", said.monitor):
                self._scope.fault(
                    "SPEC040", f"no monitor is called '{said.monitor}'", origin.at("monitor"), help=did_you_mean(said.monitor, self._monitors, noun="monitors"), address=address
                )
        return tuple(dict.fromkeys(name for name in names if name in self._monitors))

    def _query(self, said: spec.Panel, origin: Origin, address: str) -> measure.Source | None:
        given = [field for field in _INLINE if getattr(said, field) is not None]
        if len(given) > 1:
            self._scope.fault("SPEC060", f"one query is wanted, here are {len(given)}: {', '.join(given)}", origin.at(given[1]), address=address, on_key=True)
        if not given:
            return None
        found = self._sources.link(given[0], getattr(said, given[0]), origin, address, unit=None, values={})
        return found[0] if found else None

    def _unit(self, said: spec.Panel, shown: list[tuple[str, str]], origin: Origin, address: str) -> Unit | None:
        if said.unit is not None:
            return self._sources.unit(said.unit, origin.at("unit"), address)
        units = []
        for name, value in shown:
            metric = self._metrics.get(name)
            if metric is not None:
                units.append(metric.units[value])
        return units[0] if units and all(unit == units[0] for unit in units) else None

    def _look(self, said: spec.Panel, shown: list[tuple[str, str]], monitors: tuple[str, ...], query: measure.Source | None) -> str:
        if said.look != "auto":
            return said.look
        if said.text is not None:
            return "text"
        if said.slo is not None:
            return "slo"
        if said.service is not None and not shown:
            return "services"
        if shown:
            sources = [metric.source for name, _ in shown if (metric := self._metrics.get(name)) is not None]
            if any(isinstance(source, measure.Sql) and source.mode == "rows" for source in sources):
                return "table"
            return "timeseries"
        if monitors:
            return "state"
        match query:
            case measure.Sql():
                return "table"
            case measure.Log(measure="count"):
                return "logs"
            case _:
                return "timeseries"
