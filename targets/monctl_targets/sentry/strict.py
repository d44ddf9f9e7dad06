"""Refuses what Sentry refuses in a detector or workflow body, in Sentry's own error shapes.

Stricter than Sentry in one thing, so that mistakes are seen: an unknown key is a 400 here, where Sentry ignores it silently.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from monctl.resource import Json

Record = dict[str, Json]


class Refused(Exception):
    """An answer that ends a request: the status and the body."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


def refuse(path: str, message: str) -> Refused:
    """A 400 for one field: `refuse("dataSources.query", "…")` answers `{"dataSources": {"query": ["…"]}}`."""
    body: Json = [message]
    for name in reversed(path.split(".")):
        body = {name: body}
    return Refused(400, body)


def camel(value: Json) -> Json:
    """The body with its keys in camelCase: Sentry takes both spellings, at every depth, but not both of one key."""
    if isinstance(value, list):
        return [camel(item) for item in value]
    if not isinstance(value, dict):
        return value
    made: Record = {}
    for name, item in value.items():
        spelt = re.sub(r"_([a-z])", lambda found: found[1].upper(), name)
        if spelt in made:
            raise Refused(400, {"detail": f"Key '{name}' collides with '{spelt}'"})
        made[spelt] = camel(item)
    return made


def record(value: Json, path: str, allowed: Collection[str], required: Iterable[str] = ()) -> Record:
    """A map with only allowed keys and all required ones."""
    if not isinstance(value, dict):
        raise refuse(path, f"Invalid data. Expected a dictionary, but got {_named(value)}.")
    for name in required:
        if name not in value:
            raise refuse(_below(path, name), "This field is required.")
    for name in value:
        if name not in allowed:
            raise refuse(_below(path, name), "Unknown field.")
    return value


def items(value: Json, path: str) -> list[Json]:
    """A list."""
    if not isinstance(value, list):
        raise refuse(path, f'Expected a list of items but got type "{_named(value)}".')
    return value


def text(value: Json, path: str, *, limit: int, blank: bool = False) -> str:
    """A string within a length."""
    if not isinstance(value, str):
        raise refuse(path, "Not a valid string.")
    if not value.strip() and not blank:
        raise refuse(path, "This field may not be blank.")
    if len(value) > limit:
        raise refuse(path, f"Ensure this field has no more than {limit} characters.")
    return value


def boolean(value: Json, path: str) -> bool:
    """True or false, nothing like it."""
    if not isinstance(value, bool):
        raise refuse(path, "Must be a valid boolean.")
    return value


def number(value: Json, path: str) -> float:
    """A number; booleans are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(path, "A valid number is required.")
    return value


def integer(value: Json, path: str, *, least: int = 0) -> int:
    """A whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise refuse(path, "A valid integer is required.")
    if value < least:
        raise refuse(path, f"Ensure this value is greater than or equal to {least}.")
    return value


def choice(value: Json, path: str, allowed: Collection[Any]) -> Any:
    """One of a set."""
    if isinstance(value, list | dict) or value not in allowed:
        raise refuse(path, f'"{value}" is not a valid choice.')
    return value


def known_ids(sent: Mapping[str, Json], held: Collection[str], path: str) -> None:
    """A child id in an update must be one the object has (400 else)."""
    if "id" in sent and str(sent["id"]) not in held:
        raise refuse(path, f"Invalid ID {sent['id']}")


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _named(value: Json) -> str:
    return type(value).__name__
