"""MON018."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from monctl.finding import Edit, Finding, Fix, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.source import Origin


@rule("MON018", "maintenance-over", level=Level.WARNING, fixes=True)
def maintenance_over(program: Program, context: Context) -> Iterator[Finding]:
    """A maintenance that happens once is over.

    Said from two days after its end on, wherever on earth it was.

    **Why.** It mutes nothing any more, is read by everybody who looks for what mutes a monitor, and is copied with its monitors for the next one.

    **Example**

        maintenance:
          move: {monitors: ["*"], start: 2026-03-07T22:00, end: 2026-03-08T02:00}

    **Instead**

    Remove it; the history of the repository has it.

    **Source.** Silences that have expired are removed after their retention:
    https://github.com/prometheus/alertmanager/blob/main/docs/high_availability.md (read 2026-11-21)
    """
    if context.today is None:
        return
    for one in program.maintenance.values():
        if one.end is not None and one.end.date() + timedelta(days=2) <= context.today:
            yield found(
                f"this was over on {one.end.date().isoformat()}",
                one.origin.at("end"),
                help="remove it",
                fix=_fix(one.origin, context),
                address=f"maintenance.{one.name}",
            )


def _fix(origin: Origin, context: Context) -> Fix | None:
    """Without the maintenance; one that a template or `for_each` makes is not alone."""
    said = context.raw(origin)
    if len(origin.path) != 2 or not isinstance(said, dict) or "for_each" in said:
        return None
    alone = len(context.raw(Origin(origin.file, origin.path[:1])) or ()) == 1
    return Fix("remove it", (Edit("", origin=Origin(origin.file, origin.path[:1]) if alone else origin, removes=True),))
