"""Names for the ids that occur in a plan: people read names. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from monctl.plan import Change
from monctl.resource import Json, Live, Lookup, Resource

_LONG = 5
"""Shorter texts are more likely a word or a number than an id."""


def names_for(
    changes: Iterable[Change], lives: Iterable[Live], lookups: Mapping[Lookup, str], resources: Iterable[Resource]
) -> dict[str, str]:
    """Id → name for every id of a live object, something looked up, or an object yet to be made that occurs in the fields of the changes."""
    every = tuple(changes)
    if not every:
        return {}
    known = {found: ", ".join(value for _, value in wanted.query) or wanted.kind for wanted, found in lookups.items()}
    known |= {live.remote_id: live.name for live in lives if live.name}
    known |= {f"{resource.kind}/{resource.key}": resource.name for resource in resources}
    used = {}
    for change in every:
        for one in change.fields:
            for text, path in _texts([one.before, one.after], one.path):
                if (name := known.get(text)) is not None and name != text and _is_id(text, path):
                    used[text] = name
    return dict(sorted(used.items()))


def named(value: Json, path: str, names: Mapping[str, str]) -> str | None:
    """The name of an id at a path, when there is one."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return names.get(text) if _is_id(text, path) else None


def _is_id(text: str, path: str) -> bool:
    return len(text) >= _LONG and (not text.isdigit() or "id" in path.lower())


def _texts(value: Json, path: str) -> Iterator[tuple[str, str]]:
    """Every text and whole number in a value, with the path it stands at: a number is an id only where the path says so."""
    stack = [(value, path)]
    while stack:
        one, at = stack.pop()
        kind = type(one)
        if kind is str:
            yield one, at
        elif kind is int:
            yield str(one), at
        elif kind is dict:
            stack.extend((item, f"{at}.{key}") for key, item in one.items())
        elif kind is list:
            stack.extend((item, at) for item in one)
