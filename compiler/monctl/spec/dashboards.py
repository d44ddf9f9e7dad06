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
    """Heading of the panel."""
    description: str = ""
    """What it shows, for whoever points at it."""
    metric: MetricPath | None = None
    """`metric` or `metric.value`."""
    metrics: list[MetricPath] = []
    """Several in one panel."""
    monitor: Name | None = None
    """Its metric, with its thresholds."""
    monitors: list[Pattern] = []
    """State of several, names or globs."""
    slo: Name | None = None
    """Error budget of an objective."""
    service: Name | None = None
    """Picture of what it depends on."""
    text: str | None = None
    """Markdown."""
    sql: SqlSource | None = None
    """A query of its own, where no metric is worth naming."""
    prometheus: PrometheusSource | None = None
    """A PromQL expression of its own."""
    log: LogSource | None = None
    """Log lines of its own."""
    sentry: SentrySource | None = None
    """Sentry events of its own."""
    look: Look = "auto"
    """How it is drawn; `auto` follows from what it shows."""
    unit: str | None = None
    """Unit of the axis; the metrics' when left out."""
    thresholds: bool = True
    """Draw the alerts of the monitors that watch this metric as bands."""
    width: Annotated[int, Field(ge=1, le=24)] | None = None
    """Of 24 columns."""
    height: Annotated[int, Field(ge=1, le=40)] | None = None
    """In steps of about 30 pixels."""
    range: DurationField | None = None
    """Its own time range."""


class Row(Spec):
    """Panels under one heading."""

    title: str = ""
    """Heading; none when left out."""
    panels: list[Panel] = Field(min_length=1)
    """From left to right."""


class Dashboard(Described):
    """Rows of panels."""

    folder: str | None = None
    """Title of the folder; the estate's title when left out."""
    refresh: DurationField | None = None
    """How often it is drawn again: `1m`."""
    range: DurationField | None = None
    """Time shown; 6h when left out."""
    time_zone: str = "browser"
    """IANA name, `utc`, or `browser`: that of whoever looks."""
    rows: list[Row] = []
    """Panels under headings."""
    panels: list[Panel] = []
    """For a dashboard without headings."""
    team: Name | None = None
    """Team it belongs to."""
    links: Links = {}
    """Text of the link → URL, shown at the top."""
    protect: bool = False
    """Never deleted by a plan."""
