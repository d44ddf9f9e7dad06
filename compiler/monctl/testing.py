"""For tests of ours and of third-party targets: a provider in memory, and the proof that a target settles.

from monctl.testing import assert_settles

def test_settles() -> None:
    assert_settles(target, target.build(program).resources)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from monctl.apply import Outcome, Side, apply
from monctl.diff import diff
from monctl.errors import Conflict, NotFound, ProviderError, Rejected, Unreachable
from monctl.live import LiveState, read_all
from monctl.order import mentions
from monctl.plan import Plan, assemble
from monctl.program import Program
from monctl.resource import Json, Live, Lookup, Mark, Resource, SecretRef
from monctl.sandbox.emulator import Emulator
from monctl.sandbox.store import Store
from monctl.sandbox.transport import EmulatorAdapter
from monctl.target import Built, Capabilities, Client, Settings, Target

BASE_URL = "http://sandbox.invalid"
"""Where emulators in the same process seem to be. The name resolves nowhere (RFC 2606)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong in a Memory provider, once."""

    verb: str
    """read, lookup, create, update or delete."""
    key: str
    """Of the resource; empty: of any."""
    error: ProviderError
    after: bool = False
    """It happens, and only the answer is lost."""


@dataclass
class World:
    """What a Memory provider holds."""

    objects: dict[str, tuple[str, Json]] = field(default_factory=dict)
    """Id → (kind, body). The mark is at the end of the body's `note`."""
    known: dict[Lookup, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    """(verb, id or key) of every write, in order."""
    made: int = 0

    def put(self, kind: str, body: Json) -> str:
        """A new object, as somebody else would make it; its id."""
        self.made += 1
        remote_id = f"obj-{self.made:04}"
        self.objects[remote_id] = (kind, {"enabled": True, **deepcopy(body), "created": self.made})
        return remote_id


class Memory:
    """A target whose provider is a dictionary. It adds defaults, turns lists of tags round, hides `secret`, and refuses to delete what is in use."""

    capabilities = Capabilities(())

    def __init__(
        self,
        name: str = "memory",
        build: Callable[[Program], Built] = lambda _: Built(()),
        *,
        immutable: frozenset[str] = frozenset({"type"}),
    ) -> None:
        self.name = name
        self.world = World()
        self._build = build
        self._immutable = immutable

    def build(self, program: Program) -> Built:
        """What the function given at construction makes of a program."""
        return self._build(program)

    def normalize(self, kind: str, body: Json) -> Json:
        """Without what the provider adds; tags sorted."""
        normal = {
            "enabled": True,
            **{name: value for name, value in body.items() if name not in {"created", "secret"} and value is not None},
        }
        if isinstance(normal.get("tags"), list):
            normal["tags"] = sorted(normal["tags"], key=str)
        note = Mark.strip(str(normal.pop("note", "")))
        return normal | ({"note": note} if note else {})

    def immutable(self, kind: str) -> frozenset[str]:
        """`type`, unless told otherwise."""
        return self._immutable

    def connect(self, settings: Settings | None = None) -> MemoryClient:
        """A client of this target's world."""
        return MemoryClient(self.world, self.name)

    def emulator(self, store: Store) -> Emulator | None:
        """None: it needs no HTTP."""
        return None


class MemoryClient:
    """Reads and writes a World."""

    def __init__(self, world: World, target: str = "memory") -> None:
        self._world = world
        self._target = target

    def read(self, resources: Iterable[Resource]) -> Iterator[Live]:
        self._fault("read", "", after=False)
        for remote_id, (kind, body) in sorted(self._world.objects.items()):
            yield self._live(remote_id, kind, body)

    def lookup(self, wanted: Lookup) -> str | None:
        self._fault("lookup", wanted.kind, after=False)
        return self._world.known.get(wanted)

    def create(self, resource: Resource, body: Json, mark: Mark) -> Live:
        self._fault("create", resource.key, after=False)
        sent = self._checked(body, mark)
        remote_id = self._world.put(resource.kind, sent)
        self._world.calls.append(("create", resource.key))
        self._fault("create", resource.key, after=True)
        return self._live(remote_id, *self._world.objects[remote_id])

    def update(self, resource: Resource, body: Json, mark: Mark, live: Live) -> Live:
        self._fault("update", resource.key, after=False)
        if live.remote_id not in self._world.objects:
            raise NotFound("not found", target=self._target, method="PUT", url=live.remote_id, status=404)
        created = self._world.objects[live.remote_id][1]["created"]
        self._world.objects[live.remote_id] = (live.kind, {"enabled": True, **self._checked(body, mark), "created": created})
        self._world.calls.append(("update", resource.key))
        self._fault("update", resource.key, after=True)
        return self._live(live.remote_id, *self._world.objects[live.remote_id])

    def delete(self, live: Live) -> None:
        key = live.mark.key if live.mark else ""
        self._fault("delete", key, after=False)
        users = [id for id, (_, body) in self._world.objects.items() if id != live.remote_id and any(mentions(body, [live.remote_id]))]
        if users:
            raise Conflict(f"in use by {users[0]}", target=self._target, method="DELETE", url=live.remote_id, status=409)
        self._world.objects.pop(live.remote_id, None)
        self._world.calls.append(("delete", live.remote_id))
        self._fault("delete", key, after=True)

    def _checked(self, body: Json, mark: Mark) -> Json:
        text = f"{body.get('note', '')} [{mark.text()}]".lstrip()
        for value in body.get("uses", []):
            if value not in self._world.objects:
                raise Rejected(f"there is no {value}", target=self._target, status=400)
        return {**deepcopy(body), "note": text}

    def _live(self, remote_id: str, kind: str, body: Json) -> Live:
        shown = deepcopy(body)
        if isinstance(shown.get("tags"), list):
            shown["tags"].reverse()
        shown.pop("secret", None)
        return Live(kind, remote_id, str(body.get("name", remote_id)), shown, Mark.find(str(body.get("note", ""))))

    def _fault(self, verb: str, key: str, *, after: bool) -> None:
        for fault in self._world.faults:
            if fault.verb == verb and fault.key in {"", key} and fault.after == after:
                self._world.faults.remove(fault)
                raise fault.error


def lost(verb: str, key: str = "", *, after: bool = True) -> Fault:
    """A call whose answer never arrives: after it was carried out, or before it arrived."""
    return Fault(verb, key, Unreachable("no answer", target="memory"), after=after)


def connected(
    target: Target, *, estate: str = "estate", environment: str = "", options: Mapping[str, Json] | None = None, store: Store | None = None
) -> Client:
    """A client of a target's emulator in the same process; of the target itself when it has none."""
    emulator = target.emulator(store or Store.memory(target.name))
    if emulator is None:
        return target.connect(Settings(None, {}, options or {}, estate, environment))
    environ = emulator.environment(BASE_URL)
    url = next((value for name, value in sorted(environ.items()) if name.endswith("_URL") and value.startswith(BASE_URL)), BASE_URL)
    return target.connect(Settings(url, environ, options or {}, estate, environment, EmulatorAdapter(emulator, BASE_URL)))


def plan_for(
    target: Target,
    client: Client,
    resources: Iterable[Resource],
    *,
    estate: str = "estate",
    environment: str = "",
    leftovers: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[Plan, LiveState]:
    """The plan of one target as it is now, and what it was made against. `leftovers` as for `monctl.diff.diff`."""
    wanted = tuple(resources)
    state = read_all(client, target.name, wanted)
    difference = diff(target, wanted, state, estate=estate, environment=environment, leftovers=leftovers)
    return assemble([difference], estate=estate, environment=environment), state


def assert_settles(
    target: Target,
    resources: Iterable[Resource],
    *,
    client: Client | None = None,
    estate: str = "estate",
    environment: str = "",
    options: Mapping[str, Json] | None = None,
    secrets: Callable[[SecretRef], str] = lambda secret: f"secret of {secret.reference}",
) -> LiveState:
    """Applies the resources and proves that a second plan is empty and that foreign objects are as they were. Gives what is there then.

    Without a client the target's emulator is used. Raises AssertionError with the failures, or with the fields that would not settle.
    """
    wanted = tuple(resources)
    client = client or connected(target, estate=estate, environment=environment, options=options)
    plan, state = plan_for(target, client, wanted, estate=estate, environment=environment)
    _none(f"{error.address}: {error.message}" for error in plan.errors)
    before = _foreign(target, state, estate, environment)
    receipts = list(apply(plan, [Side(target, client, wanted, state)], secrets=secrets))
    failed = [f"{receipt.step.id}: {receipt.reason}" for receipt in receipts if receipt.outcome is not Outcome.DONE]
    _none(failed)
    again, after = plan_for(target, client, wanted, estate=estate, environment=environment)
    restless = [
        f"{change.action} {change.id} {one.path}: {one.before!r} → {one.after!r}" for change in again.changes for one in change.fields
    ] + [f"{change.action} {change.id}: {change.reason}" for change in again.changes if not change.fields]
    _none(restless, "a second plan is not empty:")
    now = _foreign(target, after, estate, environment)
    _none(f"{kind} {id} is not ours and was changed" for kind, id in before if now.get((kind, id)) != before[kind, id])
    return after


def _foreign(target: Target, state: LiveState, estate: str, environment: str) -> dict[tuple[str, str], Json]:
    return {
        (live.kind, live.remote_id): target.normalize(live.kind, live.body)
        for live in state.lives
        if live.mark is None or (live.mark.estate, live.mark.environment) != (estate, environment)
    }


def _none(faults: Iterable[str], heading: str = "") -> None:
    """Raises AssertionError with the faults, also where Python leaves assert statements out."""
    lines = list(faults)
    if lines:
        raise AssertionError("\n".join([heading, *lines] if heading else lines))
