"""What was changed outside since our last apply, told apart from what the specs changed. Pure.

The mark of an object holds a digest of what was last applied. An object that no longer fits it was changed outside; a spec that no
longer fits it was changed in the repository; both may be true. Where a vendor has no room for a digest, nobody can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from monctl.cause import as_seen, judged, secret_changed
from monctl.fields import compare
from monctl.live import LiveState
from monctl.naming import names_for
from monctl.ownership import Identity, Ownership, ownership, renames
from monctl.plan import Action, Cause, Change, FieldChange, Place, Problem
from monctl.remembered import Memory
from monctl.resolve import applied_digest, references, resolved, value_of
from monctl.resource import Live, Ref, Resource
from monctl.selection import Selection
from monctl.sensitive import scrub, sensitive_name
from monctl.source import Sources
from monctl.target import Target

# pydantic reads this when the JSON Schema of a report is made; the docstrings under the fields become descriptions
_DESCRIBED: Any = {"use_attribute_docstrings": True}


class What(StrEnum):
    """What became of an object."""

    CHANGED = "changed"
    DELETED = "deleted"
    """It was there, and is not."""
    UNMARKED = "unmarked"
    """It is there, and lost the mark by which it is ours: a plan would make a second one."""
    MISSING = "missing"
    """It is not there: deleted outside, or never applied. Neither a journal nor a snapshot is here to tell."""
    COPIED = "copied"
    """Somebody cloned one of ours, mark and all."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """One object that is not as it was left."""

    __pydantic_config__ = _DESCRIBED

    address: str
    """The object of the program; for one that no spec names any more: the vendor's kind and its key."""
    target: str
    kind: str
    """The vendor's word for it."""
    key: str
    name: str
    """What a person calls it."""
    what: What
    cause: Cause
    """`outside`; `both` when the specs changed as well; `unknown` when the mark has no digest, or nothing tells."""
    remote_id: str | None = None
    """The vendor's id; null when it is gone and its id is not known."""
    fields: tuple[FieldChange, ...] = ()
    """`before` is what the specs say (with `cause: outside`: what was applied), `after` what is there now."""
    source: Place | None = None
    """Where it is declared."""
    reason: str = ""
    """What the fields do not say."""
    help: str = ""
    """The way out."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One target: what was changed outside, and how much is as it was left."""

    target: str
    deviations: tuple[Deviation, ...] = ()
    spec: int = 0
    """Objects the specs changed since the last apply, or no longer name."""
    pending: int = 0
    """Objects that were never made, as a journal or a snapshot tells."""
    unchanged: int = 0
    foreign: int = 0
    """Objects that are not ours; they are read and never judged."""
    notes: tuple[Problem, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """Names of ids that occur in fields."""


def drift(
    target: Target,
    resources: Iterable[Resource],
    state: LiveState,
    *,
    estate: str,
    environment: str = "",
    moved: Mapping[str, str] | None = None,
    selection: Selection | None = None,
    sources: Sources | None = None,
    memory: Memory | None = None,
    elsewhere: bool = False,
) -> Drift:
    """What was changed outside in one target. `memory` tells what was there before; `moved` maps old addresses to new ones.

    What it does not cover and is not there counts as drift: it may have been deleted. `elsewhere`: the estate was applied, for another target
    holds objects of it, so that an object just as the specs say may be ours without its mark.
    """
    wanted = {(resource.kind, resource.key): resource for resource in resources}
    found = ownership(target, state.lives, estate=estate, environment=environment, wanted=wanted)
    moves = renames(wanted.values(), found.ours, moved or {})
    lives = {identity: live for identity, live in found.ours.items() if identity not in moves.values()}
    lives |= {new: found.ours[old] for new, old in moves.items()}
    meant = {identity: one for identity, one in wanted.items() if selection is None or selection.has(one)}
    work = _Work(target, state, wanted, lives, found, memory or Memory(), sources, elsewhere or bool(found.ours))
    judged = [work.judge(resource, lives[identity]) for identity, resource in wanted.items() if identity in lives]
    told = [one for one in judged if (one.resource.kind, one.resource.key) in meant]
    absent = [work.absent(resource) for identity, resource in meant.items() if identity not in lives]
    gone = [live for identity, live in lives.items() if identity not in wanted and _asked(selection, identity)]
    deviations = [one.deviation for one in told if one.deviation is not None]
    deviations += [one for one in absent if one is not None]
    deviations += [one for live in gone if (one := work.removed(live)) is not None]
    copies = [
        live
        for live in found.copies
        if live.mark is not None and ((live.kind, live.mark.key) in meant or _asked(selection, (live.kind, live.mark.key)))
    ]
    deviations += [work.copied(live) for live in copies]
    return Drift(
        target.name,
        tuple(sorted(deviations, key=lambda one: (list(What).index(one.what), one.kind, one.key, one.remote_id or ""))),
        sum(one.spec for one in told) + len(gone),
        sum(one is None for one in absent),
        sum(one.deviation is None and not one.spec for one in told),
        len(found.foreign),
        tuple(note for one in told for note in one.notes),
        names_for([_carrier(one) for one in deviations], state.lives, state.lookups, wanted.values()),
    )


def _asked(selection: Selection | None, identity: Identity) -> bool:
    return selection is None or selection.has_removed(identity[1])


@dataclass(frozen=True, slots=True)
class _Judged:
    """One of our objects against its spec and its mark."""

    resource: Resource
    deviation: Deviation | None = None
    spec: bool = False
    """The spec changed, and nobody touched the object."""
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Work:
    """The objects of one target, one by one. `judge` comes first: it also learns what our objects refer to."""

    target: Target
    state: LiveState
    wanted: Mapping[Identity, Resource]
    lives: Mapping[Identity, Live]
    found: Ownership
    memory: Memory
    sources: Sources | None
    applied: bool
    """Something of the estate is there, here or in another target."""
    referred: dict[Identity, str] = field(default_factory=dict)
    """Ids that untouched objects of ours hold in the place of objects that are not among ours now: those were there."""

    def judge(self, resource: Resource, live: Live) -> _Judged:
        """Whether an object is as we left it, and its spec too."""
        before = self.target.normalize(resource.kind, live.body)
        normal = self.target.normalize(resource.kind, resolved(resource.body, self.lives, self.state.lookups))
        verdict = judged(live, before, normal, resource)
        fields = _turned(compare(before, verdict.shown, hidden=self._hidden(resource)))
        if not verdict.marked:
            if not fields:
                return _Judged(resource)
            why = "changed outside or in the specs: there is no room for a digest in its mark"
            return _Judged(resource, self._changed(resource, live, Cause.UNKNOWN, fields, why))
        if verdict.outside is None:
            message = "its secrets are other ones in the specs now, so whether it was changed outside as well cannot be told before the next apply"
            note = Problem(self.target.name, resource.address, message, change=resource.id)
            return _Judged(resource, spec=True, notes=(note,))
        if not verdict.outside:
            if not verdict.spec:
                self.referred.update(verdict.seen)
            applied = live.mark.digest if live.mark else ""
            return _Judged(resource, spec=verdict.spec and bool(fields or secret_changed(applied, resource)))
        if not fields:
            return _Judged(resource)  # changed by both, to the same
        return _Judged(resource, self._changed(resource, live, verdict.cause, fields))

    def _changed(self, resource: Resource, live: Live, cause: Cause, fields: tuple[FieldChange, ...], reason: str = "") -> Deviation:
        place = self._place(resource)
        there = f" in {place.file}{f':{place.line}' if place.line else ''}" if place else ""
        help = f"`monctl apply` puts it back; to keep it, say so{there}"
        if cause is Cause.BOTH:
            help = f"`monctl apply` overwrites it; what is to stay of it must be said{there} first"
        return self._of(resource, What.CHANGED, cause, live.remote_id, fields, reason, help)

    def absent(self, resource: Resource) -> Deviation | None:
        """What became of an object that is declared and not among ours; None when it is known that it was never made."""
        known = self.memory.known(self.target.name, resource.kind, resource.key) or self.referred.get((resource.kind, resource.key))
        there = self._unmarked(resource, known)
        if there is not None:
            if there.mark is not None:
                reason = f"it bears the mark of {there.mark.estate}/{there.mark.environment or '-'} now"
                return self._of(
                    resource, What.UNMARKED, Cause.OUTSIDE, there.remote_id, (), reason, "take that mark out of it, then `monctl diff`"
                )
            help = f"`monctl apply --adopt {resource.id}={there.remote_id}` takes it back; without it a second one would be made"
            return self._of(
                resource,
                What.UNMARKED,
                Cause.OUTSIDE,
                there.remote_id,
                (),
                "" if known else "it has no mark, and is what the specs say",
                help,
            )
        if known is not None:
            help = "`monctl apply` makes it again; if it is to go, take it out of the specs"
            return self._of(resource, What.DELETED, Cause.OUTSIDE, known, (), "", help)
        if self.memory.covers(self.target.name):
            return None
        reason = "deleted outside, or never applied"
        help = "`monctl apply` makes it; the journal of the machine that applies, or `--since SNAPSHOT`, tells which it was"
        return self._of(resource, What.MISSING, Cause.UNKNOWN, None, (), reason, help)

    def _unmarked(self, resource: Resource, known: str | None) -> Live | None:
        """The object that lost its mark: the one with its id, else the only one without a mark that is just what the specs say."""
        foreign = [live for live in self.found.foreign if live.kind == resource.kind]
        if known is not None:
            return next((live for live in foreign if live.remote_id == known), None)
        if not self.applied:
            return None
        body = resolved(resource.body, self.lives, self.state.lookups)
        normal = self.target.normalize(resource.kind, body)
        same = []
        for live in foreign:
            if live.mark is None and live.name == resource.name:
                before = self.target.normalize(live.kind, live.body)
                if not compare(before, as_seen(before, normal, {})):
                    same.append(live)
        return same[0] if len(same) == 1 else None

    def removed(self, live: Live) -> Deviation | None:
        """An object that no spec names any more, when it was changed outside; what is in it that the specs do not know cannot be shown."""
        before = self.target.normalize(live.kind, live.body)
        if live.mark is None or not live.mark.digest or scrub(before) != before:
            return None  # of an object with secrets the digest is not of the body alone
        if live.mark.digest[:6] == applied_digest(before, None)[:6]:
            return None
        return Deviation(
            f"{live.kind}.{live.mark.key}", self.target.name, live.kind, live.mark.key, live.name, What.CHANGED, Cause.BOTH, live.remote_id,
            reason="the specs no longer name it", help="`monctl apply` deletes it, with what was changed",
        )  # fmt: skip

    def copied(self, live: Live) -> Deviation:
        """A clone of one of ours."""
        key = live.mark.key if live.mark else ""
        resource = self.wanted.get((live.kind, key))
        ours = self.lives.get((live.kind, key))
        return Deviation(
            resource.address if resource else f"{live.kind}.{key}", self.target.name, live.kind, key, live.name, What.COPIED, Cause.OUTSIDE,
            live.remote_id, reason=f"a copy of {ours.remote_id}" if ours else "", help="delete the copy, or take the mark out of it",
        )  # fmt: skip

    def _of(
        self, resource: Resource, what: What, cause: Cause, remote_id: str | None, fields: tuple[FieldChange, ...], reason: str, help: str
    ) -> Deviation:
        place = self._place(resource)
        return Deviation(
            resource.address, resource.target, resource.kind, resource.key, resource.name, what, cause, remote_id, fields, place, reason, help
        )  # fmt: skip

    def _place(self, resource: Resource) -> Place | None:
        if not resource.origin.file:
            return None
        if self.sources is None:
            return Place(resource.origin.file, resource.origin.line or 0)
        span = self.sources.span(resource.origin)
        return Place(span.file, span.line)

    def _hidden(self, resource: Resource) -> frozenset[Any]:
        """Secret values of our own objects that others refer to."""
        found = (
            value_of(live, leaf.field)
            for leaf in references(resource.body)
            if isinstance(leaf, Ref) and sensitive_name(leaf.field) and (live := self.lives.get((leaf.kind, leaf.key))) is not None
        )
        return frozenset(value for value in found if isinstance(value, str | int))


def _turned(fields: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
    """A plan shows what would become of an object, drift what became of it."""
    return tuple(FieldChange(one.path, one.after, one.before, one.sensitive) for one in fields)


def _carrier(one: Deviation) -> Change:
    return Change(one.address, one.target, one.kind, one.key, one.name, Action.UPDATE, fields=one.fields)
