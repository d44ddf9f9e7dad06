"""ROUTE008."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import lcm

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Layer, Program

_MOST_TURNS = 1_000


@rule("ROUTE008", "own-backup", level=Level.WARNING)
def own_backup(program: Program, context: Context) -> Iterator[Finding]:
    """Somebody sits on two seats of a rotation at the same time.

    Compared for layers whose turns begin together and are equally long.

    **Why.** When the primary does not answer, the backup is the same person, who does not answer either.

    **Example**

        rotations:
          oncall:
            layers:
              primary: [ana, ben, chen]
              backup: [ben, ana, chen]

    **Instead**

        rotations:
          oncall:
            layers:
              primary: [ana, ben, chen]
              backup: [ben, chen, ana]

    **Source.** Nobody can foresee what a change of a rotation does: https://github.com/PagerDuty/terraform-provider-pagerduty/issues/341 (read 2026-11-20)
    """
    for rotation in program.rotations.values():
        for first, second in combinations(rotation.layers, 2):
            turn = _shared_turn(first, second)
            if turn is not None:
                who = first.members[turn % len(first.members)]
                yield found(
                    f"in turn {turn + 1} '{who}' is both {first.name} and {second.name}",
                    rotation.origin.at("layers", second.name),
                    help="shift the order of one layer, so that no two names meet",
                    address=f"rotation.{rotation.name}",
                )


def _shared_turn(first: Layer, second: Layer) -> int | None:
    """The first turn, counted from 0, in which one person sits on both seats."""
    if (
        (first.shift_s, first.start, first.restrictions) != (second.shift_s, second.start, second.restrictions)
        or not first.members
        or not second.members
    ):
        return None
    if len(set(first.members) | set(second.members)) == 1:
        return None  # a rotation of one has another rule
    turns = min(lcm(len(first.members), len(second.members)), _MOST_TURNS)
    return next((at for at in range(turns) if first.members[at % len(first.members)] == second.members[at % len(second.members)]), None)
