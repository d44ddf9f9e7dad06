"""MON015."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import implies, sentence
from monctl.program import Program


@rule("MON015", "part-without-effect", level=Level.WARNING)
def part_without_effect(program: Program, context: Context) -> Iterator[Finding]:
    """One part of a condition holds only when another part of it does.

    In `> 10 or > 20` the second part changes nothing: above 20 is above 10.

    **Why.** Somebody meant something else: an `and`, another value, the other direction. What they meant is not watched.

    **Example**

        alert: {warning: "> 10 or > 20"}

    **Instead**

        alert: {warning: "> 10", critical: "> 20"}

    **Source.** Follows from the meaning of `or` in conditions of the spec language (2026-11-21)
    """
    for monitor in program.monitors.values():
        for alert in monitor.alerts:
            terms = alert.condition if len(alert.condition) > 1 else ()
            for at, term in enumerate(terms):
                if any(
                    implies(term, other, monitor.value) and not (implies(other, term, monitor.value) and at < place)
                    for place, other in enumerate(terms)
                    if place != at
                ):
                    yield found(
                        f"part {at + 1} of '{alert.text}' changes nothing",
                        sentence(alert, context),
                        help="remove it, or write what it was meant to say",
                        address=monitor.address,
                    )
                    break
