"""What a request body must look like, as values; and the sentences when it does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from monctl.resource import Json

Check = Callable[[Json, str], list[str]]
"""A value and the name of its field → what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of an object. Unknown ones are refused: PagerDuty ignores them silently, which would hide mistakes here."""

    fields: Mapping[str, Check]
    required: frozenset[str] = frozenset()

    def __call__(self, value: Json, where: str = "") -> list[str]:
        """Everything wrong with a value."""
        if not isinstance(value, dict):
            return [f"{where or 'body'} must be an object"]
        prefix = f"{where}." if where else ""
        wrong = [f"{prefix}{name} cannot be blank" for name in sorted(self.required) if value.get(name) in (None, "", [])]
        for name, held in value.items():
            if name in self.fields:
                wrong += self.fields[name](held, f"{prefix}{name}")
            elif name not in READ_ONLY:
                wrong.append(f"{prefix}{name} is not a field of the API")
        return wrong

    def partly(self) -> Shape:
        """The same for a PUT, which may leave out what stays: https://developer.pagerduty.com/docs/resources (read 2026-11-20)."""
        return Shape(self.fields)


READ_ONLY = frozenset({"id", "summary", "self", "html_url"})
"""Made by the server; sent back by clients that read before they write, and ignored."""


def text(most: int) -> Check:
    """A string of at most so many characters."""

    def check(value: Json, where: str) -> list[str]:
        if not isinstance(value, str):
            return [f"{where} must be a string"]
        return [f"{where} is too long (maximum is {most} characters)"] if len(value) > most else []

    return check


def title(most: int, forbidden: str = "") -> Check:
    """A name: not blank, printable, without the forbidden characters and without space at its end."""

    def check(value: Json, where: str) -> list[str]:
        wrong = text(most)(value, where)
        if wrong:
            return wrong
        if not value.strip():
            return [f"{where} cannot be blank"]
        bad = not value.isprintable() or value != value.rstrip() or any(char in forbidden for char in value)
        return (
            [f"{where} can not have leading or trailing white space or non printable characters, nor any of '{forbidden}'"] if bad else []
        )

    return check


def one_of(*words: str) -> Check:
    """One of the words."""
    return lambda value, where: [] if value in words else [f"{where} must be one of {', '.join(words)}"]


def whole(low: int, high: int) -> Check:
    """A whole number in bounds that belong to it."""

    def check(value: Json, where: str) -> list[str]:
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return [] if fits else [f"{where} must be an integer between {low} and {high}"]

    return check


def nullable(check: Check) -> Check:
    """The same, or null."""
    return lambda value, where: [] if value is None else check(value, where)


def each(check: Check, *, low: int = 0, high: int = 10_000) -> Check:
    """A list of so many of them."""

    def check_list(value: Json, where: str) -> list[str]:
        if not isinstance(value, list):
            return [f"{where} must be an array"]
        if not low <= len(value) <= high:
            return [f"{where} must hold between {low} and {high} items"]
        return [wrong for place, item in enumerate(value) for wrong in check(item, f"{where}[{place}]")]

    return check_list


def reference(*types: str) -> Check:
    """`{"id": …, "type": …}` with or without `_reference`; other keys of a reference are ignored by the vendor."""

    def check(value: Json, where: str) -> list[str]:
        if not isinstance(value, dict) or not isinstance(value.get("id"), str):
            return [f"{where} must be a reference with an id"]
        fits = str(value.get("type", "")).removesuffix("_reference") in types
        return [] if fits else [f"{where}.type must be one of {', '.join(f'{name}_reference' for name in types)}"]

    return check


def instant(value: Json, where: str) -> list[str]:
    """ISO 8601 with an offset."""
    try:
        placed = datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        placed = False
    return [] if placed else [f"{where} must be a date-time with an offset"]


def clock(value: Json, where: str) -> list[str]:
    """`HH:mm:00`."""
    fits = isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d:00", value)
    return [] if fits else [f"{where} must be a time of day, HH:mm:00"]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def zone(value: Json, where: str) -> list[str]:
    """A zone of PagerDuty's list: named by region, and not one of tzdata's old aliases."""
    fits = isinstance(value, str) and value in _zones() and "/" in value and not value.startswith(("US/", "Canada/", "Etc/G"))
    return [] if fits else [f"{where} is not a valid time zone"]


def anything(value: Any, where: str) -> list[str]:
    """Accepted unseen."""
    return []
