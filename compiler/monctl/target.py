"""What a back end is: capabilities, build, normalize, connect. Found by the entry points `monctl.targets`."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from monctl.errors import UsageError
from monctl.finding import Finding
from monctl.pace import Budget, Pace, Paces
from monctl.resource import Json, Live, Lookup, Mark, Resource

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter

    from monctl.program import Program
    from monctl.sandbox.emulator import Emulator
    from monctl.sandbox.store import Store
    from monctl.target_options import Options


_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Fit(StrEnum):
    """How well a target can say something."""

    EXACT = "exact"
    APPROXIMATED = "approximated"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Capability:
    """One line of the support matrix: what a target makes of one thing a spec can say."""

    feature: str
    """`source.http`, `threshold.for`, `severity`, `escalation.repeat`, `dashboard.panel.logs` …: the same words for all targets."""
    fit: Fit
    how: str = ""
    """How it is approximated, or why it is dropped."""
    source: str = ""
    """The vendor's page, with the date it was read."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A number the vendor sets."""

    name: str
    value: float
    unit: str
    source: str
    """The vendor's page, with the date it was read."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a target takes, each fact with its source."""

    capabilities: tuple[Capability, ...]
    limits: tuple[Limit, ...] = ()
    default_for: frozenset[str] = frozenset()
    """Source kinds this target takes by default when the estate uses it: `http`, `sentry`, …"""
    accepts: frozenset[str] = frozenset()
    """Source kinds it can take at all."""
    fallback: bool = False
    """Takes every source no other target takes (the runner)."""
    credentials: tuple[str, ...] = ()
    """Environment variables that hold its credentials, in the order they are tried."""


@dataclass(frozen=True, slots=True)
class Fidelity:
    """What became of one field of one object in one target, when it is not said exactly; exact ones may be listed too."""

    address: str
    target: str
    field: str
    """Dotted path in the spec's words: `alert.critical.for`, `source.certificate_expires_in`, `runbook`."""
    fit: Fit
    how: str = ""
    severity: str = ""
    """The severity concerned, where there is one: dropping anything on the most severe level is an error unless waived."""


@dataclass(frozen=True, slots=True)
class Built:
    """What `Target.build` gives."""

    resources: tuple[Resource, ...]
    fidelity: tuple[Fidelity, ...] = ()
    findings: tuple[Finding, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """Extra files `compile --out` writes beside the payloads, path relative to the target's folder → text."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All a client needs to reach its provider. Made by the core from flags, environment and `monctl.yaml`, in that order."""

    url: str | None
    """Base URL; None means the vendor's own."""
    environ: Mapping[str, str]
    """Where credentials are looked up; never logged."""
    options: Mapping[str, Json] = field(default_factory=dict)
    """The target's block of `monctl.yaml` (organization, project, plan, …), variables already filled."""
    estate: str = ""
    environment: str = ""
    transport: BaseAdapter | None = None
    """Carries requests somewhere else than the network: an emulator in the same process."""
    on_wait: Callable[[str], None] | None = None
    """Called with a sentence whenever the client waits (rate limit, back-off)."""
    sleep: Callable[[float], None] = time.sleep
    """Waits, given seconds."""
    paces: Paces = field(default_factory=Paces)
    """How fast each account of this run may be asked."""

    def pace(self, target: str, account: str, budget: Budget) -> Pace:
        """The pace of an account, told from others by a credential. What answers on this machine has no budget of a vendor, but what it says is kept to."""
        host = urlsplit(self.url or "").hostname
        free = (self.transport is not None or host in _LOOPBACK) and not self.paces.stand_ins
        return self.paces.of(target, account, None if free else budget)

    def credential(self, *names: str) -> str | None:
        """The first of these environment variables that is set and not empty."""
        return next((self.environ[name] for name in names if self.environ.get(name)), None)


class Client(Protocol):
    """Talks to one provider, from one thread at a time. Every method may raise the ProviderErrors of `monctl.errors`.

    A client may also have `pace`, the Pace of its account, and `calls(asked) -> list[int]`, how many requests each
    `monctl.order.Asked` of an apply needs, where that is not one: `monctl.forecast` says from them how long an apply takes. And
    `objections(changes, resources, lives) -> Iterable[Problem]`: what the account itself would refuse of a plan's changes; a Problem
    without a change is for people to know.
    """

    def read(self, resources: Iterable[Resource]) -> Iterable[Live]:
        """Every object of the kinds this target manages, foreign ones too, page by page, by list calls where the vendor can list.

        `resources` are the desired ones: a client may use them to narrow what it reads, never to skip an object that bears a mark of this estate.
        An incomplete read raises; it never returns less.
        """

    def lookup(self, wanted: Lookup) -> str | None:
        """The id (or field) of an existing object that is not ours; None when there is none. Raises Rejected when several match."""

    def create(self, resource: Resource, body: Json, mark: Mark) -> Live:
        """Create with a body whose references are resolved, embed the mark, and return what the vendor made."""

    def update(self, resource: Resource, body: Json, mark: Mark, live: Live) -> Live:
        """Bring a live object to a body whose references are resolved, and return it as it is then."""

    def delete(self, live: Live) -> None:
        """Delete. NotFound counts as done."""


class Target(Protocol):
    """A back end. One instance per entry point; no state.

    A target may also have `say(lives, context) -> Said`, the inverse of `build` that `monctl import` asks for, and beside it
    `survey(client, lives) -> Survey`, which reads what `say` has to know beyond the live objects: see `monctl.saying`. One with objects that
    have no place for a mark has `not_adoptable(live) -> (why, way out) | None`, so that `--adopt` of such a one is refused in the plan.
    `remarks(changes, resources, state, *, program, now) -> Problems` is what it has to say of its changes, and `afterwards(made, *, program)` what
    is left to do by hand once they are made. `options() -> type[BaseModel]` is what its block of monctl.yaml may say, each field with its
    documentation under it: editors complete and explain from it, and `option_faults(program) -> Iterator[Finding]` is what that block says wrong
    (both from `Configurable` for a model of `monctl.target_options`). One whose `build` never finds anything is `unlimited = True`, so
    that a linter need not build it. `codes: Mapping[str, str]` are the codes of all that it finds, each with what it is said of: others that
    begin with its name are then refused wherever codes are written.
    """

    name: str
    capabilities: Capabilities

    def build(self, program: Program) -> Built:
        """Pure: the resources this target should hold for a program. Keys are unique per kind; the order does not matter."""

    def normalize(self, kind: str, body: Json) -> Json:
        """Pure: a body, desired (references resolved where they can be, else still leaves) or live, as a comparable value.

        Read-only keys, the mark, vendor defaults, random order and re-spelling are gone; two bodies that mean the same are equal.
        Fields the vendor never gives back (secrets) are left out.
        """

    def immutable(self, kind: str) -> frozenset[str]:
        """Top-level fields of a normalised body that cannot be changed in place: a difference there is a replacement."""

    def connect(self, settings: Settings) -> Client:
        """A client. Makes no request yet; raises UsageError when a credential or a needed option is missing."""

    def emulator(self, store: Store) -> Emulator | None:
        """The sandbox's stand-in of the vendor's API; None when the target needs none (the runner)."""


class Configurable(ABC):
    """A target whose block of `monctl.yaml` is a model of `monctl.target_options`."""

    name: str

    @abstractmethod
    def options(self) -> type[Options]:
        """What the block may say."""

    def option_faults(self, program: Program) -> Iterator[Finding]:
        """What it says wrong."""
        from monctl.target_options import option_faults

        return option_faults(self.options(), self.name, program)


GROUP = "monctl.targets"
DISTRIBUTION = "monctl-compiler"
"""The distribution that this module and the targets of its own are in, as `pyproject.toml` calls it."""


def discover(*, of: str | None = None) -> dict[str, Target]:
    """Every installed target by name, sorted; `of`: only those of one distribution. Each entry point names a `Target` instance.

    Raises UsageError when two packages claim one name, or one cannot be imported.
    """
    found: dict[str, Target] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        if of is not None and (point.dist is None or point.dist.name != of):
            continue
        if point.name in found:
            raise UsageError(f"two installed packages offer a target named '{point.name}'", hint="uninstall one of them")
        try:
            found[point.name] = point.load()
        except ImportError as error:
            raise UsageError(f"target '{point.name}' cannot be loaded: {error}", hint=f"reinstall the package of {point.value}") from error
    return found
