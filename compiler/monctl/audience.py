"""For whom a change is: who is told and who is called by the objects it touches. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from monctl.plan import Change
from monctl.program import Alert, Escalation, Program


def with_audience(changes: Iterable[Change], program: Program) -> tuple[Change, ...]:
    """The changes with their `classes`: `pages` when somebody may be woken, `tells CHANNEL`, `calls NAME`.

    An object that holds half of the estate (a runner's bundle) is for everybody, which says nothing: it gets none. Neither does one that no
    spec names any more.
    """
    known: dict[str, tuple[str, ...]] = {}

    def of(address: str) -> tuple[str, ...]:
        if address not in known:
            known[address] = tuple(_sorted(_told(address, program)))
        return known[address]

    made = []
    for change in changes:
        addresses = (change.address, *change.parts)
        if change.address.startswith("estate."):
            made.append(change)
            continue
        found = dict.fromkeys(said for address in addresses for said in of(address))
        made.append(replace(change, classes=tuple(_sorted(found))))
    return tuple(made)


def _told(address: str, program: Program) -> Iterator[str]:
    kind, _, name = address.partition(".")
    match kind:
        case "monitor" if name in program.monitors:
            for alert in program.monitors[name].alerts:
                yield from _alert(alert, program)
        case "escalation" if name in program.escalations:
            yield from _escalation(program.escalations[name])
        case "rotation" if name in program.rotations:
            yield from (f"calls {member}" for layer in program.rotations[name].layers for member in layer.members)
        case "channel" if name in program.channels:
            yield f"tells {name}"
            yield from _called(program.channels[name].settings, program)
        case "team" if name in program.teams:
            yield f"concerns {name}"


def _alert(alert: Alert, program: Program) -> Iterator[str]:
    severity = program.severities.get(alert.severity)
    if severity is not None and severity.pages:
        yield "pages"
    for delivery in alert.deliveries:
        for channel in delivery.channels:
            yield f"tells {channel}"
            yield from _called(program.channels[channel].settings, program)
        if delivery.escalation is not None and delivery.escalation in program.escalations:
            yield from _escalation(program.escalations[delivery.escalation])


def _escalation(escalation: Escalation) -> Iterator[str]:
    for step in escalation.steps:
        yield from (f"{'tells' if recipient.kind == 'channel' else 'calls'} {recipient.name}" for recipient in step.recipients)


def _called(settings: Mapping[str, object], program: Program) -> Iterator[str]:
    name = settings.get("escalation")
    if isinstance(name, str) and name in program.escalations:
        yield from _escalation(program.escalations[name])


_ORDER = ("pages", "calls", "tells", "concerns")


def _sorted(said: Iterable[str]) -> list[str]:
    return sorted(set(said), key=lambda one: (_ORDER.index(one.partition(" ")[0]), one))
