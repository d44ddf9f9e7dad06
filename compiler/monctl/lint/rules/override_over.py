"""ROUTE016."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from monctl.finding import Edit, Finding, Fix, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.source import Origin


@rule("ROUTE016", "override-over", level=Level.INFO, fixes=True)
def override_over(program: Program, context: Context) -> Iterator[Finding]:
    """An override of a rotation is over.

    Said from two days after its end on.

    **Why.** Who stands in for whom is looked up in a hurry. What is over stands in the way, and targets hold it as long as the spec does.

    **Example**

        overrides:
          - {layer: primary, person: ben, start: 2026-03-01T09:00, end: 2026-03-02T09:00}

    **Instead**

    Remove it; the history of the repository has it.

    **Source.** The meaning of `overrides` in the spec language (2026-11-21)
    """
    if context.today is None:
        return
    for rotation in program.rotations.values():
        for at, one in enumerate(rotation.overrides):
            if one.end.date() + timedelta(days=2) <= context.today:
                yield found(
                    f"'{one.person}' stood in until {one.end.date().isoformat()}",
                    rotation.origin.at("overrides", at),
                    help="remove it",
                    fix=_fix(rotation.origin.at("overrides"), at, context),
                    address=f"rotation.{rotation.name}",
                )


def _fix(origin: Origin, at: int, context: Context) -> Fix | None:
    """Without the override; without all of them where it is the only one."""
    said = context.raw(origin)
    if not isinstance(said, list):
        return None
    return Fix("remove it", (Edit("", origin=origin if len(said) == 1 else origin.at(at), removes=True),))
