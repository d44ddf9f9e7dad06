"""Random programs: applied to the sandbox, a second plan is empty, and one edit of the program is what the next plan shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from monctl import measure
from monctl.condition import Between, Comparison, Condition, State, Trend
from monctl.measure import Source
from monctl.program import Dashboard, Datasource, Delivery, Hours, Metric, Monitor, Panel, Program, Row, Slo
from monctl.testing import assert_settles, connected
from monctl.unit import Unit
from monctl_targets.grafana import target
from tests.targets.programs import (
    CALENDARS,
    ENVIRONMENT,
    ESTATE,
    NAMES,
    TEXTS,
    TITLES,
    Edit,
    alerts,
    assert_edit_shows,
    frame,
    monitors,
    of_channels,
    of_monitor,
    secret,
    valid,
    windows,
    with_monitors,
)

POSTS, MS = Unit.parse("posts"), Unit.parse("ms")
DATASOURCES = {
    name: Datasource(name, type, name.title(), "", None, None, None, {}, (), 0, None, options)  # type: ignore[arg-type]  # a table of literals
    for name, type, options in (
        ("prometheus", "prometheus", {"grafana": "prometheus"}),
        ("warehouse", "postgresql", {}),
        ("shop-mysql", "mysql", {}),
        ("loki", "logs", {"path": "/var/log/app*.log"}),
        ("sentry", "sentry", {"project": "web"}),
    )
}
RATE = measure.Prometheus("prometheus", 'sum by (route) (rate(http_requests_total{code=~"5.."}[5m]))')
ORPHANS = measure.Sql("warehouse", "SELECT a AS orphans, b AS valid FROM posts", values={"orphans": POSTS, "valid": POSTS})
METRICS = {
    name: Metric(name, name.title(), "What it is.", source, units, next(iter(units)), 60, 10, "shop", None, goals=goals)
    for name, source, units, goals in (
        ("rate", RATE, {"value": MS}, {"value": "< 100ms"}),
        ("posts", ORPHANS, {"orphans": POSTS, "valid": POSTS}, {}),
        ("share", measure.Expr("orphans / (orphans + valid) * 100", {"orphans": "posts.orphans", "valid": "posts.valid"}), {"value": Unit.parse("percent")}, {}),
        ("site", measure.Http("https://shop.example"), {"response_time": MS}, {}),
        ("errors", measure.Sentry("sentry", tags={"feature": "a b"}, level="error"), {"value": Unit.parse("errors")}, {}),
        ("lines", measure.Log("loki", {"level": "error", "took": "> 1000"}, by="message"), {"value": Unit.parse("lines")}, {}),
        ("rows", measure.Sql("shop-mysql", "SELECT id FROM broken", "rows"), {"value": Unit.parse("rows")}, {}),
    )
}  # fmt: skip
PAIRS = [(name, value) for name, metric in METRICS.items() for value in metric.units]
SLOS = {
    "fast": Slo(
        "fast",
        "Fast",
        "In time.",
        99.9,
        2_592_000,
        None,
        None,
        None,
        "rate",
        (Comparison(None, "<", 500, None, 0),),
        "< 500ms",
        "shop",
        None,
    )
}
PLACED: dict[str, tuple[Source, dict[str, Unit], str]] = {
    name: (METRICS[name].source, dict(METRICS[name].units), METRICS[name].default_value) for name in ("rate", "posts", "share", "rows")
}
HOURS = ((Hours((1, 2, 3, 4, 5), 540, 1020),), (Hours((1, 2, 3, 4, 5, 6, 7), 0, 1440),), (Hours((5, 7), 1320, 360), Hours((2,), 0, 60)))
ANY = frozenset({"rules", "dashboard", "receivers", "time_intervals"})
LOOKS = ["timeseries", "stat", "gauge", "bargauge", "table", "piechart", "heatmap", "barchart", "logs"]


def terms(name: str) -> st.SearchStrategy[Any]:
    limit, held = st.sampled_from([0, 1.5, 80.0, 1e6]), st.sampled_from([0.0, 300.0, 3600.0, 5400.0])
    compared = st.builds(Comparison, st.none(), st.sampled_from([">", ">=", "<", "<=", "==", "!="]), limit, st.none(), held)
    between = st.builds(Between, st.none(), st.booleans(), st.just(1.0), st.just(2.5), held)
    plain = compared | between
    if name != "rate":
        return plain
    trend = st.builds(Trend, st.none(), st.sampled_from(["increasing", "decreasing", "unchanged"]), st.sampled_from([600.0, 86_400.0]))
    return plain | trend | st.builds(State, st.sampled_from(["no data", "error"]), held)


def conditions(name: str) -> st.SearchStrategy[Condition]:
    return st.lists(terms(name), min_size=1, max_size=3).map(tuple)


@st.composite
def panels(draw: st.DrawFn, names: list[str]) -> Panel:
    kind = draw(st.sampled_from(["metrics", "query", "state", "alerts", "slo", "services", "text"]))
    more: dict[str, Any] = {"look": kind}
    match kind:
        case "metrics":
            more = {
                "look": draw(st.sampled_from(LOOKS)),
                "metrics": tuple(draw(st.lists(st.sampled_from(PAIRS), min_size=1, max_size=3, unique=True))),
            }
        case "query":
            log = measure.Log("loki", {"level": "error"}, contains='say "no"')
            asked = draw(st.sampled_from([RATE, measure.Sql("warehouse", "SELECT phase FROM runs"), log]))
            more = {"look": "logs" if asked is log else draw(st.sampled_from(LOOKS[:-1])), "query": asked}
        case "state" | "alerts":
            more |= {"monitors": tuple(draw(st.lists(st.sampled_from(names), unique=True, min_size=1)))}
        case "slo":
            more |= {"slo": "fast"}
        case "services":
            more |= {"service": draw(st.none() | st.just("shop"))}
        case "text":
            more |= {"text": draw(TEXTS)}
    made = Panel(draw(TITLES), draw(TEXTS), "", (), (), None, None, "", None, None, True, None, None, None)
    size = {
        "width": draw(st.none() | st.integers(1, 24)),
        "height": draw(st.none() | st.integers(1, 12)),
        "range_s": draw(st.none() | st.just(5400.0)),
    }
    return replace(made, **{"thresholds": draw(st.booleans()), "unit": draw(st.none() | st.just(MS)), **size, **more})


@st.composite
def dashboards(draw: st.DrawFn, names: list[str]) -> Dashboard:
    rows = st.builds(Row, st.just("") | TITLES, st.lists(panels(names), min_size=1, max_size=4).map(tuple))
    return Dashboard(
        "main",
        draw(TITLES),
        draw(TEXTS),
        draw(st.sampled_from(["Shop", "Another & folder", "größer"])),
        draw(st.sampled_from([None, 2.0, 60.0, 5400.0])),
        draw(st.sampled_from([5400.0, 21_600.0, 90.5])),
        draw(st.sampled_from(["browser", "utc", "Europe/Berlin"])),
        tuple(draw(st.lists(rows, min_size=1, max_size=2))),
        draw(st.none() | st.just("web")),
        draw(st.just({}) | st.just({"Wiki": "https://wiki.shop.example/?q=1&r=2"})),
        draw(st.booleans()),
    )


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """One to three monitors, a dashboard, perhaps a maintenance window and holidays, for some version of Grafana."""
    names = draw(st.lists(NAMES, unique_by=str.lower, min_size=1, max_size=3))
    made = []
    for name in names:
        metric = draw(st.sampled_from(sorted(PLACED)))
        source, units, value = PLACED[metric]
        found = draw(alerts(conditions(metric)))
        made.append(replace(draw(monitors("grafana", name, source, found, units, value)), metric=metric))
    office = replace(CALENDARS["office"], holidays=draw(st.just(()) | st.just((date(2026, 12, 25),))), hours=draw(st.sampled_from(HOURS)))
    options = draw(st.fixed_dictionaries({}, optional={"editable": st.booleans(), "version": st.sampled_from(["11.6", "12.0", "12.1"])}))
    program = frame("grafana", options, datasources=DATASOURCES, metrics=METRICS, slos=SLOS, calendars={"office": office})
    return with_monitors(program, *made, maintenance=draw(windows(names)), dashboards={"main": draw(dashboards(names))})


def RULES(*kinds: str) -> dict[str, frozenset[str]]:  # noqa: N802  # reads as the table it makes
    return dict.fromkeys(("rule_group", *kinds), ANY)


def of_dashboard(**changed: Any) -> Callable[[Program, Monitor], Program]:
    return lambda program, _: replace(program, dashboards={"main": replace(program.dashboards["main"], **changed)})


def of_condition(program: Program, monitor: Monitor) -> Program:
    term = Comparison(None, ">", 12_345.5, None, 120)
    return of_monitor(alerts=lambda one: tuple(replace(alert, condition=(term,), text="> 12345.5 for 2m") for alert in one.alerts))(
        program, monitor
    )


def _without(program: Program, monitor: Monitor) -> Program:
    """The program without a monitor, and nothing that names it."""
    left = {name: one for name, one in program.monitors.items() if name != monitor.name}
    windows = {
        name: replace(one, monitors=tuple(other for other in one.monitors if other in left)) for name, one in program.maintenance.items()
    }
    main = program.dashboards["main"]
    rows = tuple(
        replace(row, panels=tuple(replace(panel, monitors=tuple(name for name in panel.monitors if name in left)) for panel in row.panels))
        for row in main.rows
    )
    return replace(program, monitors=left, maintenance=windows, dashboards={"main": replace(main, rows=rows)})


EDITS = [
    Edit("title", of_monitor(title="Another <title>"), RULES("dashboard")),
    Edit("description", of_monitor(description="Another 'text' & {{ more }}"), RULES("dashboard")),
    Edit("action", of_monitor(action="Another"), RULES("dashboard")),
    Edit("message", of_monitor(message="Another {{ message }}"), RULES()),
    Edit("labels", of_monitor(labels={"tier": "<9>", "a b": "New"}), RULES()),
    Edit("links", of_monitor(links={"new": "https://wiki.shop.example/new"}), RULES("dashboard")),
    Edit("recover", of_monitor(recover_s=600.0), RULES()),
    Edit("no_data", of_monitor(no_data="ok"), RULES()),
    Edit("active", of_monitor(active=lambda one: not one.active), RULES()),
    Edit("team", of_monitor(team=lambda one: "web" if one.team != "web" else None), RULES()),
    Edit("runbook", of_monitor(runbook=lambda one: "outage" if one.runbook is None else None), RULES("dashboard")),
    Edit("condition", of_condition, RULES("dashboard")),
    Edit("waive", of_monitor(waive={"grafana.goal": "another reason"}), {}),
    Edit("protect", of_monitor(protect=lambda one: not one.protect), {}),
    Edit("every", of_monitor(every_s=lambda one: one.every_s + 60), RULES("dashboard"), moves=True),
    Edit("service", of_monitor(service=lambda one: "shop" if one.service is None else None), RULES("dashboard"), moves=True),
    Edit("notify", of_monitor(alerts=lambda one: tuple(replace(alert, deliveries=(Delivery(("mail",), None),)) for alert in one.alerts)), RULES(), moves=True),
    Edit("channel.resolved", of_channels(resolved=False), {"contact_point": frozenset({"receivers"})}),
    Edit("channel.title", of_channels(title="Another & title"), {}),
    Edit("channel.repeat", of_channels(repeat_s=7200.0), RULES()),
    Edit("dashboard.title", of_dashboard(title="Another"), {"dashboard": frozenset({"dashboard"})}),
    Edit("dashboard.refresh", of_dashboard(refresh_s=300.0), {"dashboard": frozenset({"dashboard"})}),
    Edit("dashboard.range", of_dashboard(range_s=86_400.0), {"dashboard": frozenset({"dashboard"})}),
    Edit("dashboard.time_zone", of_dashboard(time_zone="America/New_York"), {"dashboard": frozenset({"dashboard"})}),
    Edit("dashboard.links", of_dashboard(links={"New": "https://new.example"}), {"dashboard": frozenset({"dashboard"})}),
    Edit("dashboard.folder", of_dashboard(folder="Third"), {"dashboard": frozenset({"folderUid"})}, moves=True),
    Edit("dashboard.rows", of_dashboard(rows=(Row("", (Panel("New", "", "text", (), (), None, None, "x", None, None, True, None, None, None),)),)), RULES("dashboard")),
    Edit("monitors", _without, RULES("dashboard"), moves=True),
]  # fmt: skip


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
)
@given(programs(), st.sampled_from(EDITS), st.data())
def test_it_settles_and_shows_what_is_edited(program: Program, edit: Edit, data: st.DataObject) -> None:
    before = target.build(program)
    assume(valid(before))
    monitor: Monitor = data.draw(st.sampled_from(list(program.monitors.values())))
    after = target.build(edit.change(program, monitor))
    assume(valid(after))
    client = connected(target, estate=ESTATE, environment=ENVIRONMENT, options=program.targets["grafana"])

    assert_settles(target, before.resources, client=client, estate=ESTATE, environment=ENVIRONMENT, secrets=secret)
    assert_edit_shows(target, client, before, after, edit)
