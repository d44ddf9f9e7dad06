"""DASH005."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program
from monctl.quantity import Duration


@rule("DASH005", "line-of-one-point", level=Level.WARNING)
def line_of_one_point(program: Program, context: Context) -> Iterator[Finding]:
    """A panel draws a line over less time than passes between two measurements.

    **Why.** There is one point, or none. The panel says "no data" of a metric that is well.

    **Example**

        metrics:
          size: {every: 1d, sql: {…}}
        dashboards:
          all: {range: 6h, panels: [{title: Size, metric: size, look: timeseries}]}

    **Instead**

        dashboards:
          all: {range: 30d, panels: [{title: Size, metric: size, look: timeseries}]}

    **Source.** The meaning of `every` and `range` in the spec language (2026-11-21)
    """
    for dashboard in program.dashboards.values():
        for row in dashboard.rows:
            for panel in row.panels:
                range_s = panel.range_s if panel.range_s is not None else dashboard.range_s
                sparse = next(
                    (name for name, _ in panel.metrics if name in program.metrics and program.metrics[name].every_s > range_s), None
                )
                if panel.look == "timeseries" and sparse is not None:
                    shown, every = Duration.of(range_s), Duration.of(program.metrics[sparse].every_s)
                    yield found(
                        f"panel '{panel.title}' shows {shown}, and '{sparse}' is measured every {every}",
                        panel.origin,
                        help="show a longer `range:`, or write `look: stat`",
                        address=f"dashboard.{dashboard.name}",
                        same=panel.title,
                    )
