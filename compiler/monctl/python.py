"""Specs written in Python: `from monctl import Monitor, Rotation, http` in a file of the estate.

The first argument is the object's name, the others are the YAML form's fields; a field that is a Python word gets a trailing
underscore (`for_`, `in_`). Nothing is checked here: what was declared goes through the same validation as YAML, so both forms
give the same program and the same findings. The types an editor and a type checker see are in `python.pyi`, generated from the models.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from textwrap import dedent
from typing import Any

from monctl.declare import Object, Source, given, raw, recorder

__all__ = [
    "Calendar", "Channel", "Dashboard", "Datasource", "Escalation", "Maintenance", "Metric", "Monitor", "Object", "Person", "Phase",
    "Report", "Rotation", "Route", "Runbook", "Service", "Severity", "Slo", "Source", "Team", "Template",
    "all_of", "any_of", "between", "command", "compare", "dns", "env", "expr", "file", "heartbeat", "host", "http", "log", "moved",
    "outside", "ping", "prometheus", "redis", "sentry", "sql", "state", "storage", "tcp", "tls", "trend", "var",
]  # fmt: skip


class Severity(Object):
    """One step of the estate's own scale, most severe first."""

    kind = "severities"


class Person(Object):
    """Somebody who can be reached."""

    kind = "people"


class Team(Object):
    """People who own things together."""

    kind = "teams"


class Rotation(Object):
    """Who is on call when."""

    kind = "rotations"


class Escalation(Object):
    """Who is called, and who next when nobody answers."""

    kind = "escalations"


class Channel(Object):
    """A place messages go: `Channel("ops", slack={"channel": "#ops", "webhook": env("SLACK_OPS")})`."""

    kind = "channels"


class Route(Object):
    """Sends some alerts elsewhere than their severity would."""

    kind = "routes"


class Calendar(Object):
    """Business hours and holidays."""

    kind = "calendars"


class Maintenance(Object):
    """A window that mutes monitors."""

    kind = "maintenance"


class Datasource(Object):
    """Where figures come from."""

    kind = "datasources"


class Service(Object):
    """A thing users rely on."""

    kind = "services"


class Metric(Object):
    """A measured quantity: `Metric("orders", sql(…), every="5m", unit="orders")`."""

    kind = "metrics"


class Monitor(Object):
    """A metric or a source with what is too much: `Monitor("site", http("https://…"), every="1m", alert={"P0": "down for 2m"})`."""

    kind = "monitors"


class Slo(Object):
    """An objective over a window."""

    kind = "slos"


class Dashboard(Object):
    """Rows of panels."""

    kind = "dashboards"


class Runbook(Object):
    """What to do."""

    kind = "runbooks"


class Phase(Object):
    """A named period that switches monitors on and off."""

    kind = "phases"


class Report(Object):
    """A review made from the runner's history."""

    kind = "reports"


class Template(Object):
    """Inventory × template, as in YAML; in Python a loop does the same."""

    kind = "templates"


def moved(old: str, new: str) -> None:
    """A rename that keeps the object: `moved("monitor.old", "monitor.new")`."""
    recorder.add("moved", old, raw(new))


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


def compare(
    op: str, limit: str | float, *, value: str | None = None, in_: str | timedelta | None = None, for_: str | timedelta | None = None
) -> dict[str, Any]:
    """A comparison, structured: `compare(">", "200ms", for_="5m")` is `> 200ms for 5m`."""
    return given({"value": value, "op": op, "limit": limit, "in": in_, "for": for_})


def between(low: str | float, high: str | float, *, value: str | None = None, for_: str | timedelta | None = None) -> dict[str, Any]:
    """True inside the bounds."""
    return given({"value": value, "between": [low, high], "for": for_})


def outside(low: str | float, high: str | float, *, value: str | None = None, for_: str | timedelta | None = None) -> dict[str, Any]:
    """True outside the bounds."""
    return given({"value": value, "outside": [low, high], "for": for_})


def trend(direction: str, *, for_: str | timedelta, value: str | None = None) -> dict[str, Any]:
    """`increasing`, `decreasing` or `unchanged` for some time."""
    return given({"value": value, "trend": direction, "for": for_})


def state(name: str, *, for_: str | timedelta | None = None) -> dict[str, Any]:
    """`down`, `no data`, `error`, `first seen`, `regression` or `any`."""
    return given({"state": name, "for": for_})


def var(name: str) -> Any:
    """A variable of the estate: `${var.NAME}`."""
    return f"${{var.{name}}}"


def env(name: str) -> str:
    """A secret from an environment variable, by reference."""
    return f"${{env:{name}}}"


def file(path: str) -> str:
    """A secret from a file, by reference."""
    return f"${{file:{path}}}"


def _source(kind: str, value: dict[str, Any], fields: Mapping[str, Any]) -> Source:
    return Source(kind, value | given(fields))
