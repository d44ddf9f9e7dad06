"""[I/O] Asks a DNS question, of the machine's resolver or a named one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from ipaddress import ip_address

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.name
import dns.rdata
import dns.resolver
import dns.reversename

from monctl.errors import UsageError
from monctl.measure import Dns
from monctl.runner.outcome import Failed, Fault, Measured, Outcome, Reading
from monctl.runner.probes import mishap
from monctl.runner.probes.dial import BadName, Dial, Line
from monctl.runner.probes.guard import place_of
from monctl.runner.probes.probe import Ask, Means

_PORT = 53
_SHARE = 0.75
"""Of its time a question to the machine's resolver may take; the rest tells a dead resolver from a dead name."""
_SHOWN = 4


class DnsProbe:
    """Values `up`, `response_time` (ms). `up` is 0 when the name, the record or an expected answer is not there."""

    def __init__(
        self,
        source: Dns,
        means: Means,
        *,
        line: Line | None = None,
        system: Callable[[], dns.asyncresolver.Resolver] = dns.asyncresolver.Resolver,
    ) -> None:
        self.source = source
        self.line = line or Line(means.network)
        self.system = system
        """Makes the machine's resolver, each time anew: resolv.conf changes."""

    async def ask(self, ask: Ask) -> Outcome:
        """One question, over TCP where the answer does not fit."""
        dial = Dial(self.line, ask.timeout_s)
        place = f"{self.source.record} of {self.source.host}" + (f" at {self.source.resolver}" if self.source.resolver else "")
        try:
            name = question(self.source.host, self.source.record)
            async with asyncio.timeout_at(dial.until):
                return await self._answer(name, dial, place)
        except UsageError as error:
            return Failed(f"bad resolver: {self.source.resolver}", f"{place}: {error}: {error.hint}", dial.took_s)
        except dns.resolver.NoResolverConfiguration:
            return Fault("resolver", "this machine names no resolver: check /etc/resolv.conf")
        except (OSError, RuntimeError, BadName) as error:
            return mishap.outcome(error, place, dial)

    async def _answer(self, name: dns.name.Name, dial: Dial, place: str) -> Measured | Failed | Fault:
        try:
            resolver = await self._resolver(dial)
            left = dial.until - asyncio.get_running_loop().time()
            within_s = left * (0.95 if self.source.resolver else _SHARE)
            async with asyncio.timeout(within_s):  # dnspython's own lifetime does not count its pauses between tries
                found = await resolver.resolve(name, self.source.record, search=False, lifetime=within_s)
        except dns.resolver.NXDOMAIN:
            return mishap.down(f"{place}: the name does not exist", dial)
        except dns.resolver.NoAnswer:
            return mishap.down(f"{place}: the name has no such record", dial)
        except dns.resolver.YXDOMAIN:
            return mishap.down(f"{place}: the name is too long once aliases are followed", dial)
        except dns.resolver.NoNameservers as error:
            if (fault := mishap.fault_of(*_heard(error))) is not None:
                return fault
            if not self.source.resolver:
                await dial.blame()
            return mishap.down(f"{place}: the server did not answer the question", dial)
        except (dns.exception.Timeout, TimeoutError):
            if not self.source.resolver:
                await dial.blame()
            return mishap.down(f"{place}: no answer within {dial.timeout_s:g} s", dial)
        took_s = dial.took_s
        texts = [forms(record) for record in found.rrset or ()]
        missing = [wanted for wanted in self.source.expect if not any(alike(wanted) in known for known in texts)]
        said = ", ".join(sorted(known[0] for known in texts)[:_SHOWN]) + (" …" if len(texts) > _SHOWN else "")
        values = {"response_time": took_s * 1000}
        if missing:
            return mishap.down(f"{place}: {', '.join(missing)} is not among the answers ({said})", dial, **values)
        return Measured((Reading({"up": 1.0, **values}, note=said),), took_s)

    async def _resolver(self, dial: Dial) -> dns.asyncresolver.Resolver:
        if not self.source.resolver:
            return self.system()
        host, port = place_of(self.source.resolver, _PORT)
        resolver = dns.asyncresolver.Resolver(configure=False)
        resolver.nameservers = [str(info[4][0]) for info in await dial.addresses(host, port)]
        resolver.port = port
        resolver.flags = dns.flags.RD
        return resolver

    async def close(self) -> None:
        """Nothing is kept between checks."""


def question(host: str, record: str) -> dns.name.Name:
    """The name that is asked for, absolute; for PTR an address may be given. Raises BadName."""
    if record == "PTR":
        with contextlib.suppress(ValueError):
            ip_address(host)
            return dns.reversename.from_address(host)
    try:
        return dns.name.from_text(host)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise BadName(f"'{host}' is not a host name: {error}") from None


def forms(record: dns.rdata.Rdata) -> tuple[str, ...]:
    """The ways an answer may be written in `expect`, the whole first: `10 mail.example.com`, `mail.example.com`."""
    if strings := getattr(record, "strings", None):  # TXT: one text, however it is cut
        return (alike(b"".join(strings).decode("utf-8", "replace")),)
    whole = " ".join(part.removesuffix(".") for part in record.to_text().split())
    name = next((value for field in ("exchange", "target", "mname") if (value := getattr(record, field, None)) is not None), None)
    return (alike(whole),) if name is None else (alike(whole), alike(str(name)))


def alike(text: str) -> str:
    """An answer for comparison: names without case and final dot, addresses in their short form."""
    plain = text.strip().strip('"')
    try:
        return str(ip_address(plain))
    except ValueError:
        return plain.removesuffix(".").lower()


def _heard(error: dns.resolver.NoNameservers) -> list[BaseException]:
    """What happened with each server that was tried."""
    tried = error.kwargs.get("errors", [])
    return [one[3] for one in tried if isinstance(one[3], BaseException)]
