"""MON021."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import Between, Comparison, State, Term, Trend
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.measure import Command, Expr, Log, Prometheus, Redis, Sentry, Sql
from monctl.program import Program

_ASKED = (Sql, Prometheus, Log, Sentry, Redis, Expr, Command)
"""Sources that can answer with nothing."""


@rule("MON021", "silence-undecided", level=Level.WARNING)
def silence_undecided(program: Program, context: Context) -> Iterator[Finding]:
    """An alert that wakes somebody waits for too little, and nothing says what no data at all means.

    Neither `no_data:` nor a term `no data`. Said of monitors whose source can answer with nothing. `no_data: keep` is a decision.

    **Why.** Orders below ten an hour page. When the table is renamed, the exporter stops or the query gives NULL there are none at all, and the
    alert keeps the state it had: off.

    **Example**

        monitors:
          orders: {metric: orders-per-hour, alert: {critical: "< 10"}}

    **Instead**

        monitors:
          orders: {metric: orders-per-hour, alert: {critical: "< 10 or no data for 15m"}}

    or `no_data: critical`, or `no_data: keep` where another monitor sees to it.

    **Source.** pint asks the same of Prometheus, for series that are not there: https://cloudflare.github.io/pint/checks/promql/series.html (read 2026-11-21)
    """
    waking = {name for name, severity in program.severities.items() if severity.pages}
    for monitor in program.monitors.values():
        if monitor.name not in context.undecided or not isinstance(monitor.source, _ASKED):
            continue
        if any(isinstance(term, State) and term.kind == "no data" for alert in monitor.alerts for term in alert.condition):
            continue
        for alert in monitor.alerts:
            if alert.severity not in waking or not any(_waits_for_little(term) for term in alert.condition):
                continue
            yield found(
                f"'{alert.severity}' waits for too little, and nothing says what no data means",
                monitor.origin,
                help=f"write `no_data: {alert.severity}`, or `no_data: keep` if it shall say nothing",
                address=monitor.address,
                on_key=True,
            )
            break


def _waits_for_little(term: Term) -> bool:
    if isinstance(term, Comparison):  # nearly always; the rest is rare
        return term.op in {"<", "<="} or (term.op == "==" and term.limit == 0)
    match term:
        case Between(inside=inside):
            return not inside
        case Trend(direction=direction):
            return direction != "increasing"
        case _:
            return False
