"""MON026."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import Between, Comparison
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import Stretch, figures, sentence
from monctl.program import Monitor, Program


@rule("MON026", "gap-between-levels", level=Level.WARNING)
def gap_between_levels(program: Program, context: Context) -> Iterator[Finding]:
    """A lesser alert is over before the more severe one begins.

    The figures of the one end at a bound, those of the other begin beyond it, and no alert of the monitor has what lies between.

    **Why.** On its way from bad to worse the figure passes through all is well: the warning is taken back, people turn away, and the next they hear
    is the page.

    **Example**

        alert: {warning: "between 50% and 80%", critical: "> 90%"}

    **Instead**

        alert: {warning: "> 50%", critical: "> 90%"}

    **Source.** Follows from the meaning of conditions and of the order of severities in the spec language (2026-11-21)
    """
    for monitor in program.monitors.values():
        if len(monitor.alerts) < 2 or not any(
            isinstance(term, Between) and term.inside for alert in monitor.alerts for term in alert.condition
        ):
            continue
        for at, lesser in enumerate(monitor.alerts[1:], 1):
            for term in lesser.condition:
                if not isinstance(term, Between) or not term.inside:
                    continue
                worse = next((one for one in reversed(monitor.alerts[:at]) if _leaves(monitor, term, one.condition)), None)
                if worse is not None:
                    yield found(
                        f"'{lesser.severity}' is over before '{worse.severity}' ({worse.text}) begins: nobody is told of what lies between",
                        sentence(lesser, context),
                        help="let the lesser alert go on for as long as it is bad: `>` or `<` in place of `between`",
                        address=monitor.address,
                    )
                    break


def _leaves(monitor: Monitor, band: Between, condition: tuple[object, ...]) -> bool:
    """Whether a condition begins beyond the band, and no alert has the figures between."""
    value = band.value or monitor.value
    known = [stretch for _, stretch in figures(monitor, value)]
    for term in condition:
        if not isinstance(term, Comparison) or (term.value or monitor.value) != value:
            continue
        if term.op in {">", ">="} and term.limit > band.high:
            gap = Stretch(band.high, False, term.limit, term.op == ">")
        elif term.op in {"<", "<="} and term.limit < band.low:
            gap = Stretch(term.limit, term.op == "<", band.low, False)
        else:
            continue
        if not any(stretch.meets(gap) for stretch in known):
            return True
    return False
