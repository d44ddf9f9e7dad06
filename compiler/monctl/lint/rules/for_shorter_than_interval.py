"""MON003."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import State, Trend
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import sentence
from monctl.program import Program
from monctl.quantity import Duration

_RUNNER = ("runner",)


@rule("MON003", "for-shorter-than-interval", level=Level.WARNING)
def for_shorter_than_interval(program: Program, context: Context) -> Iterator[Finding]:
    """A condition must hold for less time than passes between two measurements.

    `for 2m` on a figure taken every 5 minutes is judged at the next measurement, 5 minutes later: it means `for 5m`. A trend needs at
    least two measurements after the first. `down for …` is left alone where a provider holds the check, as those ask again at once when one fails; the
    runner waits for the next turn.

    **Why.** The alert comes later than it says, and whoever relies on the 2 minutes (a promise, an escalation) is wrong.

    **Example**

        every: 5m
        alert: {warning: "> 80% for 2m"}

    **Instead**

        every: 1m
        alert: {warning: "> 80% for 2m"}

    **Source.** The pending period counts in evaluations: https://grafana.com/docs/grafana/v11.6/alerting/fundamentals/alert-rule-evaluation (read 2026-11-21)
    """
    for monitor in program.monitors.values():
        for alert in monitor.alerts:
            for term in alert.condition:
                if not 0 < term.for_s < monitor.every_s or (
                    isinstance(term, State) and (term.kind != "down" or monitor.targets != _RUNNER)
                ):
                    continue
                for_, every = Duration.of(term.for_s), Duration.of(monitor.every_s)
                what = (
                    f"'{term.direction} for {for_}'"
                    if isinstance(term, Trend)
                    else f"'{'down ' if isinstance(term, State) else ''}for {for_}'"
                )
                yield found(
                    f"{what} is shorter than the {every} between two measurements",
                    sentence(alert, context),
                    help=f"measure at least every {for_}, or write `for {every}`",
                    address=monitor.address,
                )
