"""DASH004."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program

_MOST = 12


@rule("DASH004", "too-many-lines", level=Level.INFO)
def too_many_lines(program: Program, context: Context) -> Iterator[Finding]:
    """A panel draws more than twelve lines.

    **Why.** Colours repeat, the legend is longer than the picture, and nobody sees which line left the others.

    **Example**

        - {title: Queues, metrics: [q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13]}

    **Instead**

        - {title: Queues, metrics: [q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13], look: table}

    or panels of a few lines that belong together.

    **Source.** "Keep your graphs simple and focused": https://grafana.com/docs/grafana/v8.4/best-practices/best-practices-for-creating-dashboards/
    (read 2026-11-21)
    """
    for dashboard in program.dashboards.values():
        for row in dashboard.rows:
            for panel in row.panels:
                if panel.look == "timeseries" and len(panel.metrics) > _MOST:
                    yield found(
                        f"panel '{panel.title}' draws {len(panel.metrics)} lines, and nobody can tell more than {_MOST} apart",
                        panel.origin,
                        help="make several panels of it, or write `look: table`",
                        address=f"dashboard.{dashboard.name}",
                    )
