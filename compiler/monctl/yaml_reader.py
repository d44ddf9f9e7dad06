"""Reads YAML quickly: libyaml composes the nodes, one pass builds plain values. Positions stay in the nodes.

Scalars: `true`, `false`, `null`, `~` and numbers as in JSON; everything else is text: `on`, `yes`, `12:30`, `2026-11-21`, `0123`, `+49`, `0x1F`.
Keys are always text. Duplicate keys, unknown tags, deep nesting and alias bombs are faults, never exceptions.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml._yaml import CParser  # where yaml.cyaml takes it from, and what its type stubs export
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monctl.lines import Lines
from monctl.yaml_fault import BOMB, DUPLICATE, KEY, MERGE, TAG, TOO_DEEP, Fault, explain, odd_space, swallowed, unknown_tag
from monctl.yaml_slip import unquoted

DEEPEST = 100
"""Levels of nesting; real specs have about ten."""
MOST_NODES = 100_000
"""Values in one file after aliases are followed; a file of 1 MiB without aliases has about 60,000."""
_SAFE_BOUND = 2_000  # levels that libyaml's recursive composer takes without a thought for the C stack (20,000 passed, measured)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_CONSTANTS: dict[str, Any] = (
    dict.fromkeys(("", "~", "null", "Null", "NULL"))
    | dict.fromkeys(("true", "True", "TRUE"), True)
    | dict.fromkeys(("false", "False", "FALSE"), False)
)
_TAGS = {
    f"tag:yaml.org,2002:{name}": kinds
    for name, kinds in {"str": str, "int": int, "float": (int, float), "bool": bool, "null": type(None)}.items()
}
_COLLECTION_TAGS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
_MISSING: Any = object()
_NO_TAG: Any = slice
_seen: dict[str, Any] = dict(_CONSTANTS)  # plain scalars repeat: about 30 different ones in 10,000 monitors


class _Composer(CParser):
    """libyaml's composer without PyYAML's resolver in Python, which takes two thirds of the time.

    The three methods are called for each node; constructors written in C take their arguments and cost next to nothing.
    The tag of a node is then a `slice` where the user gave none, and a str where they did.
    """

    resolve = _NO_TAG
    descend_resolver = slice
    ascend_resolver = bool


def compose(text: str) -> tuple[Node | None, Fault | None]:
    """The root node of a text (None for an empty one), or what is wrong with it. Never raises for any text."""
    try:
        if fault := _too_deep(text):
            return None, fault
        return _Composer(text).get_single_node(), None
    except yaml.YAMLError as error:
        return None, explain(error, text)


def read_yaml(text: str) -> tuple[Any, list[Fault]]:
    """The plain value of a text and its faults. The value is None where the text is empty or cannot be read.

    Maps and lists that are aliased are one object each: do not change them.
    """
    root, fault = compose(text)
    odd = odd_space(text)
    if (first := odd or fault) and (fault or root is None):
        return None, [first]
    if root is None:
        return None, []
    builder = _Builder(text)
    builder.faults += [odd] if odd else []
    try:
        return builder.build(root, 0), builder.faults
    except _Refused as refused:
        return None, [*builder.faults, refused.fault]


def plain_value(text: str) -> Any:
    """What a scalar without quotes means."""
    value = _seen.get(text, _MISSING)
    if value is _MISSING:
        value = _number(text) if text[0] in "-0123456789" else text
        if len(_seen) < 20_000 and len(text) < 100:
            _seen[text] = value
    return value


def _number(text: str) -> Any:
    found = _NUMBER.fullmatch(text)
    if not found:
        return text
    if found[1] is None and found[2] is None:
        return int(text) if len(text) < 1_000 else text
    return float(text)


class _Refused(Exception):
    """Ends the building of a text that would cost too much."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class _Builder:
    """Builds the value of one text. Nodes are Any here: PyYAML's stubs know the tag only as a str."""

    def __init__(self, text: str) -> None:
        self.faults: list[Fault] = []
        self._text = text
        self._built: dict[int, tuple[Any, int]] | None = {} if "*" in text else None
        self._open: set[int] = set()
        self._count = 0

    def build(self, node: Any, depth: int) -> Any:
        """The value of a node, built once however often it is aliased."""
        if node.__class__ is ScalarNode:
            return self._scalar(node)
        if depth > DEEPEST:
            raise _Refused(_depth_fault(node))
        if self._built is None:
            return self._collection(node, depth)
        known = self._built.get(id(node))
        if known is None:
            if id(node) in self._open:
                raise _Refused(Fault(BOMB, "an alias stands inside the value it names", "remove the alias", *_first_word(node)))
            self._open.add(id(node))
            before = self._count
            value = self._collection(node, depth)
            self._open.discard(id(node))
            self._built[id(node)] = (value, self._count - before)
            return value
        self._spend(known[1], node)
        return known[0]

    def _spend(self, count: int, node: Any) -> None:
        self._count += count
        if self._built is not None and self._count > MOST_NODES:
            message = f"the aliases of the file unfold to more than {MOST_NODES:,} values".replace(",", " ")
            raise _Refused(Fault(BOMB, message, "write the values without so many aliases", *_first_word(node)))

    def _collection(self, node: Any, depth: int) -> Any:
        if node.tag.__class__ is str and node.tag not in _COLLECTION_TAGS:
            self.faults.append(unknown_tag(node.tag, self._text, node.start_mark.index))
        self._spend(len(node.value) + 1, node)
        if node.__class__ is MappingNode:
            return self._map(node, depth + 1)
        return [
            plain_value(item.value)
            if item.__class__ is ScalarNode and item.style == "" and item.value and item.tag.__class__ is _NO_TAG
            else self.build(item, depth + 1)
            for item in node.value
        ]

    def _map(self, node: Any, depth: int) -> dict[str, Any]:
        built: dict[str, Any] = {}
        merges: list[Any] | None = None
        for key_node, value_node in node.value:
            key = key_node.value if key_node.__class__ is ScalarNode and key_node.tag.__class__ is _NO_TAG else self._key(key_node)
            if key == "<<" and key_node.style == "":
                merges = [*(merges or ()), value_node]
            elif key in built:
                self._duplicate(node, key_node)
            elif key is not None:
                if value_node.__class__ is not ScalarNode:
                    built[key] = self.build(value_node, depth)
                elif value_node.value and value_node.tag.__class__ is _NO_TAG:
                    built[key] = plain_value(value_node.value) if value_node.style == "" else value_node.value
                else:
                    built[key] = self._scalar(value_node)
        return built if merges is None else self._merged(built, merges, depth)

    def _key(self, node: Any) -> str | None:
        if node.__class__ is not ScalarNode:
            self.faults.append(Fault(KEY, "a key is a map or a list", "write the key as a text", *_first_word(node)))
            return None
        if node.tag.__class__ is str and node.tag not in _TAGS:
            self.faults.append(unknown_tag(node.tag, self._text, node.start_mark.index))
        key: str = node.value
        return key

    def _scalar(self, node: Any) -> Any:
        if node.tag.__class__ is _NO_TAG:
            if not node.value and (fault := swallowed(self._text, node.start_mark.index)):
                self.faults.append(fault)
                return unquoted(self._text, fault.start)  # so that nothing more is to be said of it
            return plain_value(node.value) if node.style == "" else node.value
        kind: Any = _TAGS.get(node.tag)
        if kind is None:
            self.faults.append(unknown_tag(node.tag, self._text, node.start_mark.index))
            return unquoted(self._text, node.start_mark.index) if node.tag.startswith("!=") else node.value
        value = node.value if kind is str else plain_value(node.value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self.faults.append(Fault(TAG, f"the value is not what its tag '{tag}' says", "remove the tag", *_first_word(node)))
        return value

    def _duplicate(self, node: Any, again: Any) -> None:
        first = next(key for key, _ in node.value if key.__class__ is ScalarNode and key.value == again.value)
        message = f"the key '{again.value}' is given twice, first on line {Lines(self._text).place(first.start_mark.index)[0]}"
        self.faults.append(Fault(DUPLICATE, message, "keep one of them", again.start_mark.index, again.end_mark.index))

    def _merged(self, own: dict[str, Any], merges: list[Any], depth: int) -> dict[str, Any]:
        """The map with the maps of its `<<` keys behind it: its own keys win, then those named first."""
        merged: dict[str, Any] = {}
        for node in merges:
            sources = node.value if node.__class__ is SequenceNode else [node]
            for source in sources:
                if source.__class__ is not MappingNode:
                    self.faults.append(Fault(MERGE, "'<<' takes a map, or a list of maps", "write '<<: *anchor'", *_first_word(source)))
                    continue
                value: dict[str, Any] = self.build(source, depth)
                merged = merged | {key: item for key, item in value.items() if key not in merged}
        return merged | own


def _too_deep(text: str) -> Fault | None:
    """The fault of a text that nests deeper than the composer may go. Cheap for all texts but suspicious ones."""
    flow = text.count("[") + text.count("{")
    longest = max(map(len, text.split("\n")))  # a level of block nesting takes a column at least; lists may share one with their map
    if flow + 2 * longest <= _SAFE_BOUND:
        return None
    parser, depth = CParser(text), 0
    while (event := parser.get_event()) is not None:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                return _depth_fault(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None


def _depth_fault(where: Any) -> Fault:
    at = where.start_mark.index
    return Fault(TOO_DEEP, f"the values are nested deeper than {DEEPEST} levels", "split them up", at, at + 1)


def _first_word(node: Any) -> tuple[int, int]:
    at: int = node.start_mark.index
    return at, max(at + 1, min(node.end_mark.index, at + 40)) if node.__class__ is ScalarNode else at + 1
