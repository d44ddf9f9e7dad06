"""MON005."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.shared import apart, listed
from monctl.program import Monitor, Program

_MANY = 4
"""Monitors without a runbook from which on it is one fault of the severity, when they are the most of those that page."""


@rule("MON005", "page-without-runbook", level=Level.WARNING)
def page_without_runbook(program: Program, context: Context) -> Iterator[Finding]:
    """A monitor may wake somebody, and says nothing about what to do then.

    It has an alert of a severity that pages, and neither it nor its service names a `runbook`, nor has it an `action`. Where that is so of four
    and more, and of most that page, it is told once, at the severity; a monitor with an ignore does not count.

    **Why.** At three in the morning nobody remembers. The minutes it takes to find out what the alert is about are minutes of the outage.

    **Example**

        monitors:
          api: {http: https://api.example.com/health, alert: {critical: down}}

    **Instead**

        monitors:
          api: {http: https://api.example.com/health, alert: {critical: down}, runbook: api-down}

    **Source.** One of the two rules gcx has for alert rules: https://github.com/grafana/gcx, docs/reference/linter-rules (read 2026-11-20)
    """
    waking = {name for name, severity in program.severities.items() if severity.pages}
    paging: dict[str, int] = {}
    bare: dict[str, list[Monitor]] = {}
    for monitor in program.monitors.values():
        severity = next((alert.severity for alert in monitor.alerts if alert.severity in waking), None)
        if severity is not None:
            paging[severity] = paging.get(severity, 0) + 1
            if monitor.runbook is None and not monitor.action:
                bare.setdefault(severity, []).append(monitor)
    for severity, monitors in bare.items():
        ignored, rest = apart(monitors, lambda one: context.is_ignored(one.origin))
        number = len(rest)
        each = f"'{severity}' wakes somebody, and nothing says what to do"
        is_many = number >= _MANY and 2 * number > paging[severity] - len(ignored)
        if rest and (is_many or context.is_ignored(program.severities[severity].origin)):
            yield found(
                f"'{severity}' wakes somebody for {number} monitors of which nothing says what to do ({listed([one.name for one in rest])})",
                program.severities[severity].origin,
                help="add `runbook:` to their services, or `runbook:` or `action:` with one sentence to each",
                address=f"severity.{severity}",
                on_key=True,
                same=each,
                elsewhere=(tuple(one.address for one in rest),),
            )
            rest = []
        for monitor in (*ignored, *rest):
            yield found(
                each,
                monitor.origin,
                help="add `runbook:` here or to its service, or `action:` with one sentence",
                address=monitor.address,
                on_key=True,
                elsewhere=((f"severity.{severity}",),),
            )
