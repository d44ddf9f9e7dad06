"""Turns origins into spans: files are composed again only when something is to be said about them (about 0.1 ms each)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monctl.clear_text import to_hide
from monctl.lines import Lines
from monctl.scalar_map import content_start, map_offsets
from monctl.source import Origin, Span
from monctl.yaml_reader import compose

if TYPE_CHECKING:
    from monctl.document import Document


class SourceMap:
    """The texts of an estate, by the file's name as shown. Implements `monctl.source.Sources`."""

    def __init__(self, texts: Mapping[str, str] | None = None, *, read: Callable[[str], str | None] | None = None) -> None:
        self._texts = dict(texts or {})
        self._read = read
        """Called once for each file that is not in `texts`; None where there is no such file."""
        self._hidden: dict[str, set[str]] = {}
        self._quoted: dict[str, str] = {}

    @classmethod
    def of(cls, documents: Iterable[Document]) -> SourceMap:
        """The map over the texts of some documents."""
        return cls({document.file: document.text for document in documents})

    def add(self, file: str, text: str) -> None:
        """Hold one more text: a YAML file or a Python spec."""
        self._texts[file] = text

    def hide(self, file: str, secret: str) -> None:
        """Never show a text that was written in clear where a secret belongs."""
        self._quoted.pop(file, None)
        self._hidden.setdefault(file, set()).update(line.strip() for line in secret.splitlines() if line.strip())

    @property
    def texts(self) -> Mapping[str, str]:
        """Every text that is held, by the file's name as shown."""
        return self._texts

    def text(self, file: str) -> str | None:
        """The text of a file; None when it is not held."""
        if file not in self._texts and self._read is not None and (text := self._read(file)) is not None:
            self._texts[file] = text
        return self._texts.get(file)

    def quoted(self, file: str) -> str | None:
        """The text of a file to be shown, `*` for each character of a secret; None when it is not held."""
        if file in self._quoted:
            return self._quoted[file]
        text = self.text(file)
        if text is None:
            return None
        for secret in sorted(self._hidden.get(file, ()), key=len, reverse=True):
            text = text.replace(secret, "*" * len(secret))
        for found in to_hide(text):
            text = text[: found.start] + "*" * (found.end - found.start) + text[found.end :]
        self._quoted[file] = text
        return text

    def span(self, origin: Origin, *, key: bool = False, within: tuple[int, int] | None = None) -> Span:
        """The span of the value (or key) at an origin, of the part `within` a scalar, or of the nearest enclosing node."""
        text = self.text(origin.file)
        if text is None:
            line = origin.line or 1
            return Span(origin.file, line, 1, line, 1)
        if origin.line is not None:
            return _lines(text).of_line(origin.file, origin.line)
        start, end = _place(text, origin.path, key, within)
        return _lines(text).span(origin.file, start, end)

    def has(self, origin: Origin) -> bool:
        """Whether there is something at a path of a YAML file."""
        text = self.text(origin.file)
        root = composed(text) if text is not None else None
        return root is not None and _find(root, origin.path).exact


class _Found(NamedTuple):
    key: Any
    value: Any
    exact: bool


def _place(text: str, path: tuple[str | int, ...], key: bool, within: tuple[int, int] | None) -> tuple[int, int]:
    root = composed(text)
    if root is None:
        return 0, 0
    found = _find(root, path)
    is_scalar = found.value.__class__ is ScalarNode
    if found.key is not None and (key or (not found.exact and not is_scalar)):
        return extent(text, found.key)
    if is_scalar and within is not None:
        node = found.value
        return map_offsets(text, node.start_mark.index, node.end_mark.index, node.style or "", node.value, within)
    start, end = extent(text, found.value)
    if found.value is root and not found.exact:
        return start, _line_end(text, start)
    if start == end and found.key is not None:
        return extent(text, found.key)  # `alert:` with nothing behind it
    return start, end


def _find(root: Node, path: tuple[str | int, ...]) -> _Found:
    """The node at a path, or the last one on the way that is in the file."""
    found = _Found(None, root, exact=True)
    for part in path:
        below = _child(found.value, part)
        if below is None:
            return found._replace(exact=False)
        found = _Found(below[0], below[1], exact=True)
    return found


def _child(node: Node, part: str | int) -> tuple[Node | None, Node] | None:
    """Key and value of a part of a node: its own first, then those merged into it by `<<`."""
    if node.__class__ is SequenceNode:
        if isinstance(part, int) and 0 <= part < len(node.value):
            return None, node.value[part]
        return None
    if node.__class__ is not MappingNode:
        return None
    wanted = str(part)
    merges: list[Node] = []
    for key, value in node.value:
        if key.__class__ is not ScalarNode:
            continue
        if key.value == "<<" and key.style == "":
            merges += value.value if value.__class__ is SequenceNode else [value]
        elif key.value == wanted:
            return key, value
    for merged in merges:
        if merged is not node and (found := _child(merged, part)) is not None:
            return found
    return None


def extent(text: str, node: Any) -> tuple[int, int]:
    """Start and end of what is written for a node, without anchor, tag, and the blank lines and comments that follow."""
    start = content_start(text, node.start_mark.index)
    end: int = node.end_mark.index
    if start >= end:
        return end, end
    written = text[start:end].rstrip()
    if not _is_flow(node):
        while (cut := written.rfind("\n")) >= 0 and written[cut:].lstrip().startswith("#"):
            written = written[:cut].rstrip()
    return start, start + len(written)


def _is_flow(node: Any) -> bool:
    return bool(node.flow_style) if node.__class__ is not ScalarNode else node.style in {"'", '"'}


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return end if end >= 0 else len(text)


@lru_cache(maxsize=32)  # findings come file by file
def composed(text: str) -> Node | None:
    """The root node of a text, composed once; None where there is none."""
    return compose(text)[0]


@lru_cache(maxsize=32)
def _lines(text: str) -> Lines:
    return Lines(text)
