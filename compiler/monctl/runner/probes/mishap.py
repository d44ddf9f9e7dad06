"""What a check that went wrong means: the target's state, a question that could not be asked, or a fault of this machine."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from collections.abc import Iterator

from monctl.runner.outcome import Failed, Fault, Measured, Reading
from monctl.runner.probes.dial import BadName, Dial, ResolverDown
from monctl.runner.probes.network import Refused

_SHORT = {
    errno.EMFILE: (
        "files",
        "this process has no file descriptor left: raise its limit (`ulimit -n`, LimitNOFILE=) or lower the concurrency",
    ),
    errno.ENFILE: ("files", "this machine has no file descriptor left: raise fs.file-max"),
    errno.ENOMEM: ("memory", "this machine has no memory left"),
    errno.ENOBUFS: ("memory", "this machine has no network buffers left"),
    errno.EADDRNOTAVAIL: ("ports", "this machine has no local port or address left to ask from: ask this address less often"),
}
"""What this machine ran out of → cause and sentence."""

_WORDS = {
    errno.ECONNREFUSED: "the connection was refused",
    errno.ECONNRESET: "the connection was reset",
    errno.EPIPE: "the connection was closed",
    errno.ETIMEDOUT: "there was no answer",
    errno.EHOSTUNREACH: "there is no way to the host",
    errno.ENETUNREACH: "there is no way to its network",
}


_NUMBER = re.compile(r"\[Errno (\d+)\]")
"""aiohappyeyeballs tells of different errors of several addresses in one text."""


def down(note: str, dial: Dial, **values: float) -> Measured:
    """The target is not up. `values` are those learned all the same."""
    return Measured((Reading({"up": 0.0, **values}, note=note),), dial.took_s)


def outcome(error: Exception, place: str, dial: Dial) -> Measured | Failed | Fault:
    """What an exception on the way to `place` (a host and port, without secrets) means."""
    chain = tuple(_chain(error))
    if (fault := fault_of(*chain, *([dial.short] if dial.short else []))) is not None:
        return fault
    refused = next((one for one in chain if isinstance(one, Refused)), dial.refused)
    if refused is not None:
        way = "" if "never" in str(refused) else "; change the policy of the runner or the monitor"
        return Failed(f"network policy: {refused.address}", f"{place}: {refused}{way}", dial.took_s)
    if isinstance(error, BadName):
        return Failed(f"bad host: {place}", str(error), dial.took_s)
    return down(f"{place}: {words(error, dial)}", dial)


def fault_of(*errors: BaseException) -> Fault | None:
    """The fault of this machine that one of the exceptions tells of; None when none does."""
    for error in errors:
        if isinstance(error, ResolverDown):
            return Fault("resolver", f"{error}: check /etc/resolv.conf and the network of this machine")
        if isinstance(error, MemoryError) or (isinstance(error, socket.gaierror) and error.errno == socket.EAI_MEMORY):
            return Fault("memory", _SHORT[errno.ENOMEM][1])
        if isinstance(error, OSError) and not isinstance(error, socket.gaierror | ssl.SSLError) and error.errno in _SHORT:
            return Fault(*_SHORT[error.errno])
    return None


def words(error: BaseException, dial: Dial) -> str:
    """What went wrong on the other side, as a clause without secrets."""
    for one in _chain(error):
        if isinstance(one, ssl.SSLCertVerificationError):
            return f"the certificate is not accepted: {one.verify_message or 'verification failed'}"
        if isinstance(one, ssl.SSLError):
            return f"the TLS handshake failed: {(one.reason or 'no reason given').replace('_', ' ').lower()}"
        if isinstance(one, socket.gaierror):
            return "the name cannot be resolved" if one.errno in {socket.EAI_AGAIN, socket.EAI_FAIL} else "the name does not exist"
        if isinstance(one, OSError) and one.errno in _WORDS:
            return _WORDS[one.errno]
    if isinstance(error, TimeoutError):
        stage = "no connection" if dial.connect_s is None else "connected, but no whole answer"
        return f"{stage} within {dial.timeout_s:g} s"
    if several := dict.fromkeys(_NUMBER.findall(str(error))):  # one for each address of the name
        return " and ".join(_WORDS.get(int(number), os.strerror(int(number)).lower()) for number in several)
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and those it was raised from or while handling."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__
