"""Whose the live objects are: ours by mark, copies of ours, renamed ones, or foreign. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monctl.resolve import applied_digest
from monctl.resource import Live, Resource
from monctl.target import Target

Identity = tuple[str, str]
"""Kind and key: with target, estate and environment, which object is meant."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """The live objects of one target, told apart."""

    ours: Mapping[Identity, Live]
    copies: tuple[Live, ...]
    """They bear the mark of an object in `ours`: somebody cloned it by hand, mark and all. Never touched."""
    foreign: tuple[Live, ...]
    """No mark, or the mark of another estate or environment."""


def ownership(target: Target, lives: Iterable[Live], *, estate: str, environment: str) -> Ownership:
    """Tells the live objects apart. Of several with one mark the one that is as we left it is ours, else the oldest by id."""
    marked: dict[Identity, list[Live]] = {}
    foreign = []
    for live in lives:
        if live.mark is None or live.mark.estate != estate or live.mark.environment != environment:
            foreign.append(live)
        else:
            marked.setdefault((live.kind, live.mark.key), []).append(live)
    copies: list[Live] = []
    for identity, several in marked.items():
        if len(several) > 1:
            several.sort(key=lambda live: (not _as_left(target, live), len(live.remote_id), live.remote_id))
            copies.extend(several[1:])
            marked[identity] = several[:1]
    return Ownership({identity: several[0] for identity, several in marked.items()}, tuple(copies), tuple(foreign))


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
