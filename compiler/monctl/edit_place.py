"""Where the edits of a fix stand in the file, and whether they can be written there as it is. Pure.

Nothing is placed that would need more than putting characters in place of others: in a Python spec, behind an alias, beside a comment that
would go with it, where the quotes around a text do not take the replacement. Such a finding keeps its help and has no fix.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monctl.finding import Edit, Finding, Fix
from monctl.lines import Lines
from monctl.scalar_map import map_offsets
from monctl.source import Sources, Span
from monctl.source_map import composed, extent

_PLAIN = re.compile(r"[\w ()=<>.*/+,%-]*")
"""What may be put into a scalar without quotes. The comma only outside of flow maps and lists."""
_BREAK_AND_LEAD = re.compile(r"(?:\r\n|\r|\n) *")
_BREAK = re.compile(r"\r\n|\r|\n")


def placed(found: Finding, sources: Sources) -> Fix | None:
    """The fix of a finding with a span for each edit; None where one of them cannot be written."""
    fix = found.fix
    if fix is None or all(edit.span is not None for edit in fix.edits):
        return fix
    edits = []
    for edit in fix.edits:
        span = edit.span or _span(edit, found, sources)
        if span is None:
            return None
        edits.append(replace(edit, span=span))
    ordered = sorted(edits, key=lambda one: one.span or Span(""))
    ends = [(one.span.end_line, one.span.end_column) for one in ordered if one.span]
    begins = [(one.span.line, one.span.column) for one in ordered if one.span]
    if any(end > begin for end, begin in zip(ends, begins[1:], strict=False)):
        return None
    return Fix(fix.title, tuple(ordered))


def _span(edit: Edit, found: Finding, sources: Sources) -> Span | None:
    origin = edit.origin or found.origin
    text = sources.text(origin.file)
    if text is None or origin.line is not None or not origin.path:
        return None
    way = _way(composed(text), origin.path)
    if way is None:
        return None
    holder, at, in_flow = way
    node = _value(holder, at)
    if edit.removes:
        place = _removed(text, holder, at)
    elif edit.within is not None:
        place = _within(text, node, edit, in_flow=in_flow)
    else:
        place = extent(text, node) if _is_one_line(text, node) else None
    return None if place is None else Lines(text).span(origin.file, *place)


def _way(root: Node | None, path: tuple[str | int, ...]) -> tuple[Any, int, bool] | None:
    """The map or list that holds the last part of a path, the place in it, and whether it is written in brackets.

    None where the path is not in the file as it is written: it was made of a short form, or leads through an alias or a merge.
    """
    holder: Any = root
    at, in_flow = -1, False
    for number, part in enumerate(path):
        here = holder if number == 0 else _value(holder, at)
        found = _index(here, part)
        if here is None or found is None:
            return None
        in_flow = in_flow or bool(here.flow_style)
        holder, at = here, found
    return None if holder is None else (holder, at, in_flow)


def _index(node: Any, part: str | int) -> int | None:
    if node.__class__ is MappingNode:
        for at, (key, value) in enumerate(node.value):
            if key.__class__ is ScalarNode and key.value == str(part):
                return at if value.start_mark.index >= key.end_mark.index else None  # what an alias names stands before it
        return None
    if node.__class__ is SequenceNode and isinstance(part, int) and 0 <= part < len(node.value):
        starts = [node.start_mark.index, *(item.start_mark.index for item in node.value[:part])]
        return part if node.value[part].start_mark.index >= max(starts) else None
    return None


def _value(holder: Any, at: int) -> Any:
    return holder.value[at][1] if holder.__class__ is MappingNode else holder.value[at]


def _start(holder: Any, at: int) -> int:
    entry = holder.value[at][0] if holder.__class__ is MappingNode else holder.value[at]
    index: int = entry.start_mark.index
    return index


def _within(text: str, node: Any, edit: Edit, *, in_flow: bool) -> tuple[int, int] | None:
    if node.__class__ is not ScalarNode or edit.within is None or _BREAK.search(edit.text):
        return None
    first, last = edit.within
    start, end = map_offsets(text, node.start_mark.index, node.end_mark.index, node.style or "", node.value, edit.within)
    if _BREAK_AND_LEAD.sub("\n", text[start:end]) != _BREAK_AND_LEAD.sub("\n", node.value[first:last]):
        return None
    match node.style or "":
        case "'":
            fits = "'" not in edit.text
        case '"':
            fits = '"' not in edit.text and "\\" not in edit.text
        case "":
            at_end = last == len(node.value) and not edit.text[-1:].isalnum()
            fits = first > 0 and not at_end and _PLAIN.fullmatch(edit.text) is not None and not (in_flow and "," in edit.text)
        case "|":
            fits = True
        case _:
            fits = bool(edit.text.strip()) and edit.text == edit.text.strip()  # no line of it may begin or end in another way
    return (start, end) if fits else None


def _removed(text: str, holder: Any, at: int) -> tuple[int, int] | None:
    """The stretch of an entry with what parts it from the next; None for the last one left, and where a comment would go with it or stay behind."""
    count = len(holder.value)
    node = _value(holder, at)
    if count < 2 or (node.__class__ is ScalarNode and node.style in {"|", ">"}):
        return None
    begin, end = _start(holder, at), extent(text, node)[1]
    if holder.flow_style:
        last = at == count - 1
        place = (extent(text, _value(holder, at - 1))[1], end) if last else (begin, _start(holder, at + 1))
    else:
        line = max(text.rfind("\n", 0, begin), text.rfind("\r", 0, begin)) + 1
        lead = text[line:begin]
        brk = _BREAK.search(text, end)
        after = brk.end() if brk else len(text)
        above = text[text.rfind("\n", 0, max(line - 1, 0)) + 1 : max(line - 1, 0)]
        if above.strip().startswith("#"):
            return None
        if lead.strip() in ({"", "-"} if holder.__class__ is SequenceNode else {""}):
            place = (line, after)
        elif at + 1 < count:
            place = (begin, _start(holder, at + 1))  # the first of a map behind a dash
        else:
            return None
    return None if "#" in text[place[0] : place[1]] else place


def _is_one_line(text: str, node: Any) -> bool:
    start, end = extent(text, node)
    return _BREAK.search(text, start, end) is None
