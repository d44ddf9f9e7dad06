"""A snapshot: what the targets of estates held at one moment, as a value. Normalised, without secrets, foreign objects only counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from monctl import __version__
from monctl.errors import UsageError
from monctl.live import LiveState, fingerprint
from monctl.number import counted
from monctl.resolve import references, value_of
from monctl.resource import Json, Live, Lookup, Mark, Ref, Resource, lookup
from monctl.target import Target
from monctl.veil import Veil, veiled

KIND = "monctl snapshot"
FORMAT_VERSION = 1
STALE = timedelta(days=1)
"""An older snapshot is still read, with a warning."""

# pydantic reads this when the JSON Schema of a snapshot is made; the docstrings under the fields become descriptions
_DESCRIBED: Any = {"use_attribute_docstrings": True}


@dataclass(frozen=True, slots=True)
class Held:
    """One object that bears our mark."""

    __pydantic_config__ = _DESCRIBED

    kind: str
    remote_id: str
    name: str
    mark: Mark | None
    fingerprint: str
    """Of the object as it was read, secrets and all: a plan that was made from it can be compared with one that was made live."""
    body: Json = None
    """Normalised. Secrets are `***` or, with a key, `hmac-sha256:` and 32 hex digits. `***` as a whole where no spec says what of it is secret."""
    fields: Mapping[str, Json] = field(default_factory=dict)
    """What other objects refer to of it besides its id, by dotted path."""
    version: str = ""
    """The vendor's version of the object, where it has one."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing the specs look up."""

    __pydantic_config__ = _DESCRIBED

    kind: str
    query: Mapping[str, str]
    field: str
    found: str | None
    """What it stands for; null when it is not there."""
    reason: str = ""
    """Why nothing was found."""

    @property
    def lookup(self) -> Lookup:
        """As a body holds it."""
        return lookup(self.kind, field=self.field, **self.query)


@dataclass(frozen=True, slots=True)
class Other:
    """A foreign object, with `--all`: that it is there, never what is in it."""

    __pydantic_config__ = _DESCRIBED

    kind: str
    remote_id: str
    name: str
    owner: str = ""
    """`estate/environment` of the mark it bears; empty when it bears none."""


@dataclass(frozen=True, slots=True)
class TargetState:
    """One target of one estate."""

    __pydantic_config__ = _DESCRIBED

    objects: tuple[Held, ...] = ()
    lookups: tuple[Found, ...] = ()
    foreign: Mapping[str, int] = field(default_factory=dict)
    """Kind → how many objects of others."""
    others: tuple[Other, ...] = ()


@dataclass(frozen=True, slots=True)
class EstateState:
    """One estate in one environment."""

    __pydantic_config__ = _DESCRIBED

    estate: str
    environment: str
    """Empty when the estate has no environments."""
    targets: Mapping[str, TargetState] = field(default_factory=dict)
    partial: bool = False
    """Taken with `--target`: nothing is said of the other targets."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was there, and when."""

    __pydantic_config__ = _DESCRIBED

    kind: str
    """`monctl snapshot`."""
    format_version: int
    """Of this shape; 1."""
    monctl: str
    """The version that took it."""
    taken_at: datetime
    secrets: str
    """`left out`, or `hmac-sha256` when they were hashed with a key that is not in the file."""
    estates: tuple[EstateState, ...] = ()

    def find(self, estate: str, environment: str) -> EstateState | None:
        """The state of an estate in an environment."""
        return next((one for one in self.estates if (one.estate, one.environment) == (estate, environment)), None)

    def environments(self, estate: str) -> list[str]:
        """Environments of an estate it was taken of."""
        return [one.environment for one in self.estates if one.estate == estate]


def snapshot(estates: Iterable[EstateState], *, taken_at: datetime, veil: Veil) -> Snapshot:
    """The snapshot of some estates."""
    return Snapshot(KIND, FORMAT_VERSION, __version__, taken_at, "hmac-sha256" if veil.key else "left out", tuple(estates))


def target_state(
    target: Target, resources: Iterable[Resource], state: LiveState, *, estate: str, environment: str, veil: Veil, everything: bool = False
) -> TargetState:
    """What one target held. Pure."""
    wanted = {(resource.kind, resource.key): resource for resource in resources}
    asked: dict[tuple[str, str], set[str]] = {}
    for resource in wanted.values():
        for leaf in references(resource.body):
            if isinstance(leaf, Ref) and leaf.field != "id":
                asked.setdefault((leaf.kind, leaf.key), set()).add(leaf.field)
    ours = [live for live in state.lives if _ours(live, estate, environment)]
    foreign = [live for live in state.lives if not _ours(live, estate, environment)]
    objects = sorted(
        (_held(target, live, wanted, asked, veil) for live in ours),
        key=lambda one: (one.kind, one.mark.key if one.mark else "", one.remote_id),
    )
    found = [Found(one.kind, dict(one.query), one.field, id) for one, id in state.lookups.items()]
    found += [Found(one.kind, dict(one.query), one.field, None, why) for one, why in state.missing.items()]
    return TargetState(
        tuple(objects),
        tuple(sorted(found, key=lambda one: (one.kind, sorted(one.query.items()), one.field))),
        dict(sorted(Counter(live.kind for live in foreign).items())),
        tuple(sorted((_other(live) for live in foreign), key=lambda one: (one.kind, one.remote_id))) if everything else (),
    )


def age(taken_at: datetime, now: datetime) -> str:
    """`3 hours`, `2 days`: how old a snapshot is, for people."""
    seconds = (now - taken_at).total_seconds()
    if seconds < 0:
        return "from the future, by this clock"
    for unit, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = int(seconds // size)
            return f"{counted(count, unit)} old"
    return "less than a minute old"


def snapshot_schema() -> dict[str, Any]:
    """The JSON Schema of a snapshot file; the texts under the fields are its descriptions."""
    from pydantic import TypeAdapter

    schema = TypeAdapter(Snapshot).json_schema(mode="serialization")
    schema["properties"]["seal"] = {
        "type": "string",
        "pattern": "^[0-9a-f]{64}$",
        "description": "SHA-256 of the rest: the file is as it was written.",
    }
    schema["required"] = [*schema["required"], "seal"]
    return schema


def parsed(value: Json) -> Snapshot:
    """A snapshot from JSON. Raises UsageError when it does not fit."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Snapshot).validate_python(value)
    except ValidationError as error:
        raise UsageError(f"the snapshot does not fit: {error.errors()[0]['msg']}", hint="take a new one with `monctl snapshot`") from None


def _ours(live: Live, estate: str, environment: str) -> bool:
    return live.mark is not None and (live.mark.estate, live.mark.environment) == (estate, environment)


def _held(
    target: Target, live: Live, wanted: Mapping[tuple[str, str], Resource], asked: Mapping[tuple[str, str], set[str]], veil: Veil
) -> Held:
    normal = target.normalize(live.kind, live.body)
    identity = (live.kind, live.mark.key if live.mark else "")
    resource = wanted.get(identity)
    body = veil.whole if resource is None else veiled(normal, target.normalize(resource.kind, resource.body), veil)
    fields = {path: veiled({path.rsplit(".", 1)[-1]: value_of(live, path)}, {}, veil) for path in sorted(asked.get(identity, ()))}
    plain = {path: next(iter(value.values())) for path, value in fields.items()}
    return Held(live.kind, live.remote_id, live.name, live.mark, fingerprint(live, normal), body, plain, live.version)


def _other(live: Live) -> Other:
    owner = f"{live.mark.estate}/{live.mark.environment or '-'}" if live.mark else ""
    return Other(live.kind, live.remote_id, live.name, owner)
