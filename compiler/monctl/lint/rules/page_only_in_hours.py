"""ROUTE004."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import wakes
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE004", "page-only-in-hours", level=Level.WARNING)
def page_only_in_hours(program: Program, context: Context) -> Iterator[Finding]:
    """An alert that must wake somebody is sent to a pager in the hours of a calendar only.

    Everything that rings for it has `during:`, and nothing covers the other hours.

    **Why.** The severity says "at any hour". Failures at night, which are the ones nobody sees by themselves, wait for the morning.

    **Example**

        severities:
          critical: {pages: true, escalation: on-call, during: business-hours}

    **Instead**

        severities:
          critical: {pages: true, escalation: on-call}

    **Source.** Hours in which nobody would be reached are asked for as a check: https://github.com/grafana-cold-storage/oncall/issues/1511 (read 2026-11-20)
    """
    for monitor in program.monitors.values():
        for alert in monitor.alerts:
            ringing = [one for one in alert.deliveries if wakes(program, one)]
            if not ringing or not program.severities[alert.severity].pages or any(one.during is None and not one.unless for one in ringing):
                continue
            hours = {one.during for one in ringing if one.during}
            calendars = sorted(hours.union(*(one.unless for one in ringing)))
            if not any(one.during is None and hours.issuperset(one.unless) for one in ringing):
                yield found(
                    f"'{alert.severity}' must wake somebody at any hour, but rings only by calendar '{calendars[0]}'",
                    alert.origin,
                    help="let something ring outside these hours as well, or set `pages: false` for the severity",
                    address=monitor.address,
                    on_key=True,
                )
