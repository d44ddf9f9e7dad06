"""MON027."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import inf, isfinite

from monctl.condition import Between, Comparison
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import Stretch, bounds, figures
from monctl.program import Monitor, Program

_UP, _DOWN = frozenset({">", ">=", "!="}), frozenset({"<", "<=", "!="})


@rule("MON027", "some-alert-always", level=Level.ERROR)
def some_alert_always(program: Program, context: Context) -> Iterator[Finding]:
    """Whatever the figure is, one of the conditions of a monitor is met.

    Two limits that point at each other: below 20, or above 10. A single condition that always holds is MON002's.

    **Why.** It fires from the first minute on and never ends. It is muted, and with it the alert that was meant.

    **Example**

        alert: {critical: "< 20", warning: "> 10"}

    **Instead**

        alert: {critical: "< 10", warning: "< 20"}

    **Source.** An alert that always fires is one of the faults pint looks for: https://cloudflare.github.io/pint/checks/alerts/comparison.html (read 2026-11-21)
    """
    for monitor in program.monitors.values():
        if not _points_both_ways(monitor):
            continue
        values = {getattr(term, "value", None) or monitor.value for alert in monitor.alerts for term in alert.condition}
        for value in sorted(values):
            severities = _whole(monitor, value)
            if severities is not None:
                which = " or ".join(f"'{severity}'" for severity in severities)
                yield found(
                    f"{which} always fires: there is no figure that meets none of the conditions",
                    monitor.origin.at("alert"),
                    help="turn one of the comparisons round, or leave room between the limits",
                    address=monitor.address,
                    on_key=True,
                )


def _points_both_ways(monitor: Monitor) -> bool:
    """Whether there is a limit from above and one from below: all but the few monitors that need a closer look have one kind."""
    up = down = False
    for alert in monitor.alerts:
        for term in alert.condition:
            if isinstance(term, Comparison):
                up = up or term.op in _UP
                down = down or term.op in _DOWN
            elif isinstance(term, Between):
                up = down = True
    return up and down


def _whole(monitor: Monitor, value: str) -> tuple[str, ...] | None:
    """The severities whose conditions together hold for every figure, none of them alone; None where there is room."""
    known = bounds(monitor, value)
    whole = known.stretch if known is not None else Stretch(-inf, False, inf, False)
    said = figures(monitor, value)
    if len(said) < 2 or any(whole.inside(stretch) for _, stretch in said):
        return None
    used: dict[str, None] = {}
    for figure in _probes([whole, *(stretch for _, stretch in said)]):
        if not whole.has(figure):
            continue
        severity = next((severity for severity, stretch in said if stretch.has(figure)), None)
        if severity is None:
            return None
        used[severity] = None
    return tuple(used)


def _probes(stretches: list[Stretch]) -> list[float]:
    """A figure at each bound, between any two of them, below and above all: what holds for these holds for every figure."""
    ends = sorted({end for one in stretches for end in (one.low, one.high) if isfinite(end)})
    between = [(low + high) / 2 for low, high in pairwise(ends)]
    return [ends[0] - 1, *ends, *between, ends[-1] + 1] if ends else [0.0]
