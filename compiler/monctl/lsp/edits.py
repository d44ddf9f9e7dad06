"""What an editor may ask to have changed: another name, a fix, the one layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from monctl import formatting
from monctl.errors import UsageError
from monctl.lsp import actions, rename
from monctl.lsp.diagnostics import diagnostic
from monctl.lsp.workspace import path_of

if TYPE_CHECKING:
    from monctl.lsp.server import Server

MOVED = "moved"
"""Id of the annotation of the line that keeps a renamed object at its providers."""

Edits = dict[str, list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit]]
"""Real path → the edits of a file."""


async def prepared(server: Server, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    """The name that would be changed. Raises UsageError where there is none that can be."""
    spot = await server.estates.spot(params.text_document.uri, params.position)
    if spot is None or not spot.seen:
        return None
    _, name, start, end = rename.target(spot, spot.seen[0])
    return types.PrepareRenamePlaceholder(server.estates.positions(spot.path, spot.text).range(start, end), name)


async def renamed(server: Server, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """Every edit that gives an object another name. Raises UsageError where that is not certain."""
    spot = await server.estates.spot(params.text_document.uri, params.position)
    keeper = server.estates.keeper_of(spot.path) if spot is not None else None
    seen = await keeper.current() if keeper is not None else None
    spot = await server.estates.spot(params.text_document.uri, params.position)
    if spot is None or seen is None:
        raise UsageError("this file belongs to no estate", hint="a folder with a monctl.yaml is one")
    kind, name, _, _ = rename.target(spot, seen)
    found = rename.renaming(kind, name, params.new_name, seen, server.estates.texts(seen))
    edits: Edits = {}
    for place in found.places:
        where = server.estates.positions(place.path).range(place.start, place.end)
        edits.setdefault(place.path, []).append(types.TextEdit(where, params.new_name))
    annotations = _move(server, found, params.new_name, edits) if _annotates(server) else None
    return (
        types.WorkspaceEdit(
            document_changes=[_document_edit(server, path, changes) for path, changes in edits.items()], change_annotations=annotations
        )
        if _versions(server)
        else types.WorkspaceEdit(
            changes={
                server.estates.uri(path): [edit for edit in changes if isinstance(edit, types.TextEdit)] for path, changes in edits.items()
            }
        )
    )


async def acted(server: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """What can be done about the findings in a range."""
    path = path_of(params.text_document.uri)
    keeper = server.estates.keeper_of(path) if path is not None else None
    seen = await keeper.current() if keeper is not None and keeper.begun else None
    text = server.estates.text(path) if path is not None else None
    if seen is None or path is None or text is None:
        return []
    positions = server.estates.positions(path, text)
    near = [found for found in seen.by_file.get(path, ()) if found.span is not None and _meet(positions.of_span(found.span), params.range)]
    made = []
    for one in actions.actions(near, text, seen.shown(path)):
        edits: list[types.TextEdit] = [types.TextEdit(positions.of_span(span), new) for span, new in one.edits]
        if any(span.file != seen.shown(path) for span, _ in one.edits):
            continue
        made.append(
            types.CodeAction(
                one.title,
                types.CodeActionKind.QuickFix,
                diagnostics=[diagnostic(one.finding, positions)],
                is_preferred=one.is_fix or None,
                edit=types.WorkspaceEdit(changes={params.text_document.uri: edits}),
            )
        )
    return _wanted(made, params.context.only)


async def formatted(server: Server, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
    """The one layout of a YAML file. Raises UsageError, which the editor shows, where it cannot be laid out safely."""
    path = path_of(params.text_document.uri)
    text = server.estates.text(path) if path is not None else None
    if path is None or text is None or path.endswith(".py") or server.estates.root_of(path) is None:
        return []
    laid = formatting.formatted(path, text)
    if laid.fault is not None or laid.reason:
        raise UsageError("the file stays as it is", hint=laid.fault.message if laid.fault is not None else laid.reason)
    if laid.text == text:
        return []
    start, end, new = _difference(text, laid.text)
    return [types.TextEdit(server.estates.positions(path, text).range(start, end), new)]


def _difference(old: str, new: str) -> tuple[int, int, str]:
    """Start and end of the lines that differ, and what is there instead: the cursor stays where nothing changes."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    first = 0
    while first < min(len(before), len(after)) and before[first] == after[first]:
        first += 1
    last = 0
    while last < min(len(before), len(after)) - first and before[-1 - last] == after[-1 - last]:
        last += 1
    start = sum(map(len, before[:first]))
    return start, len(old) - sum(map(len, before[len(before) - last :])), "".join(after[first : len(after) - last])


def _wanted(made: list[types.CodeAction], only: Sequence[types.CodeActionKind | str] | None) -> list[types.CodeAction]:
    kinds = [str(getattr(kind, "value", kind)) for kind in only or ()]
    return made if not kinds or any(kind in {"", "quickfix"} for kind in kinds) else []


def _move(server: Server, found: rename.Renaming, new: str, edits: Edits) -> dict[str, types.ChangeAnnotation] | None:
    """Add the line that keeps the object at its providers, for the person to confirm."""
    text = server.estates.text(found.home) or ""
    line = rename.moved(found, new, text)
    if line is None:
        return None
    where = server.estates.positions(found.home, text).range(line[0], line[0])
    edits.setdefault(found.home, []).append(types.AnnotatedTextEdit(MOVED, where, line[1]))
    label = "keep the object at its providers: add it to `moved`"
    return {MOVED: types.ChangeAnnotation(label, needs_confirmation=True, description="without it, it is deleted there and made anew")}


def _document_edit(server: Server, path: str, changes: list[Any]) -> types.TextDocumentEdit:
    document = server.estates.open.get(path)
    version = document.version if document is not None else None
    return types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(server.estates.uri(path), version), changes)


def _annotates(server: Server) -> bool:
    edit = server.client_capabilities.workspace.workspace_edit if server.client_capabilities.workspace is not None else None
    return edit is not None and bool(edit.document_changes) and edit.change_annotation_support is not None


def _versions(server: Server) -> bool:
    edit = server.client_capabilities.workspace.workspace_edit if server.client_capabilities.workspace is not None else None
    return edit is not None and bool(edit.document_changes)


def _meet(one: types.Range, other: types.Range) -> bool:
    first = (one.start.line, one.start.character), (one.end.line, one.end.character)
    second = (other.start.line, other.start.character), (other.end.line, other.end.character)
    return first[0] <= second[1] and second[0] <= first[1]
