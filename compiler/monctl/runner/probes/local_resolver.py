"""[I/O] Whether the machine's own resolver works: what tells a name that does not resolve from a machine that cannot ask."""

from __future__ import annotations

from collections.abc import Sequence

import dns.asyncquery
import dns.asyncresolver
import dns.exception
import dns.message
import dns.rcode
import dns.resolver

from monctl.runner.probes.any_of import any_of

Server = tuple[str, int]
"""Address and port."""


def configured() -> list[Server]:
    """The servers of this machine's resolv.conf; none where it cannot be read or names none."""
    try:
        resolver = dns.asyncresolver.Resolver()
    except (dns.exception.DNSException, OSError):
        return []
    return [(server, resolver.port) for server in resolver.nameservers if isinstance(server, str)]


async def answers(within_s: float, servers: Sequence[Server] | None = None) -> bool:
    """Whether one of the servers can tell who serves the root within so many seconds.

    A forwarder whose line is cut says SERVFAIL, which is no answer; one that serves only its own zones says REFUSED, which is one.
    """
    asked = configured() if servers is None else servers
    return await any_of(_answers(server, within_s) for server in asked)


async def _answers(server: Server, within_s: float) -> bool:
    question = dns.message.make_query(".", "NS")
    try:
        reply = await dns.asyncquery.udp(question, server[0], timeout=within_s, port=server[1], ignore_errors=True)
    except (dns.exception.DNSException, OSError):
        return False
    return reply.rcode() != dns.rcode.SERVFAIL
