"""Which lines a comment covers: an object or call whole, where it stands above or behind its first line; else one line. Pure."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from yaml.nodes import MappingNode, ScalarNode

from monctl.lines import Lines
from monctl.source_map import composed, extent

Stretch = tuple[int, int]
"""First and last line, 1-based, both inclusive."""
_ALIAS = re.compile(r"(?:^|[\s\[{,])\*\w")
_SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What stands in one file."""

    from_first: tuple[Stretch, ...] = ()
    """Covered whole from their first line: objects and texts of several lines, statements of Python."""
    from_any: tuple[Stretch, ...] = ()
    """Covered whole from any of their lines: calls of Python."""
    objects: tuple[Stretch, ...] = ()

    def of(self, line: int) -> Stretch:
        """What a comment about a line covers."""
        return _hull([(line, line), *(one for one in self.from_first if one[0] == line), *_holding(self.from_any, line)])

    def around(self, line: int) -> Stretch | None:
        """The object or call that a line is in."""
        holding = list(_holding(self.objects, line))
        return _hull(holding) if holding else None


@lru_cache(maxsize=8)
def objects_of(text: str) -> Mapping[tuple[str | int, ...], Stretch]:
    """Kind and name → lines, of a YAML file; nothing of one with aliases, of whose objects parts stand elsewhere."""
    return dict(_objects(text)) if _ALIAS.search(text) is None else {}


def of_yaml(text: str, scalars: Iterable[Stretch]) -> Coverage:
    """Of a YAML file. `scalars` are its texts of several lines."""
    objects = tuple(lines for _, lines in _objects(text))
    return Coverage((*objects, *scalars), (), objects)


def of_python(text: str) -> Coverage:
    """Of a Python spec; nothing but lines of one that cannot be read."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Coverage()
    nodes = list(ast.walk(tree))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    declared = tuple(_lines_of(call) for call in calls if _name(call)[:1].isupper())
    taken = {line for first, last in declared for line in range(first, last + 1)}
    others = tuple(_lines_of(call) for call in calls if taken.isdisjoint(range(call.lineno, _lines_of(call)[1] + 1)))
    statements = tuple(_lines_of(node) for node in nodes if isinstance(node, _SIMPLE))
    return Coverage(statements, (*declared, *others), (*declared, *others))


def _objects(text: str) -> Iterator[tuple[tuple[str | int, ...], Stretch]]:
    """What has a name below a top-level key: `monitors:`, `channels:` and so on."""
    root = composed(text)
    lines = Lines(text)
    for kind, named in root.value if isinstance(root, MappingNode) else ():
        for key, value in named.value if isinstance(named, MappingNode) else ():
            if isinstance(key, ScalarNode):
                first = lines.place(extent(text, key)[0])[0]
                last = lines.place(extent(text, value)[1])[0]  # before the key, of an alias
                yield (str(kind.value), key.value), (first, max(first, last))


def _name(call: ast.Call) -> str:
    """`Monitor` of `Monitor(…)` and of `monctl.Monitor(…)`: what declares something is a class, what measures it is not."""
    called = call.func
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _lines_of(node: ast.expr | ast.stmt) -> Stretch:
    return node.lineno, node.end_lineno or node.lineno


def _holding(stretches: Iterable[Stretch], line: int) -> Iterator[Stretch]:
    return (one for one in stretches if one[0] <= line <= one[1])


def _hull(stretches: Iterable[Stretch]) -> Stretch:
    firsts, lasts = zip(*stretches, strict=True)
    return min(firsts), max(lasts)
