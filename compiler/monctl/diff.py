"""Desired against live: which objects of one target would change, and how. Pure.

Identity is the ownership mark (estate, environment, key) and the kind. What bears no mark, or somebody else's, is only ever read.
Secrets are never compared by value: a changed reference shows in the mark's digest where the vendor has room for one; a rotated value
behind the same reference is no difference, and goes along with the next update or with `resend_secrets`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from monctl.adoption import adoptions
from monctl.cause import judged
from monctl.fields import compare, whole
from monctl.live import LiveState, fingerprint
from monctl.naming import names_for
from monctl.order import deletions_after
from monctl.ownership import Identity, ownership, renames
from monctl.plan import Action, Change, Difference, FieldChange, Place, Problem
from monctl.remarks import copied, errors, same_name
from monctl.resolve import Leaf, references, resolved, secrets, secrets_digest, value_of
from monctl.resource import Live, Ref, Resource, SecretRef, plain
from monctl.selection import Selection, chosen
from monctl.sensitive import sensitive_name
from monctl.source import Origin, Sources
from monctl.target import Target


def diff(
    target: Target,
    resources: Iterable[Resource],
    state: LiveState,
    *,
    estate: str,
    environment: str = "",
    moved: Mapping[str, str] | None = None,
    adopt: Iterable[str] = (),
    selection: Selection | None = None,
    sources: Sources | None = None,
    leftovers: frozenset[tuple[str, str]] = frozenset(),
    resend_secrets: bool = False,
) -> Difference:
    """What would change in one target.

    `moved` maps old addresses to new ones; the object stays. `adopt` names foreign objects to take over (see `monctl.adoption`).
    `sources` gives lines to origins. `leftovers` are (kind, remote id) of objects that a broken-off replacement left behind.
    """
    wanted = {(resource.kind, resource.key): resource for resource in resources}
    found = ownership(target, state.lives, estate=estate, environment=environment, wanted=wanted)
    moves = renames(wanted.values(), found.ours, moved or {})
    lives = {identity: live for identity, live in found.ours.items() if identity not in moves.values()}
    lives |= {new: found.ours[old] for new, old in moves.items()}
    taken, problems = adoptions(target.name, wanted.values(), lives, found.foreign, adopt, refused=getattr(target, "not_adoptable", None))
    meant = wanted if selection is None else chosen(selection, wanted, lives)
    taken = {identity: live for identity, live in taken.items() if identity in meant}
    lives |= taken
    work = _Work(target, state, lives, dict(lives), moves, frozenset(taken), resend_secrets, sources)
    changes = work.changes(meant.values())
    gone = [
        live for identity, live in lives.items() if identity not in wanted and (selection is None or selection.has_removed(identity[1]))
    ]
    old = [*found.leftovers, *(live for live in found.copies if (live.kind, live.remote_id) in leftovers)]
    # a leftover shares its key with the object that took its place, so its own id tells the two apart
    left = [(live, f"{live.mark.key}@{live.remote_id}") for live in old if live.mark]
    deletions = {_id(target, live, key): (live, key) for live, key in [*((live, live.mark.key) for live in gone if live.mark), *left]}
    touched = {change.id: lives[change.kind, change.key] for change in changes if change.action is not Action.CREATE}
    after = deletions_after({id: live for id, (live, _) in deletions.items()}, touched | {id: live for id, (live, _) in deletions.items()})
    changes = _dependent(changes, wanted)
    every = (*changes, *(_deletion(target, live, key, after.get(id, ())) for id, (live, key) in deletions.items()))
    return Difference(
        target.name,
        every,
        len(meant) - len(changes),
        len(found.ours),
        (*problems, *errors(target.name, changes, wanted, state.missing)),
        (
            *same_name(target.name, changes, found.foreign, getattr(target, "not_adoptable", None)),
            *copied(target.name, found.copies, leftovers),
        ),
        names_for(every, state.lives, state.lookups, wanted.values()),
    )


def destruction(target: Target, resources: Iterable[Resource], state: LiveState, *, estate: str, environment: str = "") -> Difference:
    """The deletion of everything we own in one target, except what is declared `protect: true`."""
    kept = [resource for resource in resources if resource.protect]
    protected = {(resource.kind, resource.key): resource for resource in kept}
    whole_state = diff(target, (), state, estate=estate, environment=environment)
    deletions = tuple(change for change in whole_state.changes if (change.kind, change.key) not in protected)
    notes = tuple(
        Problem(target.name, resource.address, f"'{resource.name}' is protected and stays", "remove `protect: true` first")
        for identity, resource in protected.items()
        if any((change.kind, change.key) == identity for change in whole_state.changes)
    )
    return replace(whole_state, changes=deletions, unchanged=len(whole_state.changes) - len(deletions), notes=(*whole_state.notes, *notes))


@dataclass(frozen=True, slots=True)
class _Work:
    """The comparison of one target's resources, one by one."""

    target: Target
    state: LiveState
    lives: Mapping[Identity, Live]
    known: dict[Identity, Live]
    """Those whose ids will stay; a reference to any other one is filled only while applying."""
    moves: Mapping[Identity, Identity]
    taken: frozenset[Identity]
    resend_secrets: bool
    sources: Sources | None

    def changes(self, resources: Iterable[Resource]) -> list[Change]:
        """All changes. What refers to a replaced object is compared again, until no further one is replaced."""
        leaves: dict[Identity, list[Leaf]] = {}
        by_identity = {}
        found: dict[Identity, Change] = {}
        for resource in resources:
            identity = (resource.kind, resource.key)
            by_identity[identity] = resource
            leaves[identity] = references(resource.body)
            if (change := self._one(resource, leaves[identity])) is not None:
                found[identity] = change
        fresh = {identity for identity, change in found.items() if change.action is Action.REPLACE}
        while fresh:
            for identity in fresh:
                self.known.pop(identity, None)
            again = [
                identity
                for identity, referred in leaves.items()
                if any(isinstance(leaf, Ref) and (leaf.kind, leaf.key) in fresh for leaf in referred)
            ]
            fresh = set()
            for identity in again:
                change = self._one(by_identity[identity], leaves[identity])
                if change is not None:
                    found[identity] = change
                    if change.action is Action.REPLACE and identity in self.known:
                        fresh.add(identity)
        return list(found.values())

    def _one(self, resource: Resource, leaves: list[Leaf]) -> Change | None:
        identity = (resource.kind, resource.key)
        live = self.lives.get(identity)
        body = resource.body
        if leaves:
            body = resolved(body, self.known, self.state.lookups)
        normal = self.target.normalize(resource.kind, body)
        hidden = self._hidden(leaves) if leaves else frozenset()
        if live is None:
            return self._change(resource, Action.CREATE, whole(normal, created=True, hidden=hidden))
        before = self.target.normalize(resource.kind, live.body)
        fields = () if before == normal else compare(before, normal, hidden=hidden)
        fields += self._secret_fields(resource, leaves, live, fields)
        was = self.moves.get(identity)
        adopts = identity in self.taken
        if not fields and was is None and not adopts:
            return None
        fixed = sorted({_top(one.path) for one in fields} & self.target.immutable(resource.kind))
        action = Action.REPLACE if fixed else Action.ADOPT if adopts else Action.UPDATE
        reason = f"{', '.join(fixed)} cannot be changed in place" if fixed else f"renamed from {was[1]}" if was else ""
        return replace(
            self._change(resource, action, fields),
            remote_id=live.remote_id,
            live=fingerprint(live, before),
            cause=None if adopts else judged(live, before, normal, resource).cause,
            reason=reason,
            was="" if was is None else was[1],
            owner="" if live.mark is None or not adopts else f"{live.mark.estate}/{live.mark.environment or '-'}",
        )

    def _change(self, resource: Resource, action: Action, fields: tuple[FieldChange, ...]) -> Change:
        return Change(
            resource.address,
            resource.target,
            resource.kind,
            resource.key,
            resource.name,
            action,
            fields=fields,
            source=_place(resource.origin, self.sources),
            parts=resource.parts,
            protect=resource.protect,
        )

    def _hidden(self, leaves: list[Leaf]) -> frozenset[Any]:
        """Values of secret fields of our own objects that others refer to (an integration's key)."""
        found = (
            value_of(live, leaf.field)
            for leaf in leaves
            if isinstance(leaf, Ref) and sensitive_name(leaf.field) and (live := self.lives.get((leaf.kind, leaf.key))) is not None
        )
        return frozenset(value for value in found if isinstance(value, str | int))

    def _secret_fields(
        self, resource: Resource, leaves: list[Leaf], live: Live, fields: tuple[FieldChange, ...]
    ) -> tuple[FieldChange, ...]:
        """The secrets of a resource, when its mark says that they are other ones now, or when they are to be sent again."""
        if not any(isinstance(leaf, SecretRef) for leaf in leaves):
            return ()
        applied = live.mark.digest if live.mark else ""
        if not self.resend_secrets and (not applied or applied.endswith(secrets_digest(resource.body))):
            return ()
        listed = {one.path for one in fields}
        return tuple(
            FieldChange(path, None, plain(secret), sensitive=True) for path, secret in secrets(resource.body) if path not in listed
        )


def _dependent(changes: list[Change], wanted: Mapping[Identity, Resource]) -> list[Change]:
    """The changes, each with the changes it needs."""
    ids = {(change.kind, change.key): change.id for change in changes}
    linked = []
    for change in changes:
        needs = {
            ids[leaf.kind, leaf.key]
            for leaf in references(wanted[change.kind, change.key].body)
            if isinstance(leaf, Ref) and (leaf.kind, leaf.key) in ids
        }
        linked.append(replace(change, depends_on=tuple(sorted(needs))) if needs else change)
    return linked


def _deletion(target: Target, live: Live, key: str, needs: tuple[str, ...]) -> Change:
    normal = target.normalize(live.kind, live.body)
    return Change(
        f"{live.kind}.{key}",
        target.name,
        live.kind,
        key,
        live.name,
        Action.DELETE,
        live.remote_id,
        whole(normal, created=False),
        depends_on=needs,
        reason="left behind by a replacement that broke off" if live.mark is not None and live.mark.key != key else "",
        live=fingerprint(live, normal),
    )


def _place(origin: Origin, sources: Sources | None) -> Place | None:
    if not origin.file:
        return None
    if sources is None:
        return Place(origin.file, origin.line or 0)
    span = sources.span(origin)
    return Place(span.file, span.line)


def _id(target: Target, live: Live, key: str) -> str:
    return f"{target.name}/{live.kind}/{key}"


def _top(path: str) -> str:
    return path.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]
