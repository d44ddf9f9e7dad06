"""What the runner is measured against, in a process of its own: pages, TLS, a place that never answers, a webhook, PostgreSQL.

`python -m bench.answering FOLDER --core 1` prints one line of JSON when everything listens, answers each line on standard input with its
counters, and ends with it. Every address of 127.0.0.0/8 is its own, so that a thousand hosts are not one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import ssl
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import cast

import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from monctl.errors import UsageError
from monctl.runner.standins.postgres import PostgresStandin

ANY = "0.0.0.0"  # noqa: S104 - all of 127.0.0.0/8, on a machine that measures
SLOW_S = 0.1
"""A page answers after this long, as a page across a country does."""
HOSTS = 16
"""Addresses the TLS certificate is good for: `address(0)` to `address(15)`."""
_PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n"
_TAKEN = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def address(number: int) -> str:
    """The loopback address of one host."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


class Page(asyncio.Protocol):
    """Says `ok` to whatever comes first, and closes."""

    def __init__(self, counted: Counter[str], name: str) -> None:
        self._counted, self._name = counted, name
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's are of no class of asyncio's
        self._counted[self._name] += 1

    def data_received(self, data: bytes) -> None:
        asyncio.get_running_loop().call_later(SLOW_S, self._answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def _answer(self) -> None:
        if self._transport is not None:
            self._transport.write(_PAGE)
            self._transport.close()


class Silent(asyncio.Protocol):
    """Takes connections and says nothing."""

    def __init__(self, counted: Counter[str]) -> None:
        counted["silent"] += 1


class Hook(asyncio.Protocol):
    """Takes every POST, on connections that stay open."""

    def __init__(self, counted: Counter[str]) -> None:
        self._counted = counted
        self._read = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = self._read[:end].decode("latin-1").lower()
            said = next((line.partition(":")[2] for line in head.split("\r\n") if line.startswith("content-length:")), "0")
            whole = end + 4 + int(said)
            if len(self._read) < whole:
                return
            del self._read[:whole]
            self._counted["hook"] += 1
            self._transport.write(_TAKEN)


def certify(folder: Path) -> ssl.SSLContext:
    """A P-256 certificate that is its own authority, in `folder/authority.pem`; a context that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench")])
    now = datetime.now(UTC)
    hosts = [x509.IPAddress(ip_address(address(number))) for number in range(HOSTS)]
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=90))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "authority.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


async def answer(folder: Path, *, dsn: str) -> None:
    """Listen until standard input ends."""
    loop = asyncio.get_running_loop()
    counted: Counter[str] = Counter()
    every = {
        "plain": await loop.create_server(partial(Page, counted, "plain"), ANY, 0, backlog=4096),
        "tls": await loop.create_server(partial(Page, counted, "tls"), ANY, 0, backlog=4096, ssl=certify(folder)),
        "silent": await loop.create_server(partial(Silent, counted), ANY, 0, backlog=4096),
        "hook": await loop.create_server(partial(Hook, counted), "127.0.0.1", 0, backlog=4096),
    }
    print(json.dumps({name: one.sockets[0].getsockname()[1] for name, one in every.items()} | {"dsn": dsn}), flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps({**counted, "cpu_s": time.process_time()}), flush=True)
    for one in every.values():
        one.close()


def main() -> int:
    """Listen on one core. Without PostgreSQL on this machine, `dsn` is empty."""
    parser = argparse.ArgumentParser(prog="python -m bench.answering", description="What the runner is measured against.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--core", type=int, help="the core to stay on")
    options = parser.parse_args()
    if options.core is not None:
        os.sched_setaffinity(0, {options.core})
    database = PostgresStandin()
    try:
        database.start()
        dsn = database.dsn("postgres", "monctl")
    except UsageError:
        dsn = ""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
            loop.run(answer(options.folder, dsn=dsn))
    finally:
        database.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
