"""An incident as a message tells it."""

from __future__ import annotations

from collections.abc import Mapping

from monctl.dependence import needing
from monctl.number import show_number
from monctl.program import Monitor
from monctl.quantity import Duration
from monctl.runner.core.state import Incident, Instance
from monctl.runner.core.truth import Predicate
from monctl.runner.core.watch import Watch
from monctl.runner.core.world import World
from monctl.runner.message import Item
from monctl.unit import Unit

_ROUND_MS = 10_000.0
"""From here on milliseconds are noise."""


def show(value: float, unit: Unit | None) -> str:
    """A measured number as people write it: `12 posts`, `850ms`, `2.3s`, `96%`, `14 d`."""
    rounded = round(value, 3) if abs(value) < 1000 else round(value, 1)
    if unit is None or unit.name == "none":
        return show_number(rounded)
    if unit.dimension == "time" and value >= 0:
        ms = value * unit.scale
        if unit.name == "d":
            return f"{show_number(round(value, 1))} d"
        return f"{show_number(round(ms, 1))}ms" if ms < 1000 else f"{show_number(round(ms / 1000, 2))}s" if ms < _ROUND_MS else _long(ms)
    if unit.name == "percent":
        return f"{show_number(round(value, 2))}%"
    return f"{show_number(rounded)}{'' if unit.name.startswith('/') else ' '}{unit.name}"


def _long(ms: float) -> str:
    return str(Duration(int(round(ms / 1000) * 1000)))


def measured(watch: Watch, one: Predicate, values: Mapping[str, float]) -> str:
    """The value a term is about, with its unit; empty where the reading has none, or it only says up or down."""
    number = values.get(one.value)
    return "" if number is None or one.term.kind == "down" else show(number, watch.monitor.units.get(one.value))


def key(watch: Watch, instance: Instance, incident: Incident) -> str:
    """The incident's key: `{namespace}/{monitor}/{instance}#{n}`."""
    kind = "health" if incident.kind == "health" else instance_name(instance.labels)
    return f"{watch.namespace}/{watch.name}/{kind}#{incident.number}"


def instance_name(labels: Mapping[str, str]) -> str:
    """The labels of an instance in one line: `path=/,host=a`; empty for the one without."""
    return ",".join(f"{name}={labels[name]}" for name in sorted(labels))


def labels_of(watch: Watch, instance: Instance, incident: Incident) -> dict[str, str]:
    """All a silence or group can match."""
    own = {"severity": watch.rung(incident.rank).severity.name if incident.kind == "alert" else watch.health.severity.name}
    return {**instance.labels, **watch.labels, **own}


def item(watch: Watch, instance: Instance, incident: Incident, world: World) -> Item:
    """The incident as it is now."""
    monitor, services = watch.monitor, world.bundle.services
    rung = watch.health if incident.kind == "health" else watch.rung(incident.rank)
    runbook = world.bundle.runbooks.get(monitor.runbook or "")
    named = key(watch, instance, incident)
    links = dict(monitor.links)
    return Item(
        incident=named,
        monitor=monitor.name,
        title=_title(monitor, instance, incident),
        severity=rung.severity.name,
        emoji=rung.severity.emoji,
        color=rung.severity.color,
        event=rung.severity.event,
        state="firing" if incident.over is None else "resolved",
        value=incident.value,
        threshold=incident.text,
        since=incident.opened,
        until=incident.over,
        reason=incident.reason,
        action=monitor.action,
        text=monitor.message,
        service=monitor.service or "",
        team=monitor.team or "",
        labels=labels_of(watch, instance, incident),
        links=links,
        runbook=(runbook.url or runbook.title) if runbook else "",
        first_step=runbook.first_step if runbook else "",
        affected=tuple(services[name].title for name in needing(services, monitor.service or "")),
    )


def _title(monitor: Monitor, instance: Instance, incident: Incident) -> str:
    if incident.kind == "health":
        return f"{monitor.title}: cannot be evaluated"
    return f"{monitor.title} ({instance_name(instance.labels)})" if instance.labels else monitor.title
