"""What one target should hold, and what it holds: the values that core and targets share."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from monctl.source import Origin

Json = Any
"""A JSON value. In a resource's body the leaves may also be `Ref`, `Lookup` and `SecretRef`."""


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """The id (or another field) of a resource of the same target that may not exist yet. Filled as ids appear."""

    kind: str
    key: str
    field: str = "id"

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}" + ("" if self.field == "id" else f".{self.field}")


@dataclass(frozen=True, slots=True, order=True)
class Lookup:
    """The id of something that must already be there and is not ours: a Slack channel, a person's account, a project's detector.

    `query` is shown to the user; `client.lookup(kind, query)` finds it at diff time.
    """

    kind: str
    query: tuple[tuple[str, str], ...]
    """Sorted pairs, such as `(("email", "ana@example.com"),)`; see `lookup()`."""
    field: str = "id"

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(f'{name}={value}' for name, value in self.query)})"


def lookup(kind: str, *, field: str = "id", **query: str) -> Lookup:
    """A Lookup from keywords."""
    return Lookup(kind, tuple(sorted(query.items())), field)


@dataclass(frozen=True, slots=True, order=True)
class SecretRef:
    """A secret by reference (`env:NAME` or `file:PATH`). Read only while applying; prints as `***` everywhere."""

    reference: str

    def __str__(self) -> str:
        return "***"

    __repr__ = __str__


@dataclass(frozen=True, slots=True)
class Resource:
    """One object a target should hold."""

    target: str
    kind: str
    """The vendor's word, lower case with underscores: `monitor`, `alert_contact`, `rule_group`, `escalation_policy`."""
    key: str
    """Stable and unique within target and kind; made from names in the program, never from vendor ids."""
    name: str
    """What a person calls it; plans show this."""
    body: Json
    """Exactly what the vendor's API takes, with Ref, Lookup and SecretRef leaves; without the ownership mark."""
    address: str
    """The object of the program it comes from: `monitor.orphaned-posts`, `dashboard.data-integrity`, `rotation.oncall`."""
    origin: Origin = field(default=Origin(""), compare=False)
    protect: bool = False
    """Never deleted by a plan."""
    parts: tuple[str, ...] = ()
    """Addresses of every object of the program this resource holds, when it holds several (a rule group); else empty."""

    @property
    def id(self) -> str:
        """`grafana/dashboard/data-integrity`: unique in a plan."""
        return f"{self.target}/{self.kind}/{self.key}"


@dataclass(frozen=True, slots=True)
class Live:
    """One object a target holds now, as read. Data from outside: never trusted, never executed."""

    kind: str
    remote_id: str
    name: str
    body: Json
    """As the vendor gave it, secrets and all; `Target.normalize` makes it comparable."""
    mark: Mark | None = None
    """Who owns it, read from the object; None for a foreign object."""
    version: str = ""
    """The vendor's version of the object (ETag, `version`, `dateUpdated`) where it has one."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The ownership mark written into every object we make."""

    estate: str
    environment: str
    """Empty when the estate has no environments."""
    key: str
    """The resource's key, which with target and kind is its identity."""
    digest: str = ""
    """First 10 hex of SHA-256 of the normalised body as last applied; empty where the vendor has no room."""

    def text(self) -> str:
        """`monctl:estate/environment/key#digest`; the environment is `-` when there is none. Targets embed this where they can."""
        return f"monctl:{self.estate}/{self.environment or '-'}/{self.key}" + (f"#{self.digest}" if self.digest else "")

    @classmethod
    def find(cls, text: str) -> Mark | None:
        """The first mark in a text, or None."""
        found = _MARK.search(text)
        if found is None:
            return None
        estate, environment, key, digest = found.groups()
        return cls(estate, "" if environment == "-" else environment, key, digest or "")

    @classmethod
    def strip(cls, text: str) -> str:
        """The text without any mark, without the brackets or the line that held it, and without trailing space."""
        return _MARKED.sub("", text).rstrip()


_MARK = re.compile(r"monctl:([a-z0-9][a-z0-9_.-]*)/([a-z0-9_.-]+)/([A-Za-z0-9_./:@-]+)(?:#([0-9a-f]{4,64}))?")
_MARKED = re.compile(r"\s*\[?(?:managed-by: )?" + _MARK.pattern + r"\]?")


def digest(value: Json) -> str:
    """First 10 hex of SHA-256 of the canonical JSON of a value; leaves that are references count by their text."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=_leaf, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _leaf(value: object) -> object:
    match value:
        case Ref():
            return {"$ref": str(value)}
        case Lookup():
            return {"$lookup": str(value)}
        case SecretRef():
            return {"$secret": value.reference}
        case _:
            raise TypeError(f"not JSON: {type(value).__name__}")


def plain(body: Json) -> Json:
    """The body as JSON for people and files: references become `{"$ref": …}`, `{"$lookup": …}`, `{"$secret": …}`."""
    return substitute(body, _leaf)


def substitute(body: Json, replace: Callable[[Any], Json]) -> Json:
    """The body with every Ref, Lookup and SecretRef replaced by what `replace` gives for it."""
    if isinstance(body, Ref | Lookup | SecretRef):
        return replace(body)
    if isinstance(body, Mapping):
        return {name: substitute(value, replace) for name, value in body.items()}
    if isinstance(body, list | tuple):
        return [substitute(value, replace) for value in body]
    return body


def leaves(body: Json) -> Iterator[Ref | Lookup | SecretRef]:
    """Every Ref, Lookup and SecretRef in a body."""
    if isinstance(body, Ref | Lookup | SecretRef):
        yield body
    elif isinstance(body, Mapping):
        for value in body.values():
            yield from leaves(value)
    elif isinstance(body, list | tuple):
        for value in body:
            yield from leaves(value)
