"""Generated from the models by `python -m monctl.stub`; never edited by hand."""

# ruff: noqa: A002, D205, D415, PYI021, RUF100  # fields are called what users call them, and editors show these texts
# fmt: off

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, Required, TypeAlias, TypedDict

from monctl.declare import Object as Object
from monctl.declare import Source as Source

__all__ = [
    "Calendar",
    "Channel",
    "Dashboard",
    "Datasource",
    "Escalation",
    "Maintenance",
    "Metric",
    "Monitor",
    "Object",
    "Person",
    "Phase",
    "Report",
    "Rotation",
    "Route",
    "Runbook",
    "Service",
    "Severity",
    "Slo",
    "Source",
    "Team",
    "Template",
    "all_of",
    "any_of",
    "between",
    "command",
    "compare",
    "dns",
    "env",
    "expr",
    "file",
    "heartbeat",
    "host",
    "http",
    "log",
    "moved",
    "outside",
    "ping",
    "prometheus",
    "redis",
    "sentry",
    "sql",
    "state",
    "storage",
    "tcp",
    "tls",
    "trend",
    "var",
]

Named: TypeAlias = str | Object  # an object of the estate, or its name
Duration: TypeAlias = str | timedelta  # "5m"
Moment: TypeAlias = str | date | datetime  # "2027-01-04T09:00", local time
Day: TypeAlias = str | date
Clock: TypeAlias = str | time  # "09:00"

_DatasourceType: TypeAlias = Literal[
    "postgresql",
    "mysql",
    "sqlite",
    "duckdb",
    "prometheus",
    "sentry",
    "logs",
    "redis",
    "storage",
]

_DnsSourceRecord: TypeAlias = Literal[
    "A",
    "AAAA",
    "CNAME",
    "MX",
    "NS",
    "TXT",
    "SRV",
    "PTR",
    "SOA",
]

_HostSourceMeasure: TypeAlias = Literal[
    "cpu",
    "memory",
    "disk",
    "load",
    "network",
    "disk_io",
]

_HttpSourceMethod: TypeAlias = Literal[
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
]

_JsonCheckOp: TypeAlias = Literal[
    "==",
    "!=",
    ">",
    "<",
    ">=",
    "<=",
    "contains",
    "exists",
]

_PanelLook: TypeAlias = Literal[
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

_SentrySourceMeasure: TypeAlias = Literal[
    "events",
    "users",
    "p50",
    "p75",
    "p95",
    "p99",
    "average",
    "failure_rate",
    "throughput",
    "crash_free_rate",
    "apdex",
]

_TermState: TypeAlias = Literal[
    "down",
    "no data",
    "error",
    "first seen",
    "regression",
    "any",
]

class _Alert(TypedDict, total=False):
    """One severity of a monitor, when it differs from its severity's defaults in more than the threshold."""

    when: Required[str | _Term | Sequence[_Term]]
    notify: Sequence[Named] | None
    escalation: Named | None
    during: Named | None

class _BurnAlert(TypedDict, total=False):
    """Two windows and a rate: the budget is burnt so fast that somebody must know."""

    severity: Required[Named]
    rate: Required[float]
    long: Required[Duration]
    short: Required[Duration]

class _Calendar(TypedDict, total=False):
    """When something counts: business hours, holidays."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    time_zone: str | None
    hours: Required[Sequence[_WeeklyHours]]
    holidays: Sequence[Day] | None

class _Channel(TypedDict, total=False):
    """A place messages go. Exactly one of slack, email, pagerduty, sms, webhook, sentry."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    slack: _SlackChannel | None
    email: _EmailChannel | None
    pagerduty: str | _PagerDutyChannel | None
    sms: _SmsChannel | None
    webhook: str | _WebhookChannel | None
    sentry: str | _SentryChannel | None
    resolved: bool | None
    rate: str | None
    repeat: Duration | None
    group_by: Sequence[str] | None
    severities: Sequence[Named] | None

class _CommandSource(TypedDict, total=False):
    """A program, run without a shell. Values: `exit_code`, and `value` when it prints a number."""

    run: Required[Sequence[str]]
    environ: Mapping[str, str] | None

class _Dashboard(TypedDict, total=False):
    """Rows of panels."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    folder: str | None
    refresh: Duration | None
    range: Duration | None
    time_zone: str | None
    rows: Sequence[_Row] | None
    panels: Sequence[_Panel] | None
    team: Named | None
    links: Mapping[str, str] | None
    protect: bool | None

class _Datasource(TypedDict, total=False):
    """Where figures come from."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    type: Required[_DatasourceType]
    dsn: str | None
    url: str | None
    dialect: str | None
    tables: Mapping[str, Mapping[str, str]] | None
    large: Sequence[str] | None
    lag: Duration | None
    retention: Duration | None
    organization: str | None
    project: str | None
    grafana: str | None
    path: str | None
    format: Literal["json", "text"] | None
    options: Mapping[str, str | float | bool] | None

class _DnsSource(TypedDict, total=False):
    """A DNS question."""

    host: Required[str]
    record: _DnsSourceRecord | None
    expect: Sequence[str] | None
    resolver: str | None

class _EmailChannel(TypedDict, total=False):
    """Mail addresses."""

    to: Required[Sequence[str]]

class _Escalation(TypedDict, total=False):
    """Who is called, and who next when nobody answers."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    team: Named | None
    levels: Required[Sequence[_EscalationLevel]]
    repeat: int | None
    repeat_after: Duration | None

class _EscalationLevel(TypedDict, total=False):
    """One level: who is called, and when, counted from the start of the alert."""

    after: Required[Duration]
    notify: Required[Sequence[str]]

class _ExprSource(TypedDict, total=False):
    """Arithmetic over metrics."""

    formula: Required[str]
    inputs: Required[Mapping[str, Named]]

class _HeartbeatSource(TypedDict, total=False):
    """Something else calls the runner every so often; `down` when it does not."""

    grace: Required[Duration]

class _HostSource(TypedDict, total=False):
    """A figure of the machine the runner stands on."""

    measure: Required[_HostSourceMeasure]
    path: str | None

class _HttpSource(TypedDict, total=False):
    """A request. Values: `response_time` (ms), `status`, `certificate_expires_in` (days); `down` when it fails."""

    url: Required[str]
    method: _HttpSourceMethod | None
    headers: Mapping[str, str] | None
    body: str | None
    status: Sequence[str | float] | None
    contains: str | None
    lacks: str | None
    json: Sequence[_JsonCheck] | None
    follow_redirects: bool | None
    verify: bool | None
    certificate_expires_in: Duration | None

class _JsonCheck(TypedDict, total=False):
    """One check on a JSON answer."""

    path: Required[str]
    op: _JsonCheckOp | None
    target: str | float | bool | None

class _LogSource(TypedDict, total=False):
    """Structured log lines that match: how many, or a percentile of a field."""

    datasource: Required[Named]
    where: Mapping[str, str | float | bool] | None
    contains: str | None
    measure: Literal["count", "p50", "p95", "p99", "average", "max"] | None
    field: str | None
    by: str | None
    window: Duration | None

class _Maintenance(TypedDict, total=False):
    """A window that mutes monitors: once (`start`, `end`) or each week (`hours`)."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    time_zone: str | None
    monitors: Sequence[Named] | None
    services: Sequence[Named] | None
    start: Moment | None
    end: Moment | None
    hours: Sequence[_WeeklyHours] | None

class _MemberSource(TypedDict, total=False):
    """One part of a composite: a monitor that must not be firing, or a metric that must hold."""

    monitor: Named | None
    metric: Named | None
    holds: str | None

class _Metric(TypedDict, total=False):
    """A measured quantity. One source may yield several values."""

    sql: _SqlSource | None
    http: str | _HttpSource | None
    tcp: _TcpSource | None
    dns: str | _DnsSource | None
    ping: str | _PingSource | None
    tls: str | _TlsSource | None
    host: _HostSourceMeasure | _HostSource | None
    prometheus: _PrometheusSource | None
    sentry: _SentrySource | None
    log: _LogSource | None
    heartbeat: Duration | _HeartbeatSource | None
    redis: Named | _RedisSource | None
    storage: _StorageSource | None
    command: _CommandSource | None
    expr: _ExprSource | None
    all_of: Sequence[Named | _MemberSource] | None
    any_of: Sequence[Named | _MemberSource] | None
    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    every: Duration | None
    timeout: Duration | None
    unit: str | None
    goal: str | None
    service: Named | None
    team: Named | None
    labels: Mapping[str, str | float] | None

class _Monitor(TypedDict, total=False):
    """A metric or an inline source, with what is too much."""

    sql: _SqlSource | None
    http: str | _HttpSource | None
    tcp: _TcpSource | None
    dns: str | _DnsSource | None
    ping: str | _PingSource | None
    tls: str | _TlsSource | None
    host: _HostSourceMeasure | _HostSource | None
    prometheus: _PrometheusSource | None
    sentry: _SentrySource | None
    log: _LogSource | None
    heartbeat: Duration | _HeartbeatSource | None
    redis: Named | _RedisSource | None
    storage: _StorageSource | None
    command: _CommandSource | None
    expr: _ExprSource | None
    all_of: Sequence[Named | _MemberSource] | None
    any_of: Sequence[Named | _MemberSource] | None
    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    metric: Named | None
    values: Mapping[str, str | _Value] | None
    every: Duration | None
    timeout: Duration | None
    unit: str | None
    goal: str | None
    alert: Mapping[str, str | _Term | Sequence[_Term] | _Alert] | None
    recover_after: Duration | None
    no_data: str | None
    on_error: str | None
    notify: Sequence[Named] | None
    escalation: Named | None
    during: Named | None
    service: Named | None
    team: Named | None
    runbook: Named | None
    action: str | None
    message: str | None
    labels: Mapping[str, str | float] | None
    links: Mapping[str, str] | None
    on: Named | Sequence[Named] | None
    phases: Sequence[Named] | None
    protect: bool | None
    waive: Mapping[str, str] | None

class _PagerDutyChannel(TypedDict, total=False):
    """A PagerDuty service. We hold the service; the runner sends its events."""

    service: Required[str]
    escalation: Named | None
    integration_key: str | None
    owned: bool | None

class _Panel(TypedDict, total=False):
    """One widget. Name what it shows; how it looks follows from that unless `look` says otherwise."""

    title: Required[str]
    description: str | None
    metric: Named | None
    metrics: Sequence[Named] | None
    monitor: Named | None
    monitors: Sequence[Named] | None
    slo: Named | None
    service: Named | None
    text: str | None
    sql: _SqlSource | None
    prometheus: _PrometheusSource | None
    log: _LogSource | None
    sentry: _SentrySource | None
    look: _PanelLook | None
    unit: str | None
    thresholds: bool | None
    width: int | None
    height: int | None
    range: Duration | None

class _Person(TypedDict, total=False):
    """Somebody who can be reached."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    email: str | None
    phone: str | None
    slack: str | None
    pagerduty: str | None
    sentry: str | None
    time_zone: str | None

class _Phase(TypedDict, total=False):
    """A named period that switches monitors on and off. `phase:` in monctl.yaml says which one it is."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None

class _PingSource(TypedDict, total=False):
    """ICMP echo."""

    host: Required[str]

class _PrometheusSource(TypedDict, total=False):
    """A PromQL expression."""

    datasource: Required[Named]
    query: Required[str]

class _Promise(TypedDict, total=False):
    """What a service promises about incidents."""

    detect: Duration | None
    resolve: Duration | None

class _RedisSource(TypedDict, total=False):
    """PING, a field of INFO, or the length of a list."""

    datasource: Required[Named]
    info: str | None
    length_of: str | None

class _Report(TypedDict, total=False):
    """A review made from the runner's history."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    every: Required[Literal["daily", "weekly", "monthly"]]
    sections: Sequence[str] | None
    goals: Mapping[str, str] | None
    notify: Sequence[Named] | None

class _Rotation(TypedDict, total=False):
    """Who is on call when."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    team: Named | None
    time_zone: str | None
    start: Moment | None
    shift: Duration | None
    members: Sequence[Named] | None
    layers: Mapping[str, Sequence[Named] | _RotationLayer] | None
    restrictions: Sequence[_WeeklyHours] | None
    overrides: Sequence[_RotationOverride] | None

class _RotationLayer(TypedDict, total=False):
    """One seat of a rotation."""

    members: Required[Sequence[Named]]
    shift: Duration | None
    start: Moment | None
    restrictions: Sequence[_WeeklyHours] | None

class _RotationOverride(TypedDict, total=False):
    """Somebody stands in."""

    person: Required[Named]
    start: Required[Moment]
    end: Required[Moment]
    layer: Named | None

class _Route(TypedDict, total=False):
    """Sends some alerts elsewhere than their severity would. Routes are tried by falling priority, then by name; the first that matches decides."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    match: Required[_RouteMatch]
    priority: int | None
    notify: Sequence[Named] | None
    escalation: Named | None
    during: Named | None
    outside: Literal["next", "hold", "drop"] | None
    proceed: bool | None

class _RouteMatch(TypedDict, total=False):
    """Which alerts; every part given must match, and one entry of a list is enough."""

    severity: Named | Sequence[Named] | None
    service: Named | Sequence[Named] | None
    team: Named | Sequence[Named] | None
    monitor: Named | Sequence[Named] | None
    labels: Mapping[str, str | float] | None

class _Row(TypedDict, total=False):
    """Panels under one heading."""

    title: str | None
    panels: Required[Sequence[_Panel]]

class _Runbook(TypedDict, total=False):
    """What to do. Steps, sections, a Markdown file or a URL; attached to every alert that names it."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    kind: Literal["runbook", "procedure", "checklist", "reference"] | None
    steps: Sequence[str] | None
    sections: Mapping[str, str | Sequence[str]] | None
    file: str | None
    url: str | None

class _SentryChannel(TypedDict, total=False):
    """An event in a Sentry project."""

    dsn: Required[str]

class _SentrySource(TypedDict, total=False):
    """Events or transactions of a Sentry project."""

    datasource: Required[Named]
    measure: _SentrySourceMeasure | None
    tags: Mapping[str, str | None] | None
    level: Literal["fatal", "error", "warning", "info", "debug"] | None
    query: str | None
    environment: str | None

class _Service(TypedDict, total=False):
    """A thing users rely on."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    team: Named | None
    tier: int | None
    depends_on: Sequence[Named] | None
    links: Mapping[str, str] | None
    promise: _Promise | None
    runbook: Named | None
    labels: Mapping[str, str | float] | None

class _Severity(TypedDict, total=False):
    """One step of the estate's own scale. Declared most severe first."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    response: Duration | None
    notify: Sequence[Named] | None
    escalation: Named | None
    during: Named | None
    urgency: Literal["high", "low"] | None
    pages: bool | None
    digest: Literal["hourly", "daily", "weekly"] | None
    emoji: str | None
    color: str | None
    event: Literal["critical", "error", "warning", "info"] | None
    labels: Mapping[str, str | float] | None

class _SlackChannel(TypedDict, total=False):
    """A Slack channel, by incoming webhook or bot token."""

    channel: Required[str]
    webhook: str | None
    token: str | None
    workspace: str | None

class _Slo(TypedDict, total=False):
    """An objective over a window: by a monitor's time, by events, or by a metric that holds."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    objective: Required[str]
    window: Required[Duration]
    monitor: Named | None
    good: Named | None
    total: Named | None
    metric: Named | None
    holds: str | None
    alerts: Sequence[_BurnAlert] | None
    service: Named | None
    team: Named | None
    notify: Sequence[Named] | None
    runbook: Named | None

class _SmsChannel(TypedDict, total=False):
    """Text messages through Twilio."""

    to: Required[Sequence[Named]]
    account: str | None
    token: str | None
    sender: str | None

class _SqlSource(TypedDict, total=False):
    """A query. One row, each named column a value; `mode: rows` makes every row a problem, `exists` any row."""

    datasource: Required[Named]
    query: Required[str]
    mode: Literal["value", "rows", "exists"] | None
    values: Mapping[str, str | _Value] | None

class _StorageSource(TypedDict, total=False):
    """Writes, reads and deletes a small object."""

    datasource: Required[Named]
    bucket: Required[str]
    prefix: str | None

class _TcpSource(TypedDict, total=False):
    """A TCP connection. `down` when it cannot be made."""

    host: Required[str]
    port: Required[int]

class _Team(TypedDict, total=False):
    """People who own things together."""

    title: str | None
    description: str | None
    for_each: Mapping[str, Any] | Sequence[Any] | str | None
    environments: Sequence[Named] | None
    members: Sequence[Named] | None
    lead: Named | None
    slack: str | None
    email: str | None
    sentry: str | None

_Term = TypedDict("_Term", {
    "value": str | None,
    "op": Literal[">", ">=", "<", "<=", "==", "!="] | None,
    "limit": str | float | None,
    "between": Sequence[str | float] | None,
    "outside": Sequence[str | float] | None,
    "trend": Literal["increasing", "decreasing", "unchanged"] | None,
    "state": _TermState | None,
    "in": Duration | None,
    "for": Duration | None,
}, total=False)

class _TlsSource(TypedDict, total=False):
    """A TLS handshake. Values: `certificate_expires_in` (days)."""

    host: Required[str]
    port: int | None

class _Value(TypedDict, total=False):
    """One value of a source that has several."""

    unit: str | None
    goal: str | None
    description: str | None

class _WebhookChannel(TypedDict, total=False):
    """An HTTP POST of JSON."""

    url: Required[str]
    headers: Mapping[str, str] | None
    secret: str | None

class _WeeklyHours(TypedDict, total=False):
    """A stretch of local time, each week."""

    days: str | None
    start: Clock | None
    end: Clock | None

class Calendar(Object):
    """When something counts: business hours, holidays."""

    def __init__(
        self,
        name: str,
        /,
        *,
        hours: Sequence[_WeeklyHours],
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        time_zone: str | None = None,
        holidays: Sequence[Day] | None = None,
    ) -> None:
        """When something counts: business hours, holidays.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        time_zone: IANA name: `Europe/Berlin`.
        hours: When it counts, each week.
        holidays: Dates that do not count.
        """

class Channel(Object):
    """A place messages go. Exactly one of slack, email, pagerduty, sms, webhook, sentry."""

    def __init__(
        self,
        name: str,
        /,
        *,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        slack: _SlackChannel | None = None,
        email: _EmailChannel | None = None,
        pagerduty: str | _PagerDutyChannel | None = None,
        sms: _SmsChannel | None = None,
        webhook: str | _WebhookChannel | None = None,
        sentry: str | _SentryChannel | None = None,
        resolved: bool | None = None,
        rate: str | None = None,
        repeat: Duration | None = None,
        group_by: Sequence[str] | None = None,
        severities: Sequence[Named] | None = None,
    ) -> None:
        """A place messages go. Exactly one of slack, email, pagerduty, sms, webhook, sentry.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        slack: A Slack channel.
        email: Mail addresses.
        pagerduty: A PagerDuty service.
        sms: Text messages through Twilio.
        webhook: An HTTP POST of JSON.
        sentry: An event in a Sentry project.
        resolved: Also tell when the alert is over.
        rate: At most this many messages: `10/h`; more are collected into one.
        repeat: Tell again while it lasts.
        group_by: Alerts with equal values of these labels make one message (`service`, `severity`, `monitor` and any label).
        severities: Takes only these; all when left out.
        """

class Dashboard(Object):
    """Rows of panels."""

    def __init__(
        self,
        name: str,
        /,
        *,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        folder: str | None = None,
        refresh: Duration | None = None,
        range: Duration | None = None,
        time_zone: str | None = None,
        rows: Sequence[_Row] | None = None,
        panels: Sequence[_Panel] | None = None,
        team: Named | None = None,
        links: Mapping[str, str] | None = None,
        protect: bool | None = None,
    ) -> None:
        """Rows of panels.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        folder: Title of the folder; the estate's title when left out.
        refresh: How often it is drawn again: `1m`.
        range: Time shown; 6h when left out.
        time_zone: IANA name, `utc`, or `browser`: that of whoever looks.
        rows: Panels under headings.
        panels: For a dashboard without headings.
        team: Team it belongs to.
        links: Text of the link → URL, shown at the top.
        protect: Never deleted by a plan.
        """

class Datasource(Object):
    """Where figures come from."""

    def __init__(
        self,
        name: str,
        /,
        *,
        type: _DatasourceType,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        dsn: str | None = None,
        url: str | None = None,
        dialect: str | None = None,
        tables: Mapping[str, Mapping[str, str]] | None = None,
        large: Sequence[str] | None = None,
        lag: Duration | None = None,
        retention: Duration | None = None,
        organization: str | None = None,
        project: str | None = None,
        grafana: str | None = None,
        path: str | None = None,
        format: Literal["json", "text"] | None = None,
        options: Mapping[str, str | float | bool] | None = None,
    ) -> None:
        """Where figures come from.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        type: What it is.
        dsn: How to connect, by reference: `${env:DATABASE_URL}`.
        url: Where it is, when that is no secret (Prometheus, S3 endpoint).
        dialect: sqlglot's name of the SQL dialect, when it is not the type's.
        tables: Table → column → type, such as `bigint` or `bigint not null`. Queries are checked against it when it is there.
        large: Tables too big to read whole.
        lag: How late its data may be.
        retention: How long it is kept.
        organization: Sentry: slug of the organization, when it is not the target's.
        project: Sentry: slug of the project.
        grafana: uid of the data source in Grafana; looked up by name when left out.
        path: Logs: the file, globs allowed. SQLite and DuckDB: the database file.
        format: Logs.
        options: Anything a target wants to know.
        """

class Escalation(Object):
    """Who is called, and who next when nobody answers."""

    def __init__(
        self,
        name: str,
        /,
        *,
        levels: Sequence[_EscalationLevel],
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        team: Named | None = None,
        repeat: int | None = None,
        repeat_after: Duration | None = None,
    ) -> None:
        """Who is called, and who next when nobody answers.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        team: Team it belongs to.
        levels: In order of time.
        repeat: How often it begins again when nobody answered at all.
        repeat_after: Time the last level has; as long as the level before it when left out.
        """

class Maintenance(Object):
    """A window that mutes monitors: once (`start`, `end`) or each week (`hours`)."""

    def __init__(
        self,
        name: str,
        /,
        *,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        time_zone: str | None = None,
        monitors: Sequence[Named] | None = None,
        services: Sequence[Named] | None = None,
        start: Moment | None = None,
        end: Moment | None = None,
        hours: Sequence[_WeeklyHours] | None = None,
    ) -> None:
        """A window that mutes monitors: once (`start`, `end`) or each week (`hours`).

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        time_zone: IANA name: `Europe/Berlin`.
        monitors: Names or globs; with `services`, what it mutes.
        services: Mutes every monitor of these.
        start: Begin of a window that happens once: `2027-01-04T22:00`.
        end: End of a window that happens once.
        hours: Hours of a window that happens each week.
        """

class Metric(Object):
    """A measured quantity. One source may yield several values."""

    def __init__(
        self,
        name: str,
        source: Source | None = None,
        /,
        *,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        every: Duration | None = None,
        timeout: Duration | None = None,
        unit: str | None = None,
        goal: str | None = None,
        service: Named | None = None,
        team: Named | None = None,
        labels: Mapping[str, str | float] | None = None,
    ) -> None:
        """A measured quantity. One source may yield several values.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        every: How often; 5m when left out.
        timeout: Less than `every`; 10s when left out.
        unit: Of a single value: `ms`, `percent`, `bytes`, `errors/min`, `USD`, or any noun counted (`posts`).
        goal: Where it should be: `< 100ms`. Never an alert.
        service: Service it is about.
        team: Team that owns it; its service's when left out.
        labels: Label → value, on every monitor that watches it.
        """

class Monitor(Object):
    """A metric or an inline source, with what is too much."""

    def __init__(
        self,
        name: str,
        source: Source | None = None,
        /,
        *,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        metric: Named | None = None,
        values: Mapping[str, str | _Value] | None = None,
        every: Duration | None = None,
        timeout: Duration | None = None,
        unit: str | None = None,
        goal: str | None = None,
        alert: Mapping[str, str | _Term | Sequence[_Term] | _Alert] | None = None,
        recover_after: Duration | None = None,
        no_data: str | None = None,
        on_error: str | None = None,
        notify: Sequence[Named] | None = None,
        escalation: Named | None = None,
        during: Named | None = None,
        service: Named | None = None,
        team: Named | None = None,
        runbook: Named | None = None,
        action: str | None = None,
        message: str | None = None,
        labels: Mapping[str, str | float] | None = None,
        links: Mapping[str, str] | None = None,
        on: Named | Sequence[Named] | None = None,
        phases: Sequence[Named] | None = None,
        protect: bool | None = None,
        waive: Mapping[str, str] | None = None,
    ) -> None:
        """A metric or an inline source, with what is too much.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        metric: `metric` or `metric.value`, instead of an inline source.
        values: Value → unit, for an inline source that has several.
        every: How often, for an inline source; 5m when left out.
        timeout: Less than `every`; 10s when left out.
        unit: Of the single value of an inline source.
        goal: Where it should be. Never an alert; the metric's when left out.
        alert: Severity → threshold sentence.
        recover_after: The condition must be false this long before the alert is over.
        no_data: No answer from the source: `keep` the state, `ok`, or the severity to raise.
        on_error: The source fails: `keep` the state, `ok`, or the severity to raise.
        notify: Channels for every severity of this monitor, instead of those of routes and severities; a severity keeps its hours.
        escalation: Who is called; the route's or severity's when left out.
        during: A calendar: alerts are sent only in its hours; outside them they wait for the opening.
        service: Service it watches; the metric's when left out.
        team: Team that owns it; its service's when left out.
        runbook: What to do; the service's when left out.
        action: What to do, in a sentence.
        message: Text of the notification.
        labels: Label → value, over those of the metric, the service and the estate.
        links: Text of the link → URL, shown in messages.
        on: Targets that hold it, instead of the default for its kind of source.
        phases: Runs only in these phases.
        protect: Never deleted by a plan.
        waive: `target.field` → why losing it there is accepted.
        """

class Person(Object):
    """Somebody who can be reached."""

    def __init__(
        self,
        name: str,
        /,
        *,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        email: str | None = None,
        phone: str | None = None,
        slack: str | None = None,
        pagerduty: str | None = None,
        sentry: str | None = None,
        time_zone: str | None = None,
    ) -> None:
        """Somebody who can be reached.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        email: Address, and the account at PagerDuty and Sentry when they name no other.
        phone: E.164: `+4915112345678`.
        slack: Member id or @handle.
        pagerduty: E-mail of the PagerDuty account, when it is another one.
        sentry: E-mail or user name at Sentry, when it is another one.
        time_zone: IANA name: `Europe/Berlin`.
        """

class Phase(Object):
    """A named period that switches monitors on and off. `phase:` in monctl.yaml says which one it is."""

    def __init__(
        self,
        name: str,
        /,
        *,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
    ) -> None:
        """A named period that switches monitors on and off. `phase:` in monctl.yaml says which one it is.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        """

class Report(Object):
    """A review made from the runner's history."""

    def __init__(
        self,
        name: str,
        /,
        *,
        every: Literal["daily", "weekly", "monthly"],
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        sections: Sequence[str] | None = None,
        goals: Mapping[str, str] | None = None,
        notify: Sequence[Named] | None = None,
    ) -> None:
        """A review made from the runner's history.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        every: How often it is made.
        sections: What it goes through.
        goals: Figure → where it should be: `mttr: < 30m`.
        notify: Channels it is sent to.
        """

class Rotation(Object):
    """Who is on call when."""

    def __init__(
        self,
        name: str,
        /,
        *,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        team: Named | None = None,
        time_zone: str | None = None,
        start: Moment | None = None,
        shift: Duration | None = None,
        members: Sequence[Named] | None = None,
        layers: Mapping[str, Sequence[Named] | _RotationLayer] | None = None,
        restrictions: Sequence[_WeeklyHours] | None = None,
        overrides: Sequence[_RotationOverride] | None = None,
    ) -> None:
        """Who is on call when.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        team: Team it belongs to.
        time_zone: IANA name: `Europe/Berlin`. Hand-offs keep their wall time across daylight saving.
        start: The first hand-off: `2027-01-04T09:00`.
        shift: Length of a turn: `1w`.
        members: People in order of turn, for a rotation with one layer (called `primary`).
        layers: Several seats, such as `primary` and `backup`; each a list of people or a map. The first is called unless another is named.
        restrictions: For every layer that has none of its own.
        overrides: Who stands in for whom.
        """

class Route(Object):
    """Sends some alerts elsewhere than their severity would. Routes are tried by falling priority, then by name; the first that matches decides."""

    def __init__(
        self,
        name: str,
        /,
        *,
        match: _RouteMatch,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        priority: int | None = None,
        notify: Sequence[Named] | None = None,
        escalation: Named | None = None,
        during: Named | None = None,
        outside: Literal["next", "hold", "drop"] | None = None,
        proceed: bool | None = None,
    ) -> None:
        """Sends some alerts elsewhere than their severity would. Routes are tried by falling priority, then by name; the first that matches decides.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        match: Which alerts; `{}` is every one.
        priority: Higher is tried first.
        notify: Channels.
        escalation: Who is called.
        during: A calendar: this route counts only in its hours.
        outside: Outside the calendar: `next` goes on to the next route, `hold` waits for the opening, `drop` is silent.
        proceed: Go on to the next route as well.
        """

class Runbook(Object):
    """What to do. Steps, sections, a Markdown file or a URL; attached to every alert that names it."""

    def __init__(
        self,
        name: str,
        /,
        *,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        kind: Literal["runbook", "procedure", "checklist", "reference"] | None = None,
        steps: Sequence[str] | None = None,
        sections: Mapping[str, str | Sequence[str]] | None = None,
        file: str | None = None,
        url: str | None = None,
    ) -> None:
        """What to do. Steps, sections, a Markdown file or a URL; attached to every alert that names it.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        kind: Procedures, checklists and references are for the playbook; no alert needs to name them.
        steps: In order; the first one goes into messages.
        sections: Heading → text or list: `Symptoms`, `Investigation`, `Quick fix`, `Permanent fix`.
        file: A Markdown file; the path is relative to the folder of monctl.yaml.
        url: Where it lives, when it lives elsewhere.
        """

class Service(Object):
    """A thing users rely on."""

    def __init__(
        self,
        name: str,
        /,
        *,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        team: Named | None = None,
        tier: int | None = None,
        depends_on: Sequence[Named] | None = None,
        links: Mapping[str, str] | None = None,
        promise: _Promise | None = None,
        runbook: Named | None = None,
        labels: Mapping[str, str | float] | None = None,
    ) -> None:
        """A thing users rely on.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        team: Team that owns it.
        tier: 0 or 1 is what the business stops without.
        depends_on: Services it does not work without.
        links: Text of the link → URL: dashboards, repository, documentation.
        promise: What is promised about its incidents.
        runbook: What to do when a monitor of it names nothing else.
        labels: Label → value, on every monitor of it.
        """

class Severity(Object):
    """One step of the estate's own scale. Declared most severe first."""

    def __init__(
        self,
        name: str,
        /,
        *,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        response: Duration | None = None,
        notify: Sequence[Named] | None = None,
        escalation: Named | None = None,
        during: Named | None = None,
        urgency: Literal["high", "low"] | None = None,
        pages: bool | None = None,
        digest: Literal["hourly", "daily", "weekly"] | None = None,
        emoji: str | None = None,
        color: str | None = None,
        event: Literal["critical", "error", "warning", "info"] | None = None,
        labels: Mapping[str, str | float] | None = None,
    ) -> None:
        """One step of the estate's own scale. Declared most severe first.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        response: Promised time to respond.
        notify: Channels every alert of this severity goes to, unless a route or the monitor says otherwise.
        escalation: Who is called, and who next.
        during: A calendar: notified only in these hours; outside them it waits for the opening.
        urgency: High may wake somebody. Left out: high for the first severity, low for the others, unless there is an escalation.
        pages: Must reach a human at any hour. Left out: high urgency and no calendar.
        digest: Collected into one message instead of sent at once.
        emoji: In front of messages.
        color: Of messages and bands in dashboards; a sensible one by rank when left out.
        event: The word for it in event APIs; by rank when left out.
        labels: Label → value, on every alert of this severity.
        """

class Slo(Object):
    """An objective over a window: by a monitor's time, by events, or by a metric that holds."""

    def __init__(
        self,
        name: str,
        /,
        *,
        objective: str,
        window: Duration,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        monitor: Named | None = None,
        good: Named | None = None,
        total: Named | None = None,
        metric: Named | None = None,
        holds: str | None = None,
        alerts: Sequence[_BurnAlert] | None = None,
        service: Named | None = None,
        team: Named | None = None,
        notify: Sequence[Named] | None = None,
        runbook: Named | None = None,
    ) -> None:
        """An objective over a window: by a monitor's time, by events, or by a metric that holds.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        objective: `99.9%`.
        window: `30d`.
        monitor: Good time: while this monitor does not fire.
        good: Metric that counts good events, with `total`.
        total: Good events of all events: metrics.
        metric: Metric that must meet `holds`.
        holds: Good while the metric meets this: `< 500ms`.
        alerts: None: the usual two, fast and slow, on the two most severe severities.
        service: Service it promises something about.
        team: Team that owns it; its service's when left out.
        notify: Channels of its burn alerts, instead of those of routes and severities.
        runbook: What to do when the budget burns.
        """

class Team(Object):
    """People who own things together."""

    def __init__(
        self,
        name: str,
        /,
        *,
        title: str | None = None,
        description: str | None = None,
        for_each: Mapping[str, Any] | Sequence[Any] | str | None = None,
        environments: Sequence[Named] | None = None,
        members: Sequence[Named] | None = None,
        lead: Named | None = None,
        slack: str | None = None,
        email: str | None = None,
        sentry: str | None = None,
    ) -> None:
        """People who own things together.

        title: What a person calls it; the name when left out.
        description: One or two sentences: what it is and why it is here.
        for_each: Makes one object `NAME-KEY` per entry of a map or list; `${each.key}` and `${each.value}` are filled.
        environments: Only in these; in every one when left out.
        members: People in it.
        lead: Who leads it.
        slack: User group or channel.
        email: Address of the whole team.
        sentry: Slug of the team at Sentry, when it is not the name.
        """

class Template(Object):
    """Inventory × template: every kind below is made once per entry, with `${each.key}` and `${each.value}` filled, in names too."""

    def __init__(
        self,
        name: str,
        /,
        *,
        for_each: Mapping[str, Any] | Sequence[Any] | str,
        severities: Mapping[str, _Severity] | None = None,
        people: Mapping[str, _Person] | None = None,
        teams: Mapping[str, _Team] | None = None,
        rotations: Mapping[str, _Rotation] | None = None,
        escalations: Mapping[str, _Escalation] | None = None,
        channels: Mapping[str, _Channel] | None = None,
        routes: Mapping[str, _Route] | None = None,
        calendars: Mapping[str, _Calendar] | None = None,
        maintenance: Mapping[str, _Maintenance] | None = None,
        datasources: Mapping[str, _Datasource] | None = None,
        services: Mapping[str, _Service] | None = None,
        metrics: Mapping[str, _Metric] | None = None,
        monitors: Mapping[str, _Monitor] | None = None,
        slos: Mapping[str, _Slo] | None = None,
        dashboards: Mapping[str, _Dashboard] | None = None,
        runbooks: Mapping[str, _Runbook] | None = None,
        phases: Mapping[str, _Phase] | None = None,
        reports: Mapping[str, _Report] | None = None,
    ) -> None:
        """Inventory × template: every kind below is made once per entry, with `${each.key}` and `${each.value}` filled, in names too.

        severities: The estate's own scale, most severe first.
        people: Who can be reached, and how.
        teams: People who own things together.
        rotations: Who is on call when.
        escalations: Who is called, and who next.
        channels: Places messages go.
        routes: Sends some alerts elsewhere than their severity would.
        calendars: Business hours and holidays.
        maintenance: Windows that mute.
        datasources: Where figures come from.
        services: Things users rely on, and what they depend on.
        metrics: Measured quantities.
        monitors: A metric or source with what is too much.
        slos: Objectives and their error budgets.
        dashboards: Rows of panels.
        runbooks: What to do.
        phases: Named periods that switch monitors on and off.
        reports: Reviews made from the runner's history.
        for_each: The inventory: a map or list, or `${var.name}`.
        """

def command(
    *run: str,
    environ: Mapping[str, str] | None = None,
) -> Source:
    """A program, run without a shell.

    environ: Environment variables; `${env:NAME}` as a whole value keeps one secret.
    """

def dns(
    host: str,
    *,
    record: _DnsSourceRecord | None = None,
    expect: Sequence[str] | None = None,
    resolver: str | None = None,
) -> Source:
    """A DNS question.

    record: Kind of record.
    expect: Answers that must all be there.
    resolver: Address of the server that is asked; the system's when left out.
    """

def heartbeat(
    grace: Duration,
) -> Source:
    """Something else calls the runner."""

def host(
    measure: _HostSourceMeasure,
    *,
    path: str | None = None,
) -> Source:
    """A figure of the machine the runner stands on.

    path: The mount point, for `disk`.
    """

def http(
    url: str,
    *,
    method: _HttpSourceMethod | None = None,
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
    status: Sequence[str | float] | None = None,
    contains: str | None = None,
    lacks: str | None = None,
    json: Sequence[_JsonCheck] | None = None,
    follow_redirects: bool | None = None,
    verify: bool | None = None,
    certificate_expires_in: Duration | None = None,
) -> Source:
    """An HTTP request.

    method: HTTP method.
    headers: `${env:NAME}` as a whole value keeps it secret.
    body: Sent with the request.
    status: Accepted: `200`, `2xx`.
    contains: Literal text the body must hold.
    lacks: Literal text the body must not hold.
    json: Checks on a JSON body; all must hold.
    follow_redirects: False: a redirect is an answer like another.
    verify: False accepts any certificate.
    certificate_expires_in: Remind when the certificate has less than this left.
    """

def log(
    datasource: Named,
    *,
    where: Mapping[str, str | float | bool] | None = None,
    contains: str | None = None,
    measure: Literal["count", "p50", "p95", "p99", "average", "max"] | None = None,
    field: str | None = None,
    by: str | None = None,
    window: Duration | None = None,
) -> Source:
    """Structured log lines that match.

    where: Field → value, or a comparison as text (`"> 1000"`); all must hold.
    contains: Literal text in the line.
    measure: What is measured of the lines that match.
    field: The field measured, for everything but `count`.
    by: One figure per value of this field.
    window: How far back; since the last run when left out.
    """

def ping(
    host: str,
) -> Source:
    """ICMP echo."""

def prometheus(
    datasource: Named,
    query: str,
) -> Source:
    """A PromQL expression."""

def redis(
    datasource: Named,
    *,
    info: str | None = None,
    length_of: str | None = None,
) -> Source:
    """PING, a field of INFO, or the length of a list.

    info: A numeric field of INFO: `used_memory`.
    length_of: A list key.
    """

def sentry(
    datasource: Named,
    measure: _SentrySourceMeasure = "events",
    *,
    tags: Mapping[str, str | None] | None = None,
    level: Literal["fatal", "error", "warning", "info", "debug"] | None = None,
    query: str | None = None,
    environment: str | None = None,
) -> Source:
    """Events or transactions of a Sentry project.

    tags: Tag → value; nothing: the tag is set, to anything.
    level: This level or worse.
    query: Sentry's search language, added to the tags.
    environment: Only events of this environment at Sentry.
    """

def sql(
    datasource: Named,
    query: str,
    *,
    mode: Literal["value", "rows", "exists"] | None = None,
    values: Mapping[str, str | _Value] | None = None,
) -> Source:
    """A query against a datasource. Indentation common to all its lines goes away, as in a YAML block scalar.

    mode: `value`: one row, its columns are values. `rows`: every row is a problem. `exists`: any row is one.
    values: Column → unit and goal.
    """

def storage(
    datasource: Named,
    bucket: str,
    *,
    prefix: str | None = None,
) -> Source:
    """Writes, reads and deletes a small object.

    prefix: Beginning of the name of the object.
    """

def tcp(
    host: str,
    port: int,
) -> Source:
    """A TCP connection."""

def tls(
    host: str,
    port: int = 443,
) -> Source:
    """A TLS handshake."""

def all_of(
    *members: Any,
) -> Source:
    """Composite health: healthy while every member is."""

def any_of(
    *members: Any,
) -> Source:
    """Composite health: healthy while one member is."""

def between(
    low: str | float,
    high: str | float,
    *,
    value: str | None = None,
    for_: str | timedelta | None = None,
) -> _Term:
    """True inside the bounds."""

def compare(
    op: str,
    limit: str | float,
    *,
    value: str | None = None,
    in_: str | timedelta | None = None,
    for_: str | timedelta | None = None,
) -> _Term:
    """A comparison, structured: `compare(">", "200ms", for_="5m")` is `> 200ms for 5m`."""

def env(
    name: str,
) -> str:
    """A secret from an environment variable, by reference."""

def expr(
    formula: str,
    **inputs: str,
) -> Source:
    """Arithmetic over metrics: `expr("failed / total * 100", failed="payments.failed", total="payments.total")`."""

def file(
    path: str,
) -> str:
    """A secret from a file, by reference."""

def moved(
    old: str,
    new: str,
) -> None:
    """A rename that keeps the object: `moved("monitor.old", "monitor.new")`."""

def outside(
    low: str | float,
    high: str | float,
    *,
    value: str | None = None,
    for_: str | timedelta | None = None,
) -> _Term:
    """True outside the bounds."""

def state(
    name: str,
    *,
    for_: str | timedelta | None = None,
) -> _Term:
    """`down`, `no data`, `error`, `first seen`, `regression` or `any`."""

def trend(
    direction: str,
    *,
    for_: str | timedelta,
    value: str | None = None,
) -> _Term:
    """`increasing`, `decreasing` or `unchanged` for some time."""

def var(
    name: str,
) -> Any:
    """A variable of the estate: `${var.NAME}`."""
