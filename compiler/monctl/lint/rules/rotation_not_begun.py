"""ROUTE026."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import rotations_texted
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE026", "rotation-not-begun", level=Level.WARNING)
def rotation_not_begun(program: Program, context: Context) -> Iterator[Finding]:
    """A seat that an escalation calls has its first turn in the future, and nobody sits in it until then.

    Turns are not counted back from `start`. A start in the past costs nothing: it only says whose turn it is.

    **Why.** Until that day the level calls nobody, and PagerDuty makes no incident at all where nobody is on call at any level.

    **Example**

        rotations:
          oncall: {members: [ana, ben], shift: 1w, start: 2027-01-04T09:00}

    **Instead**

        rotations:
          oncall: {members: [ana, ben], shift: 1w, start: 2026-01-05T09:00}

    whole turns earlier, so that the same person begins in the same week.

    **Source.** The meaning of `start` in the spec language (2026-11-21); while nobody is on call, no incident is created:
    https://support.pagerduty.com/docs/schedules (read 2026-11-21)
    """
    if context.today is None:
        return
    called = {
        (one.name, one.layer)
        for escalation in program.escalations.values()
        for step in escalation.steps
        for one in step.recipients
        if one.kind == "rotation"
    }
    texted = {name for channel in program.channels.values() if channel.kind == "sms" for name in rotations_texted(channel)}
    for rotation in program.rotations.values():
        for at, layer in enumerate(rotation.layers):
            if layer.start.date() <= context.today or (
                (rotation.name, layer.name) not in called and not (at == 0 and rotation.name in texted)
            ):
                continue
            yield found(
                f"nobody is on call as '{layer.name}' of '{rotation.name}' before {layer.start:%Y-%m-%d %H:%M}",
                rotation.origin,
                help="let `start:` be in the past, whole turns earlier",
                address=f"rotation.{rotation.name}",
                on_key=True,
            )
            break
