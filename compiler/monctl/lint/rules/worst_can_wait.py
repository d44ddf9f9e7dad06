"""ROUTE025."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE025", "worst-can-wait", level=Level.WARNING)
def worst_can_wait(program: Program, context: Context) -> Iterator[Finding]:
    """The most severe level is told in some hours only, or collected.

    Its severity has `during:` or `digest:`. Where it says `pages: false` besides, that is a decision, and nothing is said.

    **Why.** There is nothing worse than this level, so nothing else wakes anybody either: failures of the night are read in the morning.

    **Example**

        severities:
          critical: {notify: [pagerduty], during: office-hours}
          warning: {notify: [slack]}

    **Instead**

        severities:
          critical: {notify: [pagerduty]}
          warning: {notify: [slack], during: office-hours}

    **Source.** The meaning of `during`, `digest` and `pages` in the spec language (2026-11-21)
    """
    severity = program.severities.get(program.most_severe)
    if severity is None or not any(alert.severity == severity.name for monitor in program.monitors.values() for alert in monitor.alerts):
        return
    own = context.defaults.get(severity.name)
    if severity.digest is not None:
        yield found(
            f"'{severity.name}' is the most severe level, and is told {severity.digest}",
            severity.origin.at("digest"),
            help="send it at once; collect what is less severe",
            address=f"severity.{severity.name}",
        )
    elif own is not None and own.during is not None and not severity.pages and context.raw(severity.origin.at("pages")) is None:
        yield found(
            f"'{severity.name}' is the most severe level, and is told in the hours of '{own.during}' only",
            severity.origin.at("during"),
            help="let it be told at any hour; or write `pages: false`, if nothing here is worth waking somebody for",
            address=f"severity.{severity.name}",
        )
