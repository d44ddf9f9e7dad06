"""Writes the tables of a datasource into the file that declares it; everything else, and the comments beside what stays, is kept. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from monctl.yaml_reader import compose

WIDTH = 120
"""Columns of a table go onto one line as far as they fit in so many characters."""

_PLAIN = re.compile(r"[A-Za-z_][\w.$-]*(?:\(\d+\))?(?: [a-z]+)*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"})
_COMMENT = re.compile(r"\s+(#.*)$")

Tables = Mapping[str, Mapping[str, str]]


class NotThere(Exception):
    """The datasource is not written out in the file. `str()` says what it is instead."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """Comments of a key."""

    above: tuple[str, ...] = ()
    after: str = ""


def written(text: str, path: Sequence[str | int], tables: Tables, large: Sequence[str]) -> str:
    """The text with `tables` and `large` of the datasource at a path replaced or added.

    Comments above and beside a table or column stay with it as long as it is there. Raises NotThere.
    """
    node = _at(text, path)
    kept = _comments(text, _value(node, "tables"))
    if large:
        text = _with(text, path, "large", _flow_list(large), node)
    return _with(text, path, "tables", None, _at(text, path), tables=tables, kept=kept)


def declared(text: str, path: Sequence[str | int]) -> MappingNode:
    """The datasource in the file. Raises NotThere."""
    return _at(text, path)


def _with(
    text: str,
    path: Sequence[str | int],
    key: str,
    line: str | None,
    node: MappingNode,
    *,
    tables: Tables | None = None,
    kept: Mapping[tuple[str, ...], _Beside] | None = None,
) -> str:
    """The text with one field of the datasource: `line`, or `tables`."""
    found = next((pair for pair in node.value if pair[0].value == key), None)
    in_flow = bool(node.flow_style)
    indent = node.value[0][0].start_mark.column if node.value else node.start_mark.column
    if in_flow:
        begin = text.splitlines()[node.start_mark.line]
        value = line or _flow_tables(tables or {}, len(begin) - len(begin.lstrip()) + 2)
        if found is not None:
            return text[: found[1].start_mark.index] + value + text[found[1].end_mark.index :]
        end = node.end_mark.index - 1
        return f"{text[:end].rstrip()}{',' if node.value else ''} {key}: {value}{text[end:]}"
    block = f"{' ' * indent}{key}: {line}\n" if line is not None else "".join(_block(tables or {}, kept or {}, indent))
    lines = text.splitlines(keepends=True)
    if found is not None:
        first, last = found[0].start_mark.line, _last_line(found[1], found[0])
    else:
        first = last = max(_last_line(value, name) for name, value in node.value) + 1
        last -= 1
        if first == len(lines) and lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
    return "".join([*lines[:first], block, *lines[last + 1 :]])


def _block(tables: Tables, kept: Mapping[tuple[str, ...], _Beside], indent: int) -> Iterator[str]:
    yield f"{' ' * indent}tables:{_after(kept, ())}\n"
    for table, columns in tables.items():
        beside = kept.get((table,), _Beside())
        yield from (f"{' ' * (indent + 2)}{comment}\n" for comment in beside.above)
        plain = not any((table, column) in kept for column in columns)
        flow = f"{' ' * (indent + 2)}{_word(table)}: {_flow_map(columns)}"
        if plain and len(flow) <= WIDTH:
            yield f"{flow}{_after(kept, (table,))}\n"
            continue
        yield f"{' ' * (indent + 2)}{_word(table)}:{_after(kept, (table,))}\n"
        for column, kind in columns.items():
            yield from (f"{' ' * (indent + 4)}{comment}\n" for comment in kept.get((table, column), _Beside()).above)
            yield f"{' ' * (indent + 4)}{_word(column)}: {_word(kind)}{_after(kept, (table, column))}\n"


def _after(kept: Mapping[tuple[str, ...], _Beside], key: tuple[str, ...]) -> str:
    comment = kept.get(key, _Beside()).after
    return f"  {comment}" if comment else ""


def _flow_tables(tables: Tables, indent: int) -> str:
    if not tables:
        return "{}"
    inner = ",\n".join(f"{' ' * (indent + 2)}{_word(table)}: {_flow_map(columns)}" for table, columns in tables.items())
    return f"{{\n{inner}}}"


def _flow_map(columns: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_word(column)}: {_word(kind)}" for column, kind in columns.items()) + "}"


def _flow_list(names: Sequence[str]) -> str:
    return "[" + ", ".join(_word(name) for name in names) + "]"


def _word(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)


def _at(text: str, path: Sequence[str | int]) -> MappingNode:
    node: Any = compose(text)[0]
    for part in path:
        node = _value(node, part)
    if not isinstance(node, MappingNode):
        raise NotThere("it is made by a template, a loop or an alias")
    return node


def _value(node: Node | None, key: str | int) -> Node | None:
    if not isinstance(node, MappingNode):
        return None
    return next((value for name, value in node.value if isinstance(name, ScalarNode) and name.value == str(key)), None)


def _last_line(value: Node, key: Node) -> int:
    """The last line a value stands on. A block's own end is where the next thing begins, comments between them included."""
    if isinstance(value, CollectionNode) and not value.flow_style and value.value:
        pairs = value.value if isinstance(value, MappingNode) else [(one, one) for one in value.value]
        return max(_last_line(inner, name) for name, inner in pairs)
    if isinstance(value, ScalarNode) and value.style in {"|", ">"}:
        return max(value.end_mark.line - (value.end_mark.column == 0), key.start_mark.line)
    return int(value.end_mark.line)


def _comments(text: str, node: Node | None) -> dict[tuple[str, ...], _Beside]:
    """Comments by the path of the key they stand at, in block style."""
    found: dict[tuple[str, ...], _Beside] = {}
    lines = text.splitlines()

    def walk(node: Node | None, path: tuple[str, ...]) -> None:
        if not isinstance(node, MappingNode) or node.flow_style:
            return
        for key, value in node.value:
            line = key.start_mark.line
            above: list[str] = []
            while line > 0 and lines[line - 1].strip().startswith("#"):
                line -= 1
                above.insert(0, lines[line].strip())
            ends_here = not isinstance(value, CollectionNode) or value.flow_style
            mark = value.end_mark if ends_here else key.end_mark
            after = _COMMENT.search(lines[mark.line][mark.column :]) if mark.line < len(lines) else None
            if above or after:
                found[(*path, key.value)] = _Beside(tuple(above), after[1] if after else "")
            walk(value, (*path, key.value))

    walk(node, ())
    return found
