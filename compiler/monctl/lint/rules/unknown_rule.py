"""LINT004."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Edit, Finding, Fix, Level
from monctl.lint.context import Context
from monctl.lint.levels import is_locked
from monctl.lint.rule import found, rule
from monctl.program import Program

_FOR_ALL = "remove it; what `lint` exits with is set by `--fail-on`, and a rule is switched off by its code or area"


@rule("LINT004", "unknown-rule", level=Level.WARNING, fixes=True)
def unknown_rule(program: Program, context: Context) -> Iterator[Finding]:
    """`rules:` of monctl.yaml names a code or prefix that no rule has.

    Codes begin with SQL, MON, ROUTE, DASH, SEC, LINT or the name of a target, whether the estate has that target or not: settings may be shared.
    A rule is named by its code here, in capitals. What is not valid (SPEC…) has no level to set, and an empty code sets none.

    **Why.** The level that was meant is not set, and nothing else says so.

    **Example**

        rules: {SQ007: off}

    **Instead**

        rules: {SQL007: off}

    **Source.** The meaning of `rules` in the spec language (2026-11-21)
    """
    known = context.known.beside(program.targets)
    for said in context.levels.said:
        where = context.levels.origin.at(said)
        if not said:
            fault = "an empty code would be every rule, and is none"
        elif is_locked(said):
            fault = f"'{said}' says that a spec is not valid; it has no level"
        elif known.begins(said):
            continue
        else:
            what = f"'{said}' is not a code" if known.code_of(said) else f"no rule is called '{said}'"
            yield found(what, where, help=known.meant(said) or "`monctl lint --rules` lists them", on_key=True)
            continue
        away = Edit("", origin=where if len(context.levels.said) > 1 else context.levels.origin, removes=True)
        yield found(fault, where, help="remove it" if said else _FOR_ALL, on_key=True, fix=Fix("remove it", (away,)))
