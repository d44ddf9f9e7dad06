"""Names in a Python spec, as far as they are written as literals: the calls, what they declare and what they name. Pure; nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from inspect import Parameter, signature
from keyword import iskeyword
from typing import Any

import monctl.python
from monctl.declare import Object
from monctl.lsp import grammar
from monctl.lsp.names import Mention, mentions
from monctl.spec.sources import SOURCE_FIELDS

Path = tuple[str | int, ...]
_BREAK = re.compile(r"\r\n|\n|\r")
OBJECTS: dict[str, str] = {
    name: cls.kind
    for name in monctl.python.__all__
    if isinstance(cls := getattr(monctl.python, name), type) and issubclass(cls, Object) and cls.kind
}
"""Class → the kind it declares."""


@dataclass(frozen=True, slots=True)
class Call:
    """One declaration: `Monitor("site", …)`."""

    kind: str
    name: str | None
    """None where it is computed."""
    line: int
    """1-based, as specs' origins have it."""
    start: int
    end: int
    """Offsets of the whole call."""


@dataclass(frozen=True, slots=True)
class PythonName:
    """A name in a call, and the characters of the file that are it."""

    mention: Mention
    start: int
    end: int
    line: int
    """Of the call."""
    kind: str
    """Of what the call declares."""


@dataclass(frozen=True, slots=True)
class PythonNames:
    """What the calls of a file say."""

    calls: tuple[Call, ...] = ()
    names: tuple[PythonName, ...] = ()


class _Computed:
    """Stands for what is known only when the spec runs."""


@lru_cache(maxsize=64)
def python_names(text: str) -> PythonNames:
    """The calls and names of a Python file; of one that cannot be parsed there are none."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return PythonNames()
    places = _Offsets(text)
    calls, names = [], []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OBJECTS:
            kind = OBJECTS[node.func.id]
            literals: dict[Path, ast.Constant] = {}
            value = _object(node, literals)
            named = node.args[0] if node.args else None
            name = named.value if isinstance(named, ast.Constant) and isinstance(named.value, str) else None
            calls.append(Call(kind, name, node.lineno, places.start(node), places.end(node)))
            if name is not None and isinstance(named, ast.Constant):
                literals[kind, name] = named
            found = mentions({kind: {name or "?": value}}, grammar.top(settings=False))
            names += [one for mention in found if (one := _placed(mention, name, literals, text, places, node.lineno, kind)) is not None]
    return PythonNames(tuple(calls), tuple(sorted(names, key=lambda one: one.start)))


def _placed(
    mention: Mention, name: str | None, literals: dict[Path, ast.Constant], text: str, places: _Offsets, line: int, kind: str
) -> PythonName | None:
    path = mention.path if mention.declares else (*mention.path[2:], "key") if mention.on_key else mention.path[2:]
    node = literals.get(path)
    if node is None or (mention.declares and name is None):
        return None
    start, end = places.start(node), places.end(node)
    at = text.find(mention.name, start, end)
    plain = node.value == text[start + 1 : end - 1]  # no prefix, no escape, no pieces
    return PythonName(mention, at, at + len(mention.name), line, kind) if at >= 0 and plain else None


def _object(call: ast.Call, literals: dict[Path, ast.Constant]) -> dict[str, Any]:
    """The fields of an object, as the YAML form has them."""
    fields: dict[str, Any] = {}
    for argument in call.args[1:2]:
        source = _source(argument, (), literals)
        if isinstance(source, dict):
            fields |= source
    for keyword in call.keywords:
        if keyword.arg is not None:
            name = _plain(keyword.arg)
            fields[name] = _value(keyword.value, (name,), literals)
    return fields


def _value(node: ast.expr, path: Path, literals: dict[Path, ast.Constant]) -> Any:
    match node:
        case ast.Constant():
            literals[path] = node
            return node.value
        case ast.Dict():
            built = {}
            for key, item in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    literals[*path, key.value, "key"] = key
                    built[key.value] = _value(item, (*path, key.value), literals)
            return built
        case ast.List() | ast.Tuple():
            return [_value(item, (*path, index), literals) for index, item in enumerate(node.elts)]
        case ast.Call(func=ast.Name()):
            return _source(node, path, literals)
        case _:
            return _Computed()


def _source(node: ast.expr, path: Path, literals: dict[Path, ast.Constant]) -> Any:
    """What `http(…)` and its like give: `{http: {…}}`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in SOURCE_FIELDS:
        return _Computed()
    kind = node.func.id
    if kind in {"all_of", "any_of"}:
        return {kind: [_value(item, (*path, kind, index), literals) for index, item in enumerate(node.args)]}
    below = (*path, kind, "inputs") if kind == "expr" else (*path, kind)
    positional = [
        name
        for name, parameter in signature(getattr(monctl.python, kind)).parameters.items()
        if parameter.kind is Parameter.POSITIONAL_OR_KEYWORD
    ]
    body = {name: _value(item, (*path, kind, name), literals) for name, item in zip(positional, node.args, strict=False)}
    named = {_plain(word.arg): _value(word.value, (*below, _plain(word.arg)), literals) for word in node.keywords if word.arg is not None}
    return {kind: {**body, "inputs": named} if kind == "expr" else {**body, **named}}


def _plain(name: str) -> str:
    return name[:-1] if name.endswith("_") and iskeyword(name[:-1]) else name


class _Offsets:
    """Character offsets of the nodes of a text; ast counts UTF-8 bytes in a line."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]

    def start(self, node: ast.expr) -> int:
        return self._at(node.lineno, node.col_offset)

    def end(self, node: ast.expr) -> int:
        return self._at(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def _at(self, line: int, column: int) -> int:
        start = self._starts[min(line, len(self._starts)) - 1]
        end = self._starts[line] if line < len(self._starts) else len(self._text)
        written = self._text[start:end].encode("utf-8", "surrogatepass")[:column]
        return start + len(written.decode("utf-8", "replace"))


def calls_at(text: str, offset: int) -> Iterator[Call]:
    """The calls an offset is in, innermost first."""
    around = [call for call in python_names(text).calls if call.start <= offset <= call.end]
    yield from sorted(around, key=lambda call: call.end - call.start)
