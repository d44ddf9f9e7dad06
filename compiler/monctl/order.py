"""In which order changes are carried out: what is referred to first, deletions last and backwards. Pure.

All creations and updates of all targets come before the first deletion, so that the new route lives before the old one goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

from monctl.plan import Action, Change
from monctl.resource import Json, Live, Resource


class Verb(StrEnum):
    """What one step asks of a client."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Step:
    """One call. A replacement is two: its creation, and much later the deletion of the old object."""

    change: Change
    verb: Verb
    needs: tuple[str, ...] = ()
    """Ids of steps without which this one is not tried."""

    @property
    def id(self) -> str:
        """The id of its change; with ` (old)` for the second half of a replacement."""
        return _old(self.change.id) if self.verb is Verb.DELETE and self.change.action is Action.REPLACE else self.change.id


class Asked(NamedTuple):
    """What a step asks of a client."""

    verb: Verb
    resource: Resource | None
    """None for a deletion."""
    live: Live | None
    """None for a creation that replaces nothing."""


_VERB = {Action.CREATE: Verb.CREATE, Action.REPLACE: Verb.CREATE, Action.UPDATE: Verb.UPDATE, Action.ADOPT: Verb.UPDATE}
_NEW = frozenset({Action.CREATE, Action.REPLACE})
"""The id of such an object is known only afterwards."""


def steps(changes: Iterable[Change]) -> tuple[Step, ...]:
    """Every call in its order; the same for the same changes."""
    by_id = {change.id: change for change in sorted(changes, key=lambda change: (change.target, change.kind, change.key))}
    forward = {id: change for id, change in by_id.items() if change.action is not Action.DELETE}
    wanted = {id: [need for need in change.depends_on if need in forward and need != id] for id, change in forward.items()}
    first: list[Step] = []
    made: set[str] = set()
    for id in _sorted(wanted, by_id):
        first.append(Step(forward[id], _VERB[forward[id].action], tuple(need for need in wanted[id] if need in made)))
        if forward[id].action in _NEW:
            made.add(id)
    users: dict[str, list[str]] = {}
    for id, before in wanted.items():
        for need in before:
            users.setdefault(need, []).append(id)
    last: dict[str, Step] = {}
    graph: dict[str, list[str]] = {}
    for id, change in by_id.items():
        if change.action is Action.DELETE:
            needs = tuple(need for need in change.depends_on if need in by_id and need != id)
            last[id] = Step(change, Verb.DELETE, needs)
            graph[id] = [_old(need) if by_id[need].action is Action.REPLACE else need for need in needs if by_id[need].action in _GOING]
        elif change.action is Action.REPLACE:
            last[_old(id)] = Step(change, Verb.DELETE, (id, *users.get(id, ())))
            graph[_old(id)] = [_old(user) for user in users.get(id, ()) if by_id[user].action is Action.REPLACE]
    return (*first, *(last[id] for id in _sorted(graph, by_id)))


_GOING = frozenset({Action.DELETE, Action.REPLACE})


def knots(changes: Iterable[Change]) -> list[tuple[str, ...]]:
    """Ids of changes that wait for each other and can therefore never begin, each circle once."""
    new = {change.id: change for change in changes if change.action in _NEW}
    graph = {id: [need for need in change.depends_on if need in new] for id, change in new.items()}
    found = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = tuple(reversed(error.args[1][1:]))
            found.append(circle)
            for id in circle:
                del graph[id]
        else:
            return found


def deletions_after(going: Mapping[str, Live], touched: Mapping[str, Live]) -> dict[str, tuple[str, ...]]:
    """For each object that goes, the ids of the changes that must be done before: those whose object, as it is now, mentions its id.

    `going` are deletions, `touched` all changes of live objects, both by change id. What the vendor refuses in spite of this order is
    tried again after the other deletions.
    """
    if not going:
        return {}
    whose = {live.remote_id: id for id, live in going.items()}
    ids = frozenset(whose)
    found: dict[str, set[str]] = {}
    for user, live in touched.items():
        for remote_id in mentions(live.body, ids):
            if whose[remote_id] != user:
                found.setdefault(whose[remote_id], set()).add(user)
    return {id: tuple(sorted(users)) for id, users in found.items()}


def mentions(body: Json, ids: Iterable[str]) -> Iterator[str]:
    """The ids a body holds somewhere; a number counts only under a name with `id` in it."""
    wanted = frozenset(ids)
    stack: list[tuple[str, Json]] = [("", body)]
    while stack:
        name, value = stack.pop()
        if isinstance(value, Mapping):
            stack.extend((str(key), item) for key, item in value.items())
        elif isinstance(value, list | tuple):
            stack.extend((name, item) for item in value)
        elif isinstance(value, str | int) and not isinstance(value, bool):
            text = str(value)
            if text in wanted and (not text.isdigit() or "id" in name.lower()):
                yield text


def _sorted(graph: dict[str, list[str]], changes: Mapping[str, Change]) -> list[str]:
    """Topological order. A circle is cut where the id is known already, else anywhere: then the provider has the last word."""
    while True:
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle = error.args[1]
            edges = list(pairwise(circle))
            before, after = next((edge for edge in edges if edge[0] in changes and changes[edge[0]].action not in _NEW), edges[0])
            graph = {**graph, after: [need for need in graph[after] if need != before]}


def _old(id: str) -> str:
    return f"{id} (old)"
