"""ROUTE029."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import State
from monctl.dependence import needed
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.shared import apart
from monctl.program import Program

_RUNNER = "runner"


@rule("ROUTE029", "silencer-elsewhere", level=Level.INFO)
def silencer_elsewhere(program: Program, context: Context) -> Iterator[Finding]:
    """Services depend on others of which only another target than the runner sees that they are down.

    Alerts are held back by the runner, for the monitors it holds, by what it sees itself. Told once for an estate, with the services it is about.

    **Why.** The dependency is drawn, and silences nothing: when the database fails, each service that needs it pages by itself.

    **Example**

        services:
          api: {depends_on: [database]}
        monitors:
          database: {service: database, tcp: {host: db.example.com, port: 5432}, alert: {critical: "down for 2m"}}   # UptimeRobot's
          api-errors: {service: api, metric: api-errors, alert: {critical: "> 10"}}                                    # the runner's

    **Instead**

        monitors:
          database: {service: database, on: [uptimerobot, runner], tcp: {host: db.example.com, port: 5432}, alert: {critical: "down for 2m"}}

    **Source.** Which target takes which source, and who mutes what depends on what (spec language, docs/runner.md, 2026-11-21)
    """
    seen: dict[str, bool] = {}
    held: set[str] = set()
    for monitor in program.monitors.values():
        if monitor.service is None or not monitor.alerts:
            continue
        here = _RUNNER in monitor.targets
        if here:
            held.add(monitor.service)
        for alert in monitor.alerts:
            if alert.severity == program.most_severe and any(isinstance(term, State) and term.kind == "down" for term in alert.condition):
                seen[monitor.service] = seen.get(monitor.service, False) or here
    unseen = dict.fromkeys(
        name for service in program.services if service in held for name in needed(program.services, service) if not seen.get(name, True)
    )
    ignored, rest = apart(unseen, lambda name: context.is_ignored(program.services[name].origin))
    for some in (*([name] for name in ignored), rest) if rest else ([name] for name in ignored):
        first = program.services[some[0]]
        names = " and ".join(", ".join(f"'{name}'" for name in some).rsplit(", ", 1))
        yield found(
            f"when {names} {'is' if len(some) == 1 else 'are'} down the runner does not see it, so nothing that depends on {'it' if len(some) == 1 else 'them'} is held back",
            first.origin,
            help="add `runner` to `on:` of the monitors that say so",
            address=f"service.{first.name}",
            on_key=True,
            same="",
            same_at="",
        )
