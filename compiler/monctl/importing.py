"""[I/O] Live objects to specs: said by the target, written, read back, planned; what would still change is left out until nothing would.

Nothing is written at a provider. The estate is put together in a folder of its own, so that what is checked is what the files say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from monctl import diff as differ
from monctl.discover import SETTINGS
from monctl.errors import UsageError
from monctl.finding import Level
from monctl.import_files import Layout
from monctl.live import LiveState, read_all, understood
from monctl.mentions import needed, unmentioned
from monctl.plan import Problem
from monctl.project import Checked
from monctl.resource import Json, Live, Lookup, Mark, Resource
from monctl.saying import Context, Names, Said, SaidObject, Survey, Unsaid
from monctl.settling import Faults, Settled, faults_of_plan, faults_of_specs
from monctl.spec.file import KINDS, SINGULAR
from monctl.target import Client, Target
from monctl.workshop import Place, Workshop, workshop

_ROUNDS = 50
"""Each round leaves out at least one object that others may name; a chain of names longer than this is a bug."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to."""

    target: str
    layout: Layout
    objects: tuple[SaidObject, ...]
    adopt: tuple[str, ...]
    """Requests for `--adopt`: `pagerduty/team/database=PT00001`."""
    settled: Settled
    unsaid: tuple[Unsaid, ...]
    foreign: int
    """Live objects that nobody's mark is on."""
    ours: int
    others: tuple[tuple[str, int], ...]
    """`estate/environment` → how many objects bear its mark; they are never said."""
    secrets: Mapping[str, str]
    """Environment variables the specs name → what belongs into them."""
    advice: tuple[str, ...] = ()
    """What a person has to add to a monctl.yaml that is there already."""


def run(
    target: Target,
    place: Place,
    connect: Callable[[Checked], Client],
    *,
    targets: Mapping[str, Target],
    selected: Sequence[str] = (),
) -> Imported:
    """Read a provider and find the specs whose plan, with everything adopted, is empty.

    `connect` gives the target's client for the estate. Raises UsageError when the target cannot be imported from, and the
    ProviderErrors of the client: an incomplete read is never an import.
    """
    say: Callable[[Sequence[Live], Context], Said] | None = getattr(target, "say", None)
    if say is None:
        able = sorted(name for name, one in targets.items() if hasattr(one, "say"))
        raise UsageError(f"nothing can be imported from {target.name}", hint=f"import knows {', '.join(able)}" if able else None)
    with workshop(place) as shop:
        shop.settings(target, place.options)
        base = shop.checked(targets)
        if target.name not in base.program.targets:
            raise UsageError(
                f"{target.name} is not a target of estate '{base.program.estate}'",
                hint=f"add `{target.name}: {{}}` under `targets` in monctl.yaml",
            )
        client = connect(base)
        survey = _survey(target, client)
        owners = _Owners.of(survey.lives, base.program.estate, base.program.environment)
        names = Names({kind: _names(base, kind) for kind in KINDS})
        context = Context(base.program, names, survey.around, owners.ours, place.base is None)
        said = say(owners.foreign, context)
        options = {**said.options, **place.options}
        advice: tuple[str, ...] = ()
        if place.base is None:
            shop.settings(target, options)
        else:
            present = base.program.targets[target.name]
            advice = tuple(f"targets.{target.name}.{name}: {value}" for name, value in said.options.items() if present.get(name) != value)
        objects = list(_selected(said.objects, selected))
        reread = {(live.kind, live.remote_id): live for live in said.reread}
        lives = tuple(reread.get((live.kind, live.remote_id), live) for live in survey.lives)
        work = _Work(target, targets, shop, _Replay(client, lives), place.layout)
        objects, settled, lost = work.settle(objects)
        adopt = tuple(f"{target.name}/{one.kind}/{one.key}={one.remote_id}" for one in settled.held)
        text = "".join(place.layout.files(objects).values())
        files = dict(place.layout.files(objects))
        if place.base is None:
            files[SETTINGS] = shop.settings_text
        return Imported(
            target.name,
            replace(place.layout, written=files, adopt=adopt),
            tuple(objects),
            adopt,
            settled,
            tuple(sorted((*said.unsaid, *lost), key=lambda one: (one.kind, one.name, one.remote_id, one.field))),
            len(owners.foreign),
            len(owners.ours),
            owners.others,
            {name: what for name, what in sorted(said.secrets.items()) if f"${{env:{name}}}" in text},
            advice,
        )


def _survey(target: Target, client: Client) -> Survey:
    more: Callable[[Client, tuple[Live, ...]], Survey] | None = getattr(target, "survey", None)
    with understood(target.name):
        lives = tuple(client.read(()))
        return Survey(lives) if more is None else more(client, lives)


def _names(base: Checked, kind: str) -> Iterator[str]:
    return (item.name for item in base.loaded.items if item.kind == kind)


def _selected(objects: Sequence[SaidObject], patterns: Sequence[str]) -> Iterable[SaidObject]:
    """Those whose name, address or title fits a pattern, and all they name."""
    if not patterns:
        return objects
    meant = [
        one
        for one in objects
        if not one.support
        and any(
            fnmatchcase(text, pattern)
            for pattern in patterns
            for text in (one.name, f"{SINGULAR[one.kind]}.{one.name}", str(one.spec.get("title", "")))
        )
    ]
    if not meant:
        raise UsageError(f"nothing there is called '{patterns[0]}'", hint="name objects by a glob of their name or title")
    return needed(meant, objects)


@dataclass(frozen=True, slots=True)
class _Owners:
    """Live objects by whose mark they bear."""

    foreign: tuple[Live, ...]
    ours: Mapping[tuple[str, str], str]
    others: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, lives: Iterable[Live], estate: str, environment: str) -> _Owners:
        foreign: list[Live] = []
        ours: dict[tuple[str, str], str] = {}
        others: dict[str, int] = {}
        for live in lives:
            match live.mark:
                case None:
                    foreign.append(live)
                case Mark(estate=owner, environment=where, key=key) if (owner, where) == (estate, environment):
                    ours[live.kind, live.remote_id] = key
                case mark:
                    name = f"{mark.estate}/{mark.environment or '-'}"
                    others[name] = others.get(name, 0) + 1
        ordered = sorted(foreign, key=lambda live: (live.kind, live.name.lower(), len(live.remote_id), live.remote_id))
        return cls(tuple(ordered), ours, tuple(sorted(others.items())))


class _Replay:
    """A client that reads what was read, and looks things up as before."""

    def __init__(self, client: Client, lives: tuple[Live, ...]) -> None:
        self._client = client
        self._lives = lives

    def read(self, resources: Iterable[Resource]) -> Iterable[Live]:
        return self._lives

    def lookup(self, wanted: Lookup) -> str | None:
        return self._client.lookup(wanted)

    def create(self, resource: Resource, body: Json, mark: Mark) -> Live:
        raise NotImplementedError("an import writes nothing")

    def update(self, resource: Resource, body: Json, mark: Mark, live: Live) -> Live:
        raise NotImplementedError("an import writes nothing")

    def delete(self, live: Live) -> None:
        raise NotImplementedError("an import writes nothing")


@dataclass(frozen=True, slots=True)
class _Work:
    target: Target
    targets: Mapping[str, Target]
    shop: Workshop
    client: Client
    layout: Layout

    def settle(self, objects: list[SaidObject]) -> tuple[list[SaidObject], Settled, list[Unsaid]]:
        """The objects whose plan is empty once they are adopted, what that plan is, and what was left out on the way."""
        lost: list[Unsaid] = []
        by_default = self.target.capabilities.default_for
        by_default |= {"metric"}  # where the metric's source belongs shows once the specs are read
        objects = [one if one.kind != "monitors" or not by_default.isdisjoint(one.spec) else self._placed(one) for one in objects]
        for _ in range(_ROUNDS):
            objects = unmentioned(objects)
            settled, faults, astray = self._round(objects)
            if astray:
                objects = [self._placed(one) if one.kind == "monitors" and one.name in astray else one for one in objects]
                continue
            if not faults:
                return objects, settled, lost
            objects = list(self._without(objects, faults, lost))
        raise AssertionError("every round leaves something out")

    def _placed(self, one: SaidObject) -> SaidObject:
        """A monitor that names the target itself, where the estate would place it elsewhere."""
        return replace(one, spec={**one.spec, "on": self.target.name})

    def _without(self, objects: Iterable[SaidObject], faults: Faults, lost: list[Unsaid]) -> Iterator[SaidObject]:
        for one in objects:
            why = faults.get((one.kind, one.name))
            if why is None:
                yield one
                continue
            if one.instead:
                why = f"{why}; {SINGULAR[one.kind]}.{one.name} names it, and it stays as it is"
                yield replace(one, spec=one.instead[0], instead=one.instead[1:], holds=(), touches=(), makes={})
            hold = next(iter(one.holds), None)
            if hold is not None:  # else it is nothing of the provider's, or was told before
                lost.append(Unsaid(hold.kind, hold.remote_id, str(one.spec.get("title") or one.name), why))

    def _round(self, objects: list[SaidObject]) -> tuple[Settled, Faults, frozenset[str]]:
        self.shop.write(self.layout.files(objects))
        checked = self.shop.checked(self.targets)
        faults = faults_of_specs(checked, objects)
        if faults or not objects:
            return Settled(), faults, frozenset()
        if not checked.valid:
            errors = tuple(
                f"{found.address or found.origin.file}: {found.message}" for found in checked.findings if found.level is Level.ERROR
            )
            return Settled(unfit=errors), {}, frozenset()
        program, monitors = checked.program, {one.name for one in objects if one.kind == "monitors"}
        astray = frozenset(name for name in monitors if program.monitors[name].targets != (self.target.name,))
        if astray:
            return Settled(), {}, astray
        built = self.target.build(program)
        state: LiveState = read_all(self.client, self.target.name, built.resources)
        keys = {(resource.kind, resource.key) for resource in built.resources}
        held = tuple(dict.fromkeys(hold for one in objects for hold in one.holds if (hold.kind, hold.key) in keys))
        difference = differ.diff(
            self.target,
            built.resources,
            state,
            estate=program.estate,
            environment=program.environment,
            moved=program.moved,
            adopt=[f"{self.target.name}/{one.kind}/{one.key}={one.remote_id}" for one in held],
        )
        problems: tuple[Problem, ...] = difference.errors
        settled, faults = faults_of_plan(checked, built, difference.changes, problems, objects)
        return replace(settled, held=held), faults, frozenset()
