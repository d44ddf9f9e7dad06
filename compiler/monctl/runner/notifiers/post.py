"""[I/O] One HTTP POST, once: what the notifiers of HTTP services share. Says what the answer means for trying again, without secrets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import aiohttp

from monctl import __version__
from monctl.runner.clock import Clock, SystemClock
from monctl.runner.notifiers.notifier import Again, Refused
from monctl.runner.notifiers.say import cut, plain
from monctl.sensitive import without

AGENT = f"monctl/{__version__}"
_TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=10)
_TELLING = 4
"""Characters of a path: a shorter one is no secret."""
_READ = 16 * 1024
"""Bytes of an answer that are read."""
_LONGEST_WAIT_S = 86_400.0
_CONFUSED = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Answer:
    """2xx, or a 4xx that trying again would not mend."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


class Web:
    """A pool that keeps no connection open: a stale one would leave in doubt whether a message arrived."""

    def __init__(self, clock: Clock | None = None, *, session: Callable[[], aiohttp.ClientSession] | None = None) -> None:
        self._clock = clock or SystemClock()
        self._make = session or _session
        self._session: aiohttp.ClientSession | None = None

    async def post(
        self,
        who: str,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        *,
        hidden: Iterable[str] = (),
    ) -> Answer | Again | Refused:
        """Sends `body`. `who` begins the sentence of a fault; what is in `hidden`, and the URL, never shows in one."""
        if self._session is None:
            self._session = self._make()
        try:
            async with self._session.post(
                url,
                data=body,
                headers={"User-Agent": AGENT, **headers},
                allow_redirects=False,
            ) as response:
                text = await _text(response)
                return self._class(who, response.status, hide(text, (url, *hidden)), text, response.headers)
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            return Refused(f"{who}: its URL is not one; mend the channel's settings")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Again(f"{who} cannot be reached: {reason(error)}")
        except TimeoutError:
            return Again(f"{who} did not answer within {_TIMEOUT.total:g} s", unknown=True)
        except (aiohttp.ClientError, OSError) as error:
            return Again(f"{who} closed the connection before it answered: {reason(error)}", unknown=True)
        except ValueError:
            return Refused(f"{who}: a header or the URL holds what HTTP cannot carry, such as a line break; mend the channel's settings")

    async def close(self) -> None:
        """Gives back the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _class(self, who: str, status: int, shown: str, text: str, headers: Mapping[str, str]) -> Answer | Again | Refused:
        said = f"{who} answered {status}{f': {shown}' if shown else ''}"
        if status in {408, 429}:
            return Again(said, retry_after(headers, self._clock))
        if status >= 500:
            return Again(said, retry_after(headers, self._clock), unknown=True)
        if status in _CONFUSED:
            return Refused(f"{who} answered {status}, a redirect, which is not followed; write the final URL")
        return Answer(status, text, dict(headers))


def retry_after(headers: Mapping[str, str], clock: Clock) -> float | None:
    """Seconds that `Retry-After` asks for, as seconds or a date; None without one. At most a day."""
    value = headers.get("Retry-After", "").strip()
    try:
        wanted = float(value)
    except ValueError:
        try:
            wanted = parsedate_to_datetime(value).timestamp() - clock.wall()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(wanted, 0.0), _LONGEST_WAIT_S) if wanted == wanted else None


def hide(text: str, secrets: Iterable[str]) -> str:
    """The text, short and on one line, with `***` for every secret in it; of a URL also for its path, which often is the secret."""
    forms = {form for secret in secrets for form in (secret, quote(secret, safe=""), *_paths(secret))}
    return cut(plain(without(text, forms), lines=False), 200)


def reason(error: BaseException) -> str:
    """Why a connection failed, in words that hold no address."""
    cause = getattr(error, "os_error", None) or getattr(error, "certificate_error", None) or error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({cause.verify_message})"
    if isinstance(cause, ssl.SSLError):
        return "TLS failed"
    if isinstance(cause, ConnectionRefusedError):
        return "connection refused"
    if isinstance(cause, asyncio.TimeoutError):
        return "no connection in time"
    if isinstance(cause, OSError) and cause.strerror and "[" not in cause.strerror and "Connect call" not in cause.strerror:
        return cause.strerror.lower()
    return "it hung up" if isinstance(error, aiohttp.ServerDisconnectedError) else "the connection failed"


def _paths(url: str) -> tuple[str, ...]:
    _, mark, rest = url.partition("://")
    _, _, path = rest.partition("/")
    return (path, path.partition("?")[0]) if mark and len(path) >= _TELLING else ()


async def _text(response: aiohttp.ClientResponse) -> str:
    """The beginning of the answer; empty where it breaks off: the status says enough."""
    try:
        return (await response.content.read(_READ)).decode("utf-8", "replace")
    except (aiohttp.ClientError, OSError):
        return ""


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=_TIMEOUT, connector=aiohttp.TCPConnector(force_close=True, limit=50), trust_env=True)
