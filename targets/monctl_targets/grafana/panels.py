"""One panel of the program as tiles: the right plugin for what it shows, its targets, units and threshold bands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monctl import measure
from monctl.number import show_number
from monctl.program import Dashboard, Monitor, Panel, Program
from monctl.resource import Json
from monctl_targets.grafana import asked as asking
from monctl_targets.grafana import cards, durations
from monctl_targets.grafana.asked import Asked, Measured
from monctl_targets.grafana.fields import field_config, round_figure
from monctl_targets.grafana.layout import Tile
from monctl_targets.grafana.looks import PANEL_TYPES, options
from monctl_targets.grafana.objectives import objective_query
from monctl_targets.grafana.report import Report
from monctl_targets.grafana.sources import legend

NOW_ONLY = "the source gives a figure for now and no history"


@dataclass(frozen=True, slots=True)
class Context:
    """Where a panel stands."""

    program: Program
    dashboard: Dashboard
    report: Report
    path: str
    """Of the panel in the dashboard: `panels[3]` or `rows[0].panels[3]`."""

    @property
    def address(self) -> str:
        return f"dashboard.{self.dashboard.name}"

    def nearly(self, field: str, how: str) -> None:
        """A field of this panel that is approximated."""
        self.report.approximated(self.address, f"{self.path}.{field}", how)


def tiles(context: Context, panel: Panel) -> list[Tile]:
    """The tiles of a panel: one, or two where Grafana can ask for a part of it only."""
    match panel.look:
        case "text":
            made = [_text(panel, panel.text)]
        case "services":
            service = context.program.services[panel.service] if panel.service else None
            context.nearly("look", "a table: Grafana has no picture of dependencies without a data source for it")
            made = [_text(panel, cards.services(context.program, service))]
        case "alerts":
            made = _alerts(context, panel)
        case "slo":
            made = _slo(context, panel)
        case _ if panel.query is not None:
            made = _inline(context, panel, panel.query)
        case "state":
            made = _states(context, panel)
        case _:
            made = _figures(context, panel)
    return [Tile(tile, panel.width, panel.height) for tile in made]


def _figures(context: Context, panel: Panel) -> list[Json]:
    program = context.program
    table = panel.look == "table"
    flat = table or panel.look in {"barchart", "piechart"}
    found = asking.ask(program, asking.measured(program, panel), table=table or panel.look == "logs", instant=flat)
    made = []
    if found.shown:
        type = _plugin(context, panel, found)
        made.append(_graph(context, panel, found, type))
    if found.left:
        names = ", ".join(figure.title for figure in found.left)
        context.nearly("metrics", f"{names}: in words, because Grafana has no data source that measures it")
        title = panel.title if not made else f"{panel.title}: measured elsewhere"
        made.append(_text(panel, cards.figures(program, found.left), title=title))
    return made


def _plugin(context: Context, panel: Panel, found: Asked) -> str:
    """The plugin for a look: what needs history and has none becomes figures."""
    look = PANEL_TYPES[panel.look]
    if look not in {"timeseries", "heatmap"} or found.history:
        return look
    units = {figure.measured.unit for figure in found.shown}
    other = "gauge" if round_figure(context.program, found.shown) else "bargauge" if len(found.shown) > 2 and len(units) == 1 else "stat"
    context.nearly("look", f"a {other} in place of a {panel.look}: {NOW_ONLY}")
    return other


def _graph(context: Context, panel: Panel, found: Asked, type: str) -> Json:
    config, bands = field_config(context.program, type, found.shown, panel, words=False)
    watchers = _unique(monitor for shown in found.shown for monitor in shown.measured.monitors)
    first = _first_label(found) if type == "barchart" else ""
    look = options(type, many=len(found.shown) > 1 or found.labelled, rows=type == "piechart" and found.labelled, bands=bands, first=first)
    said = [shown.measured.description for shown in found.shown] if len(found.shown) == 1 else []
    return _head(context, panel, type, [*said, *_goals(found)], watchers) | _asked(found) | {"fieldConfig": config, "options": look}


def _inline(context: Context, panel: Panel, source: measure.Source) -> list[Json]:
    """A panel with a query of its own: rows where it shows rows, else figures whatever they are called."""
    type = PANEL_TYPES.get(panel.look, "timeseries")
    found = asking.ask_inline(context.program, source, table=type in {"table", "logs"}, instant=type in {"barchart", "piechart"})
    if not found.targets:
        context.report.dropped(context.address, f"{context.path}.query", "Grafana has no data source of this type")
        return [_text(panel, "Grafana has no data source that can ask this.")]
    if type in {"timeseries", "heatmap"} and not found.history:
        context.nearly("look", f"a stat in place of a {panel.look}: {NOW_ONLY}")
        type = "stat"
    config, bands = field_config(context.program, type, (), panel, words=type == "stat" and isinstance(source, measure.Sql))
    words = type == "stat" and isinstance(source, measure.Sql)
    rows = isinstance(source, measure.Sql) and type in {"piechart", "bargauge"}
    look = options(
        type, many=found.labelled, text_fields=words, rows=rows, bands=bands, first=_first_label(found) if type == "barchart" else ""
    )
    return [_head(context, panel, type, [], ()) | _asked(found) | {"fieldConfig": config, "options": look}]


def _states(context: Context, panel: Panel) -> list[Json]:
    """The state of monitors: their figures in the colours of their alerts; in words where Grafana has no figure."""
    program = context.program
    monitors = [program.monitors[name] for name in panel.monitors]
    known = (
        asking.measured(program, panel) if panel.metrics else [figure for monitor in monitors for figure in _figure_of(program, monitor)]
    )
    found = asking.ask(program, known)
    made = []
    if found.shown:
        type = "state-timeline" if found.history else "stat"
        config, _ = field_config(program, type, found.shown, panel, words=False)
        panel_json = _head(context, panel, type, [], monitors) | _asked(found)
        made.append(panel_json | {"fieldConfig": config, "options": options(type, many=True, bands=True)})
        context.nearly("look", "the figures in the colours of their alerts; what an alert says of time (`for`) does not show")
    left = {id(monitor) for figure in found.left for monitor in figure.monitors}
    if lost := [monitor for monitor in monitors if id(monitor) in left]:
        context.nearly(
            "monitors", f"{', '.join(monitor.title for monitor in lost)}: in words, because Grafana has no data source that measures it"
        )
        title = panel.title if not made else f"{panel.title}: watched elsewhere"
        made.append(_text(panel, cards.states(program, lost), title=title))
    return made or [_text(panel, "No monitors.")]


def _figure_of(program: Program, monitor: Monitor) -> list[Measured]:
    unit = monitor.units.get(monitor.value)
    return [
        Measured(monitor.title, monitor.description, monitor.source, monitor.value, unit, monitor.goal or "", (monitor,), monitor.every_s)
    ]


def _alerts(context: Context, panel: Panel) -> list[Json]:
    """Grafana's own list of alerts: it knows those it holds."""
    program = context.program
    meant = [program.monitors[name] for name in panel.monitors] or [
        monitor for monitor in program.monitors.values() if panel.service in (None, monitor.service)
    ]
    held = [monitor for monitor in meant if "grafana" in monitor.targets]
    elsewhere = [monitor for monitor in meant if "grafana" not in monitor.targets]
    made = []
    if held:
        wanted = [f'estate="{program.estate}"']
        if panel.monitors:
            wanted.append(f'monitor=~"{"|".join(monitor.name for monitor in held)}"')
        if panel.service:
            wanted.append(f'service="{panel.service}"')
        look = {
            "viewMode": "list", "groupMode": "default", "groupBy": [], "maxItems": 50, "sortOrder": 3, "dashboardAlerts": False, "alertName": "",
            "alertInstanceLabelFilter": "{" + ", ".join(wanted) + "}", "showInstances": True, "showInactiveAlerts": False,
            "stateFilter": {"firing": True, "pending": True, "recovering": True, "noData": True, "normal": False, "error": True},
        }  # fmt: skip
        made.append(_head(context, panel, "alertlist", [], ()) | {"options": look})
    if elsewhere:
        context.nearly(
            "look", f"{len(elsewhere)} of {len(meant)} alerts in words: other targets hold them, Grafana does not know their state"
        )
        title = panel.title if not made else f"{panel.title}: watched elsewhere"
        made.append(_text(panel, cards.states(program, elsewhere), title=title))
    return made or [_text(panel, "No monitors.")]


def _slo(context: Context, panel: Panel) -> list[Json]:
    program = context.program
    if panel.slo is None:
        return [_text(panel, panel.text or "No objective.")]
    slo = program.slos[panel.slo]
    made = objective_query(program, slo)
    if made is None:
        context.nearly("slo", "in words: the runner computes it, not Grafana")
        return [_text(panel, cards.objective(program, slo))]
    bad = next(iter(program.severities.values())).color if program.severities else "red"
    steps = [{"color": bad, "value": None}, {"color": "green", "value": slo.objective}]
    defaults = {
        "unit": "percent",
        "decimals": 3,
        "max": 100,
        "color": {"mode": "thresholds"},
        "thresholds": {"mode": "absolute", "steps": steps},
    }
    said = [slo.description, f"Objective: {show_number(slo.objective)} % over {durations.show(slo.window_s)}."]
    target = {"refId": "A", "datasource": made.datasource, **made.model, "legendFormat": slo.title, "range": False, "instant": True}
    return [
        _head(context, panel, "stat", said, ())
        | {"datasource": made.datasource, "targets": [target]}
        | {"fieldConfig": {"defaults": defaults, "overrides": []}, "options": options("stat", bands=True)}
    ]


def _head(context: Context, panel: Panel, type: str, said: Sequence[str], watchers: Sequence[Monitor]) -> dict[str, Json]:
    """Type, title, description and links."""
    words = [panel.description, *said, *_alert_lines(watchers)]
    description = "\n\n".join(dict.fromkeys(text.strip() for text in words if text.strip()))
    made: dict[str, Json] = {"type": type, "title": panel.title, "description": description, "transparent": False}
    if links := _links(context.program, watchers):
        made["links"] = links
    if panel.range_s is not None:
        made["timeFrom"] = durations.show(panel.range_s)
    return made


def _asked(found: Asked) -> Json:
    return {"datasource": found.datasource, "targets": found.targets}


def _text(panel: Panel, content: str, *, title: str | None = None) -> Json:
    look = {"mode": "markdown", "content": content, "code": {"language": "plaintext", "showLineNumbers": False, "showMiniMap": False}}
    return {"type": "text", "title": title or panel.title, "description": panel.description, "transparent": False, "options": look}


def _goals(found: Asked) -> list[str]:
    goals = {shown.measured.title: shown.measured.goal for shown in found.shown if shown.measured.goal}
    if len(found.shown) == 1:
        return [f"Goal: {goal}" for goal in goals.values()]
    return [f"Goal of {title}: {goal}" for title, goal in goals.items()]


def _alert_lines(watchers: Sequence[Monitor]) -> list[str]:
    lines = [f"- {monitor.title}: {alert.severity} {alert.text}" for monitor in watchers for alert in monitor.alerts]
    actions = [monitor.action for monitor in watchers if monitor.action]
    return (["Alerts:\n" + "\n".join(lines)] if lines else []) + [f"What to do: {action}" for action in dict.fromkeys(actions)]


def _links(program: Program, watchers: Sequence[Monitor]) -> list[Json]:
    """Runbooks of the monitors, then their own links."""
    found: dict[str, str] = {}
    for monitor in watchers:
        if monitor.runbook is not None and (url := program.runbooks[monitor.runbook].url):
            found.setdefault(url, f"Runbook: {program.runbooks[monitor.runbook].title}")
        for title, url in _service_links(program, monitor).items():
            found.setdefault(url, title)
    return [{"title": title, "url": url, "targetBlank": True} for url, title in found.items()]


def _service_links(program: Program, monitor: Monitor) -> Mapping[str, str]:
    return {**(program.services[monitor.service].links if monitor.service else {}), **monitor.links}


def _first_label(found: Asked) -> str:
    """The label a bar chart has along its axis: the first its query keeps."""
    for target in found.targets:
        labels = legend(str(target.get("expr", "")))
        if labels:
            return labels.split("}}")[0].removeprefix("{{")
    return ""


def _unique(monitors: Iterable[Monitor]) -> list[Monitor]:
    return list({monitor.name: monitor for monitor in monitors}.values())
