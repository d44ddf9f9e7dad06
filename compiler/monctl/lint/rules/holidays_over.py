"""ROUTE024."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE024", "holidays-over", level=Level.INFO)
def holidays_over(program: Program, context: Context) -> Iterator[Finding]:
    """All holidays of a calendar are in the past.

    **Why.** On the next one the office is empty, and the calendar says it is open: what should wake somebody else waits in a channel.

    **Example**

        calendars:
          office: {hours: [{days: mon-fri, start: "09:00", end: "17:00"}], holidays: [2025-12-25, 2026-01-01]}

    **Instead**

        calendars:
          office: {hours: [{days: mon-fri, start: "09:00", end: "17:00"}], holidays: [2026-12-25, 2027-01-01]}

    **Source.** The meaning of `holidays`: single days, which do not repeat (spec language, 2026-11-21)
    """
    if context.today is None:
        return
    for calendar in program.calendars.values():
        if calendar.holidays and max(calendar.holidays) < context.today:
            yield found(
                f"the last holiday was on {max(calendar.holidays).isoformat()}",
                calendar.origin.at("holidays"),
                help="add those to come",
                address=f"calendar.{calendar.name}",
            )
