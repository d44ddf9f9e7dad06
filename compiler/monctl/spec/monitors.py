"""What is measured and what is too much: datasources, services, metrics, monitors, SLOs, phases."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from monctl.misread import Misread
from monctl.number import spell
from monctl.quantity import DurationField, PercentField
from monctl.secret import SecretField
from monctl.spec.base import NO_ENTRIES, NO_ITEMS, Described, Labels, Links, MetricPath, Name, Scalar, Sentence, Short, Spec, Threshold
from monctl.spec.sources import Sourced, Value

_NULL = re.compile(r"\bnull(?:able)?\b|\bnotnull\b", re.IGNORECASE)
_NOT_NULL = re.compile(r"\s+not\s+null\s*\Z", re.IGNORECASE)
_INSIDE = re.compile(r"\(.*\)|\"[^\"]*\"", re.DOTALL)


def _type_of_column(value: Any) -> Any:
    """A type, which may be followed by `not null`, and by nothing else about NULL. Raises Misread."""
    if isinstance(value, str) and _NULL.search(_INSIDE.sub("", _NOT_NULL.sub("", value))):
        raise Misread(
            f"'{value.strip()}' is no type of a column",
            help="write a type alone, such as `bigint`, or with `not null` behind it: `bigint not null`",
        )
    return value


ColumnType = Annotated[
    str, BeforeValidator(_type_of_column), WithJsonSchema({"type": "string", "examples": ["bigint", "bigint not null", "timestamptz"]})
]
"""The type of a column, with `not null` behind it where it is never NULL."""


class Datasource(Described):
    """Where figures come from."""

    type: Literal["postgresql", "mysql", "sqlite", "duckdb", "prometheus", "sentry", "logs", "redis", "storage"]
    """What it is."""
    dsn: SecretField | None = None
    """How to connect, by reference: `${env:DATABASE_URL}`."""
    url: str | None = None
    """Where it is, when that is no secret (Prometheus, S3 endpoint)."""
    dialect: str | None = None
    """sqlglot's name of the SQL dialect, when it is not the type's."""
    tables: dict[str, dict[str, ColumnType]] = {}
    """Table → column → type, such as `bigint` or `bigint not null`. Queries are checked against it when it is there."""
    large: list[str] = []
    """Tables too big to read whole."""
    lag: DurationField | None = None
    """How late its data may be."""
    retention: DurationField | None = None
    """How long it is kept."""
    organization: str | None = None
    """Sentry: slug of the organization, when it is not the target's."""
    project: str | None = None
    """Sentry: slug of the project."""
    grafana: str | None = None
    """uid of the data source in Grafana; looked up by name when left out."""
    path: str | None = None
    """Logs: the file, globs allowed. SQLite and DuckDB: the database file."""
    format: Literal["json", "text"] = "json"
    """Logs."""
    options: dict[str, Scalar] = {}
    """Anything a target wants to know."""


class Promise(Spec):
    """What a service promises about incidents."""

    detect: DurationField | None = None
    """A failure is noticed within this; checked when compiling."""
    resolve: DurationField | None = None
    """An incident is over within this."""


class Service(Described):
    """A thing users rely on."""

    team: Name | None = None
    """Team that owns it."""
    tier: Annotated[int, Field(ge=0, le=9)] | None = None
    """0 or 1 is what the business stops without."""
    depends_on: list[Name] = []
    """Services it does not work without."""
    links: Links = {}
    """Text of the link → URL: dashboards, repository, documentation."""
    promise: Promise | None = None
    """What is promised about its incidents."""
    runbook: Name | None = None
    """What to do when a monitor of it names nothing else."""
    labels: Labels = {}
    """Label → value, on every monitor of it."""


class Metric(Described, Sourced):
    """A measured quantity. One source may yield several values."""

    every: DurationField | None = None
    """How often; 5m when left out."""
    timeout: DurationField | None = None
    """Less than `every`; 10s when left out."""
    unit: str | None = None
    """Of a single value: `ms`, `percent`, `bytes`, `errors/min`, `USD`, or any noun counted (`posts`)."""
    goal: Threshold | None = None
    """Where it should be: `< 100ms`. Never an alert."""
    service: Name | None = None
    """Service it is about."""
    team: Name | None = None
    """Team that owns it; its service's when left out."""
    labels: Labels = {}
    """Label → value, on every monitor that watches it."""


class Term(Spec):
    """One term of a condition, structured; the terms of a list are joined by `or`."""

    value: str | None = None
    """Which value of the source, when it has several."""
    op: Literal[">", ">=", "<", "<=", "==", "!="] | None = None
    """Comparison, with `limit`."""
    limit: str | float | int | None = None
    """A number with its unit, such as 200ms or 80%; without one it takes the metric's."""
    between: list[str | float | int] | None = Field(default=None, min_length=2, max_length=2)
    """True inside these two bounds."""
    outside: list[str | float | int] | None = Field(default=None, min_length=2, max_length=2)
    """True outside these two bounds."""
    trend: Literal["increasing", "decreasing", "unchanged"] | None = None
    """True while the value moves so, with `for`."""
    state: Literal["down", "no data", "error", "first seen", "regression", "any"] | None = None
    """True while the source itself is so."""
    in_: DurationField | None = Field(default=None, alias="in")
    """Counted or taken over so long."""
    for_: DurationField | None = Field(default=None, alias="for")
    """True for so long before it fires."""


_TERMS = frozenset({"op", "limit", "between", "outside", "trend", "state"})
"""A map with one of these is a term."""


def _no_bare_number(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise Misread(f"the number {spell(value)} alone is no threshold", help=f"write '> {spell(value)}' or '== {spell(value)}'")
    return value


class Alert(Short):
    """One severity of a monitor, when it differs from its severity's defaults in more than the threshold."""

    shorthand: ClassVar[str] = "when"
    when: Annotated[Threshold | Term | list[Term], BeforeValidator(_no_bare_number)]
    """A threshold sentence: `> 10 or increasing for 15m`."""
    notify: list[Name] | None = None
    """Channels for this severity of this monitor."""
    escalation: Name | None = None
    """Who is called for this severity of this monitor."""
    during: Name | None = None
    """A calendar: only in its hours; outside them it waits for the opening."""

    @classmethod
    def is_short(cls, value: Any) -> bool:
        """A sentence, and the structured form: a term, or a list of them."""
        return super().is_short(value) or isinstance(value, list) or (isinstance(value, dict) and not _TERMS.isdisjoint(value))


class Monitor(Described, Sourced):
    """A metric or an inline source, with what is too much."""

    metric: MetricPath | None = None
    """`metric` or `metric.value`, instead of an inline source."""
    values: dict[str, Value] = NO_ENTRIES
    """Value → unit, for an inline source that has several."""
    every: DurationField | None = None
    """How often, for an inline source; 5m when left out."""
    timeout: DurationField | None = None
    """Less than `every`; 10s when left out."""
    unit: str | None = None
    """Of the single value of an inline source."""
    goal: Threshold | None = None
    """Where it should be. Never an alert; the metric's when left out."""
    alert: dict[Name, Alert] = NO_ENTRIES
    """Severity → threshold sentence."""
    recover_after: DurationField | None = None
    """The condition must be false this long before the alert is over."""
    no_data: str | None = None
    """No answer from the source: `keep` the state, `ok`, or the severity to raise."""
    on_error: str | None = None
    """The source fails: `keep` the state, `ok`, or the severity to raise."""
    notify: list[Name] | None = None
    """Channels for every severity of this monitor, instead of those of routes and severities; a severity keeps its hours."""
    escalation: Name | None = None
    """Who is called; the route's or severity's when left out."""
    during: Name | None = None
    """A calendar: alerts are sent only in its hours; outside them they wait for the opening."""
    service: Name | None = None
    """Service it watches; the metric's when left out."""
    team: Name | None = None
    """Team that owns it; its service's when left out."""
    runbook: Name | None = None
    """What to do; the service's when left out."""
    action: str = ""
    """What to do, in a sentence."""
    message: str = ""
    """Text of the notification."""
    labels: Labels = NO_ENTRIES
    """Label → value, over those of the metric, the service and the estate."""
    links: Links = NO_ENTRIES
    """Text of the link → URL, shown in messages."""
    on: Name | list[Name] = NO_ITEMS
    """Targets that hold it, instead of the default for its kind of source."""
    phases: list[Name] = NO_ITEMS
    """Runs only in these phases."""
    protect: bool = False
    """Never deleted by a plan."""
    waive: dict[str, Sentence] = NO_ENTRIES
    """`target.field` → why losing it there is accepted."""


class BurnAlert(Spec):
    """Two windows and a rate: the budget is burnt so fast that somebody must know."""

    severity: Name
    """Severity to raise."""
    rate: Annotated[float, Field(gt=0)]
    """Times the rate that would just use up the budget: 14.4 uses 2 % of a 30-day budget in an hour."""
    long: DurationField
    """Window over which the rate is taken: `1h`."""
    short: DurationField
    """Window that tells when it has stopped: `5m`."""


class Slo(Described):
    """An objective over a window: by a monitor's time, by events, or by a metric that holds."""

    objective: PercentField
    """`99.9%`."""
    window: DurationField
    """`30d`."""
    monitor: Name | None = None
    """Good time: while this monitor does not fire."""
    good: MetricPath | None = None
    """Metric that counts good events, with `total`."""
    total: MetricPath | None = None
    """Good events of all events: metrics."""
    metric: MetricPath | None = None
    """Metric that must meet `holds`."""
    holds: Threshold | None = None
    """Good while the metric meets this: `< 500ms`."""
    alerts: list[BurnAlert] = NO_ITEMS
    """None: the usual two, fast and slow, on the two most severe severities."""
    service: Name | None = None
    """Service it promises something about."""
    team: Name | None = None
    """Team that owns it; its service's when left out."""
    notify: list[Name] | None = None
    """Channels of its burn alerts, instead of those of routes and severities."""
    runbook: Name | None = None
    """What to do when the budget burns."""


class Phase(Described):
    """A named period that switches monitors on and off. `phase:` in monctl.yaml says which one it is."""
