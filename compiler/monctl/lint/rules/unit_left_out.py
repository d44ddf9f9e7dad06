"""MON028."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import Comparison
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import sentence
from monctl.number import show_number
from monctl.program import Program


@rule("MON028", "unit-left-out", level=Level.WARNING)
def unit_left_out(program: Program, context: Context) -> Iterator[Finding]:
    """A share is compared with a bare number that looks as if it were meant on the other scale.

    Less than 1 where 100 is the whole, or more than 1 where 1 is. With its `%` a limit is clear, and is converted.

    **Why.** `> 0.9` on the load of a processor is true above nine thousandths: the alert fires all day. `> 95` on a ratio never does.

    **Example**

        monitors:
          cpu: {host: cpu, alert: {critical: "> 0.9 for 5m"}}

    **Instead**

        monitors:
          cpu: {host: cpu, alert: {critical: "> 90% for 5m"}}

    or `> 0.9%`, if that is what is meant.

    **Source.** "A threshold without a unit takes the metric's" (spec language, 2026-11-21)
    """
    for monitor in program.monitors.values():
        if all(unit.dimension != "ratio" for unit in monitor.units.values()):
            continue
        for alert in monitor.alerts:
            for term in alert.condition:
                unit = monitor.units.get(term.value or monitor.value) if isinstance(term, Comparison) else None
                if not isinstance(term, Comparison) or unit is None or unit.dimension != "ratio":
                    continue
                whole = 100 / unit.scale
                meant = (
                    term.limit * 100
                    if whole == 100 and 0 < term.limit < 1
                    else term.limit
                    if whole == 1 and 1 < term.limit <= 100
                    else None
                )
                if meant is None or f"{show_number(term.limit * unit.scale)}%" in alert.text:
                    continue
                said, taken = show_number(term.limit), show_number(term.limit * unit.scale)
                yield found(
                    f"'{term.op} {said}' is {taken} % here, and looks like {show_number(meant)} %",
                    sentence(alert, context),
                    help=f"write `{term.op} {show_number(meant)}%`, or `{term.op} {taken}%` if that is meant",
                    address=monitor.address,
                )
