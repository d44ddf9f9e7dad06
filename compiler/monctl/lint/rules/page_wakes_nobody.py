"""ROUTE003."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.receivers import wakes
from monctl.lint.rule import found, rule
from monctl.program import Program


@rule("ROUTE003", "page-wakes-nobody", level=Level.WARNING)
def page_wakes_nobody(program: Program, context: Context) -> Iterator[Finding]:
    """An alert that must wake somebody goes only where nobody is woken.

    Its severity pages, and all it is sent to waits to be read: Slack, e-mail, webhooks, Sentry. What rings is PagerDuty, SMS, and an escalation
    that calls a person, a rotation or a team.

    **Why.** Slack at four in the morning is a message for eight.

    **Example**

        severities:
          critical: {pages: true, notify: [slack-critical]}

    **Instead**

        severities:
          critical: {pages: true, notify: [slack-critical], escalation: on-call}

    **Source.** A level without any way of notifying escalated to directors: https://github.com/grafana-cold-storage/oncall/issues/1326 (read 2026-11-20)
    """
    for monitor in program.monitors.values():
        for alert in monitor.alerts:
            if alert.deliveries and program.severities[alert.severity].pages and not any(wakes(program, one) for one in alert.deliveries):
                names = list(dict.fromkeys(name for one in alert.deliveries for name in (*one.channels, one.escalation) if name))
                yield found(
                    f"'{alert.severity}' must wake somebody, but {_listed(names)} only {'waits' if len(names) == 1 else 'wait'} to be read",
                    alert.origin,
                    help="add a pagerduty or sms channel, or an escalation that calls somebody; or write `pages: false` where it can wait",
                    address=monitor.address,
                    on_key=True,
                )


def _listed(names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]
