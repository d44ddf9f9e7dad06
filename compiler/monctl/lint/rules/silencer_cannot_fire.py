"""ROUTE018."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import State
from monctl.dependence import needed
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE018", "silencer-cannot-fire", level=Level.WARNING)
def silencer_cannot_fire(program: Program, context: Context) -> Iterator[Finding]:
    """A service depends on another, whose monitors say that it is down, but only as a lesser alert.

    Alerts of a service are held back while something it depends on is down at the most severe level; nothing less silences anything. Told once for
    each service that others with alerts depend on, where no monitor of it, or of what it depends on in turn, is that severe. A monitor that is paused
    outside its phases silences nothing.

    **Why.** When the database fails, everything that needs it pages by itself. The one alert that would explain the others is a warning among them.

    **Example**

        services:
          database: {}
          api: {depends_on: [database]}
        monitors:
          database: {service: database, tcp: {host: db.example.com, port: 5432}, alert: {warning: "down for 1m"}}
          api: {service: api, http: https://api.example.com, alert: {critical: down}}

    **Instead**

        monitors:
          database: {service: database, tcp: {host: db.example.com, port: 5432}, alert: {critical: "down for 1m"}}

    **Source.** What mutes what depends on it: the term `down` at the most severe level (spec language, 2026-11-21)
    """
    alerting = {monitor.service for monitor in program.monitors.values() if monitor.alerts and monitor.service}
    silencers: set[str | None] = set()
    lesser: set[str | None] = set()
    for monitor in program.monitors.values():
        for alert in monitor.alerts if monitor.active else ():
            if any(isinstance(term, State) and term.kind == "down" for term in alert.condition):
                (silencers if alert.severity == program.most_severe else lesser).add(monitor.service)
    told: set[str] = set()
    for service in program.services.values():
        for name in service.depends_on if service.name in alerting else ():
            if name in told or name not in lesser or silencers & {name, *needed(program.services, name)}:
                continue
            told.add(name)
            yield found(
                f"'{name}' being down is never '{program.most_severe}', so it does not silence '{service.name}', which depends on it",
                program.services[name].origin,
                help=f"let a monitor of it say `{program.most_severe}: down`",
                address=f"service.{name}",
                on_key=True,
                same=name,
            )
