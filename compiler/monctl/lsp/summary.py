"""What an object of an estate is, in a few lines of Markdown. Pure; nothing here quotes a secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from monctl.lsp import saying
from monctl.lsp.names import word
from monctl.measure import Composite, Expr, Host, Http, Log, Prometheus, Redis, Sentry, Sql, Storage
from monctl.program import (
    Calendar,
    Channel,
    Dashboard,
    Datasource,
    Metric,
    Monitor,
    Person,
    Phase,
    Program,
    Recipient,
    Rotation,
    Runbook,
    Service,
    Severity,
    Slo,
    Team,
)  # fmt: skip
from monctl.runner.core.hours import is_open
from monctl.sensitive import scrub
from monctl.spec.estate import Estate

_MOST = 8


def summary(kind: str, name: str, program: Program, settings: Estate | None, now: float) -> str | None:
    """The object as Markdown; None where the program does not have it. `now` is seconds since the epoch."""
    match kind:
        case "targets" | "environments" | "variables":
            return _setting(kind, name, settings)
        case _:
            known: Any = getattr(program, kind, {})
            one = known.get(name)
    if one is None:
        return None
    title = getattr(one, "title", "")
    head = f"**{word(kind)} `{name}`**" + (f": {title}" if title and title != name else "")
    description = getattr(one, "description", "")
    lines = [head, *([description] if description else []), *_body(kind, one, program, now)]
    return "\n".join(_blocks(lines))


def value(metric: Metric, name: str) -> str:
    """One value of a metric."""
    unit = metric.units.get(name)
    goal = metric.goals.get(name)
    lines = [f"**value `{name}`** of metric `{metric.name}`", f"- unit: {unit}" if unit is not None else "- it has no such value"]
    return "\n".join(_blocks([*lines, *([f"- goal: {goal}"] if goal else [])]))


def _body(kind: str, one: Any, program: Program, now: float) -> Iterator[str]:
    said = _BODIES.get(kind)
    return said(one, program, now) if said is not None else iter(())


def _monitor(one: Monitor, program: Program, now: float) -> Iterator[str]:
    yield f"- watches {f'metric `{one.metric}`, value `{one.value}`' if one.metric else source(one.source)} every {saying.span(one.every_s)}"
    for alert in one.alerts:
        told = dict.fromkeys(name for delivery in alert.deliveries for name in delivery.channels)
        called = dict.fromkeys(delivery.escalation for delivery in alert.deliveries if delivery.escalation)
        who = ", ".join([*told, *(f"escalation {name}" for name in called)])
        yield f"- {alert.severity}: {alert.text} → {who or 'nobody'}"
    if one.goal:
        yield f"- goal: {one.goal}"
    yield f"- held by {', '.join(one.targets) or 'nobody'}" + ("" if one.active else ", paused in this phase")
    facts = [
        f"service `{one.service}`" if one.service else "",
        f"team `{one.team}`" if one.team else "",
        f"runbook `{one.runbook}`" if one.runbook else "",
    ]
    if any(facts):
        yield "- " + ", ".join(fact for fact in facts if fact)


def _metric(one: Metric, program: Program, now: float) -> Iterator[str]:
    yield f"- {source(one.source)} every {saying.span(one.every_s)}"
    for name, unit in one.units.items():
        goal = f", goal {one.goals[name]}" if name in one.goals else ""
        yield f"- `{name}`: {unit}{goal}"
    watchers = sorted({name for (metric, _), names in program.watchers.items() if metric == one.name for name in names})
    yield f"- watched by {_some(watchers)}" if watchers else "- no monitor watches it"


def _service(one: Service, program: Program, now: float) -> Iterator[str]:
    if one.team:
        yield f"- team `{one.team}`"
    if one.tier is not None:
        yield f"- tier {one.tier}"
    if one.depends_on:
        yield f"- depends on {_some(one.depends_on)}"
    users = [name for name, other in program.services.items() if one.name in other.depends_on]
    if users:
        yield f"- needed by {_some(users)}"
    if one.detect_s is not None:
        yield f"- promise: noticed within {saying.span(one.detect_s)}"
    yield f"- {sum(monitor.service == one.name for monitor in program.monitors.values())} monitors"


def _severity(one: Severity, program: Program, now: float) -> Iterator[str]:
    pages = ", reaches a human at any hour" if one.pages else ""
    yield f"- step {one.rank + 1} of {len(program.severities)}, urgency {one.urgency}{pages}"
    if one.response_s is not None:
        yield f"- promised response within {saying.span(one.response_s)}"
    if one.digest:
        yield f"- collected {one.digest}"


def _channel(one: Channel, program: Program, now: float) -> Iterator[str]:
    yield f"- {saying.place(one)}"
    called = one.settings.get("escalation")
    if isinstance(called, str) and called in program.escalations:
        yield f"- calls escalation `{called}`"
        yield from saying.levels(program.escalations[called], program, now)


def _rotation(one: Rotation, program: Program, now: float) -> Iterator[str]:
    yield f"- time zone {one.time_zone}"
    yield from saying.seats(one, program, now)


def _person(one: Person, program: Program, now: float) -> Iterator[str]:
    yield f"- {saying.recipient(Recipient('person', one.name), program, now)}"


def _team(one: Team, program: Program, now: float) -> Iterator[str]:
    yield f"- members: {', '.join(one.members) or 'nobody'}" + (f"; led by {one.lead}" if one.lead else "")


def _datasource(one: Datasource, program: Program, now: float) -> Iterator[str]:
    yield f"- {one.type}" + (f", dialect {one.dialect}" if one.dialect and one.dialect != one.type else "")
    if one.schema:
        yield f"- tables: {_some(one.schema)}"
    if one.lag_s:
        yield f"- data may be {saying.span(one.lag_s)} late"


def _calendar(one: Calendar, program: Program, now: float) -> Iterator[str]:
    yield f"- time zone {one.time_zone}, now {'open' if is_open(one, now) else 'closed'}"
    yield from (f"- {_days(hours.days)} {_clock(hours.start_min)} to {_clock(hours.end_min)}" for hours in one.hours)


def _runbook(one: Runbook, program: Program, now: float) -> Iterator[str]:
    if one.first_step:
        yield f"- first: {one.first_step}"
    if one.url:
        yield f"- {one.url}"


def _slo(one: Slo, program: Program, now: float) -> Iterator[str]:
    yield f"- {one.objective:g}% over {saying.span(one.window_s)}" + (f", good while {one.text}" if one.text else "")


def _phase(one: Phase, program: Program, now: float) -> Iterator[str]:
    yield "- the estate is in this phase" if one.current else "- not the current phase"


def _dashboard(one: Dashboard, program: Program, now: float) -> Iterator[str]:
    yield f"- {sum(len(row.panels) for row in one.rows)} panels in folder “{one.folder}”"


_BODIES: dict[str, Callable[[Any, Program, float], Iterator[str]]] = {
    "monitors": _monitor, "metrics": _metric, "services": _service, "severities": _severity, "channels": _channel,
    "escalations": saying.levels, "rotations": _rotation, "people": _person, "teams": _team, "datasources": _datasource,
    "calendars": _calendar, "runbooks": _runbook, "slos": _slo, "phases": _phase, "dashboards": _dashboard,
}  # fmt: skip
"""Kind → lines about an object of it."""


def source(one: Any) -> str:
    """A source in half a sentence."""
    match one:
        case Sql():
            return f"SQL on `{one.datasource}`"
        case Http():
            return f"{one.method} {scrub(one.url)}"
        case Prometheus() | Redis() | Storage():
            return f"{one.kind} on `{one.datasource}`"
        case Sentry() | Log():
            return f"{one.measure} of {one.kind} `{one.datasource}`"
        case Host():
            return f"{one.measure} of the runner's machine"
        case Expr():
            return f"`{one.expression}`"
        case Composite():
            return f"{one.rule} of {len(one.members)} parts"
        case _:
            return str(one.kind)


def _setting(kind: str, name: str, settings: Estate | None) -> str | None:
    known: Any = getattr(settings, kind, {})
    if settings is None or name not in known:
        return None
    lines = [f"**{word(kind)} `{name}`** of monctl.yaml"]
    if kind == "variables":
        others = {where: one.variables[name] for where, one in settings.environments.items() if name in one.variables}
        lines += [f"- `{known[name]}`", *(f"- in {where}: `{value}`" for where, value in others.items())]
    return "\n".join(_blocks(lines))


def _blocks(lines: list[str]) -> Iterator[str]:
    """The lines with an empty one between paragraphs and lists, as Markdown wants it."""
    before = ""
    for line in lines:
        if before and (not before.lstrip().startswith("- ") or not line.lstrip().startswith("- ")):
            yield ""
        yield line
        before = line


def paragraphs(lines: Iterator[str]) -> str:
    """Lines of text and of lists as Markdown."""
    return "\n".join(_blocks(list(lines)))


def _some(names: Any) -> str:
    listed = list(names)
    return ", ".join(listed[:_MOST]) + (f" and {len(listed) - _MOST} more" if len(listed) > _MOST else "")


def _days(days: tuple[int, ...]) -> str:
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return "daily" if len(days) == 7 else ", ".join(names[day - 1] for day in days)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
