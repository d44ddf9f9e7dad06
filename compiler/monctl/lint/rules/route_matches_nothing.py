"""ROUTE023."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Alert, Monitor, Program, Route


@rule("ROUTE023", "route-matches-nothing", level=Level.WARNING)
def route_matches_nothing(program: Program, context: Context) -> Iterator[Finding]:
    """A route matches no alert, or only alerts that a route before it takes.

    Tried by falling priority, then by name. A route that says `proceed: true`, or leaves the hours outside its calendar to the next one, takes nothing
    away. Routes are judged by the monitors of the environment at hand.

    **Why.** Somebody believes that these alerts go to a place of their own. They go where all the others go.

    **Example**

        routes:
          all: {match: {severity: critical}, notify: [slack], priority: 10}
          money: {match: {severity: critical, service: checkout}, notify: [pagerduty]}

    **Instead**

        routes:
          money: {match: {severity: critical, service: checkout}, notify: [pagerduty], priority: 20}
          all: {match: {severity: critical}, notify: [slack], priority: 10}

    **Source.** Alertmanager, too, stops at the first child that matches: https://prometheus.io/docs/alerting/latest/configuration/ (read 2026-11-21)
    """
    alerts = [(monitor, alert) for monitor in program.monitors.values() for alert in monitor.alerts]
    if not alerts:
        return
    taken_by: dict[int, str] = {}
    for route in sorted(program.routes.values(), key=lambda one: (-one.priority, one.name)):
        matched = [at for at, (monitor, alert) in enumerate(alerts) if _fits(route, monitor, alert)]
        left = [at for at in matched if at not in taken_by]
        if not left:
            why = f"every alert it matches goes by route '{taken_by[matched[0]]}'" if matched else "it matches no alert"
            yield found(
                f"route '{route.name}' is never used: {why}",
                route.origin,
                help="give it a higher `priority:`" if matched else "mend its `match:`, or remove it",
                address=f"route.{route.name}",
                on_key=True,
                same=route.name,
            )
        if not route.proceed and not route.yields:
            taken_by.update(dict.fromkeys(left, route.name))


def _fits(route: Route, monitor: Monitor, alert: Alert) -> bool:
    return (
        (not route.severities or alert.severity in route.severities)
        and (not route.services or monitor.service in route.services)
        and (not route.teams or monitor.team in route.teams)
        and (not route.monitors or any(fnmatchcase(monitor.name, pattern) for pattern in route.monitors))
        and all(monitor.labels.get(key) == value for key, value in route.labels.items())
    )
