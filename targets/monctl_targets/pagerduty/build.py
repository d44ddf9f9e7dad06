"""A program's people, rotations, escalations and PagerDuty channels as the objects PagerDuty should hold. Pure."""

from __future__ import annotations

from monctl.program import Program
from monctl.source import Origin
from monctl.target import Built
from monctl_targets.pagerduty.naming import Naming
from monctl_targets.pagerduty.notes import Notes
from monctl_targets.pagerduty.policy import callable_escalations, policies
from monctl_targets.pagerduty.schedule import DEFAULT, EMITTERS, schedules
from monctl_targets.pagerduty.service import services
from monctl_targets.pagerduty.team import teams


def build(program: Program) -> Built:
    """Every resource, in the order they can be made: teams, schedules, escalation policies, services, integrations.

    Options of `targets.pagerduty`: `prefix` (before the name of every object, to keep estates or environments of one account apart),
    `members` (false leaves who is in a team to PagerDuty), `schedules` (`v2` or `v3`: the form of its schedules).
    """
    options = program.targets.get("pagerduty", {})
    notes = Notes()
    naming = Naming(program, notes, str(options.get("prefix", "")))
    form = str(options.get("schedules", DEFAULT))
    if form not in EMITTERS:
        notes.fault(
            "PAGERDUTY110",
            f"PagerDuty has no schedules of the form '{form}'",
            Origin(""),
            address="",
            help=f"set `targets.pagerduty.schedules` to {' or '.join(EMITTERS)}",
        )
    resources = (
        *teams(naming, members=options.get("members") is not False),
        *schedules(naming, form if form in EMITTERS else DEFAULT),
        *policies(naming),
        *services(naming, callable_escalations(naming)),
    )
    return Built(resources, tuple(notes.fidelity), tuple(dict.fromkeys(notes.findings)))
