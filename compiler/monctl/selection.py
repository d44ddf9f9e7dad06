"""A part of an estate: what a filtered run may touch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from monctl.resolve import references
from monctl.resource import Ref, Resource


@dataclass(frozen=True, slots=True)
class Selection:
    """A part of an estate. A run with a selection neither changes, adopts nor deletes anything outside it."""

    addresses: frozenset[str]
    """Objects of the program that are meant; what they need and what does not exist yet is made as well."""
    names: tuple[str, ...] = ()
    """Globs: objects of ours that no spec names any more are deleted only when their key matches one."""

    def has(self, resource: Resource) -> bool:
        """Whether a resource holds something that is meant."""
        return resource.address in self.addresses or any(part in self.addresses for part in resource.parts)

    def has_removed(self, key: str) -> bool:
        """Whether an object that no spec names any more is meant."""
        return any(fnmatchcase(key, name) for name in self.names)


def chosen(
    selection: Selection, wanted: Mapping[tuple[str, str], Resource], lives: Mapping[tuple[str, str], object]
) -> dict[tuple[str, str], Resource]:
    """The resources of a selection by kind and key, and what they need that does not exist yet."""
    found = {identity: resource for identity, resource in wanted.items() if selection.has(resource)}
    queue = list(found.values())
    while queue:
        for leaf in references(queue.pop().body):
            if not isinstance(leaf, Ref):
                continue
            identity = (leaf.kind, leaf.key)
            if identity in wanted and identity not in found and identity not in lives:
                found[identity] = wanted[identity]
                queue.append(wanted[identity])
    return found
