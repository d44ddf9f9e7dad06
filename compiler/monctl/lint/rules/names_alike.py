"""MON022."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.shared import again
from monctl.program import Program
from monctl.source import Origin


@rule("MON022", "names-alike", level=Level.WARNING)
def names_alike(program: Program, context: Context) -> Iterator[Finding]:
    """Two objects of one kind have names that differ only in case, dashes and underscores.

    Everything that is named elsewhere is looked at: severities, people, teams, rotations, escalations, channels, routes, calendars, datasources, services, metrics,
    monitors, runbooks and phases.

    **Why.** One of them is meant wherever the other is named, and both exist, so nothing is found wrong. Providers that ignore case show one name
    twice.

    **Example**

        metrics:
          queue-length: {redis: {datasource: cache, length_of: jobs}}
          queue_length: {redis: {datasource: cache, length_of: mails}}

    **Instead**

        metrics:
          jobs-waiting: {redis: {datasource: cache, length_of: jobs}}
          mails-waiting: {redis: {datasource: cache, length_of: mails}}

    **Source.** Names in the spec language: letters, digits, `-` and `_`, compared as they are (2026-11-21)
    """
    kinds: dict[str, dict[str, Origin]] = {
        "monitor": {name: one.origin for name, one in program.monitors.items()},
        "metric": {name: one.origin for name, one in program.metrics.items()},
        "service": {name: one.origin for name, one in program.services.items()},
        "team": {name: one.origin for name, one in program.teams.items()},
        "channel": {name: one.origin for name, one in program.channels.items()},
        "route": {name: one.origin for name, one in program.routes.items()},
        "datasource": {name: one.origin for name, one in program.datasources.items()},
        "severity": {name: one.origin for name, one in program.severities.items()},
        "person": {name: one.origin for name, one in program.people.items()},
        "rotation": {name: one.origin for name, one in program.rotations.items()},
        "escalation": {name: one.origin for name, one in program.escalations.items()},
        "calendar": {name: one.origin for name, one in program.calendars.items()},
        "runbook": {name: one.origin for name, one in program.runbooks.items()},
        "phase": {name: one.origin for name, one in program.phases.items()},
    }
    for kind, objects in kinds.items():
        alike: dict[str, list[tuple[str, Origin]]] = {}
        for name, origin in objects.items():
            alike.setdefault(name.lower().replace("-", "").replace("_", ""), []).append((name, origin))
        for several in alike.values():
            for (name, origin), (first, _) in again(several, lambda one: context.is_ignored(one[1])):
                yield found(
                    f"{kind} '{name}' differs from '{first}' in spelling only",
                    origin,
                    help="name them for what tells them apart",
                    address=f"{kind}.{name}",
                    on_key=True,
                    same="",
                    elsewhere=((f"{kind}.{first}",),),
                )
