"""DASH003."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("DASH003", "panel-title-twice", level=Level.INFO)
def panel_title_twice(program: Program, context: Context) -> Iterator[Finding]:
    """Two panels in one row of a dashboard have one title.

    **Why.** In an incident somebody says "look at errors", and two people look at two figures.

    **Example**

        panels:
          - {title: Errors, metric: api-errors}
          - {title: Errors, metric: worker-errors}

    **Instead**

        panels:
          - {title: Errors of the API, metric: api-errors}
          - {title: Errors of the workers, metric: worker-errors}

    **Source.** One of the rules of Grafana's dashboard-linter is about titles and descriptions of panels:
    https://github.com/grafana/dashboard-linter/blob/main/docs/rules/panel-title-description-rule.md (its name read 2026-11-21)
    """
    for dashboard in program.dashboards.values():
        for row in dashboard.rows:
            seen: set[str] = set()
            for panel in row.panels:
                if panel.title in seen and panel.look != "text":
                    yield found(
                        f"two panels of '{dashboard.name}' are called '{panel.title}'",
                        panel.origin,
                        help="say in the title what tells them apart",
                        address=f"dashboard.{dashboard.name}",
                    )
                seen.add(panel.title)
