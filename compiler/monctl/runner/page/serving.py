"""[I/O] The page on its address, inside the runner's own loop, until it is cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

import uvicorn

from monctl.errors import UsageError
from monctl.runner.page.app import application
from monctl.runner.page.site import Site

if TYPE_CHECKING:
    from monctl.runner.serve import Runner

LOG = logging.getLogger("monctl.runner.page")
_GRACE_S = 3
_AT_ONCE = 200
"""Connections at once; more are told to come again."""


class _Server(uvicorn.Server):
    """Without signal handlers: signals are the runner's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve_page(runner: Runner) -> None:
    """Serve until cancelled; requests under way are finished, for three seconds at most. Raises UsageError when the address cannot be taken."""
    listening = bound(runner.options.page.listen)
    config = uvicorn.Config(
        application(Site(runner)), log_config=None, access_log=False, lifespan="off", http="h11", ws="none", server_header=False,
        proxy_headers=False, limit_concurrency=_AT_ONCE, timeout_graceful_shutdown=_GRACE_S, h11_max_incomplete_event_size=16 * 1024,
    )  # fmt: skip
    server = _Server(config)
    host, port = listening.getsockname()[:2]
    LOG.info("the page is served", extra={"url": f"http://{f'[{host}]' if ':' in host else host}:{port}/"})
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        listening.close()


def bound(listen: str) -> socket.socket:
    """A socket on `host:port`, an IPv6 address in brackets. Raises UsageError."""
    host, _, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        made = socket.socket(family, kind, proto)
    except (OSError, OverflowError) as error:
        raise UsageError(f"the page cannot listen on {listen}: {error}", hint=_HOW) from None
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.setblocking(False)
    except OSError as error:
        made.close()
        raise UsageError(f"the page cannot listen on {listen}: {error.strerror}", hint=_HOW) from None
    return made


_HOW = "set targets.runner.page.listen in monctl.yaml to a free address, such as 127.0.0.1:9181"
