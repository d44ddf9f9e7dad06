"""Secrets left out of what is written, and read back as far as the specs say what stood there. Pure.

A hash without a key, or with a key beside it, would give short secrets away to whoever tries a dictionary. So without a key a secret is
`***` and nothing more; with one that is not in the file (`MONCTL_SNAPSHOT_KEY`) it is its HMAC, and equal secrets are equal in the file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from monctl.errors import UsageError
from monctl.resource import Json, Lookup, Ref, SecretRef
from monctl.sensitive import HIDDEN, sensitive_name, sensitive_value

VARIABLE = "MONCTL_SNAPSHOT_KEY"
_HASHED = re.compile(r"hmac-sha256:[0-9a-f]{32}")
_SHORTEST = 16
_URL = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s]+/\S")
"""A URL with a path: for many services the path is the secret."""

Path = tuple[str, ...]
"""Names of fields from the top down; places in lists do not count."""


@dataclass(frozen=True, slots=True)
class Veil:
    """How secrets are hidden."""

    key: str = ""

    def __repr__(self) -> str:
        return "Veil(***)" if self.key else "Veil()"

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Veil:
        """From the environment. Raises UsageError for a key that could be guessed."""
        key = environ.get(VARIABLE, "")
        if key and len(key) < _SHORTEST:
            raise UsageError(
                f"{VARIABLE} is shorter than {_SHORTEST} characters and could be guessed", hint="openssl rand -hex 32 makes a good one"
            )
        return cls(key)

    @property
    def whole(self) -> Json:
        """Stands for a body nothing is told of."""
        return HIDDEN

    def hide(self, value: Json) -> str:
        """What is written in the place of a secret."""
        if not self.key:
            return HIDDEN
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        return f"hmac-sha256:{hmac.new(self.key.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]}"


def veiled(live: Json, desired: Json, veil: Veil) -> Json:
    """A normalised live body without secrets. `desired` is its spec, references and all: where it holds a secret, nothing of the live one is kept.

    A field is also hidden by its name, by its look, and when it is a URL with a path that the specs do not say in clear.
    """
    secret = frozenset(
        path for path, leaf in _leaves(desired, ()) if isinstance(leaf, SecretRef) or (isinstance(leaf, Ref) and sensitive_name(leaf.field))
    )
    clear = frozenset((path, leaf) for path, leaf in _leaves(desired, ()) if isinstance(leaf, str))

    def walk(value: Json, path: Path, inside: bool) -> Json:
        inside = inside or path in secret
        match value:
            case {"$secret": str()} if len(value) == 1:
                return value  # a reference in a bundle, and public
            case Mapping():
                return {name: walk(item, (*path, str(name)), inside or sensitive_name(str(name))) for name, item in value.items()}
            case list() | tuple():
                return [walk(item, path, inside) for item in value]
            case bool() | None | "":
                return value
            case str():
                guessed = sensitive_value(value) or (_URL.match(value) is not None and (path, value) not in clear)
                return veil.hide(value) if inside or guessed else value
            case _:
                return veil.hide(value) if inside else value

    return walk(live, (), False)


def unveiled(kept: Json, desired: Json, veil: Veil) -> Json:
    """A kept body with what the specs say in the places of what was left out: it is taken as unchanged.

    With the key the snapshot was taken with, a secret that the specs say in clear is compared, and stays hidden when it differs.
    """
    if isinstance(kept, str) and (kept == HIDDEN or _HASHED.fullmatch(kept)):
        if desired is None:
            return HIDDEN
        if kept != HIDDEN and veil.key and not isinstance(desired, Ref | Lookup | SecretRef | Mapping | list | tuple):
            return desired if hmac.compare_digest(kept, veil.hide(desired)) else HIDDEN
        return desired
    if isinstance(kept, Mapping) and isinstance(desired, Mapping):
        return {name: unveiled(item, desired.get(name), veil) for name, item in kept.items()}
    if isinstance(kept, list) and isinstance(desired, list | tuple) and len(kept) == len(desired):
        return [unveiled(item, other, veil) for item, other in zip(kept, desired, strict=True)]
    return kept


def _leaves(value: Json, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping) and not isinstance(value, SecretRef):
        for name, item in value.items():
            yield from _leaves(item, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _leaves(item, path)
    else:
        yield path, value
