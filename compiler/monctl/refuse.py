"""What is not done although it could be: the safety rules of a plan. Pure; a refusal is a value, and the plan is always shown first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from monctl.live import LiveState, fingerprint
from monctl.plan import Action, Change, Plan
from monctl.target import Fidelity, Fit, Target


class Rule(StrEnum):
    """Which rule refuses."""

    DELETIONS = "deletions"
    OWNER = "owner"
    PROTECT = "protect"
    STALE = "stale"
    FIDELITY = "fidelity"
    IMPOSSIBLE = "impossible"
    """Something the change needs is not there."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many objects a plan may delete: the larger of the two, per target and environment."""

    deletions: float = 3
    percent: float = 10
    """Of the objects that bear our mark."""
    allow_delete: bool = False
    """Somebody said that this plan may delete as much as it shows."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that is refused, why, and the way out."""

    rule: Rule
    target: str
    message: str
    help: str
    changes: tuple[str, ...] = ()
    """Ids of the changes that are not done."""
    whole: bool = False
    """Nothing of the plan is done; else the rest may go on."""


Waivers = Mapping[str, Mapping[str, str]]
"""Address → `target.field`, a glob of it, or `*` → the reason why losing it is accepted."""


def refuse(plan: Plan, limits: Limits, *, severe: Iterable[str] = (), waivers: Waivers | None = None) -> list[Refusal]:
    """Everything in a plan that the rules refuse; empty means go. `severe` are the severities on which nothing may be dropped."""
    return [
        *_deletions(plan, limits),
        *_owners(plan),
        *_protected(plan),
        *_losses(plan, frozenset(severe), waivers or {}),
        *(
            Refusal(
                Rule.IMPOSSIBLE,
                error.target,
                f"{error.address}: {error.message}",
                error.help,
                (error.change,) if error.change else (),
                not error.change,
            )
            for error in plan.errors
        ),
    ]


def stale(
    plan: Plan, target: Target, state: LiveState, *, done: frozenset[str] = frozenset(), since: str = "the plan was saved"
) -> list[Refusal]:
    """The changes of a plan whose objects moved since it was made, against a fresh read.

    `done` are ids of changes that an earlier, broken-off run of the same plan has begun: those moved by our own hand.
    """
    by_id = {(live.kind, live.remote_id): live for live in state.lives}
    ours = {
        (live.kind, live.mark.key): live
        for live in state.lives
        if live.mark is not None and (live.mark.estate, live.mark.environment) == (plan.estate, plan.environment)
    }
    found = []
    for change in plan.changes:
        if change.target != target.name or change.id in done:
            continue
        if change.action is Action.CREATE:
            if (change.kind, change.key) in ours:
                found.append(_stale(change, f"was made since {since}"))
            continue
        live = by_id.get((change.kind, change.remote_id or ""))
        if live is None:
            if change.action is not Action.DELETE:
                found.append(_stale(change, f"is gone since {since}"))
        elif fingerprint(live, target.normalize(live.kind, live.body)) != change.live:
            found.append(_stale(change, f"was changed since {since}"))
    return found


def permitted(plan: Plan, refusals: Iterable[Refusal]) -> Plan:
    """The part of a plan that may go on: nothing when it is refused as a whole, else all but what is refused and what needs that."""
    every = tuple(refusals)
    if any(refusal.whole for refusal in every):
        return plan.only(())
    out = {id for refusal in every for id in refusal.changes}
    users: dict[str, list[str]] = {}
    for change in plan.changes:
        for need in change.depends_on:
            users.setdefault(need, []).append(change.id)
    queue = list(out)
    while queue:
        for user in users.get(queue.pop(), ()):
            if user not in out:
                out.add(user)
                queue.append(user)
    return plan.only(change.id for change in plan.changes if change.id not in out)


def _deletions(plan: Plan, limits: Limits) -> Iterator[Refusal]:
    if limits.allow_delete:
        return
    for target in plan.targets:
        gone = [change for change in plan.changes if change.target == target and change.action is Action.DELETE]
        owned = plan.owned[target]
        most = max(limits.deletions, owned * limits.percent / 100)
        if len(gone) > most:
            where = f"{target}, {plan.environment}" if plan.environment else target
            yield Refusal(
                Rule.DELETIONS,
                target,
                f"{where}: {len(gone)} of the {owned} objects we own would be deleted; without leave at most {int(most)} may go",
                "read the deletions above; if they are meant, say --allow-delete (the limit is `limits` in monctl.yaml)",
                tuple(change.id for change in gone),
                whole=True,
            )


def _owners(plan: Plan) -> Iterator[Refusal]:
    for change in plan.changes:
        if change.owner:
            message = f"{change.target}: the {_kind(change)} '{change.name}' ({change.remote_id}) bears the mark of {change.owner}"
            yield Refusal(Rule.OWNER, change.target, message, f"give it up there first, or leave {change.address} out", (change.id,))


def _protected(plan: Plan) -> Iterator[Refusal]:
    for change in plan.changes:
        if change.protect and change.action in {Action.DELETE, Action.REPLACE}:
            how = "deleted" if change.action is Action.DELETE else f"replaced, for {change.reason}"
            message = f"{change.target}: the {_kind(change)} '{change.name}' is protected and would be {how}"
            yield Refusal(Rule.PROTECT, change.target, message, f"remove `protect: true` from {change.address} first", (change.id,))


def _losses(plan: Plan, severe: frozenset[str], waivers: Waivers) -> Iterator[Refusal]:
    for loss in plan.fidelity:
        if loss.fit is Fit.DROPPED and loss.severity in severe and not _waived(loss, waivers.get(loss.address, {})):
            message = f"{loss.target} cannot say {loss.field} of {loss.address}, and it is lost on {loss.severity}: {loss.how}"
            help = f"place it elsewhere with `on:`, or accept the loss with `waive: {{{loss.target}.{loss.field}: REASON}}`"
            yield Refusal(Rule.FIDELITY, loss.target, message, help, whole=True)


def _waived(loss: Fidelity, waived: Mapping[str, str]) -> bool:
    return any(fnmatchcase(f"{loss.target}.{loss.field}", pattern) for pattern in waived)


def _stale(change: Change, what: str) -> Refusal:
    message = f"{change.target}: the {_kind(change)} '{change.name}' {what}"
    return Refusal(Rule.STALE, change.target, message, "make a new plan, and read it", (change.id,))


def _kind(change: Change) -> str:
    return change.kind.replace("_", " ")
