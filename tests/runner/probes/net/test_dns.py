"""The dns probe and the check of the machine's own resolver, against a DNS server on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import dns.asyncresolver
import dns.rcode
import pytest

from monctl.measure import Dns
from monctl.runner.outcome import Failed, Fault, Outcome
from monctl.runner.probes import local_resolver
from monctl.runner.probes.dial import Line
from monctl.runner.probes.dns_probe import DnsProbe
from tests.runner.probes.net.servers import ask, closed_port, means, naming, only

ZONE: Mapping[str, Sequence[str]] = {
    "A example.com.": ["192.0.2.1", "192.0.2.2"],
    "AAAA example.com.": ["2001:db8::1"],
    "MX example.com.": ["10 Mail.example.com."],
    "TXT example.com.": ['"v=spf1 " "-all"'],
    "CNAME www.example.com.": ["example.com."],
    "SRV _sip._tcp.example.com.": ["1 2 5060 sip.example.com."],
    "PTR 1.2.0.192.in-addr.arpa.": ["host.example.com."],
    "SOA example.com.": ["ns.example.com. admin.example.com. 7 1 1 1 1"],
}


def put(host: str, record: str = "A", *expect: str, zone: Mapping[str, Sequence[str]] | None = ZONE, timeout_s: float = 5.0) -> Outcome:
    """What the probe says with this zone at the resolver that is named."""

    async def run() -> Outcome:
        async with naming(None if zone is None else dict(zone)) as port:
            return await ask(DnsProbe(Dns(host, record, expect, f"127.0.0.1:{port}"), means()), timeout_s)

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("host", "record", "expect"),
    [
        ("example.com", "A", ()),
        ("EXAMPLE.com.", "A", ("192.0.2.2", "192.0.2.1")),
        ("example.com", "AAAA", ("2001:0db8:0::1",)),
        ("example.com", "MX", ("10 mail.example.com",)),
        ("example.com", "MX", ("mail.example.com.",)),
        ("example.com", "TXT", ("v=spf1 -all",)),
        ("www.example.com", "CNAME", ("example.com",)),
        ("_sip._tcp.example.com", "SRV", ("1 2 5060 sip.example.com",)),
        ("_sip._tcp.example.com", "SRV", ("sip.example.com",)),
        ("192.0.2.1", "PTR", ("host.example.com",)),
        ("example.com", "SOA", ("ns.example.com",)),
    ],
)
def test_an_expected_answer_is_up(host: str, record: str, expect: tuple[str, ...]) -> None:
    reading = only(put(host, record, *expect))

    assert reading.values["up"] == 1.0
    assert set(reading.values) == {"up", "response_time"}


def test_an_answer_that_is_missing_is_down_and_says_what_came() -> None:
    reading = only(put("example.com", "A", "192.0.2.1", "192.0.2.9"))

    assert reading.values["up"] == 0.0
    assert "192.0.2.9 is not among the answers (192.0.2.1, 192.0.2.2)" in reading.note


def test_names_records_and_servers_that_are_not_there_are_down() -> None:
    assert only(put("nowhere.example")).note.endswith("the name does not exist")
    assert only(put("www.example.com", "TXT")).note.endswith("the name has no such record")
    assert only(put("example.com", zone=None, timeout_s=0.3)).note.endswith("no answer within 0.3 s")


def test_a_server_that_fails_is_down() -> None:
    async def run() -> Outcome:
        async with naming({}, dns.rcode.SERVFAIL) as port:
            return await ask(DnsProbe(Dns("example.com", resolver=f"127.0.0.1:{port}"), means()))

    assert only(asyncio.run(run())).note.endswith("the server did not answer the question")


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".example"])
def test_a_name_that_is_none_cannot_be_asked(host: str) -> None:
    outcome = put(host)

    assert isinstance(outcome, Failed)
    assert "is not a host name" in outcome.note


def test_a_resolver_that_is_none_cannot_be_asked() -> None:
    outcome = asyncio.run(ask(DnsProbe(Dns("example.com", resolver="[::1]:none"), means())))

    assert isinstance(outcome, Failed)
    assert "is not a host and port" in outcome.note


def test_a_resolver_at_a_metadata_address_is_refused() -> None:
    outcome = asyncio.run(ask(DnsProbe(Dns("example.com", resolver="169.254.169.254"), means())))

    assert isinstance(outcome, Failed)
    assert outcome.cause == "network policy: 169.254.169.254"


@pytest.mark.parametrize("alive", [True, False])
def test_a_silent_resolver_of_this_machine_is_a_fault_only_when_it_answers_nothing(alive: bool) -> None:
    async def living(within_s: float) -> bool:
        return alive

    async def run() -> Outcome:
        async with naming(None) as port:

            def system() -> dns.asyncresolver.Resolver:
                resolver = dns.asyncresolver.Resolver(configure=False)
                resolver.nameservers, resolver.port = ["127.0.0.1"], port
                return resolver

            return await ask(DnsProbe(Dns("example.com"), means(), line=Line(alive=living), system=system), 0.3)

    outcome = asyncio.run(run())

    if alive:
        assert only(outcome).values == {"up": 0.0}
    else:
        assert isinstance(outcome, Fault)
        assert outcome.cause == "resolver"


def test_the_machines_resolver_is_alive_when_it_answers_anything_but_servfail() -> None:
    async def run() -> list[bool]:
        async with naming({}) as good, naming({}, dns.rcode.REFUSED) as own, naming({}, dns.rcode.SERVFAIL) as cut, naming(None) as silent:
            ports: tuple[list[int], ...] = ([good], [own], [cut], [silent], [closed_port()], [], [silent, good])
            return [await local_resolver.answers(0.2, [("127.0.0.1", port) for port in some]) for some in ports]

    assert asyncio.run(run()) == [True, True, False, False, False, False, True]
