"""ROUTE003."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import wakes
from monctl.lint.rule import found, rule
from monctl.lint.shared import faults
from monctl.program import Program


@rule("ROUTE003", "page-wakes-nobody", level=Level.WARNING)
def page_wakes_nobody(program: Program, context: Context) -> Iterator[Finding]:
    """An alert that must wake somebody goes only where nobody is woken.

    Its severity pages, and all it is sent to waits to be read: Slack, e-mail, webhooks, Sentry. What rings is PagerDuty, SMS, and an escalation
    that calls a person, a rotation or a team. Told once for a severity or a route that sends its alerts there.

    **Why.** Slack at four in the morning is a message for eight.

    **Example**

        severities:
          critical: {pages: true, notify: [slack-critical]}

    **Instead**

        severities:
          critical: {pages: true, notify: [slack-critical], escalation: on-call}

    **Source.** A level without any way of notifying escalated to directors: https://github.com/grafana-cold-storage/oncall/issues/1326 (read 2026-11-20)
    """
    unheard = (
        way
        for way in context.ways(program)
        if way.deliveries and program.severities[way.severity].pages and not any(wakes(program, one) for one in way.deliveries)
    )
    for fault in faults(program, context, unheard):
        names = list(dict.fromkeys(name for one in fault.alerts[0][1].deliveries for name in (*one.channels, one.escalation) if name))
        waits = f"{_listed(names)} only {'waits' if len(names) == 1 else 'wait'} to be read"
        yield found(
            f"'{fault.severity}' must wake somebody, but {waits}{fault.concerned}",
            fault.origin,
            help="add a pagerduty or sms channel, or an escalation that calls somebody; or write `pages: false` where it can wait",
            address=fault.address,
            on_key=True,
            same=fault.same,
        )


def _listed(names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]
