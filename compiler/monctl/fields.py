"""What differs between two values, as dotted paths. Items of lists are matched by name where they have one. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from monctl.plan import FieldChange
from monctl.resource import Json, SecretRef, plain
from monctl.sensitive import HIDDEN, scrub

_ABSENT: Any = object()
_IDENTITY = ("key", "uid", "refId", "name", "title", "slug", "id", "type")
"""Fields that name an item of a list, in the order they are tried: the first that every item has, with no value twice."""


def compare(before: Json, after: Json, *, hidden: frozenset[Any] = frozenset()) -> tuple[FieldChange, ...]:
    """The fields in which two normalised bodies differ, in the order of the new one; secrets in neither value.

    A field that is to hold a secret is never a difference: what the vendor shows of it, if anything, says nothing. `hidden` are scalars
    that are secret wherever they stand. Values that one side lacks are None.
    """
    return tuple(
        _field(path, old, new, hidden=hidden) for path, old, new in _walk(before, after, "") if not (old is _ABSENT and new is _ABSENT)
    )


def whole(body: Json, *, created: bool, hidden: frozenset[Any] = frozenset()) -> tuple[FieldChange, ...]:
    """The top-level fields of a body that is to be created or deleted."""
    items = body.items() if isinstance(body, Mapping) else [("", body)]
    return tuple(
        _field(str(key), _ABSENT if created else value, value if created else _ABSENT, hidden=hidden)
        for key, value in items
        if value is not None and value != "" and value != [] and value != {}
    )


def _walk(before: Json, after: Json, path: str) -> Iterator[tuple[str, Json, Json]]:
    if isinstance(after, SecretRef) or before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*after, *(key for key in before if key not in after)]:
            yield from _walk(before.get(key, _ABSENT), after.get(key, _ABSENT), f"{path}.{key}" if path else str(key))
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple) and _composite(before) and _composite(after):
        yield from _lists(before, after, path)
    elif (
        isinstance(before, list)
        and isinstance(after, list)
        and len(before) == len(after)
        and any(isinstance(item, SecretRef) for item in after)
    ):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _walk(old, new, f"{path}[{index}]")
    else:
        yield path, before, after


def _lists(before: Sequence[Json], after: Sequence[Json], path: str) -> Iterator[tuple[str, Json, Json]]:
    name = _identity(before, after)
    if name is None:
        yield from _unnamed(before, after, path)
        return
    old = {item[name]: item for item in before}
    new = {item[name]: item for item in after}
    for key in [*new, *(key for key in old if key not in new)]:
        yield from _walk(old.get(key, _ABSENT), new.get(key, _ABSENT), f"{path}[{key}]")
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield f"{path}[order]", list(old), list(new)


def _unnamed(before: Sequence[Json], after: Sequence[Json], path: str) -> Iterator[tuple[str, Json, Json]]:
    """Equal items first, wherever they stand; what is left over is compared in order."""
    spare = Counter(_text(item) for item in after)
    old = []
    for item in before:
        if spare[_text(item)] > 0:
            spare[_text(item)] -= 1
        else:
            old.append(item)
    new = []
    for index, item in enumerate(after):
        if spare[_text(item)] > 0:
            spare[_text(item)] -= 1
            new.append((index, item))
    if not old and not new:
        yield f"{path}[order]", list(before), list(after)
    for place, (index, item) in enumerate(new):
        yield from _walk(old[place] if place < len(old) else _ABSENT, item, f"{path}[{index}]")
    for place, item in enumerate(old[len(new) :], start=len(after)):
        yield f"{path}[{place}]", item, _ABSENT


def _identity(before: Sequence[Json], after: Sequence[Json]) -> str | None:
    for name in _IDENTITY:
        if all(_named(items, name) for items in (before, after)):
            return name
    return None


def _named(items: Sequence[Json], name: str) -> bool:
    values = [item.get(name) if isinstance(item, Mapping) else None for item in items]
    return all(isinstance(value, str | int) for value in values) and len(set(values)) == len(values)


def _composite(items: Sequence[Json]) -> bool:
    return bool(items) and all(isinstance(item, Mapping | list | tuple) for item in items)


def _text(value: Json) -> str:
    return json.dumps(plain(value), sort_keys=True)


def _field(path: str, before: Json, after: Json, *, hidden: frozenset[Any]) -> FieldChange:
    old = None if before is _ABSENT else before
    new = None if after is _ABSENT else after
    name = path.rsplit(".", 1)[-1].split("[", maxsplit=1)[0]
    if isinstance(new, SecretRef):
        return FieldChange(path, None, plain(new), sensitive=True)
    shown = _shown(old, name, hidden), _shown(new, name, hidden)
    if HIDDEN in shown:
        return FieldChange(path, sensitive=True)
    return FieldChange(path, *shown)


def _shown(value: Json, name: str, hidden: frozenset[Any]) -> Json:
    """A value as JSON without secrets; HIDDEN when it is one as a whole."""
    clean = scrub(value, name, hidden)
    return clean if isinstance(clean, str | int | float | None) else plain(clean)
