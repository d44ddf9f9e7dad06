"""[I/O] Sends ICMP echoes: unprivileged where the kernel allows it, else raw, else through the `ping` program."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from monctl.measure import Ping
from monctl.runner.outcome import Failed, Measured, Outcome, Reading
from monctl.runner.probes import mishap
from monctl.runner.probes.dial import Dial, Line
from monctl.runner.probes.probe import Ask, Means

_COUNT = 4
_INTERVAL_S = 0.2
"""The shortest that `ping` takes from everybody; older ones refuse less."""
_LOSS = re.compile(r"([\d.]+)% packet loss")
_TIMES = re.compile(r"(?:rtt|round-trip)[^=]*= *[\d.]+/([\d.]+)/")
"""iputils: `rtt min/avg/max/mdev = 0.1/0.2/0.3/0.0 ms`; BusyBox and BSD: `round-trip min/avg/max = …`."""

HOW = (
    'allow it for the runner\'s group with `sysctl -w net.ipv4.ping_group_range="0 2147483647"`, '
    "or give the process CAP_NET_RAW, or install `ping` (iputils-ping)"
)


class NotAllowed(Exception):
    """A way of sending echoes that is not open here."""


@dataclass(frozen=True, slots=True)
class Echo:
    """What came back."""

    loss: float
    """Percent."""
    time_ms: float | None
    """Mean of the round trips; None when nothing came back."""


Way = Callable[[str, float], Awaitable[Echo]]
"""Address and time it may take in all (seconds) → what came back. Raises NotAllowed, OSError."""


class PingProbe:
    """Values `up`, `response_time` (ms, mean), `loss` (percent). `up` is 0 when no echo comes back at all."""

    def __init__(self, source: Ping, means: Means, *, line: Line | None = None, ways: Sequence[Way] | None = None) -> None:
        self.source = source
        self.line = line or Line(means.network)
        self.ways = tuple(ways) if ways is not None else (unprivileged, raw, program)
        """Tried in this order until one is open."""

    async def ask(self, ask: Ask) -> Outcome:
        """Four echoes, to the first address the policy allows."""
        dial = Dial(self.line, ask.timeout_s)
        host = self.source.host
        try:
            async with asyncio.timeout_at(dial.until):
                address = str((await dial.addresses(host, 0))[0][4][0])
                echo = await self._echo(address, dial)
        except TimeoutError:
            return mishap.down(f"{host}: no echo within {ask.timeout_s:g} s", dial, loss=100.0)
        except (OSError, RuntimeError, ValueError) as error:
            return mishap.outcome(error, host, dial)
        if echo is None:
            return Failed("ping: not allowed", f"ICMP echoes cannot be sent from here: {HOW}", dial.took_s)
        if echo.time_ms is None:
            return mishap.down(f"{host}: no echo came back from {address}", dial, loss=echo.loss)
        note = f"{echo.loss:g} % of the echoes of {address} were lost" if echo.loss else ""
        return Measured((Reading({"up": 1.0, "response_time": echo.time_ms, "loss": echo.loss}, note=note),), dial.took_s)

    async def _echo(self, address: str, dial: Dial) -> Echo | None:
        for way in self.ways:
            left = dial.until - asyncio.get_running_loop().time()
            try:
                return await way(address, left * 0.9)  # so that a lost echo is told as loss and not as the end of our time
            except NotAllowed:
                continue
        return None

    async def close(self) -> None:
        """Nothing is kept between checks."""


async def unprivileged(address: str, within_s: float) -> Echo:
    """Through a datagram socket, which Linux gives to the groups of net.ipv4.ping_group_range."""
    return await _icmplib(address, within_s, privileged=False)


async def raw(address: str, within_s: float) -> Echo:
    """Through a raw socket: root, or CAP_NET_RAW."""
    return await _icmplib(address, within_s, privileged=True)


async def program(address: str, within_s: float) -> Echo:
    """Through the `ping` program, which brings its own right. Raises NotAllowed where it is missing or has none, OSError for what it complains of."""
    path = shutil.which("ping")
    if path is None:
        raise NotAllowed
    interval_s, _ = _pace(within_s)
    argv = (path, "-n", "-q", "-c", str(_COUNT), "-i", f"{max(interval_s, _INTERVAL_S):g}", "-W", "1", address)
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
    )
    try:
        out, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if (echo := read(out.decode("utf-8", "replace"))) is not None:
        return echo
    said = complaint.decode("utf-8", "replace").strip()
    if re.search(r"not permitted|permission denied|lacking privilege", said, re.IGNORECASE):
        raise NotAllowed
    raise OSError(None, said.partition("\n")[0] or f"ping ended with {process.returncode} and said nothing")


def read(text: str) -> Echo | None:
    """What the summary of `ping -q` says; None when there is none."""
    loss = _LOSS.search(text)
    times = _TIMES.search(text)
    return None if loss is None else Echo(float(loss[1]), float(times[1]) if times else None)


async def _icmplib(address: str, within_s: float, *, privileged: bool) -> Echo:
    try:
        import icmplib  # type: ignore[import-untyped]  # ships no types
    except ImportError:  # of the extra `more`
        raise NotAllowed from None
    interval_s, wait_s = _pace(within_s)
    try:
        host = await icmplib.async_ping(address, _COUNT, interval_s, wait_s, privileged=privileged)
    except icmplib.SocketPermissionError:
        raise NotAllowed from None
    except icmplib.ICMPLibError as error:
        raise OSError(None, str(error)) from error.__context__
    return Echo(host.packet_loss * 100, host.avg_rtt if host.is_alive else None)


def _pace(within_s: float) -> tuple[float, float]:
    """Seconds between echoes and seconds each may take, so that all of them fit."""
    each = within_s / _COUNT
    interval_s = min(_INTERVAL_S, each / 4)
    return interval_s, each - interval_s
