"""The tcp and tls probes against real servers."""

from __future__ import annotations

import asyncio
import errno
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from aiohappyeyeballs import AddrInfoType

from monctl.measure import Tcp, Tls
from monctl.runner.outcome import Failed, Outcome, Reading
from monctl.runner.probes import mishap
from monctl.runner.probes.dial import Dial, Line
from monctl.runner.probes.tcp_probe import TcpProbe
from monctl.runner.probes.tls_probe import TlsProbe
from tests.runner.probes.net.servers import SLOT, Certificate, ask, closed_port, means, only, speaking


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_open_port_is_up(host: str) -> None:
    async def run() -> Outcome:
        async with speaking() as (port, _):
            return await ask(TcpProbe(Tcp(host, port), means()))

    reading = only(asyncio.run(run()))

    assert set(reading.values) == {"up", "response_time"}
    assert reading.values["up"] == 1.0
    assert "connection " in reading.note


def test_a_closed_port_is_down() -> None:
    port = closed_port()
    reading = only(asyncio.run(ask(TcpProbe(Tcp("127.0.0.1", port), means()))))

    assert reading == Reading({"up": 0.0}, note=f"127.0.0.1:{port}: the connection was refused")


def test_a_host_whose_addresses_fail_differently_tells_each_reason_once() -> None:
    async def lookup(host: str, port: int) -> list[AddrInfoType]:
        addresses = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    class Torn(Dial):
        def make_socket(self, info: AddrInfoType) -> socket.socket:
            if info[4][0] == "127.0.0.3":
                raise OSError(errno.EHOSTUNREACH, "no route")
            return super().make_socket(info)

    async def run() -> str:
        dial = Torn(Line(lookup=lookup), 5.0)
        with pytest.raises(OSError, match="Multiple exceptions") as caught:
            await dial.connect("shop.example", closed_port())
        return mishap.words(caught.value, dial)

    assert asyncio.run(run()) == "the connection was refused and there is no way to the host"


def test_a_name_that_is_none_cannot_be_asked() -> None:
    async def lookup(host: str, port: int) -> list[AddrInfoType]:
        host.encode("idna")  # as getaddrinfo does
        raise AssertionError

    outcome = asyncio.run(ask(TcpProbe(Tcp("a" * 64 + ".example", 80), means(), line=Line(lookup=lookup))))

    assert isinstance(outcome, Failed)
    assert "is not a host name" in outcome.note


def _handshake(certificate: Certificate, *, trusted: bool) -> Outcome:
    async def run() -> Outcome:
        async with speaking(tls=certificate) as (port, heard):
            outcome = await ask(TlsProbe(Tls("127.0.0.1", port), means(), trust=certificate.trust() if trusted else None))
        assert heard == []
        return outcome

    return asyncio.run(run())


def test_a_good_certificate_is_up_with_its_days(tmp_path: Path) -> None:
    reading = only(_handshake(Certificate.make(tmp_path), trusted=True))

    assert reading == Reading({"up": 1.0, "certificate_expires_in": 26_339.0}, note="the certificate is good until 2099-01-01 00:00 UTC")


def test_an_expired_certificate_is_down_with_its_days(tmp_path: Path) -> None:
    reading = only(_handshake(Certificate.make(tmp_path, SLOT - timedelta(days=3)), trusted=True))

    assert reading.values == {"up": 0.0, "certificate_expires_in": -3.0}
    assert "certificate has expired; the certificate expired on 2026-11-18 00:00 UTC" in reading.note


def test_a_chain_nobody_trusts_is_down_with_its_days(tmp_path: Path) -> None:
    reading = only(_handshake(Certificate.make(tmp_path), trusted=False))

    assert reading.values == {"up": 0.0, "certificate_expires_in": 26_339.0}
    assert "the certificate is not accepted: self" in reading.note


def test_a_certificate_of_another_host_is_down(tmp_path: Path) -> None:
    reading = only(_handshake(Certificate.make(tmp_path, host="127.0.0.2"), trusted=True))

    assert reading.values["up"] == 0.0
    assert "IP address mismatch" in reading.note


def test_a_server_that_speaks_no_tls_and_one_that_says_nothing_are_down() -> None:
    async def run() -> list[Reading]:
        async with speaking(b"220 mail.example ESMTP\r\n") as (mail, _), speaking() as (silent, _):
            return [only(await ask(TlsProbe(Tls("127.0.0.1", port), means()), 0.3)) for port in (mail, silent)]

    mail, silent = asyncio.run(run())

    assert mail.values == silent.values == {"up": 0.0}
    assert "the TLS handshake failed: " in mail.note
    assert "within 0.3 s" in silent.note
