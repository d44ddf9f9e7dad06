"""[I/O] What happens around a runner, as data: a page breaks, rows appear, a figure rises. One mapping is one thing; see `act`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from monctl.errors import UsageError
from monctl.measure import Host, Ping, Prometheus, Sentry, Source
from monctl.resource import Json
from monctl.runner.probes.sentry_probe import field_of
from monctl.runner.standins.around import Around
from monctl.runner.standins.sentry import Happened
from monctl.runner.standins.site import place

Action = Mapping[str, Json]


async def act(around: Around, action: Action, at: float) -> None:
    """Do it. Raises UsageError for what is none of these.

    `sql: STATEMENTS` (`in: DATASOURCE` where there are several) · `page: URL` with `status`, `takes_s`, `body` or `well: true` ·
    `certificate: DAYS` · `measure: {METRIC OR MONITOR: NUMBER}` · `events: {METRIC OR MONITOR: COUNT}` ·
    `log: DATASOURCE` with `line` and `times` · `database`, `redis` or `storage`, each `down` or `up`
    """
    match action:
        case {"sql": str(statements)}:
            name = str(action.get("in") or next(iter(around.databases), ""))
            around.databases[name].move(at)
            around.databases[name].do(statements)
        case {"page": str(url)}:
            _page(around, url, action)
        case {"certificate": int() | float() as days}:
            around.certificate(days)
        case {"measure": dict(figures)}:
            for name, number in figures.items():
                _measure(around, name, number)
        case {"events": dict(counts)}:
            for name, count in counts.items():
                _happen(around, name, int(count), at)
        case {"log": str(datasource), "line": dict(line)}:
            around.logs.write(datasource, at, line, times=int(action.get("times", 1)))
        case {"database": "down" | "up"} | {"redis": "down" | "up"} | {"storage": "down" | "up"}:
            await _switch(around, *next(iter(action.items())))
        case _:
            raise UsageError(f"nothing like this can happen around a runner: {', '.join(map(str, action))}")


async def _switch(around: Around, what: str, way: str) -> None:
    match what, way:
        case "redis", "down":
            await around.redis.stop()
        case "redis", _:
            await around.redis.start()
        case "storage", _:
            around.storage.down = way == "down"
        case _:
            for database in around.databases.values():
                if way == "down":
                    database.down()
                else:
                    database.up()


def _happen(around: Around, name: str, count: int, at: float) -> None:
    source = _source(around, name)
    if not isinstance(source, Sentry):
        raise UsageError(f"'{name}' counts no events")
    tags = {tag: value or "set" for tag, value in source.tags.items()}
    around.sentry.happened += [Happened(_project(around, source), at, tags)] * count


def _page(around: Around, url: str, action: Action) -> None:
    """What one URL answers. `well` gives back what it answered at first."""
    where = place(url)
    if where not in around.site.pages:
        raise UsageError(f"no check of this runner asks {url}")
    well = around.well.setdefault(where, around.site.pages[where])
    changed = {name: action[name] for name in ("status", "takes_s", "body") if name in action}
    around.site.pages[where] = dataclasses.replace(well, **changed) if not action.get("well") else well


def _measure(around: Around, name: str, number: float) -> None:
    source = _source(around, name)
    match source:
        case Prometheus(query=query):
            around.prometheus.values[query] = float(number)
        case Sentry():
            field, factor = field_of(source)
            around.sentry.set(_project(around, source), field, number / factor, query=source.query)
        case Host(measure=measure):
            around.machine.values[measure] = float(number)
        case Ping():
            around.machine.loss = float(number)
        case _:
            raise UsageError(f"'{name}' is measured by {source.kind}: change what it asks")


def _source(around: Around, name: str) -> Source:
    if name in around.bundle.metrics:
        return around.bundle.metrics[name].source
    if name in around.bundle.monitors:
        return around.bundle.monitors[name].source
    raise UsageError(f"this runner has neither a metric nor a monitor '{name}'")


def _project(around: Around, source: Sentry) -> str:
    return str(around.bundle.datasources[source.datasource].options.get("project") or "project")
