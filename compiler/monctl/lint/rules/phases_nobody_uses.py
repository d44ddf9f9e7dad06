"""MON017."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("MON017", "phases-nobody-uses", level=Level.WARNING)
def phases_nobody_uses(program: Program, context: Context) -> Iterator[Finding]:
    """Phases are declared, and no monitor belongs to any of them.

    **Why.** Going from one phase to the next switches nothing. Somebody counts on monitors that run during a migration only, and they run always, or were never written.

    **Example**

        phases:
          migration: {}
        monitors:
          copied: {metric: copied, alert: {warning: unchanged for 1h}}

    **Instead**

        monitors:
          copied: {metric: copied, phases: [migration], alert: {warning: unchanged for 1h}}

    **Source.** The meaning of `phases` in the spec language (2026-11-21)
    """
    if program.phases and program.monitors and not any(monitor.phases for monitor in program.monitors.values()):
        first = next(iter(program.phases.values()))
        yield found(
            "no monitor belongs to a phase: going from one to the next switches nothing",
            first.origin,
            help="name them under `phases:` of the monitors they are about, or remove them",
            address=f"phase.{first.name}",
            on_key=True,
            same_at="",
        )
