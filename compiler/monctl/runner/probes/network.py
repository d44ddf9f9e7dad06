"""Which addresses a probe may reach: the policy, judged on the address that is really connected to. Pure.

The spec is trusted; what a name resolves to and where an answer redirects to are not. So the judge sits where sockets are made
(`dial.Dial.make_socket`), after every lookup and every redirect, and an address inside an address counts as what it stands for.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from monctl.runner.probes.probe import Network

Address = IPv4Address | IPv6Address

_NEVER = tuple(
    ip_network(network)
    for network in (
        # https://www.rfc-editor.org/rfc/rfc3927, https://www.rfc-editor.org/rfc/rfc4291#section-2.5.6: link-local, where clouds keep metadata
        "169.254.0.0/16",
        "fe80::/10",
        "fd00:ec2::254/128",  # AWS: instance metadata
        "fd00:ec2::23/128",  # AWS: pod identity
        "fd20:ce::254/128",  # Google
        "fd00:42::42/128",  # Scaleway
        "100.100.100.200/32",  # Alibaba
        "192.0.0.192/32",  # Oracle Classic
    )
)
"""Never reached, whatever the policy says. The single addresses are those that block lists in public code name (read 2026-11-21)."""

_LAST_32_BITS = tuple(
    IPv6Network(network)
    for network in (
        "::/96",  # https://www.rfc-editor.org/rfc/rfc4291#section-2.5.5.1: IPv4-compatible
        "::ffff:0:0:0/96",  # https://www.rfc-editor.org/rfc/rfc2765#section-2.1: IPv4-translated
        "64:ff9b::/96",  # https://www.rfc-editor.org/rfc/rfc6052#section-2.1: NAT64
        "64:ff9b:1::/48",  # https://www.rfc-editor.org/rfc/rfc8215: NAT64, local
    )
)
"""Networks whose last 32 bits are an IPv4 address."""


class Refused(OSError):
    """The policy does not let this address through. `str()` is the end of a sentence: `169.254.169.254 is never reached …`."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(f"{address} {why}")
        self.address = address


@lru_cache(maxsize=8_192)
def refusal(address: str, network: Network) -> str | None:
    """Why an address may not be reached, as the end of a sentence that begins with it; None when it may.

    `address` is an IPv4 or IPv6 address as a socket takes it, a zone (`%eth0`) included. Raises ValueError when it is none.
    """
    outer = ip_address(address)
    inner = meant(outer)
    if any(one.version == never.version and one in never for one in (outer, inner) for never in _NEVER):
        return "is link-local or a metadata service, which are never reached"
    if network == "any":
        return None
    public = inner.is_global and not inner.is_multicast
    if network == "public" and not public:
        return "is not a public address, and `network: public` allows no other"
    if network == "private" and public:
        return "is not a private address, and `network: private` allows no other"
    return None


def meant(address: Address) -> Address:
    """The IPv4 address an IPv6 address stands for (mapped, translated, 6to4, Teredo, NAT64), else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if int(address) > 1 and any(address in network for network in _LAST_32_BITS):  # :: and ::1 are themselves
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address
