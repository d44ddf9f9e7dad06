"""From an estate to the plan that removes what we own of it. What is foreign or protected stays; what uses a thing goes before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from monctl.audience import with_audience
from monctl.deploy import Planned, refusals
from monctl.diff import destruction
from monctl.order import mentions
from monctl.plan import Change, Difference, Problem, assemble
from monctl.resource import Live, Resource
from monctl.selection import Selection


def undone(planned: Planned, *, selection: Selection | None, allow_delete: bool) -> Planned:
    """What would be removed instead of what would be changed, from the same reading of the targets."""
    estate, environment = planned.plan.estate, planned.plan.environment
    differences = []
    for one in planned.reached.values():
        every = destruction(one.target, one.resources, one.state, estate=estate, environment=environment)
        meant = every if selection is None else _selected(every, one.resources, selection)
        differences.append(replace(meant, notes=(*meant.notes, *_needed(meant, one.state.lives, estate, environment))))
    whole = assemble(differences, estate=estate, environment=environment)
    whole = replace(whole, changes=with_audience(whole.changes, planned.checked.program), unasked=planned.plan.unasked)
    return replace(planned, plan=whole, refusals=tuple(refusals(planned.checked, whole, allow_delete=allow_delete)))


def _selected(every: Difference, resources: Iterable[Resource], selection: Selection) -> Difference:
    """The deletions that a selection means; the rest counts as unchanged."""
    wanted = {(resource.kind, resource.key): resource for resource in resources}
    kept = tuple(change for change in every.changes if _meant(change, wanted, selection))
    addresses = {resource.address for resource in wanted.values() if selection.has(resource)}
    notes = tuple(note for note in every.notes if not note.address or note.address in addresses)
    return replace(every, changes=kept, unchanged=every.unchanged + len(every.changes) - len(kept), notes=notes)


def _meant(change: Change, wanted: Mapping[tuple[str, str], Resource], selection: Selection) -> bool:
    resource = wanted.get((change.kind, change.key))
    return selection.has_removed(change.key) if resource is None else selection.has(resource)


def _needed(difference: Difference, lives: Iterable[Live], estate: str, environment: str) -> Iterator[Problem]:
    """What stays and uses something that goes: the provider may refuse, and should."""
    going = {change.remote_id: change for change in difference.changes if change.remote_id}
    ids = frozenset(going)
    for live in lives:
        if live.remote_id in going and going[live.remote_id].kind == live.kind:
            continue
        for remote_id in dict.fromkeys(mentions(live.body, ids)):
            change = going[remote_id]
            ours = live.mark is not None and (live.mark.estate, live.mark.environment) == (estate, environment)
            whose = "stays" if ours else "is not ours"
            message = (
                f"the {live.kind.replace('_', ' ')} '{live.name}', which {whose}, uses the {change.kind.replace('_', ' ')} '{change.name}'"
            )
            yield Problem(difference.target, change.address, message, "the provider may refuse to delete what is in use", change.id)
