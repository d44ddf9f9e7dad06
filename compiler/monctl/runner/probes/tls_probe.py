"""[I/O] Shakes hands with a TLS server: whether its certificate is accepted, and how long it is good for, accepted or not."""

from __future__ import annotations

import asyncio
import ssl

from monctl.measure import Tls
from monctl.runner.outcome import Measured, Outcome, Reading
from monctl.runner.probes import certificate, mishap
from monctl.runner.probes.dial import Dial, Line
from monctl.runner.probes.probe import Ask, Means


class TlsProbe:
    """Values `up`, `certificate_expires_in` (days, from the slot). Of the chain the server's own certificate counts."""

    def __init__(self, source: Tls, means: Means, *, line: Line | None = None, trust: ssl.SSLContext | None = None) -> None:
        self.source = source
        self.line = line or Line(means.network)
        self.trust = trust
        """The authorities; None: the machine's."""

    async def ask(self, ask: Ask) -> Outcome:
        """One handshake; a second, that accepts anything, where the first says no: an expired certificate also has its date."""
        dial = Dial(self.line, ask.timeout_s)
        refusal: ssl.SSLCertVerificationError | None = None
        try:
            async with asyncio.timeout_at(dial.until):
                try:
                    der = await self._shown(dial, self.trust or certificate.verified())
                except ssl.SSLCertVerificationError as error:
                    refusal = error
                    der = await self._shown(dial, certificate.unverified())
        except (OSError, RuntimeError, ValueError) as error:
            return mishap.outcome(refusal or error, self.place, dial)
        end = certificate.expires(der) if der else None
        days = {} if end is None else {"certificate_expires_in": certificate.days_left(end, ask.slot)}
        tail = "" if end is None else certificate.ending(end, days["certificate_expires_in"])
        if refusal is not None:
            return mishap.down("; ".join(part for part in (f"{self.place}: {mishap.words(refusal, dial)}", tail) if part), dial, **days)
        return Measured((Reading({"up": 1.0, **days}, note=tail),), dial.took_s)

    @property
    def place(self) -> str:
        """`example.com:443`."""
        return f"{self.source.host}:{self.source.port}"

    async def _shown(self, dial: Dial, context: ssl.SSLContext) -> bytes | None:
        return await certificate.shown(dial, self.source.host, self.source.port, context)

    async def close(self) -> None:
        """Nothing is kept between checks."""
