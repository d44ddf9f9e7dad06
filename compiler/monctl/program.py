"""The linked program: every name resolved, every default filled, every duration in seconds, every unit known. Pure data.

References between objects are names (keys of the maps of `Program`) that are known to exist. Maps are in the order of declaration
where order means something (severities: most severe first) and sorted by name elsewhere. `origin` never takes part in equality,
so that a program from YAML equals the same program from Python.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal

from monctl.condition import Condition
from monctl.measure import Source
from monctl.resource import Json, SecretRef
from monctl.source import Origin
from monctl.unit import Unit

if TYPE_CHECKING:
    from datetime import date, datetime

NOWHERE = Origin("")


def _origin() -> Any:
    return field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Severity:
    """One step of the estate's own scale."""

    name: str
    rank: int
    """0 is the most severe."""
    title: str
    description: str
    response_s: float | None
    """Promised time to respond."""
    urgency: Literal["high", "low"]
    """Low never wakes anyone: PagerDuty's low urgency, no escalation."""
    pages: bool
    """Reaches a human at any hour: declared, or true for high urgency."""
    digest: Literal["hourly", "daily", "weekly"] | None
    """Collected instead of sent at once."""
    emoji: str
    color: str
    """Written `#rrggbb`."""
    event: Literal["critical", "error", "warning", "info"]
    """The word for it in event APIs (PagerDuty Events v2 `severity`)."""
    labels: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be reached."""

    name: str
    title: str
    email: str | None
    phone: str | None
    """E.164."""
    slack: str | None
    pagerduty: str | None
    """E-mail of the PagerDuty account when it is not `email`."""
    sentry: str | None
    time_zone: str | None
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Team:
    """People who own things together."""

    name: str
    title: str
    description: str
    members: tuple[str, ...]
    lead: str | None
    slack: str | None
    email: str | None
    sentry: str | None
    """Slug of the Sentry team when it is not the name."""
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Restriction:
    """On call only within these hours, local time; an end at or before the start is on the next day. Minutes since midnight."""

    days: tuple[int, ...]
    """1 Monday … 7 Sunday."""
    start_min: int
    end_min: int


@dataclass(frozen=True, slots=True)
class Layer:
    """One seat of a rotation: who sits in it, in order, for how long."""

    name: str
    members: tuple[str, ...]
    """People, in order of turn."""
    shift_s: float
    start: datetime
    """Local wall time (naive) of the first hand-off; turns are counted from here, in the rotation's zone."""
    restrictions: tuple[Restriction, ...] = ()


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody stands in."""

    layer: str
    person: str
    start: datetime
    end: datetime
    """Local wall times (naive)."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """Who is on call when."""

    name: str
    title: str
    description: str
    team: str | None
    time_zone: str
    layers: tuple[Layer, ...]
    """The first is who is called unless a layer is named."""
    overrides: tuple[Override, ...] = ()
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody or something an escalation level calls."""

    kind: Literal["rotation", "person", "team", "channel"]
    name: str
    layer: str | None = None
    """For a rotation: the layer; always filled."""


@dataclass(frozen=True, slots=True)
class Step:
    """One level of an escalation."""

    after_s: float
    """Counted from the start of the alert."""
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is called, and who next when nobody answers."""

    name: str
    title: str
    description: str
    team: str | None
    steps: tuple[Step, ...]
    """By `after_s`; the first is usually 0."""
    repeat: int
    """How often the whole is gone through again."""
    repeat_after_s: float
    """Time the last step has before it begins again."""
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Channel:
    """A place messages go; `settings` hold what its kind needs.

    slack: `channel` (`#name`), `webhook` and/or `token` (SecretRef) · email: `to` (tuple of addresses) ·
    pagerduty: `service` (name of the PagerDuty service we hold), `escalation` (name in the program or None), `integration_key` (SecretRef or None) ·
    sms: `to` (tuple of phone numbers), `account`, `token` (SecretRef), `sender` · webhook: `url` (str or SecretRef), `headers`, `secret` ·
    sentry: `dsn` (SecretRef)
    """

    name: str
    kind: Literal["slack", "email", "pagerduty", "sms", "webhook", "sentry"]
    title: str
    description: str
    settings: Mapping[str, Any]
    resolved: bool
    """Also tells when the alert is over."""
    rate: tuple[int, float] | None
    """At most so many messages in so many seconds."""
    repeat_s: float | None
    """Tell again while it lasts."""
    group_by: tuple[str, ...]
    """Labels whose equal values make one message."""
    severities: tuple[str, ...]
    """Takes only these; empty: all."""
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Hours:
    """A weekly stretch of local time; the end is exclusive, 1440 is midnight. Minutes since midnight."""

    days: tuple[int, ...]
    start_min: int
    end_min: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """When something counts: business hours, holidays."""

    name: str
    title: str
    time_zone: str
    hours: tuple[Hours, ...]
    holidays: tuple[date, ...]
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A window that mutes monitors. Either once (`start`, `end`) or each week (`hours`)."""

    name: str
    title: str
    time_zone: str
    monitors: tuple[str, ...]
    """Names, globs already resolved."""
    start: datetime | None
    end: datetime | None
    """Local wall times (naive)."""
    hours: tuple[Hours, ...]
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Datasource:
    """Where figures come from. `options` hold what a target needs to know (`organization`, `project`, `grafana`, `path`, `format` …)."""

    name: str
    type: Literal["postgresql", "mysql", "sqlite", "duckdb", "prometheus", "sentry", "logs", "redis", "storage"]
    title: str
    description: str
    dialect: str | None
    """sqlglot's name of the SQL dialect, for SQL types."""
    dsn: SecretRef | None
    url: str | None
    schema: Mapping[str, Mapping[str, str]]
    """Table → column → type; empty: not declared, so columns are not checked."""
    large_tables: tuple[str, ...]
    lag_s: float
    """How late its data may be."""
    retention_s: float | None
    options: Mapping[str, Json]
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Service:
    """A thing users rely on."""

    name: str
    title: str
    description: str
    team: str | None
    tier: int | None
    depends_on: tuple[str, ...]
    links: Mapping[str, str]
    detect_s: float | None
    """Promise: a failure is noticed within this."""
    resolve_s: float | None
    runbook: str | None
    labels: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured quantity. One source may yield several values; `default_value` is the one meant when none is named."""

    name: str
    title: str
    description: str
    source: Source
    units: Mapping[str, Unit]
    """Value → unit; a single-valued source has the one entry `value`."""
    default_value: str
    every_s: float
    timeout_s: float
    service: str | None
    team: str | None
    labels: Mapping[str, str] = field(default_factory=dict)
    goals: Mapping[str, str] = field(default_factory=dict)
    """Value → the goal as a sentence; where it should be, never an alert."""
    goal_conditions: Mapping[str, Condition] = field(default_factory=dict)
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where one alert goes, and when. Routes, overrides and the severity's defaults are already worked in."""

    channels: tuple[str, ...]
    escalation: str | None
    during: str | None = None
    """A calendar: only then; None: always."""
    hold: bool = False
    """Outside the calendar: kept until it opens (True) or not sent (False)."""
    unless: tuple[str, ...] = ()
    """Calendars: not in the hours of any of them, for other deliveries have those."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One severity of a monitor."""

    severity: str
    condition: Condition
    """Any of its terms; limits in the unit of the value."""
    text: str
    """The condition as the canonical sentence."""
    deliveries: tuple[Delivery, ...]
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Monitor:
    """A metric or source with what is too much."""

    name: str
    title: str
    description: str
    metric: str | None
    """The metric it watches; None for an inline source."""
    source: Source
    """Of the metric, or its own."""
    value: str
    """The value meant when a term names none; a key of `units`."""
    units: Mapping[str, Unit]
    every_s: float
    timeout_s: float
    goal: str | None
    goal_condition: Condition | None
    alerts: tuple[Alert, ...]
    """Most severe first."""
    recover_s: float
    """A condition must be false this long before the alert is over."""
    no_data: str
    """`keep`, `ok`, or the severity to raise."""
    on_error: str
    """`keep`, `ok`, or the severity to raise."""
    service: str | None
    team: str | None
    """Its own, or the service's."""
    labels: Mapping[str, str]
    """Its own over the service's over the estate's."""
    links: Mapping[str, str]
    runbook: str | None
    action: str
    """What to do, in a sentence; empty when there is a runbook only."""
    message: str
    """Text for the notification; empty: the channel's default."""
    targets: tuple[str, ...]
    """Where it is placed; at least one."""
    active: bool
    """False outside its phases: targets hold it paused."""
    phases: tuple[str, ...]
    protect: bool
    waive: Mapping[str, str]
    """`target.field` (or `*`) → the reason why losing it is accepted."""
    origin: Origin = _origin()

    @property
    def address(self) -> str:
        """`monitor.orphaned-posts`."""
        return f"monitor.{self.name}"


@dataclass(frozen=True, slots=True)
class Slo:
    """An objective over a window. Its burn-rate alerts are monitors of the program with a `Burn` source."""

    name: str
    title: str
    description: str
    objective: float
    """Percent: 99.9."""
    window_s: float
    monitor: str | None
    """Good time: while this monitor does not fire at `severity` or worse."""
    good: str | None
    total: str | None
    """Good events of total events: metrics (`metric.value`)."""
    metric: str | None
    """Good while this metric meets `condition`."""
    condition: Condition
    text: str
    service: str | None
    team: str | None
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Panel:
    """One widget. What it shows decides its look unless `look` names one."""

    title: str
    description: str
    look: str
    """timeseries stat gauge bargauge table logs state alerts text piechart heatmap barchart services slo; always filled (`auto` is resolved)."""
    metrics: tuple[tuple[str, str], ...]
    """(metric, value) pairs."""
    monitors: tuple[str, ...]
    """Thresholds of these are drawn as bands; `look: state|alerts` shows their state."""
    slo: str | None
    service: str | None
    text: str
    """Markdown, for `look: text`."""
    query: Source | None
    """An inline source, where no metric is worth naming."""
    unit: Unit | None
    thresholds: bool
    width: int | None
    """Of 24 columns; None: the target lays it out."""
    height: int | None
    range_s: float | None
    """Its own time range; None: the dashboard's."""
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Rows of panels."""

    name: str
    title: str
    description: str
    folder: str
    """Title of the folder; the estate's title unless declared."""
    refresh_s: float | None
    range_s: float
    time_zone: str
    rows: tuple[Row, ...]
    team: str | None
    links: Mapping[str, str]
    protect: bool
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Runbook:
    """What to do. Procedures and checklists are runbooks no alert names."""

    name: str
    title: str
    description: str
    url: str | None
    text: str
    """Markdown; made from the sections and steps where those were declared."""
    first_step: str
    """One line for messages."""
    kind: Literal["runbook", "procedure", "checklist", "reference"]
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Phase:
    """A named period that switches monitors on and off."""

    name: str
    title: str
    description: str
    current: bool
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Report:
    """A review made from the runner's history."""

    name: str
    title: str
    description: str
    every: Literal["daily", "weekly", "monthly"]
    sections: tuple[str, ...]
    goals: Mapping[str, str]
    """Figure (`mttd`, `mttr`, `mtta`, `noise`, `acknowledged`, `resolved`, `coverage`, `availability`) → sentence."""
    channels: tuple[str, ...]
    origin: Origin = _origin()


@dataclass(frozen=True, slots=True)
class Route:
    """A rule of the routing table, kept for explanation; its effect is already in every alert's deliveries."""

    name: str
    description: str
    priority: int
    severities: tuple[str, ...]
    services: tuple[str, ...]
    teams: tuple[str, ...]
    monitors: tuple[str, ...]
    labels: Mapping[str, str]
    delivery: Delivery
    proceed: bool
    """Go on to the next route as well."""
    yields: bool
    """Outside the hours of its calendar the next routes count."""
    origin: Origin = _origin()


@dataclass(frozen=True)
class Program:
    """One estate in one environment."""

    estate: str
    title: str
    description: str
    environment: str
    """Empty when the estate has none."""
    targets: Mapping[str, Mapping[str, Json]]
    """Name → its options of `monctl.yaml`. Only these are built."""
    severities: Mapping[str, Severity] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    rotations: Mapping[str, Rotation] = field(default_factory=dict)
    escalations: Mapping[str, Escalation] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    routes: Mapping[str, Route] = field(default_factory=dict)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    maintenance: Mapping[str, Maintenance] = field(default_factory=dict)
    datasources: Mapping[str, Datasource] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    monitors: Mapping[str, Monitor] = field(default_factory=dict)
    slos: Mapping[str, Slo] = field(default_factory=dict)
    dashboards: Mapping[str, Dashboard] = field(default_factory=dict)
    runbooks: Mapping[str, Runbook] = field(default_factory=dict)
    phases: Mapping[str, Phase] = field(default_factory=dict)
    reports: Mapping[str, Report] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    """Old address → new address."""
    limits: Mapping[str, float] = field(default_factory=dict)
    """`deletions` (objects) and `deletions_percent` of `monctl.yaml`."""

    def placed(self, target: str) -> Iterator[Monitor]:
        """The monitors a target holds, by name."""
        return (monitor for monitor in self.monitors.values() if target in monitor.targets)

    @cached_property
    def most_severe(self) -> str:
        """Name of the first severity; empty when there is none."""
        return next(iter(self.severities), "")

    @cached_property
    def watchers(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """(metric, value) → names of the monitors that watch it; to draw thresholds."""
        found: dict[tuple[str, str], list[str]] = {}
        for monitor in self.monitors.values():
            if monitor.metric is not None:
                found.setdefault((monitor.metric, monitor.value), []).append(monitor.name)
        return {key: tuple(names) for key, names in found.items()}


_PLAIN = frozenset({str, int, float, bool, type(None)})


def to_json(value: Any) -> Json:
    """Any part of a program as JSON: dataclasses become maps (with `kind` where the class has one), origins are left out, dates are ISO 8601.

    Secrets become `{"$secret": "env:NAME"}`; the value is never here.
    """
    kind: type = type(value)
    if kind in _PLAIN:
        return value
    return _converter(kind)(value)


@cache
def _converter(kind: type) -> Callable[[Any], Json]:
    """What makes JSON of the values of one class. Found once: a bundle of 10,000 monitors has a million values."""
    if issubclass(kind, SecretRef):
        return lambda value: {"$secret": value.reference}
    if issubclass(kind, Mapping):
        return lambda value: {str(name): item if type(item) in _PLAIN else to_json(item) for name, item in value.items()}
    if issubclass(kind, tuple | list):
        return lambda value: [item if type(item) in _PLAIN else to_json(item) for item in value]
    if issubclass(kind, str | int | float):
        return lambda value: value
    if dataclasses.is_dataclass(kind):
        said = getattr(kind, "kind", None)
        head = {"kind": said} if isinstance(said, str) else {}
        names = [field.name for field in dataclasses.fields(kind) if field.name != "origin"]
        return lambda value: head | {name: item if type(item := getattr(value, name)) in _PLAIN else to_json(item) for name in names}
    return lambda value: value.isoformat()  # date and datetime are all that is left
