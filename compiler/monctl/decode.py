"""Dataclasses from the JSON that `monctl.program.to_json` makes of them: the way back, for bundles and the runner's store."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from monctl.resource import Json, SecretRef

Made = TypeVar("Made")
_Read = Callable[[Any], Any]


class Undecodable(ValueError):
    """The JSON does not have the shape of the class. `str()` names the place, never a value."""

    def __init__(self, path: tuple[str, ...], what: str) -> None:
        super().__init__(path, what)
        self.path, self.what = path, what

    def __str__(self) -> str:
        return f"{'.'.join(self.path) or 'the document'}: {self.what}"


def from_json(kind: type[Made], value: Json) -> Made:
    """An instance of a dataclass (or any type its fields use). Unknown keys are left out, missing ones take the field's default.

    Raises Undecodable.
    """
    asked: Any = kind
    made: Made = _reader(asked)(value)
    return made


def under(name: str, read: _Read, value: Json) -> Any:
    """What `read` makes of a value; a fault names where it lies."""
    try:
        return read(value)
    except Undecodable as fault:
        raise Undecodable((name, *fault.path), fault.what) from None


@cache
def _reader(kind: Any) -> _Read:
    """What reads values of a type. Found once per type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any or kind is object:
        return _any
    if origin is Annotated:
        return _reader(arguments[0])
    if origin is Literal:
        return _one_of(arguments)
    if origin in {Union, types.UnionType}:
        return _union(arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin is list:
        item = _reader(arguments[0])
        return lambda value: [under(str(place), item, one) for place, one in enumerate(_list(value))]
    if origin is not None and issubclass(origin, Mapping):
        item = _reader(arguments[1])
        return lambda value: {name: under(name, item, one) for name, one in _map(value).items()}
    if kind is SecretRef:
        return _secret
    if is_dataclass(kind):
        return _dataclass(kind)
    return _plain(kind)


def _dataclass(kind: Any) -> _Read:
    hints = get_type_hints(kind, _names(kind))
    readers = {one.name: _reader(hints[one.name]) for one in fields(kind) if one.init and one.name != "origin"}
    needed = {
        one.name for one in fields(kind) if one.init and one.name != "origin" and one.default is MISSING and one.default_factory is MISSING
    }

    def read(value: Any) -> Any:
        found = _map(value)
        if missing := needed - found.keys():
            raise Undecodable((), f"'{min(missing)}' is missing")
        return kind(**{name: under(name, reader, found[name]) for name, reader in readers.items() if name in found})

    return read


def _names(kind: Any) -> dict[str, Any]:
    """What the annotations of a class may name: its module's names, and those modules import for the type checker only."""
    from monctl import condition, unit

    late = {"date": date, "datetime": datetime, "SecretRef": SecretRef, "Term": condition.Term, "Unit": unit.Unit}
    return {**late, **vars(sys.modules[kind.__module__])}


def _union(arguments: tuple[Any, ...]) -> _Read:
    tagged = {said: _reader(one) for one in arguments for said in (_tags(one) if is_dataclass(one) else ())}
    rest = [_reader(one) for one in arguments if one is not type(None) and not (is_dataclass(one) and _tags(one))]
    empty = type(None) in arguments

    def read(value: Any) -> Any:
        if value is None and empty:
            return None
        if tagged and isinstance(value, dict) and (reader := tagged.get(value.get("kind", ""))) is not None:
            return reader(value)
        fault: Undecodable | None = None
        for one in rest:
            try:
                return one(value)
            except Undecodable as error:
                fault = fault or error
        raise fault or Undecodable((), f"is none of the {len(arguments)} things it may be")

    return read


def _tags(kind: Any) -> tuple[str, ...]:
    """The words of `kind` a class goes by: its own, or those its field may hold."""
    said = getattr(kind, "kind", None)
    if isinstance(said, str):
        return (said,)
    if any(one.name == "kind" for one in fields(kind)):
        hint = get_type_hints(kind, _names(kind))["kind"]
        return tuple(get_args(hint)) if get_origin(hint) is Literal else ()
    return ()


def _tuple(arguments: tuple[Any, ...]) -> _Read:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        item = _reader(arguments[0])
        return lambda value: tuple(under(str(place), item, one) for place, one in enumerate(_list(value)))
    items = [_reader(one) for one in arguments]

    def read(value: Any) -> Any:
        found = _list(value)
        if len(found) != len(items):
            raise Undecodable((), f"needs {len(items)} entries, has {len(found)}")
        return tuple(under(str(place), item, one) for place, (item, one) in enumerate(zip(items, found, strict=True)))

    return read


def _one_of(words: tuple[Any, ...]) -> _Read:
    def read(value: Any) -> Any:
        if value not in words:
            raise Undecodable((), f"is none of {', '.join(map(str, words))}")
        return value

    return read


def _plain(kind: Any) -> _Read:
    if kind is float:
        return lambda value: float(_checked(value, int | float, "a number"))
    if kind is int:
        return lambda value: _checked(value, int, "a whole number")
    if kind is bool:
        return lambda value: _checked(value, bool, "true or false")
    if kind is str:
        return lambda value: _checked(value, str, "a text")
    if kind is type(None):
        return lambda value: _checked(value, type(None), "null")
    if kind in {date, datetime} or (isinstance(kind, type) and issubclass(kind, Enum)):
        make = kind.fromisoformat if kind in {date, datetime} else kind

        def read(value: Any) -> Any:
            try:
                return make(_checked(value, str, "a text"))
            except ValueError:
                raise Undecodable((), f"is not a {kind.__name__.lower()}") from None

        return read
    raise TypeError(f"{kind} has no form in JSON")


def _checked(value: Any, kind: Any, what: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise Undecodable((), f"is not {what}")
    return value


def _list(value: Any) -> list[Any]:
    found: list[Any] = _checked(value, list, "a list")
    return found


def _map(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = _checked(value, dict, "a map")
    return found


def _secret(value: Any) -> SecretRef:
    found = _map(value)
    if not isinstance(found.get("$secret"), str):
        raise Undecodable((), "is not a reference to a secret")
    return SecretRef(found["$secret"])


def _any(value: Any) -> Any:
    """JSON as it is, with references to secrets made what they were and lists made tuples."""
    if isinstance(value, dict):
        return _secret(value) if value.keys() == {"$secret"} else {name: _any(one) for name, one in value.items()}
    if isinstance(value, list):
        return tuple(_any(one) for one in value)
    return value
