"""Live objects in the words of the spec: what a target's optional `say` takes and gives. Pure data, shared by core and targets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from monctl.program import Program
from monctl.resource import Json, Live, SecretRef

__all__ = [
    "PAUSED", "Context", "Holding", "Inexpressible", "Names", "Said", "SaidObject", "Survey", "Touch", "Unsaid", "each_said", "paused_phases", "secret_name", "slug", "told",
]  # fmt: skip

PAUSED = "paused"
"""The phase of what is paused at its provider; it is never the current one."""

_LONGEST = 56
"""Of a name, so that a number fits behind it (`monctl.spec.base.NAME_PATTERN` allows 63)."""
_RECIPIENTS = frozenset({"rotations", "people", "teams", "channels"})
"""Escalations name these by name alone, so no two of them share one."""
_WORDS = {"rotations": "rotation", "people": "person", "teams": "team", "channels": "channel"}


@dataclass(frozen=True, slots=True)
class Holding:
    """A live object that is ours once somebody adopts it."""

    kind: str
    """The vendor's word."""
    key: str
    """Of the resource that `build` makes of the object of the spec."""
    remote_id: str


@dataclass(frozen=True, slots=True)
class Touch:
    """A field that adopting writes although its meaning stays: a text monctl makes itself, a default that is spelled out."""

    kind: str
    path: str
    """A glob of the path of the change."""
    why: str


@dataclass(frozen=True, slots=True)
class SaidObject:
    """One object of the spec."""

    kind: str
    """Top-level key: `monitors`."""
    name: str
    spec: Mapping[str, Json]
    """As a file would hold it, defaults left out; a secret is a `SecretRef`, every other text is literal."""
    note: str = ""
    """Where it comes from, for a comment."""
    group: str = ""
    """What it belongs to (a folder, a service, a project): large kinds are split into files by it."""
    holds: tuple[Holding, ...] = ()
    touches: tuple[Touch, ...] = ()
    makes: Mapping[str, str] = field(default_factory=dict)
    """The vendor's word → why an object of that kind comes along that is not there yet."""
    instead: tuple[Mapping[str, Json], ...] = ()
    """What to say where the spec cannot be kept, in this order: the object is then known, and left to the provider."""
    support: bool = False
    """Only there for others: left out when none of them names it."""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A live object, or a part of one, that the spec has no words for."""

    kind: str
    remote_id: str
    name: str
    why: str
    field: str = ""
    """The vendor's word; empty: the whole object."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a target makes of live objects."""

    objects: tuple[SaidObject, ...]
    unsaid: tuple[Unsaid, ...] = ()
    options: Mapping[str, Json] = field(default_factory=dict)
    """For the target's block of monctl.yaml: what the objects need there to mean the same."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Environment variable → what is to be put into it."""
    reread: tuple[Live, ...] = ()
    """Live objects that a read for these specs gives otherwise than the survey did."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a target's optional `survey` read beyond `Client.read`."""

    lives: tuple[Live, ...]
    """The live objects, with what belongs to them and `read` leaves out."""
    around: Mapping[str, Json] = field(default_factory=dict)
    """Whatever else `say` needs to know: people's addresses, slugs of projects."""


class Names:
    """Names for objects, from what people call them: unique, and the same for the same objects in the same order."""

    def __init__(self, taken: Mapping[str, Iterable[str]]) -> None:
        self._taken: dict[str, set[str]] = {}
        for kind, names in taken.items():
            self._of(kind).update(name.lower() for name in names)

    def take(self, kind: str, title: str) -> str:
        """A name nobody has: `database`; where a person, team, rotation or channel has it, `database-team`; then `database-2`."""
        plain, taken = slug(title) or _WORDS.get(kind, kind.removesuffix("s")), self._of(kind)
        candidates = [plain]
        if kind in _RECIPIENTS and not plain.endswith(_WORDS[kind]):
            candidates.append(f"{plain}-{_WORDS[kind]}")
        number = 2
        while (name := candidates.pop(0)) in taken:
            if not candidates:
                candidates.append(f"{plain}-{number}")
                number += 1
        taken.add(name)
        return name

    def _of(self, kind: str) -> set[str]:
        return self._taken.setdefault("recipients" if kind in _RECIPIENTS else kind, set())


@dataclass(frozen=True, slots=True)
class Context:
    """What `say` may know of the estate it speaks for."""

    program: Program
    """The estate as it is; without objects when it is a new one."""
    names: Names
    around: Mapping[str, Json] = field(default_factory=dict)
    """Of the target's `survey`."""
    ours: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(kind, remote id) → key, of objects that bear this estate's mark: they need no words, and others may name them."""
    fresh: bool = True
    """The estate is made by this import: options, severities and phases are free to choose."""


class Inexpressible(Exception):
    """Something the spec has no words for: the reason as a sentence, and the vendor's field."""

    def __init__(self, why: str, field: str = "") -> None:
        super().__init__(why)
        self.field = field


def each_said(lives: Iterable[Live], say: Callable[[Live], SaidObject], unsaid: list[Unsaid]) -> list[SaidObject]:
    """What `say` makes of each object; what it has no words for goes to `unsaid`."""
    said = []
    for live in lives:
        try:
            said.append(say(live))
        except Inexpressible as reason:
            unsaid.append(Unsaid(live.kind, live.remote_id, live.name, str(reason), reason.field))
    return said


def paused_phases(program: Program) -> list[SaidObject]:
    """The phase `paused`; an estate without phases also needs one that is current, which is the first declared."""
    running = [] if program.phases else [SaidObject("phases", "running", {"description": "What runs."})]
    paused = SaidObject("phases", PAUSED, {"description": "What was paused when it was imported."}, support=True)
    return [*running, *([] if PAUSED in program.phases else [paused])]


def told(spec: Mapping[str, Json]) -> dict[str, Json]:
    """The spec without fields that say nothing."""
    return {name: value for name, value in spec.items() if value not in ("", [], {}, None)}


def slug(text: str) -> str:
    """The text as a name: lower case letters, digits and dashes; empty when nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_LONGEST].rstrip("-")


def secret_name(*parts: str) -> SecretRef:
    """A reference to a secret by an environment variable made of these parts: `env:SLACK_WEBHOOK_ALERTS`."""
    name = re.sub(r"[^A-Z0-9]+", "_", "_".join(parts).upper()).strip("_")
    return SecretRef(f"env:{name if not name[:1].isdigit() else f'_{name}'}")
