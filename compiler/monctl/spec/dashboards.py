"""Dashboards: rows of panels that name metrics and monitors."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from monctl.quantity import DurationField
from monctl.spec.base import Described, Links, MetricPath, Name, Pattern, Sentence, Spec
from monctl.spec.sources import LogSource, PrometheusSource, SentrySource, SqlSource

Look = Literal[
    "auto",
    "timeseries",
    "stat",
    "gauge",
    "bargauge",
    "table",
    "logs",
    "state",
    "alerts",
    "text",
    "piechart",
    "heatmap",
    "barchart",
    "services",
    "slo",
]


class Panel(Spec):
    """One widget. Name what it shows; how it looks follows from that unless `look` says otherwise."""

    title: Sentence
    description: str = ""
    metric: MetricPath | None = None
    """`metric` or `metric.value`."""
    metrics: list[MetricPath] = []
    """Several in one panel."""
    monitor: Name | None = None
    """Its metric, with its thresholds."""
    monitors: list[Pattern] = []
    """State of several, names or globs."""
    slo: Name | None = None
    service: Name | None = None
    """Picture of what it depends on."""
    text: str | None = None
    """Markdown."""
    sql: SqlSource | None = None
    prometheus: PrometheusSource | None = None
    log: LogSource | None = None
    sentry: SentrySource | None = None
    look: Look = "auto"
    unit: str | None = None
    thresholds: bool = True
    """Draw the alerts of the monitors that watch this metric as bands."""
    width: Annotated[int, Field(ge=1, le=24)] | None = None
    """Of 24 columns."""
    height: Annotated[int, Field(ge=1, le=40)] | None = None
    range: DurationField | None = None
    """Its own time range."""


class Row(Spec):
    """Panels under one heading."""

    title: str = ""
    panels: list[Panel] = Field(min_length=1)


class Dashboard(Described):
    """Rows of panels."""

    folder: str | None = None
    """Title of the folder; the estate's title when left out."""
    refresh: DurationField | None = None
    range: DurationField | None = None
    """Time shown; 6h when left out."""
    time_zone: str = "browser"
    rows: list[Row] = []
    panels: list[Panel] = []
    """For a dashboard without headings."""
    team: Name | None = None
    links: Links = {}
    protect: bool = False
