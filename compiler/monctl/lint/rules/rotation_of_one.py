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

    Said only where the estate has other people who could take turns.

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
        if len(everybody) == 1:
            yield found(
                f"'{next(iter(everybody))}' is on call in '{rotation.name}' for ever",
                rotation.origin,
                help="add somebody to take turns with",
                address=f"rotation.{rotation.name}",
                on_key=True,
            )
