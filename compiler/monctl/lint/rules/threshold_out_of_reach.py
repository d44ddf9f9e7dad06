"""MON002."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import Between, Comparison
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import COUNTED, Bounds, bounds, sentence, true_for
from monctl.measure import Sql
from monctl.program import Monitor, Program
from monctl.query import parse


@rule("MON002", "threshold-out-of-reach", level=Level.ERROR)
def threshold_out_of_reach(program: Program, context: Context) -> Iterator[Finding]:
    """A threshold can never be crossed, or always is.

    Checked where it is certain what a figure can be: shares of a machine (0 to 100 %), failure rates, counts of events and lines (never
    below 0), rows, lengths of lists, what a query selects as `COUNT(…)`, status codes, exit codes, and response times, which take some time and end at
    the time-out of the check. Percentages from SQL and formulas may exceed 100 (growth), so nothing is said of them.

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
                if not isinstance(term, Comparison | Between) or (known := _known(program, monitor, term)) is None:
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


def _known(program: Program, monitor: Monitor, term: Comparison | Between) -> Bounds | None:
    value = term.value or monitor.value
    known = bounds(monitor, value)
    if known is not None or not isinstance(monitor.source, Sql):
        return known
    least = term.limit if isinstance(term, Comparison) else term.low
    # a tree is made only of the few queries whose figure is compared with nothing or less
    return COUNTED if least <= 0 and _counts(program, monitor.source, value) else None


def _counts(program: Program, source: Sql, value: str) -> bool:
    """Whether a column of a query is a bare COUNT(…)."""
    if "COUNT(" not in source.query.upper():
        return False
    datasource = program.datasources.get(source.datasource)
    if datasource is None or datasource.dialect is None:
        return False
    from sqlglot import expressions as exp

    tree = parse(source.query, datasource.dialect).tree
    if not isinstance(tree, exp.Select):
        return False
    columns = tree.selects if value != "value" or source.values else tree.selects[:1]
    return any(isinstance(one.unalias(), exp.Count) for one in columns if len(columns) == 1 or one.alias_or_name.lower() == value.lower())


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
