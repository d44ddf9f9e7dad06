"""MON002."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import Between, Comparison
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import Bounds, bounds, sentence, true_for
from monctl.program import Program


@rule("MON002", "threshold-out-of-reach", level=Level.ERROR)
def threshold_out_of_reach(program: Program, context: Context) -> Iterator[Finding]:
    """A threshold can never be crossed, or always is.

    Checked where it is certain what a figure can be: shares of a machine (0 to 100 %), failure rates, counts of events and lines (never
    below 0), status codes, exit codes, and response times, which end at the time-out of the check. Percentages from SQL and formulas may
    exceed 100 (growth), so nothing is said of them.

    **Why.** An alert that cannot fire is worse than none: everybody believes it is watched. One that always fires is switched off.

    **Example**

        http: https://example.com
        timeout: 10s
        alert: {warning: "response_time > 15s"}

    **Instead**

        timeout: 20s
        alert: {warning: "response_time > 15s"}

    **Source.** The values of each source in the spec language (2026-11-21)
    """
    for monitor in program.monitors.values():
        for alert in monitor.alerts:
            for term in alert.condition:
                if not isinstance(term, Comparison | Between) or (known := bounds(monitor, term.value or monitor.value)) is None:
                    continue
                verdict = _verdict(term, known)
                if verdict is not None:
                    message, why = verdict
                    yield found(
                        f"'{alert.severity}' {message}: {why}",
                        sentence(alert, context),
                        help="choose a limit inside what can be measured" + (", or raise `timeout`" if "gives up" in why else ""),
                        address=monitor.address,
                    )


def _verdict(term: Comparison | Between, known: Bounds) -> tuple[str, str] | None:
    stretches = true_for(term)
    high = f"{known.why_low}; {known.why_high}" if known.why_low and known.why_high else known.why_low or known.why_high
    if not any(stretch.meets(known.stretch) for stretch in stretches):
        above = any(stretch.low >= known.stretch.high for stretch in stretches)
        return "can never fire", (known.why_high if above else known.why_low) or high
    if any(known.stretch.inside(stretch) for stretch in stretches):
        below = any(stretch.high > known.stretch.high or stretch.high == float("inf") for stretch in stretches)
        return "always fires", (known.why_low if below else known.why_high) or high
    return None
