"""ROUTE022."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE022", "overrides-overlap", level=Level.WARNING)
def overrides_overlap(program: Program, context: Context) -> Iterator[Finding]:
    """Two people stand in on one seat of a rotation at the same time.

    **Why.** One of them is called, and both believe they are, or each believes it is the other.

    **Example**

        overrides:
          - {person: ana, start: 2027-02-01T09:00, end: 2027-02-08T09:00}
          - {person: ben, start: 2027-02-05T09:00, end: 2027-02-06T09:00}

    **Instead**

        overrides:
          - {person: ana, start: 2027-02-01T09:00, end: 2027-02-05T09:00}
          - {person: ben, start: 2027-02-05T09:00, end: 2027-02-06T09:00}
          - {person: ana, start: 2027-02-06T09:00, end: 2027-02-08T09:00}

    **Source.** The meaning of `overrides`: one person has a seat at a time (spec language, 2026-11-21)
    """
    for rotation in program.rotations.values():
        for at, second in enumerate(rotation.overrides):
            first = next(
                (
                    one
                    for one in rotation.overrides[:at]
                    if one.layer == second.layer and one.person != second.person and one.start < second.end and second.start < one.end
                ),
                None,
            )
            if first is not None:
                begin = max(first.start, second.start).isoformat(sep=" ", timespec="minutes")
                yield found(
                    f"'{first.person}' and '{second.person}' both stand in from {begin}",
                    rotation.origin.at("overrides", at),
                    help="end the one where the other begins",
                    address=f"rotation.{rotation.name}",
                )
