"""The server: what an editor asks, and who answers. No handler dies of what is typed; what goes wrong is told to the editor's log."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable
from datetime import datetime
from inspect import iscoroutinefunction
from json import JSONDecodeError
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidRequest
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.uris import to_fs_path

from monctl import __version__
from monctl.discover import SETTINGS
from monctl.errors import MonctlError
from monctl.lsp import answers
from monctl.lsp.held import real
from monctl.lsp.keeper import Keeper
from monctl.lsp.positions import changed, sound
from monctl.lsp.workspace import Estates, Open, path_of

P = TypeVar("P")
R = TypeVar("R")
_REQUEST_FAILED = -32803  # LSPErrorCodes.RequestFailed: the reason is shown to the person
_WATCHED = ("**/*.yaml", "**/*.yml", "**/*.py", "**/*.md")


class _Protocol(LanguageServerProtocol):
    """pygls' protocol, without its own copies of texts, whose lines end where Python's do (U+2028 among them) and not where the protocol's do.

    Every request is answered: pygls is silent about those it cannot read, and about those after a shutdown (pygls 2.1.1, tried 2026-11-21).
    """

    left_at_once = False
    """The editor has told to exit without a shutdown before: then the exit code is 1.

    The protocol's words, in a copy: https://docs.rs/lsp-types/0.86.0/lsp_types/notification/enum.Exit.html (read 2026-11-21)
    """

    def structure_message(self, data: dict[str, Any]) -> Any:
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self._send_response(data["id"], None, error.to_response_error())
            raise

    def handle_message(self, message: Any) -> None:
        if self._shutdown and hasattr(message, "id") and hasattr(message, "method"):
            self._send_response(message.id, None, JsonRpcInvalidRequest("the server is shutting down").to_response_error())
            return
        if getattr(message, "method", "") == types.EXIT:
            self.left_at_once = not self._shutdown
        super().handle_message(message)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> Any:
        handler = self.fm.features.get(types.TEXT_DOCUMENT_DID_CHANGE)
        if handler is not None:
            yield handler, (params,), None


class Server(LanguageServer):
    """`monctl lsp`."""

    def __init__(self, *, environment: str | None, clock: Callable[[], datetime]) -> None:
        super().__init__("monctl", __version__, protocol_cls=_Protocol, max_workers=2)
        self.estates = Estates(environment=environment, clock=clock, told=self.tell, failed=self.complain)
        self.told: dict[str, list[types.Diagnostic]] = {}
        """Path → what the editor was told is wrong there."""
        _register(self)

    @property
    def pulls(self) -> bool:
        """Whether the editor asks for diagnostics itself."""
        document = self.client_capabilities.text_document
        return document is not None and document.diagnostic is not None

    def tell(self, keeper: Keeper) -> None:
        """An estate was checked: tell what changed in any of its files."""
        if keeper.seen is None:
            return
        found = self.estates.diagnostics(keeper.seen)
        root = f"{real(keeper.root)}/"
        gone = [
            path for path in self.told if path.startswith(root) and path not in found and self.estates.root_of(path) in {root[:-1], None}
        ]
        news = False
        for path, diagnostics in [*found.items(), *((path, []) for path in gone)]:
            before = self.told.get(path)
            self.told[path] = diagnostics
            if path in gone:
                del self.told[path]
            if before == diagnostics or (before is None and not diagnostics and path not in self.estates.open):
                continue
            news = True
            if not self.pulls:
                self.publish(path, diagnostics)
        if news and self.pulls and self._refreshes():
            self.workspace_diagnostic_refresh(None)

    def publish(self, path: str, diagnostics: list[types.Diagnostic]) -> None:
        """Push the diagnostics of one file."""
        document = self.estates.open.get(path)
        version = document.version if document is not None else None
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(self.estates.uri(path), diagnostics, version))

    def complain(self, error: Exception) -> None:
        """Tell the editor's log what went wrong: a sentence for a user's fault, the last line of ours."""
        if isinstance(error, MonctlError):
            message = f"{error}" + (f" ({error.hint})" if error.hint else "")
        else:
            frame = traceback.extract_tb(error.__traceback__)[-1:]
            where = f" at {Path(frame[0].filename).name}:{frame[0].lineno}" if frame else ""
            message = f"a bug in monctl: {type(error).__name__}{where}"
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, message))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """What pygls could not read or do; an answer that is an error was given to who asked."""
        if isinstance(error, JSONDecodeError):
            self.window_log_message(types.LogMessageParams(types.MessageType.Error, "the editor sent a message that is not JSON"))
        elif not isinstance(error, JsonRpcException):
            self.complain(error)

    def _refreshes(self) -> bool:
        workspace = self.client_capabilities.workspace
        return workspace is not None and workspace.diagnostics is not None and bool(workspace.diagnostics.refresh_support)


def serve(reading: BinaryIO, writing: BinaryIO, *, environment: str | None, clock: Callable[[], datetime]) -> int:
    """Answer on two streams until the editor leaves. Gives 1 where it did so without a shutdown, else 0."""
    logging.getLogger("pygls").setLevel(logging.CRITICAL)  # it writes tracebacks to standard error; what goes wrong is in the editor's log
    server = Server(environment=environment, clock=clock)
    try:
        server.start_io(reading, writing)
    finally:
        server.estates.close()
        reading.close()
    return 1 if getattr(server.protocol, "left_at_once", False) else 0


def _guarded(server: Server, answer: Callable[[Server, P], Awaitable[R]]) -> Callable[[P], Awaitable[R | None]]:
    """A handler that never fails but with a sentence: a bug is told to the log, and the answer is nothing."""

    async def guarded(params: P) -> R | None:
        try:
            return await answer(server, params)
        except MonctlError as error:
            raise JsonRpcException(f"{error}" + (f": {error.hint}" if error.hint else ""), _REQUEST_FAILED) from None
        except Exception as error:  # noqa: BLE001  # one question that goes wrong must not end the editor's session
            server.complain(error)
            return None

    return guarded


def _event(server: Server, handler: Callable[[Server, P], Awaitable[None] | None]) -> Callable[[P], Any]:
    if iscoroutinefunction(handler):
        return _guarded(server, handler)

    def handled(params: P) -> None:
        try:
            handler(server, params)
        except Exception as error:  # noqa: BLE001  # as above
            server.complain(error)

    return handled


def _register(server: Server) -> None:
    for method, handler in _EVENTS.items():
        server.feature(method)(_event(server, handler))
    for method, (answer, options) in answers.ANSWERS.items():
        server.feature(method, options)(_guarded(server, answer))


def _initialize(server: Server, params: types.InitializeParams) -> None:
    encoding = server.workspace.position_encoding
    server.estates.encoding = str(getattr(encoding, "value", encoding) or "utf-16")


async def _initialized(server: Server, params: types.InitializedParams) -> None:
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace is not None else None
    if watching is not None and watching.dynamic_registration:
        watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
        registration = types.Registration(
            "files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, types.DidChangeWatchedFilesRegistrationOptions(watchers)
        )
        server.client_register_capability(types.RegistrationParams([registration]))
    folders = [folder.uri for folder in server.workspace.folders.values()] or [server.workspace.root_uri or ""]
    for uri in folders:
        await _look_into(server, uri)


async def _look_into(server: Server, uri: str) -> None:
    folder = to_fs_path(uri) if uri else None
    if folder:
        for root in await asyncio.get_running_loop().run_in_executor(None, server.estates.find, folder):
            if not server.estates.keeper(root).begun:
                server.estates.keeper(root).touch()


def _opened(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    path = path_of(document.uri)
    if path is not None:
        server.estates.open[path] = Open(document.uri, document.version, sound(document.text))
        server.estates.changed(path)


def _changed(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    path = path_of(params.text_document.uri)
    held = server.estates.open.get(path or "")
    if path is not None and held is not None:
        text = changed(held.text, params.content_changes, server.estates.encoding)
        server.estates.open[path] = Open(held.uri, params.text_document.version, text)
        server.estates.changed(path)


def _saved(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    path = path_of(params.text_document.uri)
    if path is not None:
        server.estates.changed(path, ran=path.endswith(".py"))


def _closed(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    path = path_of(params.text_document.uri)
    if path is not None and server.estates.open.pop(path, None) is not None:
        server.estates.changed(path)


def _watched(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    for event in params.changes:
        path = path_of(event.uri)
        if path is None:
            continue
        if path.endswith(f"/{SETTINGS}") and event.type == types.FileChangeType.Deleted and path not in server.estates.open:
            _forget(server, path.removesuffix(f"/{SETTINGS}"))
        server.estates.changed(path, ran=not path.endswith((".yaml", ".yml")))


def _forget(server: Server, root: str) -> None:
    """Drop an estate, and take back what was told of it."""
    if server.estates.forget(root) is not None:
        for told in [one for one in server.told if one.startswith(f"{root}/")]:
            server.told.pop(told)
            if not server.pulls:
                server.publish(told, [])


async def _folders(server: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:
    for folder in params.event.removed:
        top = f"{path_of(folder.uri)}/"
        for root in [one for one in server.estates.keepers if f"{one}/".startswith(top)]:
            if not any(path.startswith(f"{root}/") for path in server.estates.open):
                _forget(server, root)
    for folder in params.event.added:
        await _look_into(server, folder.uri)


_EVENTS: dict[str, Callable[..., Any]] = {
    types.INITIALIZE: _initialize,
    types.INITIALIZED: _initialized,
    types.TEXT_DOCUMENT_DID_OPEN: _opened,
    types.TEXT_DOCUMENT_DID_CHANGE: _changed,
    types.TEXT_DOCUMENT_DID_SAVE: _saved,
    types.TEXT_DOCUMENT_DID_CLOSE: _closed,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _watched,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: _folders,
}
