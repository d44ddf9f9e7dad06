"""What an editor may ask, and who answers: questions here, changes in `monctl.lsp.edits`; from the last check and the text as it is typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from monctl.lsp import complete, edits, hover, names, refer, symbols
from monctl.lsp.seen import Seen
from monctl.lsp.workspace import path_of
from monctl.source import Origin

if TYPE_CHECKING:
    from monctl.lsp.server import Server

_ITEM_KINDS = {
    "key": types.CompletionItemKind.Property, "name": types.CompletionItemKind.Reference, "word": types.CompletionItemKind.EnumMember,
    "value": types.CompletionItemKind.Value, "table": types.CompletionItemKind.Struct, "column": types.CompletionItemKind.Field,
    "snippet": types.CompletionItemKind.Snippet,
}  # fmt: skip
_MOST_SYMBOLS = 500


async def document_diagnostic(server: Server, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    """What is wrong in one file, as it is typed now."""
    path = path_of(params.text_document.uri)
    keeper = server.estates.keeper_of(path) if path is not None else None
    if keeper is None or path is None:
        return types.RelatedFullDocumentDiagnosticReport(items=[])
    if not keeper.begun:
        keeper.touch()
    seen = await keeper.current()
    found = server.estates.of_file(path, seen) if seen is not None else []
    mark = _mark(found)
    if mark == params.previous_result_id:
        return types.RelatedUnchangedDocumentDiagnosticReport(mark)
    return types.RelatedFullDocumentDiagnosticReport(items=found, result_id=mark)


async def workspace_diagnostic(server: Server, params: types.WorkspaceDiagnosticParams) -> types.WorkspaceDiagnosticReport:
    """What is wrong in every file of every estate, but for files of which the editor knows it."""
    known = {one.uri: one.value for one in params.previous_result_ids}
    reports: list[types.WorkspaceDocumentDiagnosticReport] = []
    for keeper in list(server.estates.keepers.values()):
        seen = await keeper.current()
        for path, found in server.estates.diagnostics(seen).items() if seen is not None else ():
            document = server.estates.open.get(path)
            version = document.version if document is not None else None
            uri, mark = server.estates.uri(path), _mark(found)
            if known.get(uri) == mark:
                reports.append(types.WorkspaceUnchangedDocumentDiagnosticReport(uri=uri, result_id=mark, version=version))
            else:
                reports.append(types.WorkspaceFullDocumentDiagnosticReport(uri=uri, items=found, result_id=mark, version=version))
    return types.WorkspaceDiagnosticReport(reports)


def _mark(found: list[types.Diagnostic]) -> str:
    """The same for the same diagnostics."""
    return blake2b(repr(found).encode(errors="surrogatepass"), digest_size=8).hexdigest()


async def hovered(server: Server, params: types.HoverParams) -> types.Hover | None:
    """What the place under the cursor means."""
    spot = await server.estates.spot(params.text_document.uri, params.position)
    said = hover.told(spot) if spot is not None else None
    if said is None or spot is None:
        return None
    where = server.estates.positions(spot.path, spot.text).range(said.start, said.end)
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, said.markdown), where)


async def completed(server: Server, params: types.CompletionParams) -> types.CompletionList:
    """What may be typed here."""
    spot = await server.estates.spot(params.text_document.uri, params.position)
    if spot is None:
        return types.CompletionList(is_incomplete=False, items=[])
    positions = server.estates.positions(spot.path, spot.text)
    items = []
    for place, one in enumerate(complete.best(complete.offers(spot))):
        edit = types.TextEdit(positions.range(one.start, spot.offset), one.text)
        doc = types.MarkupContent(types.MarkupKind.Markdown, one.doc) if one.doc else None
        filter_text = spot.text[one.start : spot.offset] if one.kind == "value" and one.text[:1] == '"' else None
        items.append(
            types.CompletionItem(
                label=one.label,
                kind=_ITEM_KINDS[one.kind],
                detail=one.detail or None,
                documentation=doc,
                sort_text=f"{place:05}",
                filter_text=(filter_text or "") + one.label if filter_text else None,
                text_edit=edit,
            )
        )
    return types.CompletionList(is_incomplete=any(item.kind is types.CompletionItemKind.Value for item in items), items=items)


async def defined(server: Server, params: types.DefinitionParams) -> list[types.Location]:
    """Where what is named here is declared."""
    spot = await server.estates.spot(params.text_document.uri, params.position)
    near = hover.mention_at(spot) if spot is not None else None
    if spot is None or near is None:
        return []
    mention, _, end = near
    for seen in spot.seen:
        kind = names.meant(mention, seen.known)
        if kind is None:
            continue
        texts = server.estates.texts(seen)
        if kind == "metrics" and mention.part and spot.offset > end and (value := _value(mention, seen)) is not None:
            return [_of_origin(server, seen, value, key=True)]
        places = [place for place in refer.spelled(kind, mention.name, seen, texts) if place.declares]
        if places:
            return [_location(server, place.path, place.start, place.end) for place in places]
        origin = refer.declared(kind, mention.name, seen)
        if origin is not None:
            return [_of_origin(server, seen, origin, key=True)]
    return []


async def referred(server: Server, params: types.ReferenceParams) -> list[types.Location]:
    """Every place that names what is named here."""
    spot = await server.estates.spot(params.text_document.uri, params.position)
    near = hover.mention_at(spot) if spot is not None else None
    if spot is None or near is None or not spot.seen:
        return []
    seen, mention = spot.seen[0], near[0]
    kind = names.meant(mention, seen.known) or mention.kinds[0]
    texts = server.estates.texts(seen)
    found = [
        _location(server, place.path, place.start, place.end)
        for place in refer.spelled(kind, mention.name, seen, texts)
        if params.context.include_declaration or not place.declares
    ]
    unclear = refer.computed(kind, mention.name, seen, texts)
    return [*found, *(_of_origin(server, seen, Origin(one.file, line=one.line), key=False) for one in unclear)]


async def outlined(server: Server, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    """The outline of a file."""
    path = path_of(params.text_document.uri)
    text = server.estates.text(path) if path is not None else None
    if path is None or text is None or server.estates.root_of(path) is None:
        return []
    return symbols.outline(text, server.estates.positions(path, text), is_python=path.endswith(".py"))


async def searched(server: Server, params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation]:
    """Objects of every estate whose name holds what is asked for."""
    wanted = params.query.lower()
    found: list[types.SymbolInformation] = []
    for keeper in list(server.estates.keepers.values()):
        for seen in (await keeper.some())[:1]:
            for kind, name, origin in refer.everything(seen):
                if wanted in name.lower() and len(found) < _MOST_SYMBOLS:
                    where = _of_origin(server, seen, origin, key=True)
                    found.append(types.SymbolInformation(where, name, symbols.icon(kind), container_name=names.word(kind)))
    return found


def _value(mention: names.Mention, seen: Seen) -> Origin | None:
    """Where a value of a metric is declared, for sources that declare them."""
    item = seen.items.get(("metrics", mention.name))
    if item is None or item.origin.line is not None:
        return None
    return item.origin.at("sql", "values", mention.part)


def _of_origin(server: Server, seen: Seen, origin: Origin, *, key: bool) -> types.Location:
    span = seen.checked.loaded.sources.span(origin, key=key)
    path = next((path for path, shown in seen.files.items() if shown == span.file), span.file)
    return types.Location(server.estates.uri(path), server.estates.positions(path, seen.text(path)).of_span(span))


def _location(server: Server, path: str, start: int, end: int) -> types.Location:
    return types.Location(server.estates.uri(path), server.estates.positions(path).range(start, end))


Answer = Callable[[Any, Any], Awaitable[Any]]
ANSWERS: dict[str, tuple[Answer, Any]] = {
    types.TEXT_DOCUMENT_DIAGNOSTIC: (
        document_diagnostic,
        types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=True, identifier="monctl"),
    ),
    types.WORKSPACE_DIAGNOSTIC: (workspace_diagnostic, None),
    types.TEXT_DOCUMENT_HOVER: (hovered, None),
    types.TEXT_DOCUMENT_COMPLETION: (completed, types.CompletionOptions(trigger_characters=[" ", ".", "{", "[", '"', "<", ">"])),
    types.TEXT_DOCUMENT_DEFINITION: (defined, None),
    types.TEXT_DOCUMENT_REFERENCES: (referred, None),
    types.TEXT_DOCUMENT_PREPARE_RENAME: (edits.prepared, None),
    types.TEXT_DOCUMENT_RENAME: (edits.renamed, types.RenameOptions(prepare_provider=True)),
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (outlined, None),
    types.WORKSPACE_SYMBOL: (searched, None),
    types.TEXT_DOCUMENT_FORMATTING: (edits.formatted, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (edits.acted, types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])),
}
"""Method → who answers, and what the server says about it."""
