"""[I/O] What an estate is known to have held: read from the journal of applies, or from a snapshot. Tells a deleted object from one that never was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from monctl.order import Verb

if TYPE_CHECKING:
    from monctl.snapshot import Snapshot

Place = tuple[str, str, str]
"""Target, kind and key."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Objects that were ours, each with the id it had."""

    held: Mapping[Place, str] = field(default_factory=dict)
    covered: frozenset[str] = frozenset()
    """Targets of which all is known: what is not in `held` was never made."""

    def known(self, target: str, kind: str, key: str) -> str | None:
        """The id of an object that was ours; None when nothing tells of it."""
        return self.held.get((target, kind, key))

    def covers(self, target: str) -> bool:
        """Whether what is not remembered was never there."""
        return target in self.covered

    def __or__(self, other: Memory) -> Memory:
        return Memory({**self.held, **other.held}, self.covered | other.covered)


def from_journal(path: Path) -> Memory:
    """What the applies of a journal made and did not delete again. Lines that are none of a journal's tell nothing.

    A target with one finished call is taken as covered: on a machine that applies, the journal knows what was applied.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return Memory()
    meant: dict[str, tuple[Place, str]] = {}
    held: dict[Place, str] = {}
    covered: set[str] = set()
    for line in lines:
        entry = _entry(line)
        match entry.get("event"):
            case "intended":
                place = _place(entry)
                if place is not None:
                    meant[str(entry.get("step"))] = (place, str(entry.get("verb")))
            case "done" if str(entry.get("step")) in meant:
                place, verb = meant[str(entry["step"])]
                covered.add(place[0])
                if verb != Verb.DELETE:
                    held[place] = str(entry.get("remote_id"))
                elif not str(entry["step"]).endswith(" (old)"):
                    held.pop(place, None)
            case _:
                pass
    return Memory(held, frozenset(covered))


def from_snapshot(snapshot: Snapshot, estate: str, environment: str) -> Memory:
    """What a snapshot says was ours; it covers every target it was taken of."""
    found = snapshot.find(estate, environment)
    if found is None:
        return Memory()
    held = {
        (target, one.kind, one.mark.key): one.remote_id
        for target, state in found.targets.items()
        for one in state.objects
        if one.mark is not None
    }
    return Memory(held, frozenset(found.targets))


def _entry(line: str) -> dict[str, object]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _place(entry: Mapping[str, object]) -> Place | None:
    """Of `target/kind/key`; the key may hold slashes, and the name of a broken-off replacement an `@id`."""
    parts = str(entry.get("change", "")).split("/", 2)
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else None
