"""ROUTE027."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import State
from monctl.dependence import needed
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Monitor, Program
from monctl.quantity import Duration

_RUNNER = "runner"


@rule("ROUTE027", "silencer-too-late", level=Level.WARNING)
def silencer_too_late(program: Program, context: Context) -> Iterator[Finding]:
    """What is to silence alerts of a service says that it is down only when they have been sent long since.

    An alert waits for what its service depends on to be decided, but no longer than one turn of that monitor and its time-out. Said of monitors that the
    runner holds and that page when something is `down`, once for each service that others depend on.

    **Why.** The one page that explains the others comes last.

    **Example**

        monitors:
          database: {service: database, tcp: {host: db.example.com, port: 5432}, every: 1m, alert: {critical: "down for 10m"}}
          api: {service: api, http: https://api.example.com, every: 1m, alert: {critical: "down for 1m"}}

    **Instead**

        monitors:
          database: {service: database, tcp: {host: db.example.com, port: 5432}, every: 1m, alert: {critical: "down for 1m"}}

    **Source.** How long an alert waits for what it depends on: the runner's semantics, docs/runner.md (2026-11-21)
    """
    silencers: dict[str, tuple[float, Monitor]] = {}
    first: dict[str, tuple[float, Monitor]] = {}
    for monitor in program.monitors.values():
        if monitor.service is None or not monitor.active or _RUNNER not in monitor.targets:
            continue
        for alert in monitor.alerts:
            for term in alert.condition:
                if not isinstance(term, State) or term.kind != "down" or not alert.deliveries:
                    continue
                if alert.severity == program.most_severe:
                    _keep(silencers, monitor, term.for_s)
                if program.severities[alert.severity].pages:
                    _keep(first, monitor, term.for_s)
    told: set[str] = set()
    for service, (for_s, monitor) in first.items():
        for name in needed(program.services, service):
            silencer = silencers.get(name)
            if silencer is None or name in told:
                continue
            down_s, by = silencer
            if down_s > for_s + by.every_s + by.timeout_s:
                told.add(name)
                late, soon = Duration.of(down_s), Duration.of(for_s)
                yield found(
                    f"'{by.name}' says after {late} that '{name}' is down, and '{monitor.name}', which it should silence, pages after {soon}",
                    by.origin.at("alert"),
                    help=f"let it be down for {soon}, or let '{monitor.name}' wait longer",
                    address=by.address,
                    on_key=True,
                    same=name,
                )


def _keep(fastest: dict[str, tuple[float, Monitor]], monitor: Monitor, for_s: float) -> None:
    service = monitor.service or ""
    if service not in fastest or for_s < fastest[service][0]:
        fastest[service] = for_s, monitor
