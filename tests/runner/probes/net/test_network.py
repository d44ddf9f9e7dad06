"""The address policy: what is never reached, what `public` and `private` mean, and addresses inside addresses."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

import pytest
from aiohappyeyeballs import AddrInfoType
from aiohttp import web

from monctl.measure import Http, Ping, Tcp, Tls
from monctl.runner.outcome import Failed
from monctl.runner.probes.dial import Line
from monctl.runner.probes.network import refusal
from monctl.runner.probes.ping_probe import Echo, PingProbe
from monctl.runner.probes.probe import Network
from monctl.runner.probes.tcp_probe import TcpProbe
from monctl.runner.probes.tls_probe import TlsProbe
from monctl.runner.probes.web import HttpProbe
from tests.runner.probes.net.servers import ask, means, only, serving

METADATA = [
    "169.254.169.254",
    "169.254.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "::169.254.169.254",
    "::ffff:0:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
]


@pytest.mark.parametrize("network", ["any", "public", "private"])
@pytest.mark.parametrize("address", METADATA)
def test_link_local_and_metadata_are_never_reached_in_any_spelling(address: str, network: Network) -> None:
    assert "never reached" in (refusal(address, network) or "")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:4700:4700::1111", True),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::5db8:d822", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to judge, bound to nothing
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("::1", False),
        ("::", False),
        ("fd12::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
    ],
)
def test_public_and_private_part_the_addresses(address: str, public: bool) -> None:
    assert (refusal(address, "public") is None) is public
    assert (refusal(address, "private") is None) is not public
    assert refusal(address, "any") is None


async def _hello(request: web.Request) -> web.Response:
    raise AssertionError("nothing may reach this server")


def _names(*rounds: Sequence[str]) -> Line:
    """A line whose name server answers differently each time, and allows public addresses only."""
    left = list(rounds)

    async def lookup(host: str, port: int) -> Sequence[AddrInfoType]:
        answer = left.pop(0) if len(left) > 1 else left[0]
        family = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(family[":" in one], socket.SOCK_STREAM, 6, "", (one, port)) for one in answer]

    return Line("public", lookup)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]", "[::1]"])
def test_ssrf_literal_is_refused(host: str) -> None:
    async def run() -> None:
        async with serving(_hello) as port:
            outcome = await ask(HttpProbe(Http(f"http://{host}:{port}/"), means("public")))

        assert isinstance(outcome, Failed)
        assert "is not a public address, and `network: public` allows no other" in outcome.note
        assert outcome.cause.startswith("network policy: ")

    asyncio.run(run())


@pytest.mark.parametrize("host", ["169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "[fe80::1]"])
def test_ssrf_metadata_literal_is_refused_whatever_the_policy(host: str) -> None:
    outcome = asyncio.run(ask(HttpProbe(Http(f"http://{host}/latest/meta-data/"), means("any"))))

    assert isinstance(outcome, Failed)
    assert "link-local or a metadata service, which are never reached" in outcome.note


@pytest.mark.parametrize("url", ["http://2130706433:{port}/", "http://127.1:{port}/", "http://0x7f.1:{port}/", "http://0:{port}/"])
def test_ssrf_numeric_spellings_of_loopback_are_refused(url: str) -> None:
    hits: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        hits.append(request.path)
        return web.Response()

    async def run() -> None:
        async with serving(handler) as port:
            outcome = await ask(HttpProbe(Http(url.format(port=port)), means(), line=_names(["127.0.0.1"])))

        assert isinstance(outcome, Failed)
        assert hits == []

    asyncio.run(run())


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254", "127.0.0.1"]])
def test_dns_rebinding_is_judged_on_the_address_connected_to(answer: Sequence[str]) -> None:
    async def run() -> None:
        async with serving(_hello) as port:
            outcome = await ask(HttpProbe(Http(f"http://rebind.example:{port}/"), means(), line=_names(answer)))

        assert isinstance(outcome, Failed)
        assert outcome.note.startswith(f"http://rebind.example:{port}: ")
        assert "is not a public address" in outcome.note

    asyncio.run(run())


def test_dns_rebinding_between_two_hops_is_refused_at_the_second() -> None:
    """The name is loopback and allowed when it is asked, and metadata when its own redirect is followed."""
    hits: list[str] = []

    async def again(request: web.Request) -> web.Response:
        hits.append(request.path)
        return web.Response(status=302, headers={"Location": "/next"})

    async def run() -> None:
        async with serving(again) as port:
            line = Line("any", _names(["127.0.0.1"], ["169.254.169.254"]).lookup)
            reading = only(await ask(HttpProbe(Http(f"http://rebind.example:{port}/"), means(), line=line)))

        assert reading.values == {"up": 0.0}
        assert "169.254.169.254 is link-local or a metadata service" in reading.note
        assert hits == ["/"]

    asyncio.run(run())


@pytest.mark.parametrize(
    "where",
    ["http://169.254.169.254/latest/meta-data/iam/", "http://[::ffff:169.254.169.254]/", "http://[fd00:ec2::254]/", "//169.254.169.254/"],
)
def test_redirect_to_metadata_is_not_followed(where: str) -> None:
    async def away(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": where})

    async def run() -> None:
        async with serving(away) as port:
            reading = only(await ask(HttpProbe(Http(f"http://127.0.0.1:{port}/"), means("any"))))

        assert reading.values == {"up": 0.0}
        assert "which are never reached" in reading.note
        assert "redirected to http://" in reading.note

    asyncio.run(run())


def test_an_allowed_address_is_taken_where_a_name_also_has_forbidden_ones() -> None:
    async def yes(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    async def run() -> None:
        async with serving(yes) as port:
            line = Line("private", _names(["169.254.169.254", "127.0.0.1"]).lookup)
            reading = only(await ask(HttpProbe(Http(f"http://mixed.example:{port}/"), means(), line=line)))

        assert reading.values["up"] == 1.0

    asyncio.run(run())


def test_tcp_tls_and_ping_obey_the_policy_too() -> None:
    async def echo(address: str, within_s: float) -> Echo:
        raise AssertionError("nothing may be sent")

    outcomes = [
        asyncio.run(ask(TcpProbe(Tcp("169.254.169.254", 80), means()))),
        asyncio.run(ask(TlsProbe(Tls("::ffff:169.254.169.254"), means()))),
        asyncio.run(ask(PingProbe(Ping("rebind.example"), means(), line=_names(["10.0.0.1"]), ways=(echo,)))),
    ]

    assert [isinstance(outcome, Failed) and outcome.cause for outcome in outcomes] == [
        "network policy: 169.254.169.254",
        "network policy: ::ffff:169.254.169.254",
        "network policy: 10.0.0.1",
    ]
