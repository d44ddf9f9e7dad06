"""MON014."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("MON014", "datasource-nobody-uses", level=Level.WARNING)
def datasource_nobody_uses(program: Program, context: Context) -> Iterator[Finding]:
    """A datasource is declared, and no metric, monitor or panel reads from it.

    **Why.** Its credentials are asked for and kept for nothing, and its declared schema gives confidence in queries that do not exist.

    **Example**

        datasources:
          old-shop: {type: mysql, dsn: "${env:OLD_SHOP_DSN}"}

    **Instead**

    Remove it, or read from it.

    **Source.** The meaning of `datasources` in the spec language (2026-11-21)
    """
    sources = [metric.source for metric in program.metrics.values()]
    sources += [monitor.source for monitor in program.monitors.values()]
    sources += [
        panel.query
        for dashboard in program.dashboards.values()
        for row in dashboard.rows
        for panel in row.panels
        if panel.query is not None
    ]
    used = {getattr(source, "datasource", None) for source in sources}
    for datasource in program.datasources.values():
        if datasource.name not in used:
            yield found(
                f"nothing reads from '{datasource.name}'",
                datasource.origin,
                help="remove it",
                address=f"datasource.{datasource.name}",
                on_key=True,
            )
