"""MON031."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Monitor, Program


@rule("MON031", "label-taken", level=Level.WARNING)
def label_taken(program: Program, context: Context) -> Iterator[Finding]:
    """A label of a monitor has the name of one that every alert has already, and says something else.

    Alerts bear `estate`, `environment`, `monitor`, `severity`, `service` and `team` of their own. Told once for each label and value.

    **Why.** The alert's own wins. Whoever groups, silences or searches by the label finds what they did not write.

    **Example**

        monitors:
          queue: {metric: queue-length, labels: {severity: high}, alert: {warning: "> 100"}}

    **Instead**

        monitors:
          queue: {metric: queue-length, labels: {impact: high}, alert: {warning: "> 100"}}

    **Source.** Labels of an alert in the spec language; labels of Grafana's rules (2026-11-21)
    """
    told: set[tuple[str, str]] = set()
    for monitor in program.monitors.values():
        for label, value in monitor.labels.items():
            if (label, value) in told or label not in _OWN or value in _own(program, monitor, label):
                continue
            told.add((label, value))
            yield found(
                f"label '{label}' is the alert's own, so '{value}' is lost",
                monitor.origin.at("labels", label),
                help="give the label another name",
                address=monitor.address,
                on_key=True,
            )


_OWN = frozenset({"estate", "environment", "monitor", "severity", "service", "team"})


def _own(program: Program, monitor: Monitor, label: str) -> tuple[str | None, ...]:
    """What the alert has under that name; where it has nothing, the label stays."""
    match label:
        case "estate":
            return (program.estate,)
        case "environment":
            return (program.environment,) if program.environment else (monitor.labels[label],)
        case "monitor":
            return (monitor.name,)
        case "severity":
            return tuple(alert.severity for alert in monitor.alerts) if len(monitor.alerts) == 1 else ()
        case "service":
            return (monitor.service or monitor.labels[label],)
        case _:
            return (monitor.team or monitor.labels[label],)
