"""ROUTE005."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import reaches_somebody, ways
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE005", "level-reaches-nobody", level=Level.ERROR)
def level_reaches_nobody(program: Program, context: Context) -> Iterator[Finding]:
    """A level of an escalation calls only people who cannot be reached.

    Everybody on it lacks an e-mail address, a phone number where the estate has a channel that sends text messages, and a PagerDuty account where
    PagerDuty holds the escalation; or its team has no members. A Slack name is for mentions, and the runner calls the members of a team, not its
    address.

    **Why.** The level takes its time and calls nobody; the next one comes late or, if this is the last, never.

    **Example**

        people:
          lead: {title: Team lead}
        escalations:
          incident: {levels: [{after: 0m, notify: [lead]}]}

    **Instead**

        people:
          lead: {title: Team lead, email: lead@example.com, phone: "+12025550123"}

    **Source.** An empty step still waits out its delay: https://github.com/target/goalert/issues/4548 (read 2026-11-20)
    """
    for escalation in program.escalations.values():
        for at, step in enumerate(escalation.steps):
            if not reaches_somebody(program, escalation, step):
                names = ", ".join(f"'{one.name}'" for one in step.recipients) or "nobody"
                yield found(
                    f"level {at + 1} calls {names}, who cannot be reached",
                    escalation.origin.at("levels", at, "notify"),
                    help=f"give them {ways(program)}",
                    address=f"escalation.{escalation.name}",
                )
