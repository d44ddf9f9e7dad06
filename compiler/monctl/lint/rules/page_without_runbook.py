"""MON005."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("MON005", "page-without-runbook", level=Level.WARNING)
def page_without_runbook(program: Program, context: Context) -> Iterator[Finding]:
    """A monitor may wake somebody, and says nothing about what to do then.

    It has an alert of a severity that pages, and neither it nor its service names a `runbook`, nor has it an `action`.

    **Why.** At three in the morning nobody remembers. The minutes it takes to find out what the alert is about are minutes of the outage.

    **Example**

        monitors:
          api: {http: https://api.example.com/health, alert: {critical: down}}

    **Instead**

        monitors:
          api: {http: https://api.example.com/health, alert: {critical: down}, runbook: api-down}

    **Source.** One of the two rules gcx has for alert rules: https://github.com/grafana/gcx, docs/reference/linter-rules (read 2026-11-20)
    """
    for monitor in program.monitors.values():
        if monitor.runbook is not None or monitor.action:
            continue
        paging = next((alert.severity for alert in monitor.alerts if program.severities[alert.severity].pages), None)
        if paging is not None:
            yield found(
                f"'{paging}' wakes somebody, and nothing says what to do",
                monitor.origin,
                help="add `runbook:` here or to its service, or `action:` with one sentence",
                address=monitor.address,
                on_key=True,
            )
