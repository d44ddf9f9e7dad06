"""Specs written in Python: each call makes the same raw spec a YAML file would, and remembers its line.

`from monctl import Monitor, Rotation, http` in a spec file. The first argument is the object's name, the others are the
YAML form's fields; a field that is a Python word gets a trailing underscore (`for_`, `in_`). Nothing is checked here:
what was declared goes through the same validation as YAML, so both forms give the same program and the same findings.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any, ClassVar

__all__ = [
    "Calendar", "Channel", "Dashboard", "Datasource", "Escalation", "Maintenance", "Metric", "Monitor", "Person", "Phase",
    "Report", "Rotation", "Route", "Runbook", "Service", "Severity", "Slo", "Source", "Team",
    "all_of", "any_of", "between", "command", "compare", "dns", "env", "expr", "file", "heartbeat", "host", "http", "log", "moved",
    "outside", "ping", "prometheus", "redis", "sentry", "sql", "state", "storage", "tcp", "tls", "trend", "var",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Declared:
    """One call in a spec file."""

    kind: str
    """Top-level key of the YAML form: `monitors`."""
    name: str
    value: Any
    file: str
    """Absolute path of the spec file."""
    line: int
    """1-based line of the call."""


declared: list[Declared] = []
"""Everything declared in this process, in order. `monctl.python_worker` empties it for each file."""


@dataclass(frozen=True, slots=True)
class Source:
    """A source of figures, to be given to Monitor, Metric or Panel as the second argument."""

    kind: str
    value: Any


class _Object:
    kind: ClassVar[str] = ""

    def __init__(self, name: str, source: Source | None = None, /, **fields: Any) -> None:
        value = {field.removesuffix("_"): raw(item) for field, item in fields.items() if item is not None}
        if source is not None:
            value[source.kind] = raw(source.value)
        self.name = name
        declared.append(Declared(self.kind, name, value, *_caller()))

    def __str__(self) -> str:
        return self.name


class Severity(_Object):
    """One step of the estate's own scale, most severe first."""

    kind = "severities"


class Person(_Object):
    """Somebody who can be reached."""

    kind = "people"


class Team(_Object):
    """People who own things together."""

    kind = "teams"


class Rotation(_Object):
    """Who is on call when."""

    kind = "rotations"


class Escalation(_Object):
    """Who is called, and who next when nobody answers."""

    kind = "escalations"


class Channel(_Object):
    """A place messages go: `Channel("ops", slack={"channel": "#ops", "webhook": env("SLACK_OPS")})`."""

    kind = "channels"


class Route(_Object):
    """Sends some alerts elsewhere than their severity would."""

    kind = "routes"


class Calendar(_Object):
    """Business hours and holidays."""

    kind = "calendars"


class Maintenance(_Object):
    """A window that mutes monitors."""

    kind = "maintenance"


class Datasource(_Object):
    """Where figures come from."""

    kind = "datasources"


class Service(_Object):
    """A thing users rely on."""

    kind = "services"


class Metric(_Object):
    """A measured quantity: `Metric("orders", sql(…), every="5m", unit="orders")`."""

    kind = "metrics"


class Monitor(_Object):
    """A metric or a source with what is too much: `Monitor("site", http("https://…"), every="1m", alert={"P0": "down for 2m"})`."""

    kind = "monitors"


class Slo(_Object):
    """An objective over a window."""

    kind = "slos"


class Dashboard(_Object):
    """Rows of panels."""

    kind = "dashboards"


class Runbook(_Object):
    """What to do."""

    kind = "runbooks"


class Phase(_Object):
    """A named period that switches monitors on and off."""

    kind = "phases"


class Report(_Object):
    """A review made from the runner's history."""

    kind = "reports"


def moved(old: str, new: str) -> None:
    """A rename that keeps the object: `moved("monitor.old", "monitor.new")`."""
    declared.append(Declared("moved", old, str(new), *_caller()))


def sql(datasource: str, query: str, **fields: Any) -> Source:
    """A query against a datasource. Indentation common to all its lines goes away, as in a YAML block scalar."""
    return _source("sql", {"datasource": str(datasource), "query": dedent(query).strip()}, fields)


def http(url: str, **fields: Any) -> Source:
    """An HTTP request."""
    return _source("http", {"url": url}, fields)


def tcp(host: str, port: int) -> Source:
    """A TCP connection."""
    return Source("tcp", {"host": host, "port": port})


def dns(host: str, **fields: Any) -> Source:
    """A DNS question."""
    return _source("dns", {"host": host}, fields)


def ping(host: str) -> Source:
    """ICMP echo."""
    return Source("ping", {"host": host})


def tls(host: str, port: int = 443) -> Source:
    """A TLS handshake."""
    return Source("tls", {"host": host, "port": port})


def host(measure: str, **fields: Any) -> Source:
    """A figure of the machine the runner stands on."""
    return _source("host", {"measure": measure}, fields)


def prometheus(datasource: str, query: str) -> Source:
    """A PromQL expression."""
    return Source("prometheus", {"datasource": str(datasource), "query": query})


def sentry(datasource: str, measure: str = "events", **fields: Any) -> Source:
    """Events or transactions of a Sentry project."""
    return _source("sentry", {"datasource": str(datasource), "measure": measure}, fields)


def log(datasource: str, **fields: Any) -> Source:
    """Structured log lines that match."""
    return _source("log", {"datasource": str(datasource)}, fields)


def heartbeat(grace: str | timedelta) -> Source:
    """Something else calls the runner."""
    return Source("heartbeat", {"grace": raw(grace)})


def redis(datasource: str, **fields: Any) -> Source:
    """PING, a field of INFO, or the length of a list."""
    return _source("redis", {"datasource": str(datasource)}, fields)


def storage(datasource: str, bucket: str, **fields: Any) -> Source:
    """Writes, reads and deletes a small object."""
    return _source("storage", {"datasource": str(datasource), "bucket": bucket}, fields)


def command(*run: str, **fields: Any) -> Source:
    """A program, run without a shell."""
    return _source("command", {"run": list(run)}, fields)


def expr(formula: str, **inputs: str) -> Source:
    """Arithmetic over metrics: `expr("failed / total * 100", failed="payments.failed", total="payments.total")`."""
    return Source("expr", {"formula": formula, "inputs": {name: str(metric) for name, metric in inputs.items()}})


def all_of(*members: Any) -> Source:
    """Composite health: healthy while every member is."""
    return Source("all_of", [raw(member) for member in members])


def any_of(*members: Any) -> Source:
    """Composite health: healthy while one member is."""
    return Source("any_of", [raw(member) for member in members])


def compare(op: str, limit: str | float, *, value: str | None = None, in_: str | timedelta | None = None, for_: str | timedelta | None = None) -> dict[str, Any]:
    """A comparison, structured: `compare(">", "200ms", for_="5m")` is `> 200ms for 5m`."""
    return _given(value=value, op=op, limit=limit, **{"in": in_, "for": for_})


def between(low: str | float, high: str | float, *, value: str | None = None, for_: str | timedelta | None = None) -> dict[str, Any]:
    """True inside the bounds."""
    return _given(value=value, between=[low, high], **{"for": for_})


def outside(low: str | float, high: str | float, *, value: str | None = None, for_: str | timedelta | None = None) -> dict[str, Any]:
    """True outside the bounds."""
    return _given(value=value, outside=[low, high], **{"for": for_})


def trend(direction: str, *, for_: str | timedelta, value: str | None = None) -> dict[str, Any]:
    """`increasing`, `decreasing` or `unchanged` for some time."""
    return _given(value=value, trend=direction, **{"for": for_})


def state(name: str, *, for_: str | timedelta | None = None) -> dict[str, Any]:
    """`down`, `no data`, `error`, `first seen`, `regression` or `any`."""
    return _given(state=name, **{"for": for_})


def var(name: str) -> str:
    """A variable of the estate: `${var.NAME}`."""
    return f"${{var.{name}}}"


def env(name: str) -> str:
    """A secret from an environment variable, by reference."""
    return f"${{env:{name}}}"


def file(path: str) -> str:
    """A secret from a file, by reference."""
    return f"${{file:{path}}}"


def raw(value: Any) -> Any:
    """A Python value as the YAML form would have it: durations as text, dates as ISO text, objects by name, tuples as lists."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case _Object():
            return value.name
        case Source():
            return {value.kind: raw(value.value)}
        case timedelta():
            return f"{value // timedelta(milliseconds=1)}ms"
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M")
        case date():
            return value.isoformat()
        case Path():
            return value.as_posix()
        case Mapping():
            return {str(key).removesuffix("_"): raw(item) for key, item in value.items() if item is not None}
        case list() | tuple() | set() | frozenset():
            return [raw(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
        case _:
            raise TypeError(f"a {type(value).__name__} means nothing in a spec; give text, a number, a list or a map")


def _source(kind: str, value: dict[str, Any], fields: Mapping[str, Any]) -> Source:
    return Source(kind, value | {field.removesuffix("_"): raw(item) for field, item in fields.items() if item is not None})


def _given(**fields: Any) -> dict[str, Any]:
    return {name: raw(item) for name, item in fields.items() if item is not None}


def _caller() -> tuple[str, int]:
    """File and line of the nearest frame outside this module. A helper function in a spec counts as the place of the call."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno
