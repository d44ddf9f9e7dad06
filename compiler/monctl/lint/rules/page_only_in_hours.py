"""ROUTE004."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import wakes
from monctl.lint.rule import found, rule
from monctl.lint.shared import faults
from monctl.program import Delivery, Program


@rule("ROUTE004", "page-only-in-hours", level=Level.WARNING)
def page_only_in_hours(program: Program, context: Context) -> Iterator[Finding]:
    """An alert that must wake somebody is sent to a pager in the hours of a calendar only.

    Everything that rings for it has `during:`, and nothing covers the other hours. Told once for a severity or a route
    that says so.

    **Why.** The severity says "at any hour". Failures at night, which are the ones nobody sees by themselves, wait for the morning.

    **Example**

        severities:
          critical: {pages: true, escalation: on-call, during: business-hours}

    **Instead**

        severities:
          critical: {pages: true, escalation: on-call}

    **Source.** Hours in which nobody would be reached are asked for as a check: https://github.com/grafana-cold-storage/oncall/issues/1511 (read 2026-11-20)
    """
    sometimes = (
        way for way in context.ways(program) if program.severities[way.severity].pages and _calendar(program, way.deliveries) is not None
    )
    for fault in faults(program, context, sometimes):
        calendar = _calendar(program, fault.alerts[0][1].deliveries)
        yield found(
            f"'{fault.severity}' must wake somebody at any hour, but rings only by calendar '{calendar}'{fault.concerned}",
            fault.origin,
            help="let something ring outside these hours as well, or set `pages: false` for the severity",
            address=fault.address,
            on_key=True,
            same=fault.same,
        )


def _calendar(program: Program, deliveries: tuple[Delivery, ...]) -> str | None:
    """The calendar outside of whose hours nothing rings for alerts; None where something does, or nothing ever."""
    if not any(one.during or one.unless for one in deliveries):
        return None
    ringing = [one for one in deliveries if wakes(program, one)]
    if not ringing or any(one.during is None and not one.unless for one in ringing):
        return None
    hours = {one.during for one in ringing if one.during}
    if any(one.during is None and hours.issuperset(one.unless) for one in ringing):
        return None
    return min(hours.union(*(one.unless for one in ringing)))
