"""ROUTE014."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program

_DAY_S = 86_400


@rule("ROUTE014", "hand-off-at-night", level=Level.INFO)
def hand_off_at_night(program: Program, context: Context) -> Iterator[Finding]:
    """A turn of a rotation begins in the middle of the night.

    Between 22:00 and 6:00 in the rotation's time zone, where turns last a day or longer. Midnight as well: that is where a date without a time ends up.

    **Why.** Whoever comes on asks what is going on, and whoever goes off tells. Both should be awake. A page at the turn reaches neither.

    **Example**

        rotations:
          oncall: {members: [ana, ben], shift: 1w, start: 2026-01-05T03:00}

    **Instead**

        rotations:
          oncall: {members: [ana, ben], shift: 1w, start: 2026-01-05T09:00}

    **Source.** Hand-offs at the start of a working day: https://sre.google/workbook/on-call/ (from memory, 2026-11-21)
    """
    for rotation in program.rotations.values():
        for layer in rotation.layers:
            if len(layer.members) > 1 and layer.shift_s >= _DAY_S and layer.shift_s % _DAY_S == 0 and not 6 <= layer.start.hour < 22:
                yield found(
                    f"'{layer.name}' of '{rotation.name}' changes hands at {layer.start:%H:%M}",
                    rotation.origin,
                    help="let `start:` be in working hours",
                    address=f"rotation.{rotation.name}",
                    on_key=True,
                )
                break
