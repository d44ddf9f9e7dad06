"""ROUTE002."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import arrives
from monctl.lint.rule import found, rule
from monctl.lint.shared import apart
from monctl.program import Alert, Monitor, Program
from monctl.source import Origin


@rule("ROUTE002", "alert-goes-nowhere", level=Level.WARNING)
def alert_goes_nowhere(program: Program, context: Context) -> Iterator[Finding]:
    """Alerts of a severity are sent nowhere.

    Told once per severity, with the number of alerts. Severities that page are ROUTE001's; `notify: []` says that nobody need hear of it.
    A channel that takes other severities only is no place to go.

    **Why.** They change a colour on a dashboard, if there is one. Whoever wrote `warning: …` expected to be warned.

    **Example**

        severities:
          critical: {notify: [pagerduty]}
          warning: {}

    **Instead**

        severities:
          critical: {notify: [pagerduty]}
          warning: {notify: [slack-warnings]}

    **Source.** The order in which an alert finds its channels: its own, the monitor's, the routes', the severity's (spec language, 2026-11-21)
    """
    silent: dict[str, list[tuple[Monitor, Alert]]] = {}
    for way in context.ways(program):
        if not arrives(program, way) and not program.severities[way.severity].pages:
            for monitor, alert in way.alerts:
                if not _is_meant(monitor, alert, context):
                    silent.setdefault(way.severity, []).append((monitor, alert))
    for name, alerts in silent.items():
        ignored, rest = apart(alerts, lambda one: context.is_ignored(one[1].origin))
        for monitor, alert in ignored:
            yield _told(name, [monitor], alert.origin, monitor.address)
        if rest:
            yield _told(name, [monitor for monitor, _ in rest], program.severities[name].origin, f"severity.{name}")


def _told(severity: str, monitors: Sequence[Monitor], origin: Origin, address: str) -> Finding:
    alerts = f"{len(monitors)} alerts" if len(monitors) > 1 else f"the alert of '{monitors[0].name}'"
    return found(
        f"{alerts} of severity '{severity}' {'go' if len(monitors) > 1 else 'goes'} nowhere",
        origin,
        help="add `notify:` to the severity, or a route",
        address=address,
        on_key=True,
        same=severity,
    )


def _is_meant(monitor: Monitor, alert: Alert, context: Context) -> bool:
    """Whether it is written that the alert goes nowhere."""
    return any(context.raw(origin.at("notify")) == [] for origin in (monitor.origin, alert.origin))
