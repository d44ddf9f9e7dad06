"""MON001."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import all_imply, sentence
from monctl.program import Program


@rule("MON001", "never-alone", level=Level.ERROR)
def never_alone(program: Program, context: Context) -> Iterator[Finding]:
    """An alert can only fire when a more severe one of the same monitor fires as well.

    The steps of a monitor should go from the less severe, which comes early, to the more severe. Here whatever makes the less severe
    condition true makes the more severe one true, too: the limits are the wrong way round, or equal.

    **Why.** The warning never warns. The first anybody hears is the page at night that the warning was written to prevent.

    **Example**

        alert: {warning: "> 90% for 5m", critical: "> 80% for 5m"}

    **Instead**

        alert: {warning: "> 80% for 5m", critical: "> 90% for 5m"}

    **Source.** Follows from the meaning of conditions and of the order of severities in the spec language (2026-11-21)
    """
    for monitor in program.monitors.values():
        for at, alert in enumerate(monitor.alerts):
            worse = next((one for one in monitor.alerts[:at] if all_imply(alert.condition, one.condition, monitor.value)), None)
            if worse is not None:
                equal = all_imply(worse.condition, alert.condition, monitor.value)
                what = f"has the condition of '{worse.severity}'" if equal else f"never fires without '{worse.severity}' ({worse.text})"
                yield found(
                    f"'{alert.severity}' {what}, which is more severe",
                    sentence(alert, context),
                    help="give the more severe step the limit that is further away" if not equal else "remove it, or let it begin earlier",
                    address=monitor.address,
                )
