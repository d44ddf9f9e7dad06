"""ROUTE014."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Layer, Program

_DAY_S = 86_400


@rule("ROUTE014", "hand-off-at-night", level=Level.INFO)
def hand_off_at_night(program: Program, context: Context) -> Iterator[Finding]:
    """A turn of a rotation begins in the middle of the night.

    Between 22:00 and 6:00 in the rotation's time zone, where turns last a day or longer. Midnight as well: that is where a date without a time ends up. Not said
    where the hours of the turn are others: then nobody is on call at the hand-off.

    **Why.** Whoever comes on asks what is going on, and whoever goes off tells. Both should be awake. A page at the turn reaches neither.

    **Example**

        rotations:
          oncall: {members: [ana, ben], shift: 1w, start: 2026-01-05T03:00}

    **Instead**

        rotations:
          oncall: {members: [ana, ben], shift: 1w, start: 2026-01-05T09:00}

    **Source.** An explicit hand-off has to be acknowledged, which nobody does asleep: T. Limoncelli and others, The Practice of Cloud System
    Administration, 14.2.7 (read in a copy 2026-11-21)
    """
    for rotation in program.rotations.values():
        for layer in rotation.layers:
            if (
                len(layer.members) > 1
                and layer.shift_s >= _DAY_S
                and layer.shift_s % _DAY_S == 0
                and not 6 <= layer.start.hour < 22
                and _is_on_call(layer)
            ):
                yield found(
                    f"'{layer.name}' of '{rotation.name}' changes hands at {layer.start:%H:%M}",
                    rotation.origin,
                    help="let `start:` be in working hours",
                    address=f"rotation.{rotation.name}",
                    on_key=True,
                )
                break


def _is_on_call(layer: Layer) -> bool:
    """Whether the hand-off is within the hours of the turn, on any day: those past midnight belong to the day before."""
    at = layer.start.hour * 60 + layer.start.minute
    return not layer.restrictions or any(
        one.start_min <= at < one.end_min if one.start_min < one.end_min else at >= one.start_min or at < one.end_min
        for one in layer.restrictions
    )
