"""What is measured: the kinds of source in the program, plain data. All times are seconds unless the name says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from monctl.condition import Term
    from monctl.resource import SecretRef
    from monctl.unit import Unit


@dataclass(frozen=True, slots=True)
class Sql:
    """A query against a datasource. One row; each named column is a value. `rows`: every row is a problem; `exists`: any row is a problem."""

    kind: ClassVar[str] = "sql"
    datasource: str
    query: str
    """As the user wrote it, without the final semicolon."""
    mode: Literal["value", "rows", "exists"] = "value"
    values: Mapping[str, Unit] = field(default_factory=dict)
    """Column → unit, in the user's order. Empty: the first column."""


@dataclass(frozen=True, slots=True)
class JsonAssertion:
    """One check on a JSON answer: `$.database.status == "up"`."""

    path: str
    """JSONPath beginning with `$`."""
    op: Literal["==", "!=", ">", "<", ">=", "<=", "contains", "exists"]
    target: str | float | bool | None = None


@dataclass(frozen=True, slots=True)
class Http:
    """A request; its values are `up`, `response_time` (ms), `status` and `certificate_expires_in` (days)."""

    kind: ClassVar[str] = "http"
    url: str
    method: str = "GET"
    headers: Mapping[str, str | SecretRef] = field(default_factory=dict)
    body: str | None = None
    status: tuple[str, ...] = ("2xx", "3xx")
    """Accepted: `"200"` or classes like `"2xx"`."""
    contains: str | None = None
    """Literal text the body must hold."""
    lacks: str | None = None
    """Literal text the body must not hold."""
    json: tuple[JsonAssertion, ...] = ()
    follow_redirects: bool = True
    verify: bool = True
    certificate_expires_in_s: float | None = None
    """Tell when the certificate has less than this left; None: do not look."""


@dataclass(frozen=True, slots=True)
class Tcp:
    """A TCP connection; values `up`, `response_time` (ms)."""

    kind: ClassVar[str] = "tcp"
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Dns:
    """A DNS question; values `up`, `response_time` (ms)."""

    kind: ClassVar[str] = "dns"
    host: str
    record: str = "A"
    expect: tuple[str, ...] = ()
    """Answers that must all be there; empty: any answer will do."""
    resolver: str | None = None


@dataclass(frozen=True, slots=True)
class Ping:
    """ICMP echo; values `up`, `response_time` (ms), `loss` (percent)."""

    kind: ClassVar[str] = "ping"
    host: str


@dataclass(frozen=True, slots=True)
class Tls:
    """A TLS handshake; values `up`, `certificate_expires_in` (days)."""

    kind: ClassVar[str] = "tls"
    host: str
    port: int = 443


@dataclass(frozen=True, slots=True)
class Host:
    """A figure of the machine the runner stands on: cpu, memory, disk in percent, load as a number, network and disk_io in bytes a second."""

    kind: ClassVar[str] = "host"
    measure: Literal["cpu", "memory", "disk", "load", "network", "disk_io"]
    path: str = "/"
    """The mount point, for disk."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A PromQL expression giving one number (or one per series)."""

    kind: ClassVar[str] = "prometheus"
    datasource: str
    query: str


@dataclass(frozen=True, slots=True)
class Sentry:
    """Events or transactions of a Sentry project."""

    kind: ClassVar[str] = "sentry"
    datasource: str
    measure: Literal["events", "users", "p50", "p75", "p95", "p99", "average", "failure_rate", "throughput", "crash_free_rate", "apdex"] = (
        "events"
    )
    """`p…` and `average` are transaction durations in ms; `failure_rate` and `crash_free_rate` are percent; the others are counts."""
    tags: Mapping[str, str | None] = field(default_factory=dict)
    """Tag → value; None: the tag is set, to anything."""
    level: str | None = None
    query: str = ""
    """Sentry search syntax, added to the tags."""
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """A count (or a percentile of a field) of structured log lines that match."""

    kind: ClassVar[str] = "log"
    datasource: str
    where: Mapping[str, str | float | bool]
    """Field → value, or a comparison as text (`"> 1000"`); all must hold."""
    contains: str | None = None
    measure: Literal["count", "p50", "p95", "p99", "average", "max"] = "count"
    field: str | None = None
    """The field measured, for everything but `count`."""
    by: str | None = None
    """Group by this field: one instance per value."""
    window_s: float | None = None
    """How far back; None: since the last run."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Something else calls us; no call for `every` plus `grace_s` is `down`."""

    kind: ClassVar[str] = "heartbeat"
    grace_s: float


@dataclass(frozen=True, slots=True)
class Redis:
    """PING, or a number: a field of INFO, or the length of a list key; values `up`, `response_time` (ms), `value`."""

    kind: ClassVar[str] = "redis"
    datasource: str
    info: str | None = None
    length_of: str | None = None


@dataclass(frozen=True, slots=True)
class Storage:
    """Writes, reads and deletes a small object in an S3-compatible bucket; values `up`, `response_time` (ms)."""

    kind: ClassVar[str] = "storage"
    datasource: str
    bucket: str
    prefix: str = "health-check-"


@dataclass(frozen=True, slots=True)
class Command:
    """A program run without a shell; values `exit_code`, `value` (the number it prints, if it prints one)."""

    kind: ClassVar[str] = "command"
    argv: tuple[str, ...]
    environ: Mapping[str, str | SecretRef] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expr:
    """Arithmetic over metrics: `failed / total * 100`."""

    kind: ClassVar[str] = "expr"
    expression: str
    """With the names of `inputs` as variables; + - * / ( ) and numbers."""
    inputs: Mapping[str, str]
    """Variable → `metric` or `metric.value`."""


@dataclass(frozen=True, slots=True)
class Member:
    """One part of a composite: a monitor that must not be firing at `severity` or worse, or a metric that must meet a condition."""

    monitor: str | None = None
    metric: str | None = None
    """`metric` or `metric.value`."""
    condition: tuple[Term, ...] = ()
    """For a metric: healthy while this holds, in the metric's unit."""
    text: str = ""
    """The condition as a sentence."""


@dataclass(frozen=True, slots=True)
class Composite:
    """Health of several parts. `all`: healthy while every member is; `any`: healthy while one is. `down` when not healthy."""

    kind: ClassVar[str] = "composite"
    rule: Literal["all", "any"]
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Burn:
    """Burn rate of an SLO's error budget over two windows; the value is the smaller of the two rates."""

    kind: ClassVar[str] = "burn"
    slo: str
    long_s: float
    short_s: float


Source = (
    Sql | Http | Tcp | Dns | Ping | Tls | Host | Prometheus | Sentry | Log | Heartbeat | Redis | Storage | Command | Expr | Composite | Burn
)

KINDS: tuple[str, ...] = (
    "sql", "http", "tcp", "dns", "ping", "tls", "host", "prometheus", "sentry", "log",
    "heartbeat", "redis", "storage", "command", "expr", "composite", "burn",
)  # fmt: skip
