"""[I/O] What the stand-ins of HTTP services share: a server on a free port of this machine, what it received, what it is told to answer."""

from __future__ import annotations

import json
import ssl
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from monctl.resource import Json


@dataclass(frozen=True, slots=True)
class Received:
    """One request."""

    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    query: str = ""
    """What follows the question mark, as it came."""
    method: str = "GET"

    @property
    def json(self) -> Json:
        """The body as JSON. Raises ValueError when it is not."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What it answers. Status 0 hangs up without a word."""

    status: int = 200
    body: str = "ok"
    headers: Mapping[str, str] = field(default_factory=dict)


class Standin:
    """A service on loopback. `await start()`, look at `received`, `await stop()`; `url` is its base."""

    def __init__(self, port: int = 0, *, tls: ssl.SSLContext | None = None) -> None:
        """Port 0 takes a free one. With `tls` it speaks HTTPS."""
        self.received: list[Received] = []
        """What was taken, oldest first. Requests that a queued reply answered are here too."""
        self.replies: deque[Reply] = deque()
        """Answers to give first, instead of its own: to play a service in trouble."""
        self.url = ""
        self._port, self._tls = port, tls
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Serve. Raises OSError when the port is taken."""
        app = web.Application(client_max_size=2 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=self._tls)
        try:
            await site.start()
        except OSError:
            await self.stop()
            raise
        self.url = f"http{'s' if self._tls else ''}://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Serve no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def answer(self, request: Received) -> Reply:
        """Its own answer to a request; each service has its own."""
        return Reply()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): text for name, text in request.headers.items()}
        taken = Received(request.path, headers, await request.read(), request.query_string, request.method)
        self.received.append(taken)
        reply = self.replies.popleft() if self.replies else self.answer(taken)
        if reply.status == 0 and request.transport is not None:
            request.transport.abort()
        return web.Response(status=reply.status or 500, text=reply.body, headers=reply.headers)


def as_json(body: Json, status: int = 200) -> Reply:
    """A reply of JSON."""
    return Reply(status, json.dumps(body), {"Content-Type": "application/json"})
