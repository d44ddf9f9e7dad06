"""[I/O] HTTP to a datasource's own API: one client each, the network policy on every address, the whole answer or none of it."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from aiohappyeyeballs import AddrInfoType

from monctl.runner.outcome import Failed, Fault
from monctl.runner.probes.network import Refused, refusal
from monctl.runner.probes.probe import Means, Network
from monctl.runner.probes.trouble import failed, fault, unreachable

_LARGEST: Final = 8 * 1024 * 1024
_AT_ONCE: Final = 8


class TooLarge(Exception):
    """The answer is larger than any figure needs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Api:
    """One server. Connections are kept between checks; redirects are answers like others."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        url: str,
        *,
        timeout_s: float,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """The answer, whatever its status. Raises TimeoutError, aiohttp.ClientError, OSError, ValueError (no URL) and TooLarge."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=_AT_ONCE, socket_factory=self._make_socket)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True)
        async with (
            asyncio.timeout(timeout_s),
            self._session.request(
                method, url, params=params, headers={"User-Agent": "monctl"} | dict(headers or {}), data=body, allow_redirects=False
            ) as response,
        ):
            read = bytearray()
            async for chunk in response.content.iter_chunked(65_536):
                read += chunk
                if len(read) > _LARGEST:
                    raise TooLarge
            return Answer(response.status, response.headers, bytes(read))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _make_socket(self, info: AddrInfoType) -> socket.socket:
        address = str(info[4][0])
        if why := refusal(address, self._network):
            raise Refused(address, why)
        return socket.socket(info[0], info[1], info[2])


def shared(means: Means, datasource: str) -> tuple[tuple[str, str], Api]:
    """The client of a datasource, with the key it is given back under."""
    key = ("api", datasource)
    return key, means.shared.take(key, lambda: Api(means.network))


NOT_ASKED: Final = (TimeoutError, aiohttp.ClientError, OSError, ValueError, MemoryError, TooLarge)
"""What `Api.call` raises."""


async def unasked(error: BaseException, datasource: str) -> Failed | Fault:
    """What an exception of NOT_ASKED means for a figure: it could not be read, by this machine's fault or not."""
    if (own := await fault(error)) is not None:
        return own
    return failed(datasource, reason(error))


def reason(error: BaseException) -> str:
    """In few words without secrets, equal for equal causes."""
    match error:
        case TooLarge():
            return "its answer is larger than 8 MiB"
        case aiohttp.InvalidURL() | ValueError():
            return "its URL is not one"
        case aiohttp.ClientPayloadError() | aiohttp.ServerDisconnectedError():
            return "connection lost"
        case aiohttp.ClientResponseError():
            return "its answer is not HTTP"
    return unreachable(error)
