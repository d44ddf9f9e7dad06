"""MON019."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.week import first_gap
from monctl.program import Program


@rule("MON019", "muted-for-ever", level=Level.ERROR)
def muted_for_ever(program: Program, context: Context) -> Iterator[Finding]:
    """A weekly maintenance leaves no minute of the week out.

    **Why.** Its monitors measure, and are never heard.

    **Example**

        maintenance:
          nightly: {monitors: [backup], hours: [{days: daily, start: "02:00", end: "02:00"}]}

    **Instead**

        maintenance:
          nightly: {monitors: [backup], hours: [{days: daily, start: "02:00", end: "04:00"}]}

    A monitor that nobody shall hear has no alert.

    **Source.** The meaning of `hours`: an end at or before the start is on the next day (2026-11-21)
    """
    for one in program.maintenance.values():
        if one.hours and one.monitors and first_gap(one.hours) is None:
            what = f"'{one.monitors[0]}'" if len(one.monitors) == 1 else f"{len(one.monitors)} monitors"
            yield found(
                f"these hours are the whole week: {what} will never be heard",
                one.origin.at("hours"),
                help="shorten the hours; an end at or before the start is on the next day",
                address=f"maintenance.{one.name}",
                same=one.name,
            )
