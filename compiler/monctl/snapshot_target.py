"""A snapshot in the place of the providers: targets that build and compare as ever, and read what was written down. No credentials, no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from monctl.errors import UsageError
from monctl.resolve import resolved
from monctl.resource import Json, Live, Lookup, Mark, Resource
from monctl.sensitive import HIDDEN
from monctl.snapshot import Held, Snapshot, TargetState
from monctl.target import Built, Capabilities, Settings, Target
from monctl.veil import Veil, unveiled

if TYPE_CHECKING:
    from datetime import datetime

    from monctl.live import LiveState
    from monctl.plan import Change, Problem
    from monctl.program import Program

_READ_ONLY = "a snapshot is for reading"


def frozen(targets: Mapping[str, Target], snapshot: Snapshot, veil: Veil) -> dict[str, Target]:
    """The targets, with the snapshot behind them."""
    return {name: FrozenTarget(target, snapshot, veil) for name, target in targets.items()}


class Kept(dict[str, Any]):
    """The body of an object from a snapshot. It is normalised already; besides it holds the fields that others refer to."""

    def __init__(self, normal: Mapping[str, Json], fields: Mapping[str, Json]) -> None:
        super().__init__(normal)
        self.normal = dict(normal)
        for path, value in fields.items():
            place: dict[str, Any] = self
            *above, last = path.split(".")
            for name in above:
                place = place.setdefault(name, {})
            place[last] = value


class FrozenTarget:
    """A target whose provider is a snapshot."""

    def __init__(self, target: Target, snapshot: Snapshot, veil: Veil) -> None:
        self.name: str = target.name
        self.capabilities: Capabilities = target.capabilities
        self._target = target
        self._snapshot = snapshot
        self._veil = veil

    def build(self, program: Program) -> Built:
        """As the target does."""
        return self._target.build(program)

    def normalize(self, kind: str, body: Json) -> Json:
        """As the target does; what comes from the snapshot is normalised already."""
        return body.normal if isinstance(body, Kept) else self._target.normalize(kind, body)

    def immutable(self, kind: str) -> frozenset[str]:
        """As the target does."""
        return self._target.immutable(kind)

    def remarks(
        self, changes: Sequence[Change], resources: Sequence[Resource], state: LiveState, *, program: Program, now: datetime
    ) -> Iterable[Problem]:
        """As the target does, where it has something to say."""
        remarks = getattr(self._target, "remarks", None)
        found: Iterable[Problem] = () if remarks is None else remarks(changes, resources, state, program=program, now=now)
        return found

    def connect(self, settings: Settings) -> FrozenClient:
        """A client of the snapshot. Raises UsageError when it says nothing of this target in this environment."""
        found = self._snapshot.find(settings.estate, settings.environment)
        if found is None and (others := self._snapshot.environments(settings.estate)):
            raise UsageError(
                f"{self.name}: the snapshot is of estate '{settings.estate}' in environment '{others[0] or '-'}', not '{settings.environment or '-'}'",
                hint="take one of this environment, or name the other with -e",
            )
        if found is not None and found.partial and self.name not in found.targets:
            raise UsageError(
                f"{self.name}: the snapshot was taken without it", hint="take one of all targets, or leave this one out with --target"
            )
        state = TargetState() if found is None else found.targets.get(self.name, TargetState())
        return FrozenClient(self._target, state, self._veil)

    def emulator(self, store: object) -> None:
        """None: a snapshot has no sandbox."""


class FrozenClient:
    """Reads a snapshot, and refuses to write."""

    def __init__(self, target: Target, state: TargetState, veil: Veil) -> None:
        self._target = target
        self._state = state
        self._veil = veil
        self._found = {one.lookup: one.found for one in state.lookups}

    def read(self, resources: Iterable[Resource]) -> Iterator[Live]:
        """Every object of ours. What was left out of its body is taken to be as the specs say."""
        wanted = {(resource.kind, resource.key): resource for resource in resources}
        ids = {
            (one.kind, one.mark.key): Live(one.kind, one.remote_id, one.name, one.fields, one.mark)
            for one in self._state.objects
            if one.mark
        }
        lookups = {one: found for one, found in self._found.items() if found is not None}
        for one in self._state.objects:
            resource = wanted.get((one.kind, one.mark.key)) if one.mark else None
            desired = None if resource is None else self._target.normalize(resource.kind, resolved(resource.body, ids, lookups))
            yield self._live(one, desired)

    def lookup(self, wanted: Lookup) -> str | None:
        """What was found then; of something that was not looked up then, that nothing is known."""
        return self._found.get(wanted, f"{wanted}, which the snapshot does not know")

    def create(self, resource: Resource, body: Json, mark: Mark) -> Live:
        """Refused."""
        raise UsageError(_READ_ONLY)

    def update(self, resource: Resource, body: Json, mark: Mark, live: Live) -> Live:
        """Refused."""
        raise UsageError(_READ_ONLY)

    def delete(self, live: Live) -> None:
        """Refused."""
        raise UsageError(_READ_ONLY)

    def _live(self, one: Held, desired: Json) -> Live:
        body = unveiled(one.body, desired, self._veil)
        if not isinstance(body, Mapping):
            body = {} if body is None or body == HIDDEN else {"": body}
        return Live(one.kind, one.remote_id, one.name, Kept(body, one.fields), one.mark, one.version)
