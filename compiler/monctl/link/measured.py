"""What a source measures, as far as it says so itself: the source in the program's form, its values and their units. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from monctl import measure
from monctl.link.secrets import reference
from monctl.spec import sources as spec
from monctl.unit import MILLISECONDS, NO_UNIT, PERCENT, Unit

DAYS = Unit.parse("d")
LINES = Unit.parse("lines")

Units = dict[str, Unit]
UNNAMED = "value"
"""What the one value of a source is called that gives it no name."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A source, and the values it yields."""

    source: measure.Source
    units: Units
    default: str
    """The value meant when none is named."""


Probe = (
    spec.HttpSource
    | spec.TcpSource
    | spec.DnsSource
    | spec.PingSource
    | spec.TlsSource
    | spec.HostSource
    | spec.HeartbeatSource
    | spec.CommandSource
)
"""Sources that ask the thing itself."""
Query = spec.SqlSource | spec.PrometheusSource | spec.SentrySource | spec.LogSource | spec.RedisSource | spec.StorageSource
"""Sources that ask a datasource."""

SQL_TYPES = frozenset({"postgresql", "mysql", "sqlite", "duckdb"})
DATASOURCE_TYPES: dict[type[Query], frozenset[str]] = {
    spec.SqlSource: SQL_TYPES,
    spec.PrometheusSource: frozenset({"prometheus"}),
    spec.SentrySource: frozenset({"sentry"}),
    spec.LogSource: frozenset({"logs"}),
    spec.RedisSource: frozenset({"redis"}),
    spec.StorageSource: frozenset({"storage"}),
}
"""Source → types of datasource that can answer it."""

_SENTRY_UNITS = {
    "failure_rate": PERCENT,
    "crash_free_rate": PERCENT,
    "apdex": NO_UNIT,
    "events": Unit.parse("events"),
    "users": Unit.parse("users"),
    "throughput": Unit.parse("transactions/min"),
}
_HOST_UNITS = {"load": NO_UNIT, "network": Unit.parse("B/s"), "disk_io": Unit.parse("B/s")}


def probe(said: Probe) -> Linked:
    """A source that asks the thing itself."""
    match said:
        case spec.HttpSource():
            return _http(said)
        case spec.TcpSource():
            return _timed(measure.Tcp(said.host, said.port))
        case spec.DnsSource():
            return _timed(measure.Dns(said.host, said.record, tuple(said.expect), said.resolver))
        case spec.PingSource():
            return Linked(measure.Ping(said.host), {"response_time": MILLISECONDS, "loss": PERCENT}, "response_time")
        case spec.TlsSource():
            return Linked(measure.Tls(said.host, said.port), {"certificate_expires_in": DAYS}, "certificate_expires_in")
        case spec.HostSource():
            return _single(measure.Host(said.measure, said.path), _HOST_UNITS.get(said.measure, PERCENT))
        case spec.HeartbeatSource():
            return Linked(measure.Heartbeat(said.grace.seconds), {"late": MILLISECONDS}, "late")
        case spec.CommandSource():
            source = measure.Command(tuple(said.run), {name: reference(value) for name, value in said.environ.items()})
            return Linked(source, {"value": NO_UNIT, "exit_code": NO_UNIT}, "value")


def query(said: Query) -> Linked:
    """A source that asks a datasource."""
    match said:
        case spec.SqlSource():
            text = said.query.rstrip().removesuffix(";").rstrip()
            return _single(measure.Sql(said.datasource, text, said.mode), NO_UNIT)
        case spec.PrometheusSource():
            return _single(measure.Prometheus(said.datasource, said.query.strip()), NO_UNIT)
        case spec.SentrySource():
            source = measure.Sentry(said.datasource, said.measure, said.tags, said.level, said.query, said.environment)
            return _single(source, _SENTRY_UNITS.get(said.measure, MILLISECONDS))
        case spec.LogSource():
            window_s = said.window.seconds if said.window else None
            log = measure.Log(said.datasource, said.where, said.contains, said.measure, said.field, said.by, window_s)
            return _single(log, LINES if said.measure == "count" else NO_UNIT)
        case spec.RedisSource():
            redis = measure.Redis(said.datasource, said.info, said.length_of)
            if said.info is None and said.length_of is None:
                return _timed(redis)
            return Linked(redis, {"value": NO_UNIT, "response_time": MILLISECONDS}, "value")
        case spec.StorageSource():
            return _timed(measure.Storage(said.datasource, said.bucket, said.prefix))


def _http(said: spec.HttpSource) -> Linked:
    source = measure.Http(
        url=said.url,
        method=said.method,
        headers={name: reference(value) for name, value in said.headers.items()},
        body=said.body,
        status=tuple(said.status),
        contains=said.contains,
        lacks=said.lacks,
        json=tuple(measure.JsonAssertion(check.path, check.op, check.target) for check in said.json_checks),
        follow_redirects=said.follow_redirects,
        verify=said.verify,
        certificate_expires_in_s=said.certificate_expires_in.seconds if said.certificate_expires_in else None,
    )
    certificate = {"certificate_expires_in": DAYS} if said.url.startswith("https:") else {}
    return Linked(source, {"response_time": MILLISECONDS, "status": NO_UNIT} | certificate, "response_time")


def _timed(source: measure.Source) -> Linked:
    return Linked(source, {"response_time": MILLISECONDS}, "response_time")


def _single(source: measure.Source, unit: Unit) -> Linked:
    return Linked(source, {UNNAMED: unit}, UNNAMED)
