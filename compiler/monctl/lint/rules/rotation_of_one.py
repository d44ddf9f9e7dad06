"""ROUTE009."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE009", "rotation-of-one", level=Level.INFO)
def rotation_of_one(program: Program, context: Context) -> Iterator[Finding]:
    """A rotation has one person, who is on call for ever.

    The one of all its seats, or of the seat that is called first. Said only where the estate has other people who could take turns.

    **Why.** It works until the first holiday. Nobody can be on call at all hours, and nobody notices when they are not.

    **Example**

        rotations:
          oncall: {members: [ana], shift: 1w, start: 2026-01-05T09:00}

    **Instead**

        rotations:
          oncall: {members: [ana, ben], shift: 1w, start: 2026-01-05T09:00}

    **Source.** "the minimum number of engineers needed for on-call duty from a single-site team is eight": Site Reliability Engineering, chapter 11,
    https://sre.google/sre-book/being-on-call/ (read in a copy 2026-11-21)
    """
    if len(program.people) < 2:
        return
    for rotation in program.rotations.values():
        everybody = {member for layer in rotation.layers for member in layer.members}
        seat = rotation.layers[0] if rotation.layers else None
        if len(everybody) == 1 or (seat is not None and len(set(seat.members)) == 1):
            who = next(iter(everybody)) if seat is None else seat.members[0]
            as_what = f" as '{seat.name}'" if seat is not None and len(everybody) > 1 else ""
            yield found(
                f"'{who}' is on call{as_what} in '{rotation.name}' for ever",
                rotation.origin,
                help="add somebody to take turns with",
                address=f"rotation.{rotation.name}",
                on_key=True,
            )
