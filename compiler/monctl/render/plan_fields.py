"""The fields of a change as lines for people: names instead of ids, texts as a line diff, secrets only as changed."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monctl.naming import named
from monctl.number import shorten
from monctl.plan import FieldChange
from monctl.resource import Json

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Control characters, and those that hide or turn text round: names and bodies come from outside."""
_WIDE = 100
"""Characters of one value that are shown on one line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a diff."""

    sign: str
    """`+` new, `-` old, `~` changed, `@` place in a text, space for context."""
    text: str


def printable(text: str) -> str:
    """A text without anything a terminal or a browser would obey; line feeds and tabs stay."""
    return _UNSAFE.sub("�", text)


def one_line(text: str) -> str:
    """The text on one line."""
    return " ".join(printable(text).split())


def lines(change: FieldChange, names: Mapping[str, str], *, short: bool = False) -> Iterator[Line]:
    """A field as it changes; `short` gives one line of a new one, whatever it holds."""
    path = one_line(change.path)
    if change.sensitive:
        yield Line("+", f"{path}: secret") if short else Line("~", f"{path}: secret, changed")
    elif short and change.before is None:
        yield Line("+", f"{path}: {value(change.after, change.path, names)}")
    elif _is_text(change.before) or _is_text(change.after):
        yield Line("~", f"{path}:")
        yield from _text_diff(change.before, change.after)
    elif isinstance(change.before, list) and isinstance(change.after, list) and not path.endswith("[order]"):
        yield from _list_diff(path, change.before, change.after, names)
    elif change.before is None:
        yield Line("+", f"{path}: {value(change.after, change.path, names)}")
    elif change.after is None:
        yield Line("-", f"{path}: {value(change.before, change.path, names)}")
    else:
        yield Line("~", f"{path}: {value(change.before, change.path, names)} → {value(change.after, change.path, names)}")


def value(json_value: Json, path: str, names: Mapping[str, str]) -> str:
    """A value on one line, at most a hundred characters of it. Of what is longer: the names of its items, its first line, or its beginning."""
    if _is_text(json_value):
        first, *rest = printable(json_value.strip()).splitlines()
        return f'"{first[:_WIDE]}" and {len(rest)} more lines'
    text = _said(json_value, path, names)
    if len(text) <= _WIDE:
        return text
    if isinstance(json_value, list) and (titles := [_title(item) for item in json_value]) and all(titles):
        text = f"{len(titles)}: {', '.join(titles)}" if len(titles) > 1 else f"{titles[0]} {text}"
    elif isinstance(json_value, dict) and (title := _title(json_value)):
        text = f"{title} {text}"
    elif isinstance(json_value, dict):
        text = f"{len(json_value)} {'entry' if len(json_value) == 1 else 'entries'}: {', '.join(map(one_line, json_value))}"
    return shorten(text, _WIDE)


def _title(json_value: Json) -> str:
    """What a person would call a part of a body; empty when it has no name."""
    if not isinstance(json_value, dict):
        return ""
    found = next((json_value[key] for key in ("title", "name", "summary", "type") if isinstance(json_value.get(key), str)), "")
    return one_line(found)


def _said(json_value: Json, path: str, names: Mapping[str, str]) -> str:
    match json_value:
        case {"$ref": str(ref)} if len(json_value) == 1:
            return one_line(f"{names.get(ref, ref)} (id known after apply)")
        case {"$lookup": str(wanted)} if len(json_value) == 1:
            return one_line(wanted)
        case {"$secret": str(reference)} if len(json_value) == 1:
            return f"secret {one_line(reference)}"
        case dict():
            return "{" + ", ".join(f"{one_line(key)}: {_said(item, f'{path}.{key}', names)}" for key, item in json_value.items()) + "}"
        case list():
            return "[" + ", ".join(_said(item, path, names) for item in json_value) + "]"
        case _:
            name = named(json_value, path, names)
            return one_line(json.dumps(json_value, ensure_ascii=False)) if name is None else one_line(name)


def _is_text(json_value: Json) -> bool:
    return isinstance(json_value, str) and "\n" in json_value.strip()


def _text_diff(before: Json, after: Json) -> Iterator[Line]:
    old = printable(before).splitlines() if isinstance(before, str) else []
    new = printable(after).splitlines() if isinstance(after, str) else []
    for text in list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]:
        sign, rest = text[:1], text[1:]
        yield Line(sign, rest if sign != "@" else "@" + rest)


def _list_diff(path: str, before: list[Json], after: list[Json], names: Mapping[str, str]) -> Iterator[Line]:
    gone = [item for item in before if item not in after]
    come = [item for item in after if item not in before]
    if not gone and not come:
        yield Line("~", f"{path}: {value(before, path, names)} → {value(after, path, names)}")
        return
    yield Line("~", f"{path}:")
    for item in gone:
        yield Line("-", value(item, path, names))
    for item in come:
        yield Line("+", value(item, path, names))
