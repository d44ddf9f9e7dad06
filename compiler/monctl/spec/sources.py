"""Where a figure comes from: the kinds of source as the user writes them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from monctl.quantity import DurationField
from monctl.spec.base import MetricPath, Name, Scalar, SecretText, Sentence, Short, Spec, shaped

Status = Annotated[
    str,
    shaped(r"^[1-5]([0-9]{2}|xx)$", "write a status such as 200, or a class such as 2xx"),
    Field(coerce_numbers_to_str=True, json_schema_extra={"type": ["string", "number"]}),
]
"""`200`, `2xx`."""
ValueName = Annotated[str, shaped(r"^[A-Za-z_][A-Za-z0-9_]*$", "a name here is letters, digits and _, and does not begin with a digit")]


class Value(Short):
    """One value of a source that has several."""

    shorthand: ClassVar[str] = "unit"
    unit: str | None = None
    """`ms`, `percent`, `bytes`, `errors/min`, `USD`, or any noun counted (`posts`)."""
    goal: Sentence | None = None
    """Where it should be: `== 0`, `< 100ms`. Never an alert."""
    description: str = ""


class SqlSource(Spec):
    """A query. One row, each named column a value; `mode: rows` makes every row a problem, `exists` any row."""

    datasource: Name
    query: Annotated[str, shaped(r"\S", "write a query")]
    """SQL in the dialect of the datasource. A block scalar (`|`) keeps positions of findings exact."""
    mode: Literal["value", "rows", "exists"] = "value"
    values: dict[ValueName, Value] = {}
    """Column → unit and goal."""


class JsonCheck(Spec):
    """One check on a JSON answer."""

    path: Annotated[str, shaped(r"^\$", "a JSONPath begins with $")]
    """JSONPath: `$.database.status`."""
    op: Literal["==", "!=", ">", "<", ">=", "<=", "contains", "exists"] = "=="
    target: Scalar | None = None


class HttpSource(Short):
    """A request. Values: `response_time` (ms), `status`, `certificate_expires_in` (days); `down` when it fails."""

    shorthand: ClassVar[str] = "url"
    url: Annotated[str, shaped(r"^https?://[^\s/]+.*$", "write a URL that begins with http:// or https://")]
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    headers: dict[str, SecretText] = {}
    """`${env:NAME}` as a whole value keeps it secret."""
    body: str | None = None
    status: list[Status] = Field(default=["2xx", "3xx"], min_length=1)
    """Accepted: `200`, `2xx`."""
    contains: str | None = None
    """Literal text the body must hold."""
    lacks: str | None = None
    """Literal text the body must not hold."""
    json_checks: list[JsonCheck] = Field(default=[], alias="json")
    """Checks on a JSON body; all must hold."""
    follow_redirects: bool = True
    verify: bool = True
    """False accepts any certificate."""
    certificate_expires_in: DurationField | None = None
    """Remind when the certificate has less than this left."""


class TcpSource(Spec):
    """A TCP connection. `down` when it cannot be made."""

    host: Sentence
    port: Annotated[int, Field(ge=1, le=65535)]


class DnsSource(Short):
    """A DNS question."""

    shorthand: ClassVar[str] = "host"
    host: Sentence
    record: Literal["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "PTR", "SOA"] = "A"
    expect: list[str] = []
    """Answers that must all be there."""
    resolver: str | None = None


class PingSource(Short):
    """ICMP echo."""

    shorthand: ClassVar[str] = "host"
    host: Sentence


class TlsSource(Short):
    """A TLS handshake. Values: `certificate_expires_in` (days)."""

    shorthand: ClassVar[str] = "host"
    host: Sentence
    port: Annotated[int, Field(ge=1, le=65535)] = 443


class HostSource(Short):
    """A figure of the machine the runner stands on."""

    shorthand: ClassVar[str] = "measure"
    measure: Literal["cpu", "memory", "disk", "load", "network", "disk_io"]
    path: str = "/"
    """The mount point, for `disk`."""


class PrometheusSource(Spec):
    """A PromQL expression."""

    datasource: Name
    query: Sentence


class SentrySource(Spec):
    """Events or transactions of a Sentry project."""

    datasource: Name
    measure: Literal["events", "users", "p50", "p75", "p95", "p99", "average", "failure_rate", "throughput", "crash_free_rate", "apdex"] = (
        "events"
    )
    """`p…` and `average` are durations of transactions; `failure_rate` and `crash_free_rate` are percent; the others are counts."""
    tags: dict[str, str | None] = {}
    """Tag → value; nothing: the tag is set, to anything."""
    level: Literal["fatal", "error", "warning", "info", "debug"] | None = None
    """This level or worse."""
    query: str = ""
    """Sentry's search language, added to the tags."""
    environment: str | None = None


class LogSource(Spec):
    """Structured log lines that match: how many, or a percentile of a field."""

    datasource: Name
    where: dict[str, Scalar] = {}
    """Field → value, or a comparison as text (`"> 1000"`); all must hold."""
    contains: str | None = None
    """Literal text in the line."""
    measure: Literal["count", "p50", "p95", "p99", "average", "max"] = "count"
    field: str | None = None
    """The field measured, for everything but `count`."""
    by: str | None = None
    """One figure per value of this field."""
    window: DurationField | None = None
    """How far back; since the last run when left out."""


class HeartbeatSource(Short):
    """Something else calls the runner every so often; `down` when it does not."""

    shorthand: ClassVar[str] = "grace"
    grace: DurationField
    """How late a call may be."""


class RedisSource(Short):
    """PING, a field of INFO, or the length of a list."""

    shorthand: ClassVar[str] = "datasource"
    datasource: Name
    info: str | None = None
    """A numeric field of INFO: `used_memory`."""
    length_of: str | None = None
    """A list key."""


class StorageSource(Spec):
    """Writes, reads and deletes a small object."""

    datasource: Name
    bucket: Sentence
    prefix: str = "health-check-"


class CommandSource(Spec):
    """A program, run without a shell. Values: `exit_code`, and `value` when it prints a number."""

    run: list[str] = Field(min_length=1)
    """Program and arguments."""
    environ: dict[str, SecretText] = {}
    """Environment variables; `${env:NAME}` as a whole value keeps one secret."""


class ExprSource(Spec):
    """Arithmetic over metrics."""

    formula: Sentence
    """`failed / total * 100`: the names of `inputs`, numbers, + - * / and brackets."""
    inputs: dict[ValueName, MetricPath] = Field(min_length=1)
    """Variable → `metric` or `metric.value`."""


class MemberSource(Short):
    """One part of a composite: a monitor that must not be firing, or a metric that must hold."""

    shorthand: ClassVar[str] = "monitor"
    monitor: Name | None = None
    metric: MetricPath | None = None
    """`metric` or `metric.value`."""
    holds: Sentence | None = None
    """For a metric: healthy while this is true: `< 100`."""


SOURCE_FIELDS: tuple[str, ...] = (
    "sql", "http", "tcp", "dns", "ping", "tls", "host", "prometheus", "sentry", "log",
    "heartbeat", "redis", "storage", "command", "expr", "all_of", "any_of",
)  # fmt: skip
"""The fields of a metric or monitor that are sources; exactly one is given."""


class Sourced(Spec):
    """The one source of a metric or monitor."""

    sql: SqlSource | None = None
    http: HttpSource | None = None
    tcp: TcpSource | None = None
    dns: DnsSource | None = None
    ping: PingSource | None = None
    tls: TlsSource | None = None
    host: HostSource | None = None
    prometheus: PrometheusSource | None = None
    sentry: SentrySource | None = None
    log: LogSource | None = None
    heartbeat: HeartbeatSource | None = None
    redis: RedisSource | None = None
    storage: StorageSource | None = None
    command: CommandSource | None = None
    expr: ExprSource | None = None
    all_of: list[MemberSource] | None = None
    """Composite health: healthy while every member is."""
    any_of: list[MemberSource] | None = None
    """Composite health: healthy while one member is."""

    @property
    def source_field(self) -> str | None:
        """The field that holds the source; None when there is none. `sources_given` tells about several."""
        return next(iter(self.sources_given), None)

    @property
    def sources_given(self) -> tuple[str, ...]:
        """Every source field that was written."""
        given = self.model_fields_set
        return tuple(name for name in SOURCE_FIELDS if name in given and getattr(self, name) is not None)
