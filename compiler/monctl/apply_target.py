"""[I/O through a client] One target's half of an apply: bodies filled at the last moment, marks, and calls that may have been lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from monctl.errors import Conflict, Garbled, NotFound, Rejected, Unreachable
from monctl.fields import compare
from monctl.live import LiveState
from monctl.order import Step, Verb
from monctl.ownership import Identity, ownership
from monctl.plan import Action, Change, Plan
from monctl.receipt import Outcome, Receipt
from monctl.resolve import applied_digest, references, resolved
from monctl.resource import Json, Live, Mark, Resource, SecretRef
from monctl.target import Client, Target


@dataclass(frozen=True, slots=True)
class Side:
    """What a target should hold, what it holds, and the way there."""

    target: Target
    client: Client
    resources: Iterable[Resource]
    state: LiveState
    """As the plan was made against; for a saved plan, as read just now."""


class Call(Protocol):
    """A call with everything filled in. `begun`: an earlier run may have made it already."""

    def __call__(self, *, begun: bool) -> Receipt:
        """Makes the call. Raises the ProviderErrors of the client."""


class Half:
    """The steps of one target. Remembers the ids of what it makes."""

    def __init__(self, side: Side, plan: Plan, secret: Callable[[SecretRef], str]) -> None:
        self._target, self._client, self._lookups = side.target, side.client, side.state.lookups
        self._estate, self._environment = plan.estate, plan.environment
        self._secret = secret
        self._resources = {(resource.kind, resource.key): resource for resource in side.resources}
        self._by_id = {(live.kind, live.remote_id): live for live in side.state.lives}
        self._lives: dict[Identity, Live] = dict(
            ownership(side.target, side.state.lives, estate=plan.estate, environment=plan.environment, wanted=self._resources).ours
        )
        for change in plan.changes:
            live = self._by_id.get((change.kind, change.remote_id or ""))
            if change.target != side.target.name or live is None:
                continue
            if change.action is Action.REPLACE:
                self._lives.pop((change.kind, change.key), None)
            elif change.action is not Action.DELETE:
                self._lives[change.kind, change.key] = live

    def prepare(self, step: Step) -> Call:
        """The call of a step. Raises a MonctlError when a secret cannot be read or a reference leads nowhere."""
        if step.verb is Verb.DELETE:
            return partial(self._delete, step)
        resource = self._resources.get((step.change.kind, step.change.key))
        if resource is None:
            raise Rejected("the plan names an object that the specs no longer make", target=self._target.name, hint="make a new plan")
        body, mark = self._filled(resource)
        if step.verb is Verb.CREATE:
            return partial(self._create, step, resource, body, mark)
        live = self._by_id.get((step.change.kind, step.change.remote_id or ""))
        if live is None:
            raise NotFound(f"the object ({step.change.remote_id}) is gone", target=self._target.name, hint="make a new plan")
        return partial(self._update, step, resource, body, mark, live)

    def remember(self, step: Step) -> None:
        """A step that an earlier run has done: what it made is known by its mark."""
        if step.verb is Verb.CREATE and (live := self._marked(self._by_id.values(), step.change)) is not None:
            self._lives[step.change.kind, step.change.key] = live

    def _filled(self, resource: Resource) -> tuple[Json, Mark]:
        public = resolved(resource.body, self._lives, self._lookups)
        lost = [leaf for leaf in references(public) if not isinstance(leaf, SecretRef)]
        if lost:
            raise Rejected(f"it refers to {lost[0]}, which is not there", target=self._target.name)
        digest = applied_digest(self._target.normalize(resource.kind, public), resource.body)
        mark = Mark(self._estate, self._environment, resource.key, digest)
        return resolved(public, {}, {}, self._secret), mark

    def _create(self, step: Step, resource: Resource, body: Json, mark: Mark, *, begun: bool) -> Receipt:
        if begun and (live := self._find(step.change, resource)) is not None:
            live = self._client.update(resource, body, mark, live)
            return self._made(step, live, "made by the run that broke off, and found by its mark")
        try:
            return self._made(step, self._client.create(resource, body, mark))
        except (Unreachable, Garbled):
            if (live := self._find(step.change, resource)) is not None:
                return self._made(step, self._completed(resource, body, mark, live), "the answer was lost; found by its mark")
            return self._made(step, self._client.create(resource, body, mark), "at the second try")
        except Conflict:
            old = self._by_id.get((step.change.kind, step.change.remote_id or ""))
            if step.change.action is not Action.REPLACE or old is None:
                raise
            self._client.delete(old)
            del self._by_id[old.kind, old.remote_id]
            return self._made(step, self._client.create(resource, body, mark), "the old one had to go first")

    def _update(self, step: Step, resource: Resource, body: Json, mark: Mark, live: Live, *, begun: bool) -> Receipt:
        return self._made(step, self._client.update(resource, body, mark, live))

    def _delete(self, step: Step, *, begun: bool) -> Receipt:
        live = self._by_id.get((step.change.kind, step.change.remote_id or ""))
        if live is None:
            return Receipt(step, Outcome.DONE, None, "was gone already")
        for last in (False, True):
            try:
                self._client.delete(live)
            except NotFound:
                return Receipt(step, Outcome.DONE, None, "was gone already")
            except (Unreachable, Garbled):
                # a second deletion does no harm, and an object that stays would bear the mark of what took its place
                if last:
                    raise
            else:
                break
        return Receipt(step, Outcome.DONE)

    def _completed(self, resource: Resource, body: Json, mark: Mark, live: Live) -> Live:
        """What a create has made, brought to its end: where an object takes several calls, only the first may have been made."""
        wanted = self._target.normalize(resource.kind, resolved(resource.body, self._lives, self._lookups))
        if compare(self._target.normalize(resource.kind, live.body), wanted):
            return self._client.update(resource, body, mark, live)
        return live

    def _made(self, step: Step, live: Live, reason: str = "") -> Receipt:
        self._lives[step.change.kind, step.change.key] = live
        return Receipt(step, Outcome.DONE, live.remote_id, reason)

    def _find(self, change: Change, resource: Resource) -> Live | None:
        """What a create has made although nobody heard of it."""
        return self._marked(self._client.read([resource]), change)

    def _marked(self, lives: Iterable[Live], change: Change) -> Live | None:
        ours = (self._estate, self._environment, change.key)
        return next(
            (
                live
                for live in lives
                if live.kind == change.kind
                and live.remote_id != change.remote_id
                and live.mark is not None
                and (live.mark.estate, live.mark.environment, live.mark.key) == ours
            ),
            None,
        )
