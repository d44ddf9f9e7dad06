"""Where a figure comes from: the kinds of source as the user writes them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from monctl.quantity import DurationField
from monctl.spec.base import NUMBERS_TOO, MetricPath, Name, Scalar, SecretText, Sentence, Short, Spec, Threshold, shaped

Status = Annotated[
    str,
    shaped(r"^[1-5]([0-9]{2}|xx)$", "write a status such as 200, or a class such as 2xx"),
    Field(coerce_numbers_to_str=True, json_schema_extra=NUMBERS_TOO),
]
"""`200`, `2xx`."""
ValueName = Annotated[str, shaped(r"^[A-Za-z_][A-Za-z0-9_]*$", "a name here is letters, digits and _, and does not begin with a digit")]


class Value(Short):
    """One value of a source that has several."""

    shorthand: ClassVar[str] = "unit"
    unit: str | None = None
    """`ms`, `percent`, `bytes`, `errors/min`, `USD`, or any noun counted (`posts`)."""
    goal: Threshold | None = None
    """Where it should be: `== 0`, `< 100ms`. Never an alert."""
    description: str = ""
    """What it counts."""


class SqlSource(Spec):
    """A query. One row, each named column a value; `mode: rows` makes every row a problem, `exists` any row."""

    datasource: Name
    """A datasource of type postgresql, mysql, sqlite or duckdb."""
    query: Annotated[str, shaped(r"\S", "write a query")]
    """SQL in the dialect of the datasource. A block scalar (`|`) keeps positions of findings exact."""
    mode: Literal["value", "rows", "exists"] = "value"
    """`value`: one row, its columns are values. `rows`: every row is a problem. `exists`: any row is one."""
    values: dict[ValueName, Value] = {}
    """Column → unit and goal."""


class JsonCheck(Spec):
    """One check on a JSON answer."""

    path: Annotated[str, shaped(r"^\$", "a JSONPath begins with $")]
    """JSONPath: `$.database.status`."""
    op: Literal["==", "!=", ">", "<", ">=", "<=", "contains", "exists"] = "=="
    """How the value is compared with `target`."""
    target: Scalar | None = None
    """What it is compared with; nothing for `exists`."""


class HttpSource(Short):
    """A request. Values: `response_time` (ms), `status`, `certificate_expires_in` (days); `down` when it fails."""

    shorthand: ClassVar[str] = "url"
    url: Annotated[str, shaped(r"^https?://[^\s/]+.*$", "write a URL that begins with http:// or https://")]
    """What is requested."""
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    """HTTP method."""
    headers: dict[str, SecretText] = {}
    """`${env:NAME}` as a whole value keeps it secret."""
    body: str | None = None
    """Sent with the request."""
    status: list[Status] = Field(default=["2xx", "3xx"], min_length=1)
    """Accepted: `200`, `2xx`."""
    contains: str | None = None
    """Literal text the body must hold."""
    lacks: str | None = None
    """Literal text the body must not hold."""
    json_checks: list[JsonCheck] = Field(default=[], alias="json")
    """Checks on a JSON body; all must hold."""
    follow_redirects: bool = True
    """False: a redirect is an answer like another."""
    verify: bool = True
    """False accepts any certificate."""
    certificate_expires_in: DurationField | None = None
    """Remind when the certificate has less than this left."""


class TcpSource(Spec):
    """A TCP connection. `down` when it cannot be made."""

    host: Sentence
    """Name or address."""
    port: Annotated[int, Field(ge=1, le=65535)]
    """1 to 65535."""


class DnsSource(Short):
    """A DNS question."""

    shorthand: ClassVar[str] = "host"
    host: Sentence
    """The name that is asked for."""
    record: Literal["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "PTR", "SOA"] = "A"
    """Kind of record."""
    expect: list[str] = []
    """Answers that must all be there."""
    resolver: str | None = None
    """Address of the server that is asked; the system's when left out."""


class PingSource(Short):
    """ICMP echo."""

    shorthand: ClassVar[str] = "host"
    host: Sentence
    """Name or address."""


class TlsSource(Short):
    """A TLS handshake. Values: `certificate_expires_in` (days)."""

    shorthand: ClassVar[str] = "host"
    host: Sentence
    """Name or address."""
    port: Annotated[int, Field(ge=1, le=65535)] = 443
    """443 when left out."""


class HostSource(Short):
    """A figure of the machine the runner stands on."""

    shorthand: ClassVar[str] = "measure"
    measure: Literal["cpu", "memory", "disk", "load", "network", "disk_io"]
    """What of the machine: shares in percent, load as a number, network and disk_io in bytes a second."""
    path: str = "/"
    """The mount point, for `disk`."""


class PrometheusSource(Spec):
    """A PromQL expression."""

    datasource: Name
    """A datasource of type prometheus."""
    query: Sentence
    """PromQL giving one number, or one per series."""


class SentrySource(Spec):
    """Events or transactions of a Sentry project."""

    datasource: Name
    """A datasource of type sentry."""
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
    """Only events of this environment at Sentry."""


class LogSource(Spec):
    """Structured log lines that match: how many, or a percentile of a field."""

    datasource: Name
    """A datasource of type logs."""
    where: dict[str, Scalar] = {}
    """Field → value, or a comparison as text (`"> 1000"`); all must hold."""
    contains: str | None = None
    """Literal text in the line."""
    measure: Literal["count", "p50", "p95", "p99", "average", "max"] = "count"
    """What is measured of the lines that match."""
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
    """A datasource of type redis."""
    info: str | None = None
    """A numeric field of INFO: `used_memory`."""
    length_of: str | None = None
    """A list key."""


class StorageSource(Spec):
    """Writes, reads and deletes a small object."""

    datasource: Name
    """A datasource of type storage."""
    bucket: Sentence
    """Name of the bucket."""
    prefix: str = "health-check-"
    """Beginning of the name of the object."""


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
    """A monitor that must not be firing."""
    metric: MetricPath | None = None
    """`metric` or `metric.value`."""
    holds: Threshold | None = None
    """For a metric: healthy while this is true: `< 100`."""


SOURCE_FIELDS: tuple[str, ...] = (
    "sql", "http", "tcp", "dns", "ping", "tls", "host", "prometheus", "sentry", "log",
    "heartbeat", "redis", "storage", "command", "expr", "all_of", "any_of",
)  # fmt: skip
"""The fields of a metric or monitor that are sources; exactly one is given."""
_SOURCES = frozenset(SOURCE_FIELDS)


class Sourced(Spec):
    """The one source of a metric or monitor."""

    sql: SqlSource | None = None
    """A SQL query."""
    http: HttpSource | None = None
    """An HTTP request."""
    tcp: TcpSource | None = None
    """A TCP connection."""
    dns: DnsSource | None = None
    """A DNS question."""
    ping: PingSource | None = None
    """ICMP echo."""
    tls: TlsSource | None = None
    """A TLS handshake."""
    host: HostSource | None = None
    """A figure of the machine the runner stands on."""
    prometheus: PrometheusSource | None = None
    """A PromQL expression."""
    sentry: SentrySource | None = None
    """Events or transactions at Sentry."""
    log: LogSource | None = None
    """Structured log lines."""
    heartbeat: HeartbeatSource | None = None
    """Something else that calls the runner."""
    redis: RedisSource | None = None
    """PING, a field of INFO, or the length of a list."""
    storage: StorageSource | None = None
    """Writing, reading and deleting a small object."""
    command: CommandSource | None = None
    """A program, run without a shell."""
    expr: ExprSource | None = None
    """Arithmetic over metrics."""
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
        given = _SOURCES & self.model_fields_set
        ordered = given if len(given) == 1 else (name for name in SOURCE_FIELDS if name in given)
        return tuple(name for name in ordered if getattr(self, name) is not None)
