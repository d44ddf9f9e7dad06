"""MON016."""

from __future__ import annotations

from collections.abc import Iterator

from monctl.condition import Between, Comparison
from monctl.finding import Finding, Level
from monctl.lint.context import Context
from monctl.lint.rule import found, rule
from monctl.lint.terms import sentence, true_for
from monctl.program import Monitor, Program


@rule("MON016", "alert-inside-goal", level=Level.WARNING)
def alert_inside_goal(program: Program, context: Context) -> Iterator[Finding]:
    """An alert fires at figures that meet the goal of the same monitor.

    The goal says where a figure should be, the alert says where it must not be. Here some figures are both.

    **Why.** One of the two is wrong, most often by a slip of direction or unit, and reports on the goal contradict the alerts.

    **Example**

        goal: "< 500ms"
        alert: {warning: "> 300ms for 5m"}

    **Instead**

        goal: "< 300ms"
        alert: {warning: "> 500ms for 5m"}

    **Source.** The meaning of `goal` in the spec language (2026-11-21)
    """
    for monitor in program.monitors.values():
        goals = [
            term
            for term in monitor.goal_condition or ()
            if isinstance(term, Comparison | Between) and (term.value or monitor.value) == monitor.value
        ]
        if not goals or len(goals) != len(monitor.goal_condition or ()):
            continue
        for alert in monitor.alerts:
            for term in alert.condition:
                if isinstance(term, Comparison | Between) and _overlap(term, goals, monitor):
                    yield found(
                        f"'{alert.severity}' ({alert.text}) fires at figures that meet the goal ({monitor.goal})",
                        sentence(alert, context),
                        help="move the goal or the limit, so that no figure is both",
                        address=monitor.address,
                    )
                    break


def _overlap(term: Comparison | Between, goals: list[Comparison | Between], monitor: Monitor) -> bool:
    if (term.value or monitor.value) != monitor.value or getattr(term, "window_s", None) is not None:
        return False
    return any(fires.meets(good) for fires in true_for(term) for goal in goals for good in true_for(goal))
