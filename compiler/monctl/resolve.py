"""Fills references: ids of our own objects, things looked up, secrets. Pure; what is not known stays a leaf."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from monctl.resource import Json, Live, Lookup, Ref, SecretRef, digest

Leaf = Ref | Lookup | SecretRef
_SCALARS = frozenset({str, int, float, bool, type(None)})
_DIGITS = 10
_SECRET_DIGITS = 4
"""Of the digits of a mark, the last ones of an object that has secrets: vendors' names have no room for more."""


def references(body: Json) -> list[Leaf]:
    """Every Ref, Lookup and SecretRef in a body, in no particular order. Quick: most bodies of an estate have none."""
    found: list[Leaf] = []
    stack = [body]
    while stack:
        value = stack.pop()
        kind = type(value)
        if kind in _SCALARS:
            continue
        if kind is dict:
            stack.extend(value.values())
        elif kind is list or kind is tuple:
            stack.extend(value)
        elif isinstance(value, Leaf):
            found.append(value)
        elif isinstance(value, Mapping):
            stack.extend(value.values())
    return found


def value_of(live: Live, field: str) -> Json:
    """What a Ref to a live object stands for: its id, or a field of its body by dotted path; None when it has no such field."""
    if field == "id":
        return live.remote_id
    value: Json = live.body
    for part in field.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def resolved(
    body: Json,
    lives: Mapping[tuple[str, str], Live],
    lookups: Mapping[Lookup, str],
    secret: Callable[[SecretRef], str] | None = None,
) -> Json:
    """The body with everything filled that is known. `lives` are our own objects by kind and key."""

    def fill(value: Any) -> Json:
        kind = type(value)
        # by exact type first: a body is mostly scalars and dicts, and an estate is mostly bodies
        if kind in _SCALARS:
            return value
        if kind is dict:
            return {key: item if type(item) in _SCALARS else fill(item) for key, item in value.items()}
        if kind is list or kind is tuple:
            return [item if type(item) in _SCALARS else fill(item) for item in value]
        match value:
            case Ref():
                live = lives.get((value.kind, value.key))
                found = None if live is None else value_of(live, value.field)
                return value if found is None else found
            case Lookup():
                return lookups.get(value, value)
            case SecretRef():
                return value if secret is None else secret(value)
            case Mapping():
                return {key: fill(item) for key, item in value.items()}
            case _:
                return value

    return fill(body)


def masked(live: Json, desired: Json) -> Json:
    """The live value with the secrets of the desired one in their places: secrets are never compared by value."""
    if isinstance(desired, SecretRef):
        return desired
    if isinstance(desired, Mapping) and isinstance(live, Mapping):
        both = {key: masked(value, desired.get(key)) for key, value in live.items()}
        return both | {key: value for key, value in desired.items() if isinstance(value, SecretRef)}
    if isinstance(desired, list | tuple) and isinstance(live, list) and len(live) == len(desired):
        return [masked(one, other) for one, other in zip(live, desired, strict=True)]
    return live


def applied_digest(normal: Json, body: Json) -> str:
    """The 10 hex digits a mark carries: all of the normalised body, or 6 of it and 4 of the references to secrets when the body has any.

    The value of a secret is in neither: a rotated value behind an unchanged reference is no difference.
    """
    secret = secrets_digest(body)
    return digest(normal)[: _DIGITS - len(secret)] + secret


def secrets_digest(body: Json) -> str:
    """4 hex digits over the places and references of the secrets in a body; empty when it has none."""
    text = "\n".join(f"{path}={secret.reference}" for path, secret in secrets(body))
    return hashlib.sha256(text.encode()).hexdigest()[:_SECRET_DIGITS] if text else ""


def secrets(body: Json, path: str = "") -> list[tuple[str, SecretRef]]:
    """Every secret of a body with its dotted path, in the order of the body."""
    if isinstance(body, SecretRef):
        return [(path, body)]
    if isinstance(body, Mapping):
        return [found for key, value in body.items() for found in secrets(value, f"{path}.{key}" if path else str(key))]
    if isinstance(body, list | tuple):
        return [found for index, value in enumerate(body) for found in secrets(value, f"{path}[{index}]")]
    return []
