"""Links dashboards: what each panel shows, and how it looks when the user did not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monctl import measure
from monctl.link.metrics import Metrics
from monctl.link.scope import Scope
from monctl.program import Dashboard, Monitor, Panel, Row
from monctl.source import Origin
from monctl.spec import dashboards as spec
from monctl.unit import Unit

RANGE_S = 6 * 3600.0
_INLINE = ("sql", "prometheus", "log", "sentry")
_SHOWN = ("metric", "metrics", "monitor", "monitors", "slo", "service", "text", *_INLINE)
_ALONE = frozenset({"alerts", "services"})
"""Looks that need nothing named: they show the whole estate."""


def dashboards(scope: Scope, metrics: Metrics, monitors: Mapping[str, Monitor], folder: str) -> dict[str, Dashboard]:
    """Sorted by name. `folder` is where dashboards go that name none."""
    panels = _Panels(scope, metrics, monitors)
    linked = {}
    for name, item in sorted(scope.all("dashboards").items()):
        said = item.spec
        assert isinstance(said, spec.Dashboard)
        origin, address = item.origin, item.address
        rows = [Row("", panels.link(said.panels, origin.at("panels"), address))] if said.panels else []
        rows += [
            Row(row.title, panels.link(row.panels, origin.at("rows", index, "panels"), address)) for index, row in enumerate(said.rows)
        ]
        if not rows:
            scope.fault("SPEC031", "the dashboard shows nothing", origin, help="add `rows:` or `panels:`", address=address, on_key=True)
        linked[name] = Dashboard(
            name=name,
            title=said.title or name,
            description=said.description,
            folder=said.folder or folder,
            refresh_s=said.refresh.seconds if said.refresh else None,
            range_s=said.range.seconds if said.range else RANGE_S,
            time_zone=said.time_zone,
            rows=tuple(rows),
            team=scope.known("teams", said.team, origin, "team", address=address),
            links=said.links,
            protect=said.protect,
            origin=origin,
        )
    return linked


class _Panels:
    def __init__(self, scope: Scope, metrics: Metrics, monitors: Mapping[str, Monitor]) -> None:
        self._scope = scope
        self._metrics = metrics
        self._monitors = monitors

    def link(self, said: list[spec.Panel], origin: Origin, address: str) -> tuple[Panel, ...]:
        return tuple(self._panel(panel, origin.at(index), address) for index, panel in enumerate(said))

    def _panel(self, said: spec.Panel, origin: Origin, address: str) -> Panel:
        shown = list(self._shown(said, origin, address))
        monitors = self._named(said, origin, address)
        query = self._query(said, origin, address)
        slo = self._scope.known("slos", said.slo, origin, "slo", address=address)
        service = self._scope.known("services", said.service, origin, "service", address=address)
        if said.look not in _ALONE and not any(getattr(said, field) for field in _SHOWN):
            help = "add `metric:`, `monitor:`, `text:` or a query"
            self._scope.fault("SPEC031", f"panel '{said.title}' shows nothing", origin, help=help, address=address)
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

    def _shown(self, said: spec.Panel, origin: Origin, address: str) -> Iterator[tuple[str, str]]:
        """(metric, value) pairs; those of its monitor when it names no metric."""
        if said.metric is not None:
            yield from self._values(said.metric, origin, "metric", address=address)
        for index, path in enumerate(said.metrics):
            yield from self._values(path, origin, "metrics", index, address=address)
        watched = self._monitors.get(said.monitor or "")
        if watched is not None and watched.metric is not None and said.metric is None and not said.metrics:
            yield watched.metric, watched.value

    def _values(self, written: str, origin: Origin, *path: str | int, address: str) -> list[tuple[str, str]]:
        """`metric` alone means all its values here: a panel can show them all."""
        metric = self._metrics.get(written)
        if metric is not None:
            return [(written, one) for one in metric.units] if isinstance(metric.source, measure.Sql) else [(written, metric.default_value)]
        found = self._metrics.resolve(written, origin, *path, address=address)
        return [found[:2]] if found else []

    def _named(self, said: spec.Panel, origin: Origin, address: str) -> tuple[str, ...]:
        """Its monitors that could be linked, each once."""
        one = self._scope.known("monitors", said.monitor, origin, "monitor", address=address)
        names = [*([one] if one else []), *self._scope.matching("monitors", said.monitors, origin, "monitors", address=address)]
        return tuple(name for name in dict.fromkeys(names) if name in self._monitors)

    def _query(self, said: spec.Panel, origin: Origin, address: str) -> measure.Source | None:
        given = [field for field in _INLINE if getattr(said, field) is not None]
        if len(given) > 1:
            message = f"one query is wanted, here are {len(given)}: {', '.join(given)}"
            self._scope.fault("SPEC060", message, origin.at(given[1]), help="make a panel of each", address=address, on_key=True)
        if not given:
            return None
        found = self._metrics.sources.link(given[0], getattr(said, given[0]), origin, address, unit=None, values={})
        return found.source if found else None

    def _unit(self, said: spec.Panel, shown: list[tuple[str, str]], origin: Origin, address: str) -> Unit | None:
        if said.unit is not None:
            return self._metrics.sources.unit(said.unit, origin, "unit", address=address)
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
