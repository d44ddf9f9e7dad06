"""ROUTE010."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import escalations_of, rotations_texted
from monctl.lint.rule import found, rule
from monctl.program import Delivery, Program
from monctl.source import Origin


@rule("ROUTE010", "receiver-nobody-uses", level=Level.WARNING)
def receiver_nobody_uses(program: Program, context: Context) -> Iterator[Finding]:
    """A channel, escalation, rotation or calendar is declared, and nothing uses it.

    Used is what an alert, a severity, a route, a report, an escalation, a channel or a layer names.

    **Why.** It looks as if somebody were called. Most often a name is missing where it was meant to stand.

    **Example**

        channels:
          pagerduty: {pagerduty: {service: api, escalation: on-call}}
        severities:
          critical: {notify: [slack]}

    **Instead**

        severities:
          critical: {notify: [slack, pagerduty]}

    **Source.** Labels without a rule and rules without a label, checked by a program of its own at Giant Swarm (peers' survey, 2026-11-20)
    """
    used = _Used()
    for way in context.ways(program):
        used.add(way.deliveries)
    used.add(context.defaults.values())
    used.add(route.delivery for route in program.routes.values())
    used.names["channel"].update(name for report in program.reports.values() for name in report.channels)
    used.names["escalation"].update(escalations_of(program.channels.values()))
    used.names["rotation"].update(name for channel in program.channels.values() for name in rotations_texted(channel))
    for escalation in program.escalations.values():
        for step in escalation.steps:
            for one in step.recipients:
                used.names.setdefault(one.kind, set()).add(one.name)
    declared: dict[str, Mapping[str, Origin]] = {
        "channel": {name: one.origin for name, one in program.channels.items()},
        "escalation": {name: one.origin for name, one in program.escalations.items()},
        "rotation": {name: one.origin for name, one in program.rotations.items()},
        "calendar": {name: one.origin for name, one in program.calendars.items()},
    }
    for kind, objects in declared.items():
        for name, origin in objects.items():
            if name not in used.names[kind]:
                yield found(
                    f"nothing uses {kind} '{name}'",
                    origin,
                    help="name it where it was meant to be used, or remove it",
                    address=f"{kind}.{name}",
                    on_key=True,
                )


class _Used:
    """Names in use, by kind."""

    def __init__(self) -> None:
        self.names: dict[str, set[str]] = {"channel": set(), "escalation": set(), "rotation": set(), "calendar": set()}

    def add(self, deliveries: Iterable[Delivery]) -> None:
        for one in deliveries:
            self.names["channel"].update(one.channels)
            self.names["escalation"].update(filter(None, (one.escalation,)))
            self.names["calendar"].update(name for name in (one.during, *one.unless) if name is not None)
