"""REST calls to a provider: one time-out, retry, rate-limit and redaction policy for all clients.

Each request first asks the account's pace, so that a 429 is the exception; it waits for the server's own header and costs no try; 5xx, time-outs and resets back off with jitter and are tried again for reads only;
410 is never retried; every other answer is classified once, here.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter

from monctl.errors import AuthError, Conflict, Garbled, Gone, NotFound, ProviderError, RateLimited, Rejected, Unreachable, UsageError
from monctl.lanes import spread
from monctl.pace import Pace, Slot
from monctl.resource import Json
from monctl.sensitive import without

T = TypeVar("T")
R = TypeVar("R")
_SHOWN = 400
"""Characters of a provider's answer that are worth showing."""
_LEAST_S = 1.0
"""What a 429 is waited for at least, whatever it says: `Retry-After: 0` would be asked again and again."""
_WAY_OUT = "right URL? Else the network, a proxy or the provider is down"
_WORTH_SAYING_S = 5.0
"""A wait for the budget that is worth a line."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient a client is. Seconds."""

    connect_s: float = 5.0
    read_s: float = 30.0
    tries: int = 4
    """For reads that met a 5xx, a time-out or a reset."""
    backoff_s: float = 0.5
    longest_wait_s: float = 120.0
    """A 429 that asks for more than this, or waits that add up to more than three of these, raises RateLimited."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer. `json` is None when there was no body."""

    status: int
    json: Json
    headers: Mapping[str, str]
    """Names in lower case."""


class Http:
    """A session with one provider. `base_url` has no trailing slash; paths begin with one."""

    def __init__(
        self,
        base_url: str,
        *,
        target: str,
        headers: Mapping[str, str] | None = None,
        secrets: Iterable[str] = (),
        transport: BaseAdapter | None = None,
        policy: Policy = Policy(),
        on_wait: Callable[[str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        classify: Callable[[int, Json], ProviderError | None] | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Raises UsageError when `base_url` is none."""
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise UsageError(
                f"{target}: '{base_url.rpartition('@')[2]}' is not the URL of an API",
                hint="write it whole, such as https://example.com/api",
            )
        self.base_url = base_url.rstrip("/")
        self._target = target
        self._secrets = (*secrets, parts.password or "")
        self._policy = policy
        self._on_wait = on_wait
        self._sleep = sleep
        self.pace = pace or Pace(target)
        """How fast the account may be asked; without one, as fast as the provider answers."""
        self._classify = classify
        """A vendor's own reading of an error answer (status, JSON); None leaves it to the common one."""
        self._session = requests.Session()
        self._session.trust_env = transport is None
        self._session.auth = _as_it_is  # else a ~/.netrc entry of the host would replace the Authorization header
        self._session.headers.update({"Accept": "application/json", "User-Agent": "monctl", **(headers or {})})
        if transport is not None:
            self._session.mount("http://", transport)
            self._session.mount("https://", transport)

    def get(self, path: str, **params: Any) -> Reply:
        """A read: tried again when the server stumbles. A parameter that is None is left out; a list repeats."""
        return self.request("GET", path, params=params)

    def listed(self, path: str, **params: Any) -> list[Any]:
        """The list a GET answers with. Raises Garbled for anything else: an empty map is no empty list, and would pass for one."""
        found = self.get(path, **params).json
        if not isinstance(found, list):
            raise Garbled("the answer is no list", target=self._target, method="GET", url=path)
        return found

    def several(self, read: Callable[[T], R], wanted: Sequence[T]) -> list[R]:
        """What `read` gives for each, as many at once as the budget says: for reads of single objects. The first fault is raised, when all have ended."""
        return spread(read, wanted, self.pace.budget.concurrent if self.pace.budget is not None else 1)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Json = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One call, with the policy. `path` may be an absolute URL on the same host (a pagination link).

        Raises a ProviderError: AuthError, NotFound, Gone, Conflict, Rejected, RateLimited, Unreachable or Garbled.
        """
        url = self._url(path)
        tries = self._policy.tries if method in {"GET", "HEAD"} else 1
        waited = 0.0
        attempt = 0
        slot = None
        while True:
            attempt += 1
            slot = slot or self._leave()
            try:
                answer = self._session.request(
                    method,
                    url,
                    params={name: value for name, value in (params or {}).items() if value is not None},
                    json=json,
                    headers=dict(headers or {}),
                    timeout=(self._policy.connect_s, self._policy.read_s),
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                self.pace.done(slot)
                slot = None
                if attempt < tries:
                    self._wait(self._backoff(attempt), "no answer")
                    continue
                raise self._error(Unreachable, "no answer", method, url, None, _silence(error), hint=_WAY_OUT) from None
            self.pace.done(slot, answer.headers)
            if answer.status_code == 429:
                pause = max(_LEAST_S, retry_after(answer.headers))
                if pause > self._policy.longest_wait_s or waited + pause > 3 * self._policy.longest_wait_s:
                    raise self._error(RateLimited, f"rate limit reached; the provider asks for {pause:.0f} s", method, url, 429, "")
                waited += pause
                attempt -= 1
                self.pace.again(slot, pause)
                self._wait(pause, "rate limit")
                continue
            slot = None
            if answer.status_code >= 500 and attempt < tries:
                self._wait(self._backoff(attempt), f"status {answer.status_code}")
                continue
            return self._reply(method, url, answer)

    def _leave(self) -> Slot:
        slot, wait = self.pace.take()
        if wait > 0:
            if self._on_wait is not None and self.pace.told is None and wait >= _WORTH_SAYING_S:
                self._on_wait(f"{self._target}: {self.pace.budget or 'what the provider allows'} is used up, waiting {wait:.0f} s")
            self._sleep(wait)
        return slot

    def _url(self, path: str) -> str:
        if path.startswith(("http://", "https://")):
            if not path.startswith(self.base_url.split("/", 3)[0] + "//" + self.base_url.split("/", 3)[2] + "/"):
                raise self._error(Garbled, "the provider links to another host", "GET", path, None, "")
            return path
        return self.base_url + path

    def _reply(self, method: str, url: str, answer: requests.Response) -> Reply:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        parsed: Json = None
        if answer.content:
            try:
                parsed = answer.json()
            except (ValueError, RecursionError):  # the second: brackets within brackets by the thousand
                if answer.status_code < 400:
                    raise self._error(
                        Garbled, "the answer is not JSON", method, url, answer.status_code, answer.text, hint="is the URL right?"
                    ) from None
        if 300 <= answer.status_code < 400:
            where = headers.get("location", "")
            raise self._error(
                Garbled, "redirected; redirects are not followed", method, url, answer.status_code, where, hint="set the URL it leads to"
            )
        if answer.status_code < 400:
            return Reply(answer.status_code, parsed, headers)
        if self._classify is not None and (own := self._classify(answer.status_code, parsed)) is not None:
            own.target, own.method, own.url, own.status = self._target, method, self._redact(url), answer.status_code
            own.detail = self._redact(own.detail)
            raise own
        raise self._error(*_meaning(answer.status_code), method, url, answer.status_code, answer.text, hint=_successor(headers))

    def _error(
        self, kind: type[ProviderError], message: str, method: str, url: str, status: int | None, detail: str, *, hint: str | None = None
    ) -> ProviderError:
        said = "".join(sign if sign.isprintable() else "�" for sign in " ".join(self._redact(detail).split()))
        return kind(
            message,
            target=self._target,
            method=method,
            url=self._redact(url.split("?", maxsplit=1)[0]),
            status=status,
            detail=said if len(said) <= _SHOWN else said[:_SHOWN] + "…",
            hint=hint,
        )

    def _redact(self, text: str) -> str:
        return without(text, self._secrets)

    def _backoff(self, attempt: int) -> float:
        return self._policy.backoff_s * 2.0 ** (attempt - 1) * random.uniform(0.8, 1.2)

    def _wait(self, seconds: float, why: str) -> None:
        if self._on_wait is not None:
            self._on_wait(f"{self._target}: {why}, waiting {seconds:.1f} s")
        self._sleep(seconds)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def retry_after(headers: Mapping[str, str], *, now: float | None = None) -> float:
    """Seconds a 429 asks for: Retry-After (seconds or a date), else the vendors' reset headers, else 1.

    X-Sentry-Rate-Limit-Reset and X-RateLimit-Reset hold a Unix time or a number of seconds; `ratelimit-reset` (PagerDuty) seconds.
    """
    at = time.time() if now is None else now
    lowered = {name.lower(): value for name, value in headers.items()}
    for name in ("retry-after", "x-sentry-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset"):
        value = lowered.get(name, "").strip()
        if not value:
            continue
        try:
            number = float(value)
        except ValueError:
            try:
                number = parsedate_to_datetime(value).timestamp()
            except ValueError:
                continue
        return max(0.0, number - at if number > 1_000_000_000 else number)
    return 1.0


def _successor(headers: Mapping[str, str]) -> str | None:
    """What the provider says to use instead of an endpoint it retired (Sentry: `X-Sentry-Replacement-Endpoint`, `X-Sentry-Deprecation-Date`)."""
    new = next((value for name, value in headers.items() if name.endswith("-replacement-endpoint")), None)
    since = next((value for name, value in headers.items() if name.endswith("-deprecation-date")), None)
    if new is None:
        return f"it is retired since {since}; a newer monctl may know what took its place" if since else None
    return f"the provider names {new} in its place; a newer monctl may use it"


def _silence(error: requests.RequestException) -> str:
    """Why there was no answer. The text of `requests` is for programmers, and only told apart."""
    text = str(error)
    match error:
        case requests.ConnectTimeout():
            return "nobody took the connection in time"
        case requests.Timeout():
            return "it took too long"
        case requests.exceptions.ProxyError():
            return "the proxy does not let it through"
        case requests.exceptions.SSLError():
            return "its certificate or its TLS is not accepted here"
        case requests.ConnectionError() if "NameResolutionError" in text or "getaddrinfo" in text:
            return "no address is known for this name"
        case requests.ConnectionError() if "refused" in text:
            return "the connection was refused"
        case requests.ConnectionError():
            return "the connection broke off"
        case _:
            return type(error).__name__


def _meaning(status: int) -> tuple[type[ProviderError], str]:
    if status == 401:
        return AuthError, "the credential was refused"
    if status == 403:
        return AuthError, "the credential may not do this"
    if status == 404:
        return NotFound, "not found"
    if status == 410:
        return Gone, "this part of the API was removed"
    if status in {409, 412}:
        return Conflict, "somebody else changed it, or the name is taken"
    if status >= 500:
        return Unreachable, "the provider failed"
    return Rejected, "the provider refused the request"
