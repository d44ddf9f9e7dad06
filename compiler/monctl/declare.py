"""What a call in a Python spec leaves behind: the raw object a YAML file would give, with the line of the call."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from keyword import iskeyword
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Declared:
    """One call in a spec file."""

    kind: str
    """Top-level key of the YAML form: `monitors`."""
    name: str
    value: Any
    line: int
    """1-based line of the call in the file that runs."""


class Recorder:
    """What the spec file that runs has declared so far. There is one in a process: `recorder`."""

    def __init__(self) -> None:
        self.file = ""
        self.declared: list[Declared] = []
        self._specs: frozenset[str] = frozenset()

    def start(self, file: str, specs: frozenset[str] = frozenset()) -> None:
        """Forget everything; `file` is what runs from now on, as its code objects name it. `specs` are the real paths of all spec files."""
        self.file = file
        self.declared = []
        self._specs = specs

    def add(self, kind: str, name: str, value: Any) -> None:
        """Remember one declaration, at the innermost line of the running file.

        What another spec declares while it is imported is not this one's: that spec runs on its own.
        """
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename != self.file:
            if frame.f_code.co_name == "<module>" and os.path.realpath(frame.f_code.co_filename) in self._specs:
                return
            frame = frame.f_back
        self.declared.append(Declared(kind, name, value, frame.f_lineno if frame is not None else 1))


recorder = Recorder()


@dataclass(frozen=True, slots=True)
class Source:
    """A source of figures, to be given to Monitor or Metric as the second argument."""

    kind: str
    value: Any


class Object:
    """Something declared. Where another object names it, it may be given itself instead of its name."""

    kind: ClassVar[str] = ""

    def __init__(self, name: str, source: Source | None = None, /, **fields: Any) -> None:
        own = type(self).__name__
        if not isinstance(name, str):
            raise TypeError(f"the name of a {own} is a text, not {type(name).__name__}")
        if source is not None and not isinstance(source, Source):
            raise TypeError(f"the second argument of {own} is a source such as http(…), not {type(source).__name__}")
        value = given(fields)
        if source is not None:
            value[source.kind] = raw(source.value)
        self.name = name
        recorder.add(self.kind, name, value)

    def __str__(self) -> str:
        return self.name


def given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are given, under the names of the YAML form: `for_` is `for`, None is not given."""
    return {_plain(name): raw(value) for name, value in fields.items() if value is not None}


def raw(value: Any) -> Any:
    """A Python value as YAML would have it: durations and dates as text, objects by name, tuples and sets as lists.

    Raises TypeError for what means nothing in a spec.
    """
    match value:
        case Enum():
            return raw(value.value)
        case None | bool() | int() | float() | str():
            return value
        case Object():
            return value.name
        case Source():
            return {value.kind: raw(value.value)}
        case Mapping():
            return {_plain(str(raw(key))): raw(item) for key, item in value.items() if item is not None}
        case list() | tuple():
            return [raw(item) for item in value]
        case set() | frozenset():
            return sorted((raw(item) for item in value), key=str)
        case timedelta():
            return f"{value // timedelta(milliseconds=1)}ms"
        case datetime() | date() | time():
            return _moment(value)
        case Path():
            return value.as_posix()
        case _:
            raise TypeError(f"a value of type {type(value).__name__} means nothing in a spec; give text, a number, a list or a map")


def _moment(value: datetime | date | time) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if value.tzinfo is not None:
        raise TypeError("a time in a spec is local, in the `time_zone` of its object: leave tzinfo out")
    return value.isoformat(timespec="minutes" if value.second == 0 else "seconds")


def _plain(name: str) -> str:
    """`for_` as `for`: an underscore keeps Python's own words apart."""
    return name[:-1] if name.endswith("_") and iskeyword(name[:-1]) else name
