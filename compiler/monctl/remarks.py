"""What a plan has to say beside its changes: what stands in the way, and what a person should know. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from monctl.order import knots
from monctl.ownership import Identity
from monctl.plan import Action, Change, Problem
from monctl.resolve import references
from monctl.resource import Live, Lookup, Ref, Resource


def errors(target: str, changes: Iterable[Change], wanted: Mapping[Identity, Resource], missing: Mapping[Lookup, str]) -> Iterator[Problem]:
    """What keeps a change from being carried out: something looked up in vain, a reference to nothing, a circle."""
    every = tuple(changes)
    addresses = {change.id: change.address for change in every}
    for change in every:
        for leaf in sorted(set(references(wanted[change.kind, change.key].body)), key=str):
            if isinstance(leaf, Lookup) and leaf in missing:
                yield Problem(target, change.address, missing[leaf], "make it there, or correct its name in the spec", change.id)
            elif isinstance(leaf, Ref) and (leaf.kind, leaf.key) not in wanted:
                yield Problem(
                    target, change.address, f"it refers to {leaf}, which nothing makes", "report this: the target is at fault", change.id
                )
    for circle in knots(every):
        message = f"{' → '.join([*circle, circle[0]])} wait for each other, and none of them exists yet"
        for id in circle:
            yield Problem(target, addresses[id], message, "take one of the references out, apply, and put it back", id)


def same_name(
    target: str, changes: Iterable[Change], foreign: Iterable[Live], refused: Callable[[Live], tuple[str, str] | None] | None = None
) -> Iterator[Problem]:
    """A creation beside a foreign object of the same name may be a second one of what is there already.

    `refused` is the target's `not_adoptable`, where it has one.
    """
    named: dict[tuple[str, str], list[Live]] = {}
    for live in foreign:
        named.setdefault((live.kind, live.name), []).append(live)
    for change in changes:
        for live in named.get((change.kind, change.name), ()) if change.action is Action.CREATE else ():
            owner = "is not managed by monctl" if live.mark is None else f"belongs to {live.mark.estate}/{live.mark.environment or '-'}"
            message = f"{target} has a {change.kind.replace('_', ' ')} named '{change.name}' already ({live.remote_id}), which {owner}"
            help = (
                f"take it over with --adopt {change.id}={live.remote_id}, or a second one is made"
                if live.mark is None
                else "rename one of the two"
            )
            if live.mark is None and refused is not None and (reasons := refused(live)) is not None:
                help = reasons[1]
            yield Problem(target, change.address, message, help, change.id)


def copied(target: str, copies: Iterable[Live], leftovers: frozenset[tuple[str, str]]) -> Iterator[Problem]:
    """Objects that somebody cloned, mark and all."""
    for live in copies:
        if live.mark is not None and (live.kind, live.remote_id) not in leftovers:
            message = f"the {live.kind.replace('_', ' ')} '{live.name}' ({live.remote_id}) bears the mark of another object, '{live.mark.key}'; it is left alone"
            yield Problem(target, "", message, "delete the copy, or take the mark out of it")
