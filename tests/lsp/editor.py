"""An editor as the server sees one: JSON-RPC over the pipes of `monctl lsp`, every wait with an end."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE_S = 60.0
"""No answer comes later; the machine may be busy."""
PROGRAM = "from monctl.cli import main; main()"
NOW = "2026-11-21T09:00:00Z"
PUSHES: dict[str, Any] = {"textDocument": {"rename": {"prepareSupport": True}}, "workspace": {"workspaceEdit": {"documentChanges": True}}}
PULLS: dict[str, Any] = {
    "textDocument": {"diagnostic": {"dynamicRegistration": False}, "rename": {"prepareSupport": True}},
    "workspace": {"diagnostics": {"refreshSupport": True}, "workspaceEdit": {"documentChanges": True}},
}

Json = dict[str, Any]


class Failed(Exception):
    """The server answered with an error."""


class Editor:
    """One editor with one server."""

    def __init__(self, folder: Path | None, capabilities: Json, cache: Path, *, program: str = PROGRAM) -> None:
        self.messages: list[Json] = []
        """Every notification and request of the server, in order."""
        self.diagnostics: dict[str, list[Json]] = {}
        """URI → what was pushed last."""
        self._arrived: queue.Queue[Json | None] = queue.Queue()
        self._answers: dict[int, Json] = {}
        self._next = 0
        self._versions: dict[str, int] = {}
        environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONWARNINGS": "error"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, "lsp", "--now", NOW],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=cache,
        )
        self.complaints: list[bytes] = []
        """What came on standard error."""
        self._threads = [threading.Thread(target=self._read, daemon=True), threading.Thread(target=self._listen, daemon=True)]
        for thread in self._threads:
            thread.start()
        folders = [{"uri": folder.as_uri(), "name": folder.name}] if folder is not None else None
        self.server = self.ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folder.as_uri() if folder else None,
                "capabilities": capabilities,
                "workspaceFolders": folders,
            },
        )
        self.tell("initialized", {})

    def ask(self, method: str, params: Any) -> Any:
        """The result of a request. Raises Failed for an error, TimeoutError when nothing comes."""
        answer = self.answer(self.send(method, params))
        if "error" in answer:
            raise Failed(answer["error"]["message"])
        return answer["result"]

    def send(self, method: str, params: Any) -> int:
        """Begin a request; its answer is waited for with `answer`."""
        self._next += 1
        self._write({"jsonrpc": "2.0", "id": self._next, "method": method, "params": params})
        return self._next

    def answer(self, number: int) -> Json:
        """The whole answer to a request."""
        answer: Json = self.until(lambda: self._answers.pop(number, None), f"no answer to request {number}")
        return answer

    def tell(self, method: str, params: Any) -> None:
        """A notification."""
        self._write({"jsonrpc": "2.0", "method": method, "params": params})

    def until(self, ready: Callable[[], Any], otherwise: str) -> Any:
        """What `ready` gives as soon as it gives something; messages are taken in meanwhile."""
        while (found := ready()) is None:
            try:
                message = self._arrived.get(timeout=PATIENCE_S)
            except queue.Empty:
                raise TimeoutError(otherwise) from None
            if message is None:
                raise AssertionError(f"the server ended: {b''.join(self.complaints).decode()[-2000:]}")
            self._take(message)
        return found

    def enter(self, folder: Path) -> None:
        """A folder more in the workspace; nothing is known of what was before."""
        self.messages.clear()
        self.diagnostics.clear()
        self._folders({"added": [{"uri": folder.as_uri(), "name": folder.name}], "removed": []})

    def leave(self, folder: Path) -> None:
        """Close what is open, and the folder."""
        if self.process.poll() is None:
            for uri in self._versions:
                self.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
            self._versions.clear()
            self._folders({"added": [], "removed": [{"uri": folder.as_uri(), "name": folder.name}]})
            self.ask("textDocument/documentSymbol", {"textDocument": {"uri": folder.as_uri()}})

    def _folders(self, event: Json) -> None:
        self.tell("workspace/didChangeWorkspaceFolders", {"event": event})

    @property
    def opened(self) -> frozenset[str]:
        """URIs of what is open."""
        return frozenset(self._versions)

    def open(self, path: Path, text: str | None = None) -> str:
        """Open a file, with its own text or another; its URI."""
        language = "python" if path.suffix == ".py" else "yaml"
        shown = path.read_text(encoding="utf-8") if text is None else text
        self._versions[path.as_uri()] = 1
        self.tell("textDocument/didOpen", {"textDocument": {"uri": path.as_uri(), "languageId": language, "version": 1, "text": shown}})
        return path.as_uri()

    def change(self, uri: str, text: str) -> None:
        """Another text for an open file, whole."""
        self.edit(uri, [{"text": text}])

    def edit(self, uri: str, changes: list[Json]) -> None:
        """Changes as an editor tells them."""
        self._versions[uri] += 1
        self.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": self._versions[uri]}, "contentChanges": changes})

    def told(self, uri: str, wanted: Callable[[list[Json]], bool]) -> list[Json]:
        """The diagnostics of a file, once they are as wanted."""
        told: list[Json] = self.until(
            lambda: found if (found := self.diagnostics.get(uri)) is not None and wanted(found) else None,
            f"the diagnostics of {uri} are {self.diagnostics.get(uri)}",
        )
        return told

    def hover(self, uri: str, position: Json) -> str:
        """The Markdown of a hover; empty where nothing is said."""
        found = self.ask("textDocument/hover", at(uri, position))
        return found["contents"]["value"] if found else ""

    def completions(self, uri: str, position: Json) -> list[str]:
        """The labels that are offered."""
        return [item["label"] for item in self.ask("textDocument/completion", at(uri, position))["items"]]

    def close(self) -> int:
        """Leave as an editor does; the exit code."""
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self.ended()

    def ended(self) -> int:
        """The exit code, once it has ended; nothing of it is left then."""
        code = self.process.wait(PATIENCE_S)
        for thread in self._threads:
            thread.join(PATIENCE_S)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return code

    def kill(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.ended()

    def _write(self, message: Json) -> None:
        assert self.process.stdin is not None
        body = json.dumps(message).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _take(self, message: Json) -> None:
        if "method" not in message:
            self._answers[message["id"]] = message
            return
        self.messages.append(message)
        if message["method"] == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]["diagnostics"]
        if "id" in message:
            self._write({"jsonrpc": "2.0", "id": message["id"], "result": None})

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while line := stream.readline():
            length = 0
            while line.strip():
                name, _, value = line.partition(b":")
                assert name == b"Content-Length" or name == b"Content-Type", f"not of the protocol: {line!r}"
                length = int(value) if name == b"Content-Length" else length
                line = stream.readline()
            self._arrived.put(json.loads(stream.read(length)))
        self._arrived.put(None)

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.complaints.append(line)


def at(uri: str, position: Json) -> Json:
    """The parameters of a question about a position."""
    return {"textDocument": {"uri": uri}, "position": position}


def place(text: str, wanted: str, *, inside: int = 0, after: str = "") -> Json:
    """The UTF-16 position of the first occurrence of a text (behind another), `inside` characters further."""
    offset = text.index(wanted, text.index(after) + len(after) if after else 0) + inside
    before = text[:offset]
    line = before.rpartition("\n")[2]
    return {"line": before.count("\n"), "character": len(line.encode("utf-16-le")) // 2}


def cut(text: str, where: Json, *, unit: str = "utf-16-le", size: int = 2) -> str:
    """The characters of a range."""

    def offset(position: Json) -> int:
        lines = text.split("\n")
        line = lines[position["line"]].encode(unit)[: position["character"] * size].decode(unit)
        return sum(len(one) + 1 for one in lines[: position["line"]]) + len(line)

    return text[offset(where["start"]) : offset(where["end"])]


def has(code: str) -> Callable[[list[Json]], bool]:
    """Whether a finding of this code is among those of a file."""
    return lambda told: any(one["code"] == code for one in told)


def lacks(code: str) -> Callable[[list[Json]], bool]:
    """Whether none is."""
    return lambda told: not has(code)(told)


def checked(told: list[Json]) -> bool:
    """Whatever was found."""
    return True


Start = Callable[..., Editor]
"""Starts a server for a folder, with the abilities of an editor."""
