"""Who changed one of our objects since it was last applied: somebody outside, the specs, both. Pure; `diff` and `drift` ask here.

The mark holds a digest of what was applied. An object that no longer fits it was changed outside; a spec that no longer fits it was changed in
the repository. Where a vendor has no room for a digest, nobody can tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from monctl.plan import Cause
from monctl.resolve import applied_digest, masked, secrets_digest
from monctl.resource import Json, Live, Lookup, Ref, Resource, SecretRef


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the digest in a mark tells of an object and its spec."""

    shown: Json
    """The desired value with what the live one holds in the places of references that lead nowhere now: what they differ in was changed."""
    seen: Mapping[tuple[str, str], str]
    """(kind, key) → the id the live object holds in such a place."""
    marked: bool
    """There is a digest."""
    spec: bool = False
    """The specs say something else than what was applied."""
    outside: bool | None = False
    """The object is something else than what was applied; None: its secrets are other ones in the specs now, so that cannot be told."""

    @property
    def cause(self) -> Cause:
        """In one word; what cannot be told is left to what can."""
        if not self.marked:
            return Cause.UNKNOWN
        if self.outside:
            return Cause.BOTH if self.spec else Cause.OUTSIDE
        return Cause.SPEC if self.spec else Cause.UNKNOWN


def judged(live: Live, before: Json, normal: Json, resource: Resource) -> Verdict:
    """Who changed an object. `before` and `normal` are the live and the desired body, both normalised."""
    seen: dict[tuple[str, str], str] = {}
    shown = as_seen(before, normal, seen)
    applied = live.mark.digest if live.mark else ""
    if not applied:
        return Verdict(shown, seen, marked=False, outside=None)
    spec = applied not in {applied_digest(normal, resource.body), applied_digest(shown, resource.body)}
    # the first 6 digits are of the body alone, with secrets and without
    outside: bool | None = not applied.startswith(applied_digest(masked(before, normal), resource.body)[:6])
    if outside and secret_changed(applied, resource):
        spec, outside = True, None
    return Verdict(shown, seen, True, spec, outside)


def as_seen(live: Json, desired: Json, seen: dict[tuple[str, str], str]) -> Json:
    """The desired value with what the live one holds in the places of references that lead nowhere now; those ids go into `seen`."""
    match desired:
        case Ref(kind, key, field):
            if field == "id" and isinstance(live, str | int):
                seen[kind, key] = str(live)
            return desired if live is None else live
        case Lookup():
            return desired if live is None else live
        case SecretRef():
            return desired
        case Mapping():
            known = live if isinstance(live, Mapping) else {}
            return {name: as_seen(known.get(name), value, seen) for name, value in desired.items()}
        case list() | tuple():
            fits = isinstance(live, list) and len(live) == len(desired)
            return [as_seen(live[place] if fits else None, value, seen) for place, value in enumerate(desired)]
        case _:
            return desired


def secret_changed(applied: str, resource: Resource) -> bool:
    """Whether the digest of what was applied is of other references to secrets."""
    now = secrets_digest(resource.body)
    return bool(now) and not applied.endswith(now)
