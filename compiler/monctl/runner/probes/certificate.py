"""[I/O] TLS handshakes and what they show: the certificate a server shows, and how long it is good for."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime
from functools import cache

from cryptography import x509

from monctl.runner.probes.dial import Dial

_DAY_S = 86_400


@cache
def verified() -> ssl.SSLContext:
    """The machine's authorities (`SSL_CERT_FILE` and `SSL_CERT_DIR` are obeyed). Made once: it reads every authority from disk."""
    return ssl.create_default_context()


@cache
def unverified() -> ssl.SSLContext:
    """Takes any certificate, weak ones too. Nothing secret may be sent through it unless the monitor says `verify: false`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


async def shown(dial: Dial, host: str, port: int, context: ssl.SSLContext) -> bytes | None:
    """The certificate (DER) a server shows in a handshake after which nothing is sent. Raises as `Dial.connect` does, and ssl.SSLError."""
    made = await dial.connect(host, port)
    closed = asyncio.Event()
    try:
        transport, _ = await asyncio.get_running_loop().create_connection(
            lambda: _Silent(closed), sock=made, ssl=context, server_hostname=host
        )
    except BaseException:
        made.close()
        raise
    certificate = of(transport)
    transport.abort()
    await closed.wait()
    return certificate


def of(transport: asyncio.BaseTransport) -> bytes | None:
    """The certificate (DER) the other side of a TLS connection showed; None without TLS."""
    channel = transport.get_extra_info("ssl_object")
    certificate: bytes | None = channel.getpeercert(binary_form=True) if channel is not None else None
    return certificate


def expires(der: bytes) -> datetime | None:
    """When a certificate ends; None for one that cannot be read."""
    try:
        return x509.load_der_x509_certificate(der).not_valid_after_utc
    except ValueError:
        return None


def days_left(end: datetime, slot: float) -> float:
    """Days from `slot` (seconds since the epoch) to the end; negative when it is over."""
    return (end.timestamp() - slot) / _DAY_S


def ending(end: datetime, days: float) -> str:
    """When it ends, as a clause for people."""
    day = end.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"the certificate expired on {day}" if days < 0 else f"the certificate is good until {day}"


class _Silent(asyncio.Protocol):
    """Says nothing and waits for the end of the connection."""

    def __init__(self, closed: asyncio.Event) -> None:
        self.closed = closed

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()
