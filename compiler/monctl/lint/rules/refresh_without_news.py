"""DASH006."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.quantity import Duration

_TIMES = 10


@rule("DASH006", "refresh-without-news", level=Level.INFO)
def refresh_without_news(program: Program, context: Context) -> Iterator[Finding]:
    """A dashboard is loaded ten times and more before any figure on it can have changed.

    Said where every panel shows metrics, and the most frequent of them is measured ten times less often than the dashboard is refreshed.

    **Why.** Each open screen asks the database every few seconds for what is measured every few minutes.

    **Example**

        metrics:
          size: {every: 1h, sql: {…}}
        dashboards:
          all: {refresh: 10s, rows: [{title: Size, panels: [{title: Size, metric: size}]}]}

    **Instead**

        dashboards:
          all: {refresh: 15m, rows: [{title: Size, panels: [{title: Size, metric: size}]}]}

    **Source.** "Avoid unnecessary dashboard refreshing to reduce the load on the network or backend":
    https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/best-practices/ (read in a copy 2026-11-21)
    """
    for dashboard in program.dashboards.values():
        panels = [panel for row in dashboard.rows for panel in row.panels if panel.look != "text"]
        if not dashboard.refresh_s or not panels or any(not panel.metrics or panel.query is not None for panel in panels):
            continue
        every = [program.metrics[name].every_s for panel in panels for name, _ in panel.metrics if name in program.metrics]
        if every and min(every) >= dashboard.refresh_s * _TIMES:
            fast, slow = Duration.of(dashboard.refresh_s), Duration.of(min(every))
            yield found(
                f"it is loaded every {fast}, and no figure on it is measured more often than every {slow}",
                dashboard.origin.at("refresh"),
                help=f"write `refresh: {slow}`",
                address=f"dashboard.{dashboard.name}",
                same=dashboard.name,
            )
