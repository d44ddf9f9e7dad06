"""What the options of targets are made of: texts that are read once, and marks that say what a text names. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from monctl.misread import Misread
from monctl.quantity import DURATION_SHOWN, Duration


@dataclass(frozen=True, slots=True)
class Names:
    """Marks a text, or the keys of a map, that names an object of the estate. Several on one text: it names one of these."""

    kind: str
    """Top-level key of specs: `channels`."""
    prefix: str = ""
    """What stands before the name."""


def _seconds(value: object) -> object:
    if isinstance(value, bool):  # Python takes true for 1
        raise Misread("a duration is a text, not true or false", help="write it as 5m or 30d")
    return Duration.parse(value).seconds if isinstance(value, str) else value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        raise Misread(f"'{value}' is not a time zone", help="write an IANA name, such as Europe/Berlin") from None
    return value


def _web(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise Misread(f"'{value}' is not a URL", help="write one that begins with https:// or http://")
    return value


AS_SECONDS = BeforeValidator(_seconds)
"""Marks a number of seconds that is written as a duration."""

Seconds = Annotated[
    float, AS_SECONDS, Field(gt=0), WithJsonSchema({"anyOf": [dict(DURATION_SHOWN), {"type": "number", "exclusiveMinimum": 0}]})
]
WebUrl = Annotated[
    str,
    AfterValidator(_web),
    WithJsonSchema({"type": "string", "pattern": r"^\s*[Hh][Tt][Tt][Pp][Ss]?://", "examples": ["https://monitoring.example.com"]}),
]
Zone = Annotated[str, AfterValidator(_zone), WithJsonSchema({"type": "string", "examples": ["UTC", "Europe/Berlin"]})]
