"""MON018."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("MON018", "maintenance-over", level=Level.WARNING)
def maintenance_over(program: Program, context: Context) -> Iterator[Finding]:
    """A maintenance that happens once is over.

    Said from two days after its end on, wherever on earth it was.

    **Why.** It mutes nothing any more, is read by everybody who looks for what mutes a monitor, and is copied with its monitors for the next one.

    **Example**

        maintenance:
          move: {monitors: ["*"], start: 2026-03-07T22:00, end: 2026-03-08T02:00}

    **Instead**

    Remove it; the history of the repository has it.

    **Source.** Silences that have expired are removed after their retention: https://prometheus.io/docs/alerting/latest/alertmanager/ (from memory, 2026-11-21)
    """
    if context.today is None:
        return
    for one in program.maintenance.values():
        if one.end is not None and one.end.date() + timedelta(days=2) <= context.today:
            yield found(
                f"this was over on {one.end.date().isoformat()}",
                one.origin.at("end"),
                help="remove it",
                address=f"maintenance.{one.name}",
            )
