"""LINT004."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Edit, Finding, Fix, Level
from monctl.lint.catalog import all_rules
from monctl.lint.context import Context
from monctl.lint.levels import is_locked
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.suggest import did_you_mean


@rule("LINT004", "unknown-rule", level=Level.WARNING, fixes=True)
def unknown_rule(program: Program, context: Context) -> Iterator[Finding]:
    """`rules:` of monctl.yaml names a code or prefix that no rule has.

    Codes begin with SQL, MON, ROUTE, DASH, SEC, LINT or the name of a target. What is not valid (SPEC…) has no level to set.

    **Why.** The level that was meant is not set, and nothing else says so.

    **Example**

        rules: {SQ007: off}

    **Instead**

        rules: {SQL007: off}

    **Source.** The meaning of `rules` in the spec language (2026-11-21)
    """
    known = [one.code for one in all_rules()]
    areas = {*(one.area for one in all_rules()), *(name.upper() for name in program.targets)}
    for said in context.levels.said:
        where = context.levels.origin.at(said)
        if is_locked(said):
            yield found(
                f"'{said}' says that a spec is not valid; it has no level",
                where,
                help="remove it",
                on_key=True,
                fix=Fix("remove it", (Edit("", origin=where if len(context.levels.said) > 1 else context.levels.origin, removes=True),)),
            )
        elif not any(code.startswith(said) for code in (*known, *areas)) and said.rstrip("0123456789") not in {
            name.upper() for name in program.targets
        }:
            yield found(
                f"no rule is called '{said}'",
                where,
                help=did_you_mean(said, [*known, *areas], limit=0) or "`monctl lint --rules` lists them",
                on_key=True,
            )
