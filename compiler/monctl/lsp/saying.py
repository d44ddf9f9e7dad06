"""What a threshold means and who is called by it, in words: what a hover shows. Pure; nothing here quotes a secret."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil

from monctl.condition import Between, Comparison, State, Term, Trend
from monctl.measure import Heartbeat, Sql
from monctl.number import show_number
from monctl.program import Alert, Channel, Delivery, Escalation, Monitor, Person, Program, Recipient, Rotation
from monctl.quantity import Duration, Size
from monctl.runner.core.who import on_call
from monctl.unit import NO_UNIT, Unit

_OPERATORS = {
    ">": "is above", ">=": "is at least", "<": "is below", "<=": "is at most", "==": "is exactly", "!=": "is anything but",
}  # fmt: skip
_TRENDS = {"increasing": "keeps rising", "decreasing": "keeps falling", "unchanged": "does not move"}
_STATES = {
    "down": "it cannot be reached, or answers wrongly", "no data": "the source is silent", "error": "the source fails",
    "first seen": "an issue is seen for the first time", "regression": "an issue comes back that was resolved", "any": "anything is found",
}  # fmt: skip


def threshold(monitor: Monitor, alert: Alert, program: Program) -> Iterator[str]:
    """Lines of Markdown: the condition, when it fires first, when it is over, then who is told and called."""
    said = " or ".join(_term(term, monitor) for term in alert.condition)
    severity = program.severities.get(alert.severity)
    yield f"**{alert.severity}** when {said}."
    yield f"- {_first(monitor, alert, program)}"
    over = (
        f"once that has been false for {span(monitor.recover_s)}"
        if monitor.recover_s
        else "at the first measurement at which that is false"
    )
    yield f"- over {over}"
    yield f"- no data: {_policy(monitor.no_data)}; an error of the source: {_policy(monitor.on_error)}"
    if not monitor.active:
        yield f"- **paused**: it runs only in {' and '.join(monitor.phases)}"
    if severity is not None and severity.response_s is not None:
        yield f"- promised response within {span(severity.response_s)}"


def called(alert: Alert, program: Program, now: float) -> Iterator[str]:
    """Lines of Markdown: each delivery with its channels, levels, minutes and people. `now` is seconds since the epoch."""
    if not alert.deliveries:
        yield "Nobody is told: no route, severity or monitor says who."
        return
    severity = program.severities.get(alert.severity)
    yield "**Who is told**" + (f", collected {severity.digest}" if severity is not None and severity.digest else "")
    for delivery in alert.deliveries:
        when = _hours(delivery)
        for name in delivery.channels:
            channel = program.channels.get(name)
            if channel is None or (channel.severities and alert.severity not in channel.severities):
                continue
            yield f"- at once{when}: {place(channel)} (`{name}`)"
            calls = channel.settings.get("escalation")
            if isinstance(calls, str) and calls in program.escalations:
                yield from (f"  {line}" for line in levels(program.escalations[calls], program, now))
        if delivery.escalation is not None and delivery.escalation in program.escalations:
            yield f"- escalation `{delivery.escalation}`{when}"
            yield from (f"  {line}" for line in levels(program.escalations[delivery.escalation], program, now))


def levels(escalation: Escalation, program: Program, now: float) -> Iterator[str]:
    """One line per level: the minute, and who."""
    for step in escalation.steps:
        minute = "at once" if step.after_s == 0 else f"after {span(step.after_s)}"
        yield f"- {minute}: " + (", ".join(recipient(one, program, now) for one in step.recipients) or "nobody")
    if escalation.repeat:
        times = "once more" if escalation.repeat == 1 else f"{escalation.repeat} times more"
        yield f"- and {times} from the beginning, {span(escalation.repeat_after_s)} after the last level"


def recipient(one: Recipient, program: Program, now: float) -> str:
    """`oncall (primary): now Ana, by phone and e-mail`."""
    match one.kind:
        case "person":
            return _person(program.people.get(one.name), one.name)
        case "team":
            team = program.teams.get(one.name)
            return f"team {one.name} ({', '.join(team.members)})" if team is not None and team.members else f"team {one.name}"
        case "channel":
            channel = program.channels.get(one.name)
            return f"{place(channel)} (`{one.name}`)" if channel is not None else f"`{one.name}`"
        case "rotation":
            rotation = program.rotations.get(one.name)
            return f"rotation `{one.name}`" if rotation is None else f"rotation `{one.name}`{_seat(rotation, one.layer, program, now)}"


def seats(rotation: Rotation, program: Program, now: float) -> Iterator[str]:
    """One line per layer: who has it now."""
    for layer in rotation.layers:
        person = on_call(rotation, layer.name, now)
        who = _person(program.people.get(person), person) if person is not None else "nobody"
        yield f"- {layer.name}: now {who}; turns of {span(layer.shift_s)}: {', '.join(layer.members)}"


def place(channel: Channel) -> str:
    """Where messages of a channel arrive, without anything secret."""
    settings = channel.settings
    match channel.kind:
        case "slack":
            return f"Slack {settings.get('channel', '')}"
        case "email":
            return f"e-mail to {', '.join(settings.get('to', ()))}"
        case "pagerduty":
            return f"PagerDuty service “{settings.get('service', '')}”"
        case "sms":
            return "text message to " + ", ".join(_receiver(one) for one in settings.get("to", ()))
        case "webhook":
            return "webhook"
        case "sentry":
            return "Sentry"


def span(seconds: float) -> str:
    """A length of time in the form specs have it."""
    return str(Duration.of(seconds))


def amount(number: float, unit: Unit) -> str:
    """A limit with its unit, as a person would write it."""
    match unit.dimension:
        case "time" if number >= 0 and (ms := number * unit.scale) == int(ms):
            return str(Duration(int(ms)))
        case "size" if number >= 0 and (size := number * unit.scale) == int(size):
            return str(Size(int(size)))
        case "ratio" if unit.name == "percent":
            return f"{show_number(number)}%"
        case "none":
            return show_number(number)
        case _:
            return f"{show_number(number)} {unit.name}"


def _term(term: Term, monitor: Monitor) -> str:
    held = f" for {span(term.for_s)}" if term.for_s else ""
    if isinstance(term, State):
        return f"{_STATES[term.kind]}{held}"
    name = term.value or monitor.value
    unit = monitor.units.get(name, NO_UNIT)
    what = f"`{name}`" if name != "value" else "the value"
    match term:
        case Comparison():
            window = f" within {span(term.window_s)}" if term.window_s else ""
            return f"{what} {_OPERATORS[term.op]} {amount(term.limit, unit)}{window}{held}"
        case Between():
            return f"{what} lies {'between' if term.inside else 'outside'} {amount(term.low, unit)} and {amount(term.high, unit)}{held}"
        case Trend():
            return f"{what} {_TRENDS[term.direction]}{held}"


def _first(monitor: Monitor, alert: Alert, program: Program) -> str:
    """When it fires after the trouble begins: at the best and at the worst moment for a measurement."""
    source = monitor.source
    grace_s = source.grace_s if isinstance(source, Heartbeat) else 0.0
    lag_s = program.datasources[source.datasource].lag_s if isinstance(source, Sql) and source.datasource in program.datasources else 0.0
    held_s = min(ceil(term.for_s / monitor.every_s) * monitor.every_s for term in alert.condition) + grace_s
    early = f"{span(held_s)} after the trouble begins" if held_s else "at the first measurement after the trouble begins"
    late = f"{span(held_s + monitor.every_s + lag_s)} after it at the latest"
    return f"measured every {span(monitor.every_s)}: fires {early}, {late}"


def _policy(policy: str) -> str:
    return {"keep": "it stays as it is", "ok": "counts as fine"}.get(policy, f"raises {policy}")


def _hours(delivery: Delivery) -> str:
    said = ""
    if delivery.during is not None:
        said = f" within `{delivery.during}`" + (", outside it kept until it opens" if delivery.hold else ", outside it not at all")
    if delivery.unless:
        said += f" outside {' and '.join(f'`{name}`' for name in delivery.unless)}"
    return said


def _seat(rotation: Rotation, layer: str | None, program: Program, now: float) -> str:
    seat = f" ({layer})" if layer is not None and len(rotation.layers) > 1 else ""
    person = on_call(rotation, layer, now)
    return f"{seat}: now " + (_person(program.people.get(person), person) if person is not None else "nobody")


def _person(person: Person | None, name: str) -> str:
    if person is None:
        return name
    ways: Mapping[str, str | None] = {"phone": person.phone, "e-mail": person.email, "Slack": person.slack}
    given = [way for way, value in ways.items() if value]
    title = person.title if person.title == name else f"{person.title} (`{name}`)"
    return f"{title}, by {' and '.join(given)}" if given else f"{title}, who has no way to be reached"


def _receiver(said: object) -> str:
    text = str(said)
    return f"whoever has `{text.removeprefix('rotation:')}`" if text.startswith("rotation:") else text
