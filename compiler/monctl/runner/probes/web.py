"""[I/O] Sends an HTTP request over a fresh connection, follows redirects under the address policy, and judges the answer."""

from __future__ import annotations

import asyncio
import socket
import ssl
from datetime import datetime
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from monctl.errors import UsageError
from monctl.measure import Http
from monctl.resource import SecretRef
from monctl.runner.outcome import Failed, Measured, Outcome, Reading
from monctl.runner.probes import certificate, mishap
from monctl.runner.probes.dial import Dial, Line
from monctl.runner.probes.hidden import Hidden
from monctl.runner.probes.json_path import BadPath
from monctl.runner.probes.probe import Ask, Means
from monctl.runner.probes.tcp_probe import timings
from monctl.runner.probes.web_answer import MOST, Answer, faults
from monctl.runner.probes.web_request import REDIRECTS, BadRedirect, BadRequest, Request, first, place, redirected

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

_MOST_REDIRECTS = 10
_WRONG = (aiohttp.ClientError, OSError, RuntimeError, ValueError)
"""What goes wrong while asking. RuntimeError: uvloop's for some connections; ValueError: what aiohttp says of a request it will not send."""


class HttpProbe:
    """Values `up`, `response_time` (ms, redirects and the body included), `status`, `certificate_expires_in` (days from the slot).

    The certificate is that of the URL's own server, not of one it redirects to.
    """

    def __init__(self, source: Http, means: Means, *, line: Line | None = None, trust: ssl.SSLContext | None = None) -> None:
        self.source = source
        self.secrets = means.secrets
        self.line = line or Line(means.network)
        self.trust = trust
        """The authorities; None: the machine's."""

    async def ask(self, ask: Ask) -> Outcome:
        """One request and what it redirects to."""
        headers: dict[str, str] = {}
        hidden: dict[str, str] = {}
        try:
            for name, value in self.source.headers.items():
                headers[name] = self.secrets(value) if isinstance(value, SecretRef) else value
                if isinstance(value, SecretRef):
                    hidden[name.lower()] = headers[name]
            request = first(self.source, headers, frozenset(hidden))
        except UsageError as error:
            return Failed(str(error), f"{error}: {error.hint}" if error.hint else str(error))
        except BadRequest as error:
            return Failed(str(error), str(error))
        secrets = [*hidden.values(), *(text for text in (request.url.password,) if text)]
        return Hidden.of(secrets).outcome(await self._ask(request, ask))

    async def _ask(self, request: Request, ask: Ask) -> Outcome:
        call = _Call(self.source, request, Dial(self.line, ask.timeout_s), self._context())
        wrong: Exception | None = None
        try:
            async with asyncio.timeout_at(call.dial.until):
                await call.fetch()
        except _WRONG as error:
            wrong = error
        took_s = call.dial.took_s
        end = await self._end(call, wrong)
        days = {} if end is None else {"certificate_expires_in": certificate.days_left(end, ask.slot)}
        tail = "" if end is None else self._tail(end, days["certificate_expires_in"])
        if wrong is not None:
            return _with(_failed(call, wrong), days, tail)
        assert call.answer is not None
        values = {"response_time": took_s * 1000, "status": float(call.answer.status), **days}
        try:
            bad = "; ".join(faults(self.source, call.answer))
        except BadPath as error:
            return Failed(str(error), str(error), took_s)
        told = f"{place(call.request.url)}: {bad}" if bad else _timings(call)
        note = "; ".join(part for part in (told, tail) if part)
        return Measured((Reading({"up": 0.0 if bad else 1.0, **values}, note=note),), took_s)

    def _context(self) -> ssl.SSLContext:
        if not self.source.verify:
            return certificate.unverified()
        return self.trust or certificate.verified()

    async def _end(self, call: _Call, wrong: Exception | None) -> datetime | None:
        """When the server's certificate ends: seen on the way, or, where it was not accepted, in a second handshake that sends nothing."""
        der = call.shown
        if der is None and self.source.certificate_expires_in_s is not None and isinstance(wrong, aiohttp.ClientConnectorCertificateError):
            url = call.first.url
            if call.request is call.first and url.host is not None and url.port is not None:
                try:
                    async with asyncio.timeout_at(call.dial.until):
                        der = await certificate.shown(Dial(self.line, call.dial.timeout_s), url.host, url.port, certificate.unverified())
                except (OSError, RuntimeError):
                    der = None  # the first handshake has already told what is wrong
        return certificate.expires(der) if der else None

    def _tail(self, end: datetime, days: float) -> str:
        wanted_s = self.source.certificate_expires_in_s
        return certificate.ending(end, days) if wanted_s is not None and days * 86_400 < wanted_s else ""

    async def close(self) -> None:
        """Nothing is kept between checks: users do not find connections open either."""


class _Call:
    """One check under way: where it is, and what it has seen."""

    def __init__(self, source: Http, request: Request, dial: Dial, context: ssl.SSLContext) -> None:
        self.source = source
        self.first = request
        self.request = request
        """The one being sent: the first, or what it redirected to."""
        self.dial = dial
        self.context = context
        self.answer: Answer | None = None
        self.shown: bytes | None = None
        """The certificate of the first connection, DER."""
        self.first_byte_s: float | None = None

    async def fetch(self) -> None:
        """Fill `answer`. Raises what goes wrong, BadRedirect for a redirect that is not followed."""
        connector = _Connector(self)
        nothing = aiohttp.ClientTimeout(total=None, sock_connect=None)
        async with aiohttp.ClientSession(connector=connector, timeout=nothing, trust_env=False) as session:
            for _ in range(_MOST_REDIRECTS + 1):
                following = await self._one(session)
                if following is None:
                    return
                self.request = following
                self.dial.connect_s = None
        raise BadRedirect(f"it redirects more than {_MOST_REDIRECTS} times")

    async def _one(self, session: aiohttp.ClientSession) -> Request | None:
        """Send the request. The one it redirects to, or None when the answer is here."""
        asked = self.request
        async with session.request(
            asked.method, asked.url, headers=asked.headers, data=asked.body, allow_redirects=False, ssl=self.context
        ) as response:
            self.first_byte_s = self.dial.took_s
            location = response.headers.get("Location")
            if self.source.follow_redirects and response.status in REDIRECTS and location:
                return redirected(asked, response.status, location)
            body, whole = await _read(response)
            self.answer = Answer(response.status, body, whole, response.charset or "utf-8")
            return None


class _Connector(aiohttp.TCPConnector):
    """Resolves and makes sockets through the dial, and notes the certificate and the time of each connection."""

    def __init__(self, call: _Call) -> None:
        super().__init__(
            force_close=True,
            use_dns_cache=False,
            resolver=_Resolver(call.dial),
            socket_factory=call.dial.make_socket,
        )
        self.call = call

    async def connect(self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout) -> Connection:  # noqa: ASYNC109 - aiohttp's own signature
        dial = self.call.dial
        start, looked_up_s = dial.line.mono(), dial.lookup_s
        connection = await super().connect(req, traces, timeout)
        dial.connect_s = dial.line.mono() - start - (dial.lookup_s - looked_up_s)
        if self.call.request is self.call.first and connection.transport is not None:
            self.call.shown = certificate.of(connection.transport)
        return connection


class _Resolver(AbstractResolver):
    """Names through the dial. aiohttp asks it for names only; addresses written in a URL are judged where sockets are made."""

    def __init__(self, dial: Dial) -> None:
        self.dial = dial

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=str(info[4][0]), port=int(info[4][1]), family=info[0], proto=0, flags=socket.AI_NUMERICHOST)
            for info in await self.dial.addresses(host, port)
        ]

    async def close(self) -> None:
        """Nothing is open."""


async def _read(response: aiohttp.ClientResponse) -> tuple[bytes, bool]:
    """The body up to MOST bytes, unpacked, and whether it ends there."""
    read = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        read += chunk
        if len(read) > MOST:
            return bytes(read[:MOST]), False
    return bytes(read), True


def _failed(call: _Call, error: Exception) -> Outcome:
    where = place(call.first.url)
    redirect = call.request is not call.first
    if isinstance(error, BadRedirect):
        return mishap.down(f"{where}: {error}", call.dial)
    if isinstance(error, aiohttp.InvalidURL) or (isinstance(error, ValueError) and not isinstance(error, aiohttp.ClientError)):
        told = f"{where}: the request cannot be sent: {error}"
        return mishap.down(f"{where}: it redirects to an address that cannot be asked", call.dial) if redirect else Failed(told, told)
    if redirect:
        where = f"{where}, redirected to {place(call.request.url)}"
    if (said := _unanswered(error)) is not None:
        return mishap.down(f"{where}: {said}", call.dial)
    connecting = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientConnectorCertificateError)
    inner = error.__cause__ if connecting and isinstance(error.__cause__, Exception) else error  # what aiohttp wrapped
    found = mishap.outcome(inner, where, call.dial)
    if redirect and isinstance(found, Failed):  # the first host was asked, and sent us where we do not go
        return mishap.down(found.note.partition(";")[0], call.dial)
    return found


def _unanswered(error: Exception) -> str | None:
    """What the other side did in the place of answering, without aiohttp's words, which hold the whole URL and pieces of the answer."""
    match error:
        case aiohttp.ServerDisconnectedError():
            return "the server closed the connection without an answer"
        case aiohttp.ClientResponseError():
            return "what it answered is not HTTP"
        case aiohttp.ClientPayloadError():
            return "the answer broke off"
    return None


def _with(found: Outcome, days: dict[str, float], tail: str) -> Outcome:
    """The outcome with what the certificate tells, where the target was measured."""
    if not isinstance(found, Measured):
        return found
    reading = found.readings[0]
    note = "; ".join(part for part in (reading.note, tail) if part)
    return Measured((Reading({**reading.values, **days}, note=note),), found.took_s)


def _timings(call: _Call) -> str:
    first_byte = f"first byte after {call.first_byte_s * 1000:.0f} ms" if call.first_byte_s is not None else ""
    return ", ".join(part for part in (timings(call.dial), first_byte) if part)
