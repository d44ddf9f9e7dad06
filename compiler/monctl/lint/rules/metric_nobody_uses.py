"""MON013."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.measure import Composite, Expr, Source
from monctl.program import Program


@rule("MON013", "metric-nobody-uses", level=Level.INFO)
def metric_nobody_uses(program: Program, context: Context) -> Iterator[Finding]:
    """A metric is measured and looked at by nothing: no monitor, no dashboard, no SLO, no formula, no composite.

    **Why.** It costs a query every few minutes for ever. Most often the monitor that was meant to use it names another.

    **Example**

        metrics:
          queue-length: {every: 1m, redis: {datasource: queue, length_of: jobs}}

    **Instead**

    A monitor on it, a panel that shows it, or no metric.

    **Source.** The SRE book advises removing what no dashboard and no alert uses, as summed up at https://yingjie.dev/en/reading/google-sre.html (read 2026-11-21)
    """
    used = set(_used(program))
    for metric in program.metrics.values():
        if metric.name not in used and not metric.goal_conditions:
            yield found(
                f"nothing uses '{metric.name}'",
                metric.origin,
                help="show it on a dashboard, watch it, or remove it",
                address=f"metric.{metric.name}",
                on_key=True,
            )


def _used(program: Program) -> Iterator[str]:
    for monitor in program.monitors.values():
        if monitor.metric is not None:
            yield monitor.metric
        yield from _inputs(monitor.source)
    for metric in program.metrics.values():
        yield from _inputs(metric.source)
    for slo in program.slos.values():
        yield from (path.partition(".")[0] for path in (slo.good, slo.total, slo.metric) if path)
    for dashboard in program.dashboards.values():
        for row in dashboard.rows:
            for panel in row.panels:
                yield from (name for name, _ in panel.metrics)
                if panel.query is not None:
                    yield from _inputs(panel.query)


def _inputs(source: Source) -> Iterator[str]:
    match source:
        case Expr(inputs=inputs):
            yield from (path.partition(".")[0] for path in inputs.values())
        case Composite(members=members):
            yield from (member.metric.partition(".")[0] for member in members if member.metric)
