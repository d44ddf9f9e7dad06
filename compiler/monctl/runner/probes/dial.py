"""[I/O] The way out of one check: looks names up, connects to what the policy allows, and remembers how long it took and why it did not work."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

import aiohappyeyeballs
from aiohappyeyeballs import AddrInfoType

from monctl.runner.clock import SystemClock
from monctl.runner.probes.local_resolver import answers
from monctl.runner.probes.network import Refused, refusal
from monctl.runner.probes.probe import Network

Lookup = Callable[[str, int], Awaitable[Sequence[AddrInfoType]]]
"""Host and port → addresses, as `getaddrinfo` gives them. Raises socket.gaierror."""

_LOOKUP_SHARE = 0.75
"""Of the time a check has: what is left tells a dead name from a dead resolver."""
_ALIVE_S = 2.0
_RACE_S = 0.25
"""https://www.rfc-editor.org/rfc/rfc8305#section-5: the next address is tried when the first is silent for this long."""


class BadName(ValueError):
    """Not a host name at all: nothing can be asked. `str()` is the whole sentence."""


class ResolverDown(OSError):
    """The machine's own resolver does not answer: the fault is here, not there."""


async def system_lookup(host: str, port: int) -> Sequence[AddrInfoType]:
    """As the machine resolves names: hosts file, resolver, search list. In a thread of the loop's default executor."""
    return await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)


@dataclass(frozen=True, slots=True)
class Line:
    """How checks reach the outside; equal for all checks of a probe."""

    network: Network = "any"
    lookup: Lookup = system_lookup
    alive: Callable[[float], Awaitable[bool]] = answers
    """Whether the machine's resolver answers anything within so many seconds."""
    mono: Callable[[], float] = SystemClock().mono
    """What durations are measured with: uvloop's own clock knows whole milliseconds only."""


class Dial:
    """One check's connections. Not shared between checks."""

    def __init__(self, line: Line, timeout_s: float) -> None:
        self.line = line
        self.timeout_s = timeout_s
        self.began = line.mono()
        self.until = asyncio.get_running_loop().time() + patience(timeout_s)
        """On the loop's clock: after this, nothing more is waited for."""
        self.lookup_s = 0.0
        self.connect_s: float | None = None
        """From the first address tried to the connection, TLS not included; None until there is one."""
        self.refused: Refused | None = None
        """The last address the policy did not let through, and nothing was reached instead."""
        self.short: OSError | None = None
        """What this machine had not enough of when a socket was to be made."""

    @property
    def took_s(self) -> float:
        """Since the check began."""
        return self.line.mono() - self.began

    async def addresses(self, host: str, port: int) -> list[AddrInfoType]:
        """What the host is reached at and the policy allows, at least one.

        Raises Refused when the policy allows none of them, BadName, ResolverDown, socket.gaierror for a name that is not known.
        """
        found = await self._look_up(host, port)
        allowed: list[AddrInfoType] = []
        refused: Refused | None = None
        for info in found:
            address = str(info[4][0])
            if why := refusal(address, self.line.network):
                refused = Refused(address, why)
            else:
                allowed.append(info)
        if not allowed and refused is not None:
            self.refused = refused
            raise refused
        if not allowed:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        return allowed

    def make_socket(self, info: AddrInfoType) -> socket.socket:
        """A socket for exactly this address. Raises Refused when the policy does not allow it: the last judge, whoever resolved the name."""
        family, kind, protocol, _, place = info
        address = str(place[0])
        if why := refusal(address, self.line.network):
            self.refused = Refused(address, why)
            raise self.refused
        try:
            return socket.socket(family, kind, protocol)
        except OSError as error:
            self.short = error
            raise

    async def connect(self, host: str, port: int) -> socket.socket:
        """A connection to the first address that answers; the caller closes it. Raises as `addresses` does, and OSError."""
        infos = await self.addresses(host, port)
        start = self.line.mono()
        made = await aiohappyeyeballs.start_connection(infos, happy_eyeballs_delay=_RACE_S, socket_factory=self.make_socket)
        self.connect_s = self.line.mono() - start
        return made

    async def _look_up(self, host: str, port: int) -> Sequence[AddrInfoType]:
        if info := _literal(host, port):
            return [info]
        now = asyncio.get_running_loop().time()
        limit = now + (self.until - now) * _LOOKUP_SHARE
        start = self.line.mono()
        try:
            async with asyncio.timeout_at(limit):
                return await self.line.lookup(host, port)
        except UnicodeError:
            raise BadName(f"'{host}' is not a host name: its parts are 1 to 63 characters") from None
        except TimeoutError:
            await self.blame()
            raise socket.gaierror(socket.EAI_AGAIN, "no answer in time") from None
        except socket.gaierror as error:
            if error.errno in {socket.EAI_AGAIN, socket.EAI_FAIL}:  # also what a name with broken servers of its own gives
                await self.blame()
            raise
        finally:
            self.lookup_s += self.line.mono() - start

    async def blame(self) -> None:
        """Raises ResolverDown when the machine's resolver answers nothing at all; else the name is at fault, and this returns."""
        left = max(self.until - asyncio.get_running_loop().time(), 0.01)
        if not await self.line.alive(min(left, _ALIVE_S)):
            raise ResolverDown("the resolver of this machine does not answer") from None


def patience(timeout_s: float) -> float:
    """How long a probe waits itself, in seconds: a little less than its time, so that it tells the outcome before it is cancelled."""
    return timeout_s - min(0.1, timeout_s * 0.05)


def _literal(host: str, port: int) -> AddrInfoType | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    if address.version == 4:
        return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))
    return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port, 0, 0))
