"""One diagnostic: what is wrong, where, and the way out. Prints nothing; see `monctl.render`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from monctl.source import Origin, Sources, Span


class Level(StrEnum):
    """How bad a finding is. Configuration may change the level of a rule, never its code."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for error, 1 for warning, 2 for info."""
        return _RANK[self]


_RANK = {Level.ERROR: 0, Level.WARNING: 1, Level.INFO: 2}


@dataclass(frozen=True, slots=True)
class Edit:
    """One stretch of a file, and what shall stand there instead. A rule says `within`, or `origin`, or both; `span` is filled by `located`."""

    text: str
    """The replacement, as it stands in the file; empty to delete."""
    within: tuple[int, int] | None = None
    """0-based character offsets [start, end) into the scalar at `origin`; None: the whole value at `origin`."""
    origin: Origin | None = None
    """None: the finding's."""
    removes: bool = False
    """Take the whole entry away, with its key or dash and its line; `text` is empty then."""
    span: Span | None = None
    """The stretch of the file that is replaced: lines and columns as everywhere, 1-based, the end exclusive."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A way out that a program can take: certain to mend what was found and to change nothing else."""

    title: str
    """As an instruction, as `help` is: "write IS NULL"."""
    edits: tuple[Edit, ...]
    """All of them or none; they do not overlap."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One diagnostic. `origin` is where it was found; `span` is filled by `located` before it is shown."""

    code: str
    """Letters and three digits: SPEC101, SQL007, MON003. The letters name the area (DESIGN: SPEC MON SQL ROUTE DASH SEC <TARGET>)."""
    message: str
    """What is wrong, one sentence, lower case, no full stop, names in single quotes."""
    origin: Origin
    level: Level = Level.ERROR
    help: str | None = None
    """One way out, as an instruction: "write `for 5m`", "did you mean 'slack-critical'?"."""
    address: str | None = None
    """`monitor.orphaned-posts`, where the finding is about one object."""
    within: tuple[int, int] | None = None
    """0-based character offsets [start, end) into the scalar at `origin`."""
    on_key: bool = False
    """Point at the key instead of the value (unknown fields, duplicate names)."""
    span: Span | None = None
    fix: Fix | None = None
    """Only where it is certain. After `located` every edit has its span; a fix that cannot be written in the file as it stands is gone."""
    over: tuple[str | int, ...] | None = None
    """Of an option of a target: its path in the block of the environment, which wins. `located` moves the finding there where the file has it."""
    same: str | None = None
    """What tells it from others of its code at its address, where the message names or counts what is not its own; None: the message."""
    same_at: str | None = None
    """The address it is known at, where it is told at the first of several objects: empty where it is about all of them. None: `address`."""
    elsewhere: tuple[tuple[str, ...], ...] = ()
    """Where the same is told when other objects come or go: each some addresses that tell it together. What is known there is known here."""


def located(findings: Iterable[Finding], sources: Sources) -> list[Finding]:
    """The findings with their spans filled, in order of file, line, column, code.

    What is told twice of one place is told once: with a fix where one of them has one, else as it came first.
    """
    placed = [
        replace(
            found,
            span=found.span or sources.span(found.origin, key=found.on_key, within=found.within),
            fix=_placed(found, sources) if found.fix is not None else None,
        )
        for found in (_moved(one, sources) if one.over is not None else one for one in findings)
    ]
    told: dict[tuple[object, ...], Finding] = {}
    for found in sorted(placed, key=_order):
        told.setdefault((found.code, found.span, _of_any(found)), found)
    return list(told.values())


def _moved(found: Finding, sources: Sources) -> Finding:
    """The finding at the environment's own word, where that is written."""
    over = found.over or ()
    if not sources.has(Origin(found.origin.file, over)):
        return found
    rest = found.origin.path[len(over) - 2 :]  # `environments` and the name stand before the option's path
    return replace(found, origin=Origin(found.origin.file, (*over, *rest)))


def _placed(found: Finding, sources: Sources) -> Fix | None:
    from monctl.edit_place import placed  # only where there is a fix: it composes the file

    return placed(found, sources)


def _of_any(found: Finding) -> str:
    """The message without the name of its object: one line of a spec may make many objects, and is wrong once."""
    name = (found.address or "").partition(".")[2]
    return found.message.replace(f"'{name}'", "''") if name else found.message


def _order(found: Finding) -> tuple[str, int, int, str, str, bool]:
    span = found.span or Span(found.origin.file)
    return (span.file, span.line, span.column, found.code, found.message, found.fix is None)
