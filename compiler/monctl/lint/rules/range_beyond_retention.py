"""DASH007."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.quantity import Duration


@rule("DASH007", "range-beyond-retention", level=Level.WARNING)
def range_beyond_retention(program: Program, context: Context) -> Iterator[Finding]:
    """A panel shows more time than its datasource keeps.

    Said of sources whose past is the datasource's own: Prometheus, logs and Sentry, where the datasource says its `retention`.

    **Why.** The left half of the panel is empty, and looks as if nothing had happened then.

    **Example**

        datasources:
          prom: {type: prometheus, url: "https://prometheus.example.com", retention: 15d}
        dashboards:
          all: {range: 30d, rows: [{title: Load, panels: [{title: Load, metric: load}]}]}

    **Instead**

        dashboards:
          all: {range: 15d, rows: [{title: Load, panels: [{title: Load, metric: load}]}]}

    **Source.** Prometheus keeps 15 days unless told otherwise: https://prometheus.io/docs/prometheus/latest/storage/ (read 2026-11-21)
    """
    for dashboard in program.dashboards.values():
        for row in dashboard.rows:
            for panel in row.panels:
                range_s = panel.range_s if panel.range_s is not None else dashboard.range_s
                sources = [panel.query, *(program.metrics[name].source for name, _ in panel.metrics if name in program.metrics)]
                for source in sources:
                    datasource = program.datasources.get(getattr(source, "datasource", ""))
                    kept_s = (
                        datasource.retention_s if datasource is not None and datasource.type in {"prometheus", "logs", "sentry"} else None
                    )
                    if datasource is not None and kept_s is not None and kept_s < range_s:
                        shown, kept = Duration.of(range_s), Duration.of(kept_s)
                        yield found(
                            f"panel '{panel.title}' shows {shown}, and '{datasource.name}' keeps {kept}",
                            panel.origin,
                            help=f"write `range: {kept}`, or show a metric the runner keeps",
                            address=f"dashboard.{dashboard.name}",
                        )
                        break
