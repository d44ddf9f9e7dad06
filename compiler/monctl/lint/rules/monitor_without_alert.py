"""MON011."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.measure import Composite
from monctl.program import Program


@rule("MON011", "monitor-without-alert", level=Level.WARNING)
def monitor_without_alert(program: Program, context: Context) -> Iterator[Finding]:
    """A monitor has no alert, and nothing else uses it.

    No severity under `alert:`, no `no_data` or `on_error` that raises one, and neither an SLO, a composite nor a dashboard names it.

    **Why.** It costs measurements and a place at a provider, looks like protection, and can never tell anybody anything.

    **Example**

        monitors:
          backlog: {metric: queue-length}

    **Instead**

        monitors:
          backlog: {metric: queue-length, alert: {warning: "> 1000 for 10m"}}

    A figure that is only looked at is a metric on a dashboard.

    **Source.** The meaning of `monitors` in the spec language (2026-11-21)
    """
    used = {
        member.monitor
        for monitor in program.monitors.values()
        if isinstance(monitor.source, Composite)
        for member in monitor.source.members
    }
    used |= {slo.monitor for slo in program.slos.values()}
    used |= {name for dashboard in program.dashboards.values() for row in dashboard.rows for panel in row.panels for name in panel.monitors}
    for monitor in program.monitors.values():
        raises = monitor.no_data in program.severities or monitor.on_error in program.severities
        if not monitor.alerts and not raises and monitor.name not in used:
            yield found(
                f"'{monitor.name}' can never tell anybody anything",
                monitor.origin,
                help="add `alert:`, or make it a metric",
                address=monitor.address,
                on_key=True,
            )
