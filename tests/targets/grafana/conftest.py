"""A small estate that says a bit of everything, and a Grafana in the same process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from monctl import measure
from monctl.condition import Comparison, Condition, State, Trend
from monctl.measure import Source
from monctl.program import (
    Alert,
    Calendar,
    Channel,
    Dashboard,
    Datasource,
    Delivery,
    Escalation,
    Hours,
    Maintenance,
    Metric,
    Monitor,
    Panel,
    Program,
    Recipient,
    Row,
    Runbook,
    Service,
    Severity,
    Slo,
    Step,
)
from monctl.resource import Json, SecretRef
from monctl.sandbox.store import Store
from monctl.sandbox.transport import EmulatorAdapter
from monctl.source import Origin
from monctl.target import Settings
from monctl.unit import MILLISECONDS, PERCENT, Unit
from monctl_targets.grafana.client import GrafanaClient, connect
from monctl_targets.grafana.emulator import GrafanaEmulator

WORKDAYS = (Hours((1, 2, 3, 4, 5), 9 * 60, 17 * 60),)


def severity(name: str, rank: int, color: str, **more: Any) -> Severity:
    return replace(Severity(name, rank, name.title(), "", None, "high", True, None, "", color, "critical"), **more)


def channel(name: str, kind: Any, settings: dict[str, Any], **more: Any) -> Channel:
    return replace(Channel(name, kind, name, "", settings, True, None, None, (), ()), **more)


def datasource(name: str, type: Any, **options: Json) -> Datasource:
    return Datasource(name, type, name.title(), "", None, None, None, {}, (), 0, None, options)


def metric(name: str, source: Source, unit: Unit, value: str = "value", **more: Any) -> Metric:
    made = Metric(name, name.replace("-", " ").capitalize(), f"What {name} is.", source, {value: unit}, value, 60, 10, "api", None)
    return replace(made, **more)


def alert(severity: str, condition: Condition, *channels: str, **more: Any) -> Alert:
    return Alert(severity, condition, f"the {severity} condition", (Delivery(channels, None),), **more)


def monitor(name: str, source: Source, unit: Unit, *alerts: Alert, value: str = "value", **more: Any) -> Monitor:
    made = Monitor(
        name, name.replace("-", " ").capitalize(), "", None, source, value, {value: unit}, 60, 10, None, None, alerts, 0, "keep", "keep",
        "api", "core", {}, {}, None, "", "", ("grafana",), True, (), False, {},
    )  # fmt: skip
    return replace(made, **more)


def panel(title: str, look: str, **more: Any) -> Panel:
    return replace(Panel(title, "", look, (), (), None, None, "", None, None, True, None, None, None), **more)


def above(limit: float, for_s: float = 0, value: str | None = None, window_s: float | None = None) -> Comparison:
    return Comparison(value, ">", limit, window_s, for_s)


REQUESTS = measure.Prometheus("prometheus", "sum by (route) (rate(requests_total[5m]))")
LATENCY = measure.Prometheus("prometheus", "histogram_quantile(0.95, sum by (le) (rate(duration_bucket[5m]))) * 1000")
ORPHANS = measure.Sql(
    "postgres", "SELECT a AS orphans, b AS valid FROM posts", values={"orphans": Unit.parse("posts"), "valid": Unit.parse("posts")}
)
SHARE = measure.Expr("orphans / (orphans + valid) * 100", {"orphans": "posts.orphans", "valid": "posts.valid"})


def metrics() -> dict[str, Metric]:
    posts = Unit.parse("posts")
    every = [
        metric("requests", REQUESTS, Unit.parse("requests/s")),
        metric("latency", LATENCY, MILLISECONDS, goals={"value": "< 100ms"}),
        metric("posts", ORPHANS, posts, "orphans", units={"orphans": posts, "valid": posts}),
        metric("share", SHARE, PERCENT),
        metric("site", measure.Http("https://example.com"), MILLISECONDS, "response_time"),
        metric("errors", measure.Sentry("sentry", tags={"feature": "upload now"}, level="error"), Unit.parse("errors")),
        metric("slow-lines", measure.Log("logs", {"level": "error", "took": "> 1000"}, by="message"), Unit.parse("lines")),
        metric("problems", measure.Sql("postgres", "SELECT id FROM broken", "rows"), Unit.parse("rows")),
    ]
    return {each.name: each for each in every}


def monitors() -> dict[str, Monitor]:
    posts = Unit.parse("posts")
    every = [
        monitor(
            "latency", LATENCY, MILLISECONDS,
            alert("critical", (above(500),), "slack", "pager"), alert("warning", (above(200, 300),), "slack"),
            metric="latency", runbook="slow", action="Look at the slowest queries.", recover_s=120, labels={"cost-center": "7"},
        ),
        monitor(
            "orphans", ORPHANS, posts,
            alert("critical", (above(10), Trend(None, "increasing", 900)), "slack"), alert("warning", (above(0),), "mail"),
            metric="posts", value="orphans", units={"orphans": posts, "valid": posts}, every_s=304, no_data="warning",
        ),
        monitor("share", SHARE, PERCENT, alert("warning", (above(5, 60),), "mail"), metric="share", service="posts"),
        monitor(
            "traffic", REQUESTS, Unit.parse("requests/s"),
            alert("critical", (Trend(None, "unchanged", 600), State("no data", 600)), "hook"), metric="requests", active=False,
        ),
        monitor("site", measure.Http("https://example.com"), MILLISECONDS, alert("critical", (State("down", 120),), "slack"), targets=("runner",)),
    ]  # fmt: skip
    return {each.name: each for each in sorted(every, key=lambda each: each.name)}


def dashboards() -> dict[str, Dashboard]:
    figures = Row(
        "Figures",
        (
            panel("Latency", "timeseries", metrics=(("latency", "value"),)),
            panel("Requests and latency", "timeseries", metrics=(("requests", "value"), ("latency", "value"))),
            panel("Orphans", "timeseries", metrics=(("posts", "orphans"),)),
            panel("Posts", "piechart", metrics=(("posts", "orphans"), ("posts", "valid"))),
            panel("Share", "timeseries", metrics=(("share", "value"),)),
            panel("Site", "timeseries", metrics=(("site", "response_time"),)),
            panel("Errors", "timeseries", metrics=(("errors", "value"),)),
            panel("By route", "barchart", metrics=(("requests", "value"),)),
            panel("Heat", "heatmap", metrics=(("latency", "value"),)),
            panel("Goal", "gauge", metrics=(("latency", "value"),)),
        ),
    )
    lists = Row(
        "Lists",
        (
            panel("Problems", "table", metrics=(("problems", "value"),)),
            panel("Log", "logs", query=measure.Log("logs", {"level": "error"}, contains='say "no"')),
            panel("Phase", "stat", query=measure.Sql("postgres", "SELECT phase FROM runs")),
            panel("States", "state", monitors=("latency", "orphans", "site")),
            panel("Alerts", "alerts", monitors=("latency", "site")),
            panel("Objective", "slo", slo="fast"),
            panel("Services", "services", service="api"),
            panel("Words", "text", text="# Hello"),
        ),
    )
    bare = Row("", (panel("Latency", "stat", metrics=(("latency", "value"),), width=6, height=3, range_s=3600),))
    return {
        "main": Dashboard(
            "main",
            "Main",
            "All of it",
            "Shop",
            30,
            21_600,
            "browser",
            (figures, lists),
            "core",
            {"Wiki": "https://example.com/wiki"},
            False,
        ),
        "small": Dashboard("small", "Small", "", "Elsewhere", 2, 5400, "UTC", (bare,), None, {}, True),
    }


def shop(**more: Any) -> Program:
    """The small estate."""
    calendar = Calendar("office", "Office", "Europe/Paris", WORKDAYS, (date(2026, 12, 25),))
    window = Maintenance("move", "Move", "UTC", ("latency",), datetime(2026, 11, 30, 22), datetime(2026, 12, 2, 4), ())  # noqa: DTZ001  # local times
    made = Program(
        "shop", "Shop", "", "", {"grafana": {}},
        severities={
            "critical": severity("critical", 0, "#d92d20", emoji="🔴"),
            "warning": severity("warning", 1, "#f79009", event="warning", urgency="low", pages=False),
        },
        channels={
            "slack": channel("slack", "slack", {"channel": "#alerts", "webhook": SecretRef("env:SLACK"), "token": None}),
            "mail": channel("mail", "email", {"to": ("ana@example.com", "bo@example.com")}, resolved=False, repeat_s=14_400.0),
            "pager": channel("pager", "pagerduty", {"service": "api", "escalation": None, "integration_key": SecretRef("env:PD")}),
            "hook": channel(
                "hook", "webhook",
                {"url": SecretRef("env:HOOK"), "headers": {"X-Team": "core"}, "secret": SecretRef("env:SIGN")}, group_by=("service",),
            ),
            "sms": channel("sms", "sms", {"to": ("+15550100",)}),
        },
        escalations={
            "oncall": Escalation("oncall", "On call", "", None, (Step(0, (Recipient("channel", "mail"),)), Step(900, (Recipient("person", "ana"),))), 0, 900)
        },
        calendars={"office": calendar},
        maintenance={"move": window},
        datasources={
            each.name: each
            for each in (
                datasource("prometheus", "prometheus", grafana="prometheus"), datasource("postgres", "postgresql"),
                datasource("logs", "logs", path="/var/log/app*.log"), datasource("sentry", "sentry", project="web"), datasource("lite", "sqlite"),
            )
        },
        services={
            "api": Service("api", "API", "", None, 0, ("posts",), {"Logs": "https://example.com/logs"}, None, None, None),
            "posts": Service("posts", "Posts", "", None, 1, (), {}, None, None, None),
        },
        metrics=metrics(),
        monitors=monitors(),
        slos={
            "fast": Slo("fast", "Fast", "Answers in time.", 99.9, 2_592_000, None, None, None, "latency", (Comparison(None, "<", 500, None, 0),), "< 500ms", "api", None)
        },
        dashboards=dashboards(),
        runbooks={"slow": Runbook("slow", "Slow answers", "", "https://example.com/slow", "", "Look at the queries.", "runbook", Origin(""))},
    )  # fmt: skip
    return replace(made, **more)


@pytest.fixture
def make() -> Any:
    """The builders of this file, for tests that say more: `make.shop()`, `make.monitor(…)`."""
    import sys

    return sys.modules[__name__]


@pytest.fixture
def grafana() -> GrafanaEmulator:
    """A Grafana that forgets."""
    return GrafanaEmulator(Store.memory("grafana"))


@pytest.fixture
def client_of() -> Callable[..., GrafanaClient]:
    """Connects to an emulator as the estate `shop`; keywords are options of the target."""

    def connected(emulator: GrafanaEmulator, *, credential: str | None = None, environment: str = "", **options: Json) -> GrafanaClient:
        url = "http://sandbox.invalid/grafana"
        return connect(
            Settings(
                url, {"GRAFANA_TOKEN": credential or "glsa_test"}, options, "shop", environment, transport=EmulatorAdapter(emulator, url)
            )
        )

    return connected
