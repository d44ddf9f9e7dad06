"""The outline of a file, and the objects of an estate by name. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from monctl.lsp import names, tree
from monctl.lsp.positions import Positions
from monctl.lsp.python_names import python_names
from monctl.spec.file import KINDS

_KINDS = {
    "monitors": types.SymbolKind.Event, "metrics": types.SymbolKind.Number, "services": types.SymbolKind.Module, "people": types.SymbolKind.Object,
    "channels": types.SymbolKind.Interface, "datasources": types.SymbolKind.Package, "dashboards": types.SymbolKind.Struct,
    "severities": types.SymbolKind.EnumMember, "runbooks": types.SymbolKind.File,
}  # fmt: skip
_SEVERAL = types.SymbolKind.Namespace


def icon(kind: str) -> types.SymbolKind:
    """How an editor shows an object of a kind."""
    return _KINDS.get(kind, types.SymbolKind.Object)


def outline(text: str, positions: Positions, *, is_python: bool) -> list[types.DocumentSymbol]:
    """Kinds with the objects below them; in Python the calls."""
    if is_python:
        return list(_calls(text, positions))
    found = []
    for one in tree.children(text):
        objects = _objects(text, one, positions) if one.path[0] in KINDS or one.path[0] == "templates" else []
        found.append(_symbol(one, _SEVERAL, "", positions, objects))
    return found


def _objects(text: str, one: tree.Found, positions: Positions) -> list[types.DocumentSymbol]:
    kind = str(one.path[0])
    return [_symbol(child, icon(kind), names.word(kind), positions, []) for child in tree.children(text, one.path) if child.key is not None]


def _symbol(
    found: tree.Found, kind: types.SymbolKind, detail: str, positions: Positions, children: list[types.DocumentSymbol]
) -> types.DocumentSymbol:
    return types.DocumentSymbol(
        name=str(found.path[-1]) or "…",
        kind=kind,
        detail=detail,
        range=positions.range(*found.whole),
        selection_range=positions.range(*(found.key or found.value)),
        children=children,
    )


def _calls(text: str, positions: Positions) -> Iterator[types.DocumentSymbol]:
    for call in sorted(python_names(text).calls, key=lambda one: one.start):
        where = positions.range(call.start, call.end)
        name = call.name or text[call.start : call.end].partition("\n")[0][:60]
        yield types.DocumentSymbol(name=name, kind=icon(call.kind), detail=names.word(call.kind), range=where, selection_range=where)
