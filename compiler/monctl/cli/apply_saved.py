"""A saved plan made ready to be carried out: estates found again, objects read again, what moved since refused."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from monctl.cli.progress import screen
from monctl.deploy import Planned, Request, reach, refusals, secrets_of, state_of
from monctl.errors import UsageError
from monctl.journal import read_journal
from monctl.plan_file import SavedPlan, default_journal, read_plans
from monctl.project import Checked
from monctl.refuse import stale
from monctl.target import Target

if TYPE_CHECKING:
    from monctl.sandbox.place import Sandbox


def planned_again(
    path: Path, checked: Sequence[Checked], targets: Mapping[str, Target], *, sandbox: Sandbox | None, allow_delete: bool, resume: bool
) -> list[Planned]:
    """What `apply` carries out. Raises UsageError when the estate of a plan is not among those checked, or is in another environment."""
    by_name = {one.program.estate: one for one in checked}
    request = Request(environ=os.environ, allow_delete=allow_delete, sandbox=sandbox, **screen.asks())
    found = []
    for saved in read_plans(path):
        estate = by_name.get(saved.plan.estate)
        if estate is None:
            raise UsageError(f"{path} is a plan of estate '{saved.plan.estate}', which is not here", hint="name its folder with -C")
        if estate.program.environment != saved.plan.environment:
            raise UsageError(f"{path} is a plan for environment '{saved.plan.environment}'", hint=f"say -e {saved.plan.environment}")
        with screen.reading():
            found.append(_again(saved, estate, targets, request, resume=resume))
    return found


def _again(saved: SavedPlan, checked: Checked, targets: Mapping[str, Target], request: Request, *, resume: bool) -> Planned:
    plan = saved.plan
    begun = read_journal(default_journal(state_of(checked, request), plan)).begun if resume else frozenset()
    names = sorted({change.target for change in plan.changes})
    for name in names:
        if name not in targets or name not in checked.program.targets:
            raise UsageError(f"the plan changes {name}, which estate '{plan.estate}' does not use", hint="make a new plan")
    reached, unreached = reach(checked, {name: saved.of(name) for name in names}, targets, request)
    moved = [refusal for one in reached.values() for refusal in stale(plan, one.target, one.state, done=begun)]
    refused = (*refusals(checked, plan, allow_delete=request.allow_delete), *moved)
    return Planned(checked, plan, reached, unreached, refused, secrets_of(checked, request), state_of(checked, request))
