"""Whose the live objects are: ours by mark, copies of ours, renamed ones, or foreign. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monctl.resolve import applied_digest, references, resolved
from monctl.resource import Json, Live, Resource
from monctl.target import Target

Identity = tuple[str, str]
"""Kind and key: with target, estate and environment, which object is meant."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """The live objects of one target, told apart."""

    ours: Mapping[Identity, Live]
    copies: tuple[Live, ...]
    """They bear the mark of an object in `ours`: somebody cloned it by hand, mark and all. Never touched."""
    leftovers: tuple[Live, ...]
    """They bear it too, and are ours: the old halves of replacements that broke off."""
    foreign: tuple[Live, ...]
    """No mark, or the mark of another estate or environment."""


def ownership(
    target: Target, lives: Iterable[Live], *, estate: str, environment: str, wanted: Mapping[Identity, Resource] | None = None
) -> Ownership:
    """Tells the live objects apart. Of several with one mark one is ours.

    It is the one that fits the spec in what cannot be changed, then the one that is as we left it, then the oldest by id.
    """
    marked: dict[Identity, list[Live]] = {}
    foreign = []
    for live in lives:
        if live.mark is None or live.mark.estate != estate or live.mark.environment != environment:
            foreign.append(live)
        else:
            marked.setdefault((live.kind, live.mark.key), []).append(live)
    ours = {identity: several[0] for identity, several in marked.items() if len(several) == 1}
    copies: list[Live] = []
    leftovers: list[Live] = []
    for identity in [identity for identity, several in marked.items() if len(several) > 1]:
        fixed = _fixed(target, (wanted or {}).get(identity), ours)
        best, *others = sorted(marked[identity], key=lambda live: _preference(target, live, fixed))
        ours[identity] = best
        for live in others:
            (leftovers if _left_behind(target, live, best) else copies).append(live)
    return Ownership(ours, tuple(copies), tuple(leftovers), tuple(foreign))


def _fixed(target: Target, resource: Resource | None, known: Mapping[Identity, Live]) -> dict[str, Json]:
    """What a resource says of the fields that cannot be changed, as far as it is known."""
    if resource is None:
        return {}
    normal = target.normalize(resource.kind, resolved(resource.body, known, {}))
    return {name: normal.get(name) for name in target.immutable(resource.kind) if not references(normal.get(name))}


def _preference(target: Target, live: Live, fixed: Mapping[str, Json]) -> tuple[bool, bool, int, str]:
    normal = target.normalize(live.kind, live.body)
    return (
        any(normal.get(name) != value for name, value in fixed.items()),
        not _as_left(target, live),
        len(live.remote_id),
        live.remote_id,
    )


def _left_behind(target: Target, live: Live, ours: Live) -> bool:
    """Whether an object is what a replacement that broke off left behind, and no copy: as we once made it, and of a form ours cannot have had."""
    if live.mark is None or ours.mark is None or live.mark.digest in {"", ours.mark.digest} or not _as_left(target, live):
        return False
    old, new = target.normalize(live.kind, live.body), target.normalize(ours.kind, ours.body)
    return any(old.get(name) != new.get(name) for name in target.immutable(live.kind))


def renames(resources: Iterable[Resource], ours: Mapping[Identity, Live], moved: Mapping[str, str]) -> dict[Identity, Identity]:
    """New identity → the identity its object still bears, for the renames of `moved` (old address → new address).

    Keys are made of names, so the old key is the new one with the old name in it. It counts only where an object of ours bears it,
    nothing else wants it, and the new one is not there yet.
    """
    if not moved:
        return {}
    every = tuple(resources)
    wanted = {(resource.kind, resource.key) for resource in every}
    found: dict[Identity, Identity] = {}
    used: set[Identity] = set()
    before: dict[str, list[str]] = {}
    for old, new in moved.items():
        before.setdefault(new, []).append(old)
    for resource in every:
        identity = (resource.kind, resource.key)
        if identity in ours:
            continue
        for new in (resource.address, *resource.parts):
            for old in before.get(new, ()):
                candidate = (resource.kind, _with_name(resource.key, _name(new), _name(old)))
                if candidate in ours and identity not in found and candidate not in wanted and candidate not in used:
                    found[identity] = candidate
                    used.add(candidate)
    return found


def _as_left(target: Target, live: Live) -> bool:
    if live.mark is None or not live.mark.digest:
        return False
    # of an object with secrets only the first 6 digits are of the body; they are enough to choose by
    return applied_digest(target.normalize(live.kind, live.body), None)[:6] == live.mark.digest[:6]


def _name(address: str) -> str:
    return address.rsplit("/", maxsplit=1)[-1].partition(".")[2]


def _with_name(key: str, new: str, old: str) -> str:
    return re.sub(rf"(?<![A-Za-z0-9]){re.escape(new)}(?![A-Za-z0-9])", lambda _: old, key) if new else key
