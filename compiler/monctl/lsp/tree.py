"""A YAML text as a tree with places: what stands at a path, and which path an offset is on. Works on texts that are half typed, too. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monctl.lsp.repair import repaired
from monctl.source_map import composed, extent
from monctl.yaml_reader import MOST_NODES

Path = tuple[str | int, ...]
_DEEPEST = 30
"""Levels that are looked at; real specs have about ten, an alias may stand inside the value it names."""


@dataclass(frozen=True, slots=True)
class Found:
    """A key with its value, or an item of a list. Offsets are 0-based characters, the end exclusive."""

    path: Path
    key: tuple[int, int] | None
    value: tuple[int, int]
    node: Any
    """PyYAML's node of the value."""
    on_key: bool = False
    """The offset that was asked for is on the key."""

    @property
    def text(self) -> str | None:
        """The value, where it is a single one."""
        return self.node.value if isinstance(self.node, ScalarNode) else None

    @property
    def whole(self) -> tuple[int, int]:
        """From the key to the end of the value."""
        return (self.key or self.value)[0], max(self.value[1], (self.key or self.value)[1])


def at(text: str, offset: int) -> Found | None:
    """What an offset is on: the innermost key or value around it."""
    fixed = repaired(text)
    node = composed(fixed)
    path: Path = ()
    best: Found | None = None
    while node is not None and len(path) <= _DEEPEST:
        inner = next((one for one in _children(fixed, node, path) if _around(one, offset)), None)
        if inner is None:
            break
        best = inner
        if inner.key is not None and inner.key[0] <= offset <= inner.key[1]:
            return Found(inner.path, inner.key, inner.value, inner.node, on_key=True)
        node, path = inner.node, inner.path
    return best


def find(text: str, path: Path) -> Found | None:
    """What stands at a path; merges (`<<`) are followed."""
    fixed = repaired(text)
    known = _index(fixed)
    if path in known or () not in known:
        return known.get(path)
    found: Found | None = known[()]
    for index, part in enumerate(path):
        if found is None:
            return None
        found = _child(fixed, found.node, path[:index], part)
    return found


def children(text: str, path: Path = ()) -> list[Found]:
    """What stands directly below a path, in the order of the file."""
    found = find(text, path)
    return list(_children(repaired(text), found.node, path)) if found is not None else []


@lru_cache(maxsize=64)
def _index(text: str) -> dict[Path, Found]:
    """Everything written in a text by its path; what is merged into a map is not under it."""
    root = composed(text)
    found: dict[Path, Found] = {}
    waiting = [Found((), None, extent(text, root), root)] if root is not None else []
    while waiting and len(found) < MOST_NODES:
        one = waiting.pop()
        if one.path not in found and len(one.path) <= _DEEPEST:
            found[one.path] = one
            waiting.extend(_children(text, one.node, one.path))
    return found


def _child(text: str, node: Any, path: Path, part: str | int) -> Found | None:
    return next((one for one in _with_merged(text, node, path, set()) if one.path[-1] == part), None)


def _with_merged(text: str, node: Any, path: Path, seen: set[int]) -> Iterator[Found]:
    """The children of a node, then those merged into it."""
    if id(node) in seen:
        return
    seen.add(id(node))
    own = list(_children(text, node, path))
    yield from own
    for one in own:
        if one.path[-1] == "<<":
            for merged in one.node.value if isinstance(one.node, SequenceNode) else [one.node]:
                yield from _with_merged(text, merged, path, seen)


def _children(text: str, node: Any, path: Path) -> Iterator[Found]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                yield Found((*path, key.value), extent(text, key), _extent(text, value, key), value)
    elif isinstance(node, SequenceNode):
        for index, value in enumerate(node.value):
            yield Found((*path, index), None, extent(text, value), value)


def _extent(text: str, value: Node, key: Node) -> tuple[int, int]:
    """Of a value; the place behind its key for an alias, whose node stands elsewhere."""
    start, end = extent(text, value)
    return (start, end) if start >= key.end_mark.index else (key.end_mark.index, key.end_mark.index)


def _around(found: Found, offset: int) -> bool:
    start, end = found.whole
    return start <= offset <= end
