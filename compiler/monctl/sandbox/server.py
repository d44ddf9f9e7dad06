"""[I/O] Serves a sandbox on loopback: every emulator at `/<target>`, a page of all they hold at `/`. Prints nothing."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType, TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from monctl.errors import UsageError
from monctl.sandbox.emulator import Request, Response
from monctl.sandbox.page import page
from monctl.sandbox.place import Sandbox
from monctl.sandbox.transport import encoded

LONGEST_BODY = 8 * 1024 * 1024
"""Bytes; the largest dashboards of the wild are below two million."""
_QUIET_S = 30.0
"""A connection that says nothing this long is closed."""
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Server:
    """A sandbox on a port of this machine. `with Server(sandbox) as server:` serves in the background; `run` serves until a signal."""

    def __init__(
        self, sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0, on_fault: Callable[[str, BaseException], None] | None = None
    ) -> None:
        """Port 0 takes a free one. `on_fault` hears of bugs in emulators: the request's line, and what was raised.

        Raises UsageError when the port cannot be had.
        """
        if host not in _LOOPBACK:
            raise UsageError(f"the sandbox serves this machine alone, not '{host}'", hint="use 127.0.0.1")
        handler = type("Handler", (_Handler,), {"sandbox": sandbox, "on_fault": staticmethod(on_fault or (lambda _, __: None))})
        try:
            self._server = _Threads((host, port), handler)
        except (OSError, OverflowError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise UsageError(f"cannot serve on {host}:{port}: {why}", hint="name another port, or 0 for a free one") from error
        self.url = f"http://{host}:{self._server.server_address[1]}"
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        if self._thread is not None:
            self._thread.join()
        self._server.server_close()

    def run(self) -> None:
        """Serves until SIGINT or SIGTERM. Only from the main thread."""
        stop = threading.Event()

        def stopping(_: int, __: FrameType | None) -> None:
            stop.set()

        before = {number: signal.signal(number, stopping) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            with self:
                stop.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Threads(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    """Idle kept-alive connections must not hold up the end."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _QUIET_S
    disable_nagle_algorithm = True
    sandbox: Sandbox
    on_fault: Callable[[str, BaseException], None]

    def version_string(self) -> str:
        return "monctl-sandbox"

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""

    def _answer(self) -> None:
        refused = self._refusal()
        if refused is not None:
            self.close_connection = True  # whatever of the body was not read would be taken for the next request
            self._send(refused)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            answer = self._asked(body)
        except Exception as error:  # noqa: BLE001  # a bug of an emulator must not take the others down
            self.on_fault(self.requestline, error)
            answer = Response(500, {"detail": "the sandbox itself failed; this is a bug of monctl"})
        self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815  # names of http.server

    def _refusal(self) -> Response | None:
        host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        if host not in _LOOPBACK:
            # a page elsewhere whose name was made to point here (DNS rebinding) sends its own name
            return Response(421, {"detail": "the sandbox answers to 127.0.0.1 and localhost only"})
        if self.headers.get("Transfer-Encoding"):
            return Response(411, {"detail": "send a Content-Length"})
        length = self.headers.get("Content-Length") or "0"
        if not (length.isascii() and length.isdigit()):
            return Response(400, {"detail": "Content-Length is not a number"})
        if int(length) > LONGEST_BODY:
            return Response(413, {"detail": f"a body has at most {LONGEST_BODY} bytes here"})
        return None

    def _asked(self, body: bytes) -> Response:
        parts = urlsplit(self.path)
        name, _, rest = parts.path.lstrip("/").partition("/")
        if not name:
            return self._page(parse_qs(parts.query).get("provider", [None])[0])
        emulator = self.sandbox.emulators.get(name)
        if emulator is None:
            known = ", ".join(f"/{one}" for one in self.sandbox.emulators)
            return Response(404, {"detail": f"there is no /{name} here; there is {known or 'nothing'}"})
        path = f"/{rest}" + (f"?{parts.query}" if parts.query else "")
        base = f"http://{self.headers['Host']}/{name}"
        return emulator.handle(Request.of(self.command, path, dict(self.headers.items()), body, base_url=base))

    def _page(self, provider: str | None) -> Response:
        if self.command not in {"GET", "HEAD"}:
            return Response(405, {"detail": "the page is for reading"}, {"Allow": "GET, HEAD"})
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(200, page(self.sandbox.held(), provider=provider), headers)

    def _send(self, answer: Response) -> None:
        status, headers, data = encoded(answer)
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(data)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(data)
