"""ROUTE013."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.ways import Way
from monctl.lint.week import first_gap
from monctl.program import Escalation, Program, Restriction


@rule("ROUTE013", "nobody-at-some-hours", level=Level.WARNING)
def nobody_at_some_hours(program: Program, context: Context) -> Iterator[Finding]:
    """An escalation calls people in some hours of the week only, and alerts that must wake somebody use it at all hours.

    Every level calls only layers of rotations with `restrictions`, and together they leave a gap. Escalations that a PagerDuty service holds are looked
    at as well.

    **Why.** In the gap the alert goes round and finds nobody. It is found on Monday.

    **Example**

        rotations:
          oncall:
            shift: 1w
            start: 2026-01-05T09:00
            layers:
              primary: {members: [ana, ben], restrictions: [{days: mon-fri, start: "08:00", end: "20:00"}]}

    **Instead**

        layers:
          primary: {members: [ana, ben]}

    or another layer for nights and weekends, named in the escalation as well.

    **Source.** While nobody is on call, "no incident will be created": https://support.pagerduty.com/docs/schedules (read 2026-11-21)
    """
    for name in sorted(_at_all_hours(program, context.ways(program))):
        escalation = program.escalations.get(name)
        hours = _hours(program, escalation) if escalation is not None else None
        gap = first_gap(hours) if hours else None
        if escalation is not None and gap is not None:
            yield found(
                f"'{name}' calls nobody on {gap}",
                escalation.origin,
                help="add a layer, a person or a team that is there in these hours",
                address=f"escalation.{name}",
                on_key=True,
            )


def _at_all_hours(program: Program, ways: Iterable[Way]) -> set[str]:
    """Escalations that alerts which must wake somebody use whatever the hour."""
    held = {name: channel.settings.get("escalation") for name, channel in program.channels.items() if channel.kind == "pagerduty"}
    return {
        escalation
        for way in ways
        if program.severities[way.severity].pages
        for one in way.deliveries
        if one.during is None and not one.unless
        for escalation in (one.escalation, *(held.get(name) for name in one.channels))
        if escalation
    }


def _hours(program: Program, escalation: Escalation) -> list[Restriction] | None:
    """The hours in which anybody is called; None where that is always, or not known: hours of two time zones are not compared."""
    hours: list[Restriction] = []
    zones = set()
    for step in escalation.steps:
        for one in step.recipients:
            rotation = program.rotations.get(one.name) if one.kind == "rotation" else None
            layer = next((each for each in rotation.layers if each.name == one.layer), None) if rotation is not None else None
            if rotation is None or layer is None or not layer.restrictions:
                return None
            zones.add(rotation.time_zone)
            hours.extend(layer.restrictions)
    return hours if len(zones) == 1 else None
