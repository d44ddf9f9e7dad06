"""Which texts of a spec file declare or name an object of the estate, and where in the file each stands. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from monctl.lsp import grammar, tree
from monctl.lsp.repair import repaired
from monctl.spec.file import PLURAL, SINGULAR
from monctl.yaml_reader import read_yaml

Path = tuple[str | int, ...]
_VARIABLE = re.compile(r"\$\{var\.(?P<name>[\w-]+)\}")
SETTINGS_KINDS = ("environments", "targets", "variables")
"""What monctl.yaml declares by name."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text."""

    path: Path
    kinds: tuple[str, ...]
    """What it may be the name of: top-level keys, `environments`, `targets`."""
    name: str
    within: tuple[int, int]
    """Where the name is in the key or value at the path."""
    on_key: bool = False
    declares: bool = False
    """It is the name of the object that stands here."""
    part: str = ""
    """What follows the name: the value of a metric, the layer of a rotation."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A mention, and the characters of the file that are its name."""

    mention: Mention
    start: int
    end: int
    part_end: int
    """The end of the whole, with its part."""


def variables(text: str) -> Iterator[Placed]:
    """Every `${var.name}` of a file, YAML or Python."""
    for found in _VARIABLE.finditer(text):
        start, end = found.span("name")
        yield Placed(Mention((), ("variables",), found["name"], (0, end - start)), start, end, end)


def mentions(value: Any, place: grammar.Place, path: Path = (), known: grammar.Options = ()) -> Iterator[Mention]:
    """Every name in a plain value that stands at a place. `known`: what targets say of their options."""
    if isinstance(value, Mapping):
        kind, key_names = place.kind, place.key_names
        for key, item in value.items():
            if kind is not None:
                yield Mention((*path, key), (kind,), key, (0, len(key)), on_key=True, declares=True)
            elif key_names:
                yield Mention((*path, key), key_names, key, (0, len(key)), on_key=True)
            below = grammar.step(place, key, known)
            if below is not None:
                yield from mentions(item, below, (*path, key), known)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            below = grammar.step(place, index)
            if below is not None:
                yield from mentions(item, below, (*path, index), known)
    elif isinstance(value, str):
        kinds = grammar.scalar(place).names
        if kinds:
            yield from _named(value, kinds, path)


def of_text(text: str, *, settings: bool, known: grammar.Options = ()) -> Iterator[Placed]:
    """Every name in a YAML file, as far as it can be read. `known`: what targets say of their options."""
    return iter(_placed(text, settings, known))


@lru_cache(maxsize=64)
def _placed(text: str, settings: bool, known: grammar.Options) -> tuple[Placed, ...]:
    fixed = repaired(text)
    value, _ = read_yaml(fixed)
    if not isinstance(value, dict):
        return ()
    found: dict[tuple[int, int], Placed] = {}
    for mention in mentions(value, grammar.top(settings=settings), (), known):
        placed = _place(fixed, mention) if "${" not in mention.name else None
        if placed is not None:
            found.setdefault((placed.start, placed.end), placed)
    return tuple(sorted(found.values(), key=lambda one: one.start))


def _place(text: str, mention: Mention) -> Placed | None:
    """Where a mention stands; None where the file writes it in another way (an escape, an alias)."""
    found = tree.find(text, mention.path)
    place = (found.key if mention.on_key else found.value) if found is not None else None
    if place is None:
        return None
    wanted = place[0] + mention.within[0]
    at = text.find(mention.name, wanted, min(place[1], wanted + len(mention.name) + 1))  # one further in quotes
    if at < 0:
        return None
    stop = at + len(mention.name)
    return Placed(mention, at, stop, stop + (len(mention.part) + 1 if mention.part else 0))


def _named(text: str, kinds: tuple[str, ...], path: Path) -> Iterator[Mention]:
    if kinds == ("*",):
        head, _, name = text.partition(".")
        if head in PLURAL and name:
            yield Mention(path, (PLURAL[head],), name, (len(head) + 1, len(text)))
        return
    if any(mark in text for mark in "*?["):
        return
    if kinds == ("metrics",):
        name, _, part = text.partition(".")
        yield Mention(path, kinds, name, (0, len(name)), part=part)
    elif "rotations" in kinds:
        yield _recipient(text, kinds, path)
    else:
        yield Mention(path, kinds, text, (0, len(text)))


def _recipient(text: str, kinds: tuple[str, ...], path: Path) -> Mention:
    """`oncall`, `oncall.backup`, `person.ana`, `rotation.oncall.backup`."""
    head, _, rest = text.partition(".")
    start = 0
    if rest and PLURAL.get(head) in kinds:
        kinds, start = (PLURAL[head],), len(head) + 1
    name, _, part = text[start:].partition(".")
    return Mention(path, kinds, name, (start, start + len(name)), part=part)


def meant(mention: Mention, known: Mapping[str, Collection[str]]) -> str | None:
    """The kind of what a mention names; None where nothing is called so."""
    return next((kind for kind in mention.kinds if mention.name in known.get(kind, ())), None)


def word(kind: str) -> str:
    """A kind in the singular, for people."""
    return SINGULAR.get(kind) or kind.removesuffix("s")
