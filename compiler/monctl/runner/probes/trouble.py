"""What an exception met while asking means: the runner's own trouble or the source's, and the words for it without secrets."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from monctl.number import shorten
from monctl.runner.outcome import Failed, Fault
from monctl.runner.probes import local_resolver, mishap
from monctl.runner.probes.dial import ResolverDown
from monctl.runner.probes.hidden import Hidden
from monctl.runner.probes.network import Refused
from monctl.sensitive import HIDDEN

# libpq and PyMySQL tell of these in words only
_SHORT: Final = (
    (re.compile(r"too many open files", re.IGNORECASE), OSError(errno.EMFILE, "too many open files")),
    (re.compile(r"cannot allocate memory", re.IGNORECASE), OSError(errno.ENOMEM, "no memory")),
)
_UNRESOLVED: Final = re.compile(r"temporary failure in name resolution", re.IGNORECASE)
_ALIVE_S: Final = 1.0
_LONGEST: Final = 240
_SHORT_SECRET: Final = 6
"""Characters below which a secret goes only where it stands alone: it would tear words apart."""


async def fault(error: BaseException) -> Fault | None:
    """The Fault an exception (or what caused it) stands for; None: it is the source that has trouble.

    A name that cannot be resolved for now is the fault of this machine only where its resolver answers nothing at all.
    """
    chain = (error, *causes(error))
    told = [short for pattern, short in _SHORT for one in chain if pattern.search(str(one))]
    if (own := mishap.fault_of(*chain, *told)) is not None:
        return own
    if any(_UNRESOLVED.search(str(one)) for one in chain) and not await local_resolver.answers(_ALIVE_S):
        return mishap.fault_of(ResolverDown("the resolver of this machine does not answer"))
    return None


def unreachable(error: BaseException) -> str:
    """Why a connection could not be made or was lost, in few words that are equal for equal causes."""
    for one in (error, *causes(error)):
        match one:
            case Refused():
                return "not allowed by the network policy"
            case ConnectionRefusedError():
                return "connection refused"
            case ConnectionError():
                return "connection lost"
            case TimeoutError():
                return "no answer in time"
            case socket.gaierror():
                return "its name cannot be resolved"
            case OSError(errno=errno.ENOENT):
                return "no such file"
            case OSError(errno=errno.EACCES):
                return "permission denied"
            case OSError(errno=errno.EHOSTUNREACH | errno.ENETUNREACH):
                return "no route to it"
    text = str(error).lower()
    told = ("connection refused", "no such file", "permission denied", "connection reset", "certificate verify failed")
    return next((words for words in told if words in text), "cannot be reached")


def failed(datasource: str, what: str, detail: str = "") -> Failed:
    """A datasource that could not be asked. `what` groups equal causes; `detail` is for the person and holds no secret."""
    cause = f"datasource {datasource}: {what}"
    return Failed(cause, f"{cause} ({detail})" if detail and detail != what else cause)


def redact(text: str, *secrets: str) -> str:
    """The first lines of a message in one, cut, without the secrets or the passwords and keys in them."""
    parts = {part for one in secrets for part in _parts(one)}
    short = {part for part in parts if len(part) < _SHORT_SECRET}
    text = Hidden.of(parts - short).clean(text)
    for part in short:
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", HIDDEN, text)
    text = " ".join(text.split())
    text = re.sub(r"(?i)(password|passwd|pwd|secret|token)(\s*=\s*)\S+", rf"\1\2{HIDDEN}", text)
    text = re.sub(r"(\w+://)[^\s/@]*@", rf"\1{HIDDEN}@", text)
    return shorten(text, _LONGEST)


def _parts(secret: str) -> Iterator[str]:
    """A secret, and what must not be seen of it: userinfo of a URL, `password=` of a connection string, both halves of a key pair."""
    yield from (part for part in (secret, secret.strip()) if part)
    found = re.findall(r"(?i)(?:password|passwd|pwd)\s*=\s*('(?:[^'\\]|\\.)*'|\S+)", secret)
    yield from (part.strip("'") for part in found if part.strip("'"))
    try:
        password = urlsplit(secret).password
    except ValueError:  # a connection string may look like a URL and be none
        password = None
    if password:
        yield from {password, unquote(password)}
    if "://" not in secret and secret.count(":") == 1:
        yield from (part for part in secret.split(":") if len(part) >= 4)


def causes(error: BaseException) -> Iterator[BaseException]:
    """What it was raised from, or while handling, and what that was."""
    seen = {id(error)}
    while (error := error.__cause__ or error.__context__) is not None and id(error) not in seen:  # type: ignore[assignment]  # None ends it
        seen.add(id(error))
        yield error
