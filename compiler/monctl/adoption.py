"""Objects somebody names to be taken over: each by name, never by pattern. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from monctl.ownership import Identity
from monctl.plan import Problem
from monctl.resource import Live, Resource


def adoptions(
    target: str,
    resources: Iterable[Resource],
    ours: Mapping[Identity, Live],
    foreign: Iterable[Live],
    adopt: Iterable[str],
    *,
    refused: Callable[[Live], tuple[str, str] | None] | None = None,
) -> tuple[dict[Identity, Live], list[Problem]]:
    """Which foreign object each named resource takes over, and what was asked for and cannot be.

    A request is a resource's address (`monitor.site`), or its id (`grafana/dashboard/site`), alone or with `=REMOTE_ID`. Without a remote
    id the one foreign object of the same kind and name is meant. An address may stand for several resources; then those without a
    counterpart are simply created. `refused` is the target's `not_adoptable`, where it has one.
    """
    candidates: dict[str, list[Live]] = {}
    for live in foreign:
        candidates.setdefault(live.kind, []).append(live)
    found: dict[Identity, Live] = {}
    problems: list[Problem] = []
    every = tuple(resources)
    for request in sorted(adopt):
        name, _, remote_id = request.partition("=")
        asked = [resource for resource in every if name in {resource.address, resource.id}]
        missed: list[Problem] = []
        took = False
        for resource in asked:
            identity = (resource.kind, resource.key)
            if identity in ours:
                continue
            matches = [
                live
                for live in candidates.get(resource.kind, ())
                if (live.remote_id == remote_id if remote_id else live.name == resource.name)
            ]
            if len(matches) == 1 and refused is not None and (reasons := refused(matches[0])) is not None:
                message = f"the {resource.kind.replace('_', ' ')} '{matches[0].name}' of {target} cannot be taken over: {reasons[0]}"
                missed.append(Problem(target, resource.address, message, reasons[1], resource.id))
            elif len(matches) == 1:
                found[identity] = matches[0]
                took = True
            else:
                missed.append(_missed(target, resource, request, matches))
        if not took:
            problems.extend(missed)
    return found, problems


def unmatched(adopt: Iterable[str], resources: Iterable[Resource]) -> list[str]:
    """The requests that name no resource of any target: a spelling mistake on the command line."""
    known = {name for resource in resources for name in (resource.address, resource.id)}
    return sorted(request for request in adopt if request.partition("=")[0] not in known)


def _missed(target: str, resource: Resource, request: str, matches: list[Live]) -> Problem:
    kind = resource.kind.replace("_", " ")
    if not matches:
        message = f"nothing to adopt for '{request}': {target} has no {kind} of that {'id' if '=' in request else f'name ({resource.name})'} that is not ours"
        return Problem(target, resource.address, message, "leave --adopt out to have it created", resource.id)
    ids = ", ".join(sorted(live.remote_id for live in matches))
    message = f"'{request}' may mean {len(matches)} objects: {target} has several {kind}s named '{resource.name}' ({ids})"
    return Problem(target, resource.address, message, f"name one: --adopt {resource.id}=ID", resource.id)
