"""Servers on loopback that answer as badly as a test wants: HTTP, TLS, TCP, DNS. Each lives inside the test's own event loop."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monctl.errors import UsageError
from monctl.resource import SecretRef
from monctl.runner.outcome import Measured, Outcome, Reading
from monctl.runner.probes.probe import Ask, Means, Network, Probe

SLOT = datetime(2026, 11, 21, tzinfo=UTC)


GOOD = datetime(2099, 1, 1, tzinfo=UTC)
"""An end of a certificate that these tests will not see."""


def means(network: Network = "any", **secrets: str) -> Means:
    """Means with these secrets, by the names of their variables."""

    def read(reference: SecretRef) -> str:
        name = reference.reference.removeprefix("env:")
        if name not in secrets:
            raise UsageError(f"the secret env:{name} is not set", hint=f"export {name}")
        return secrets[name]

    return Means(secrets=read, datasources={}, network=network)


async def ask(probe: Probe, timeout_s: float = 5.0) -> Outcome:
    """One question at the slot; the probe is closed afterwards."""
    try:
        return await probe.ask(Ask("site", SLOT.timestamp(), timeout_s, 60.0))
    finally:
        await probe.close()


def only(outcome: Outcome) -> Reading:
    """The one reading of something measured."""
    assert isinstance(outcome, Measured), outcome
    (reading,) = outcome.readings
    return reading


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key, for a server and for those who trust it."""

    file: Path

    @classmethod
    def make(cls, folder: Path, end: datetime = GOOD, host: str = "127.0.0.1") -> Certificate:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
            .not_valid_after(end)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        file = folder / f"{built.serial_number:x}.pem"
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file.write_bytes(secret + built.public_bytes(serialization.Encoding.PEM))
        return cls(file)

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        return context

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.file))


@asynccontextmanager
async def serving(handler: Callable[[web.Request], Awaitable[web.StreamResponse]], tls: Certificate | None = None) -> AsyncIterator[int]:
    """The port of an HTTP server on 127.0.0.1 that gives every request to `handler`."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls.server() if tls else None)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def speaking(says: bytes | None = None, tls: Certificate | None = None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """The port of a TCP server that says something once it has heard something, or for ever nothing; and what it has heard."""
    heard: list[bytes] = []
    writers: list[asyncio.StreamWriter] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        while data := await reader.read(65_536):
            heard.append(data)
            if says is not None:
                writer.write(says)
                writer.close()
                return

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls.server() if tls else None)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()


@asynccontextmanager
async def naming(answers: dict[str, Sequence[str]] | None, rcode: dns.rcode.Rcode = dns.rcode.NOERROR) -> AsyncIterator[int]:
    """The port of a DNS server. Keys are `A example.com.`; a name without a key does not exist. None: it never answers."""

    class Server(asyncio.DatagramProtocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: Any) -> None:
            if answers is None:
                return
            question = dns.message.from_wire(data)
            reply = dns.message.make_response(question)
            reply.flags |= dns.flags.RA
            reply.set_rcode(rcode)
            asked = question.question[0]
            if rcode == dns.rcode.NOERROR:
                kind = dns.rdatatype.to_text(asked.rdtype)
                if found := answers.get(f"{kind} {str(asked.name).lower()}"):
                    reply.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *found))
                elif not any(key.endswith(f" {str(asked.name).lower()}") for key in answers):
                    reply.set_rcode(dns.rcode.NXDOMAIN)
            self.transport.sendto(reply.to_wire(), addr)

    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


def closed_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
