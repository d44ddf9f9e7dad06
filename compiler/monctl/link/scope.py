"""What every step of linking shares: the declared objects by kind, and one way to resolve a name or say that it is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from monctl.finding import Finding
from monctl.loaded import Item
from monctl.misread import Misread
from monctl.source import Origin
from monctl.spec.base import Described
from monctl.spec.file import SINGULAR
from monctl.suggest import closest, did_you_mean

UNKNOWN = "SPEC040"
_ABSENT = frozenset({"SPEC031", "SPEC060"})
"""Something is missing: not worth saying of an object of which a part was left out because it did not fit."""


class Scope:
    """Declared objects by kind and name; `elsewhere` are those of other environments. Faults are collected, never raised.

    Names come with the origin of their object and the path from there: most names are known, and their place is never needed.
    """

    def __init__(
        self, items: Iterable[Item], broken: Collection[tuple[str, str]] = (), *, elsewhere: Iterable[Item] = (), complete: bool = True
    ) -> None:
        self.findings: list[Finding] = []
        self._elsewhere = {(item.kind, item.name): item for item in elsewhere}
        self._broken = broken
        self._complete = complete
        self._items: dict[str, dict[str, Item]] = {}
        self._derived: dict[str, dict[str, None]] = {}
        self._partial: set[str] = set()
        for item in items:
            self._items.setdefault(item.kind, {}).setdefault(item.name, item)
            if not item.whole:
                self._partial.add(item.address)

    def all(self, kind: str) -> Mapping[str, Item]:
        """The objects of a kind, in the order they were declared."""
        return self._items.get(kind, {})

    def derive(self, kind: str, names: Iterable[str]) -> None:
        """Make names known that follow from other objects, such as the monitors of an SLO."""
        self._derived.setdefault(kind, {}).update(dict.fromkeys(names))

    def names(self, kind: str) -> Iterable[str]:
        """Every name that may be written, declared or derived."""
        return (*self._items.get(kind, ()), *self._derived.get(kind, ()))

    def has(self, kind: str, name: str) -> bool:
        """Whether an object of this kind and name is declared, or derived."""
        return name in self._items.get(kind, ()) or name in self._derived.get(kind, ())

    def excused(self, kind: str, name: str) -> bool:
        """Whether a name that is not there was declared, and told to be wrong already."""
        return (kind, name) in self._broken

    def known(
        self, kind: str, name: str | None, origin: Origin, *path: str | int, address: str | None = None, on_key: bool = False
    ) -> str | None:
        """The name when it is declared; else None and a finding with the nearest name."""
        if name is None or name in self._items.get(kind, ()) or self.has(kind, name):
            return name
        if not self.excused(kind, name):
            message = f"no {SINGULAR[kind]} is called '{name}'"
            help = self._only_elsewhere(kind, name) or did_you_mean(name, self.names(kind), noun=kind)
            self.fault(UNKNOWN, message, origin.at(*path), help=help, address=address, on_key=on_key)
        return None

    def _only_elsewhere(self, kind: str, name: str) -> str | None:
        """Where an object is that is not in this environment."""
        item = self._elsewhere.get((kind, name))
        if item is None:
            return None
        assert isinstance(item.spec, Described)
        return f"it is declared for {' and '.join(item.spec.environments)} only"

    def every(self, kind: str, names: Sequence[str], origin: Origin, *path: str | int, address: str | None = None) -> tuple[str, ...]:
        """Those of the names that are declared, once each, in order; findings for the others."""
        if not names:
            return ()
        found = [self.known(kind, name, origin, *path, index, address=address) for index, name in enumerate(names)]
        return tuple(dict.fromkeys(name for name in found if name is not None))

    def each(self, kind: str, said: str | Sequence[str], origin: Origin, *path: str | int, address: str | None = None) -> tuple[str, ...]:
        """The same for a field that takes one name or a list of them."""
        if isinstance(said, str):
            return () if self.known(kind, said, origin, *path, address=address) is None else (said,)
        return self.every(kind, said, origin, *path, address=address)

    def matching(
        self, kind: str, patterns: str | Sequence[str], origin: Origin, *path: str | int, address: str | None = None
    ) -> tuple[str, ...]:
        """Names and globs as the names they mean, sorted; a pattern that means nothing is a finding."""
        found: set[str] = set()
        for index, pattern in enumerate(listed(patterns)):
            names = self._meant(kind, pattern)
            if not names and not self.excused(kind, pattern):
                near = closest(pattern, self.names(kind))
                help = f"did you mean '{near}'?" if near else f"write the name of a {SINGULAR[kind]}, or a glob such as 'api-*'"
                where = origin.at(*path) if isinstance(patterns, str) else origin.at(*path, index)
                verb = "matches" if _is_glob(pattern) else "is called"
                self.fault(UNKNOWN, f"no {SINGULAR[kind]} {verb} '{pattern}'", where, help=help, address=address)
            found.update(names)
        return tuple(sorted(found))

    def _meant(self, kind: str, pattern: str) -> list[str]:
        if self.has(kind, pattern):
            return [pattern]
        return [name for name in self.names(kind) if fnmatchcase(name, pattern)] if _is_glob(pattern) else []

    def fault(
        self,
        code: str,
        message: str,
        origin: Origin,
        *,
        help: str | None = None,
        address: str | None = None,
        within: tuple[int, int] | None = None,
        on_key: bool = False,
    ) -> None:
        """Collect an error."""
        if code == UNKNOWN and not self._complete:
            return  # what is unknown may be in a file that could not be read
        if code in _ABSENT and address in self._partial:
            return
        self.findings.append(Finding(code, message, origin, help=help, address=address, within=within, on_key=on_key))

    def misread(self, code: str, error: Misread, origin: Origin, *, address: str | None = None) -> None:
        """Collect what a small parser said, at its place in the text."""
        within = (error.start, error.end) if error.end > error.start else None
        self.fault(code, error.message, origin.at(*error.path), help=error.help, address=address, within=within)


def _is_glob(pattern: str) -> bool:
    return any(mark in pattern for mark in "*?[")


def listed(value: Any) -> list[Any]:
    """One thing or a list of them, as a list; None is none."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
