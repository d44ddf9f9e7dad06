"""What every step of linking shares: the declared objects by kind, and one way to resolve a name or say that it is not there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from monctl.finding import Finding, Level
from monctl.load import Item
from monctl.misread import Misread
from monctl.source import Origin
from monctl.spec.file import SINGULAR
from monctl.suggest import closest, did_you_mean


class Scope:
    """Declared objects by kind and name. Faults are collected, never raised."""

    def __init__(self, items: Iterable[Item], broken: Collection[tuple[str, str]] = ()) -> None:
        self.findings: list[Finding] = []
        self._broken = broken
        self._items: dict[str, dict[str, Item]] = {}
        for item in items:
            self._items.setdefault(item.kind, {}).setdefault(item.name, item)
        self._sorted = {kind: tuple(objects) for kind, objects in self._items.items()}

    def all(self, kind: str) -> Mapping[str, Item]:
        """The objects of a kind, in the order they were declared."""
        return self._items.get(kind, {})

    def has(self, kind: str, name: str) -> bool:
        """Whether an object of this kind and name is declared."""
        return name in self._items.get(kind, ())

    def known(self, kind: str, name: str | None, origin: Origin, *, address: str | None = None) -> str | None:
        """The name when it is declared; else None and a finding with the nearest name."""
        if name is None or self.has(kind, name):
            return name
        if (kind, name) in self._broken:
            return None
        self.fault(
            "SPEC040",
            f"no {SINGULAR[kind]} is called '{name}'",
            origin,
            help=did_you_mean(name, self._items.get(kind, ()), noun=kind),
            address=address,
        )
        return None

    def every(self, kind: str, names: Iterable[str], origin: Origin, *, address: str | None = None) -> tuple[str, ...]:
        """Those of the names that are declared, once each, in order; findings for the others."""
        found = (self.known(kind, name, origin.at(index), address=address) for index, name in enumerate(names))
        return tuple(dict.fromkeys(name for name in found if name is not None))

    def matching(self, kind: str, patterns: Iterable[str], origin: Origin, *, address: str | None = None) -> tuple[str, ...]:
        """Names and globs as the names they mean, sorted; a pattern that means nothing is a finding."""
        found: set[str] = set()
        for index, pattern in enumerate(patterns):
            if self.has(kind, pattern):
                found.add(pattern)
                continue
            names = [name for name in self._sorted.get(kind, ()) if fnmatchcase(name, pattern)] if _is_glob(pattern) else []
            if not names and (kind, pattern) not in self._broken:
                near = closest(pattern, self._items.get(kind, ()))
                help = f"did you mean '{near}'?" if near else f"write the name of a {SINGULAR[kind]}, or a glob such as 'api-*'"
                self.fault("SPEC040", f"no {SINGULAR[kind]} is called '{pattern}'", origin.at(index), help=help, address=address)
            found.update(names)
        return tuple(sorted(found))

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
        level: Level = Level.ERROR,
    ) -> None:
        """Collect a finding."""
        self.findings.append(Finding(code, message, origin, level, help, address, within, on_key))

    def misread(self, code: str, error: Misread, origin: Origin, *, address: str | None = None) -> None:
        """Collect what a small parser said, at its place in the text."""
        within = (error.start, error.end) if error.end > error.start else None
        self.fault(code, error.message, origin.at(*error.path), help=error.help, address=address, within=within)


def listed(value: Any) -> list[Any]:
    """One thing or a list of them, as a list; None is none."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _is_glob(pattern: str) -> bool:
    return any(mark in pattern for mark in "*?[")
