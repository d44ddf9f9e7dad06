"""What goes wrong between monctl and a provider: a transport that carries requests to an emulator and spoils some of them, by a rule."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

Send = Callable[[], Response]
"""Carries the request to the emulator, which does what it says."""
Act = Callable[[PreparedRequest, Send], Response]
"""What happens to a request instead of, or after, `Send`."""
METHODS = {
    "reading": frozenset({"GET"}),
    "making": frozenset({"POST"}),
    "changing": frozenset({"POST", "PUT", "PATCH"}),
    "deleting": frozenset({"DELETE"}),
    "": frozenset({"POST", "PUT", "PATCH", "DELETE"}),
}
"""What is asked at a moment of an apply; of nothing in particular: every write."""


def answer(request: PreparedRequest, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Response:
    """An answer that no emulator gave."""
    response = Response()
    response.status_code = status
    response.headers = CaseInsensitiveDict(headers or {"Content-Type": "application/json"})
    response.encoding = "utf-8"
    response.request, response.url = request, request.url or ""
    response.raw = io.BytesIO(body)
    return response


def replied(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Act:
    """The provider, or something before it, answers this and does nothing."""
    return lambda request, _: answer(request, status, body, headers)


def replied_after(status: int, body: bytes = b"") -> Act:
    """The provider does what it is told, and answers this."""

    def act(request: PreparedRequest, send: Send) -> Response:
        send()
        return answer(request, status, body)

    return act


def raised(error: type[requests.RequestException], *, after: bool = False) -> Act:
    """No answer arrives; with `after` the request did."""

    def act(request: PreparedRequest, send: Send) -> Response:
        if after:
            send()
        raise error("injected", request=request)

    return act


def cut(request: PreparedRequest, send: Send) -> Response:
    """The provider's own answer, of which the second half is missing."""
    whole = send()
    body = whole.content or b'{"id": 1}'
    return answer(request, whole.status_code, body[: len(body) // 2] or b"{", dict(whole.headers))


@dataclass
class Rule:
    """Which requests are spoiled, and how."""

    act: Act
    when: str = ""
    """A key of METHODS."""
    always: bool = False
    """Every time, or else the first request of each method and collection."""
    only: int | None = None
    """The number of the one matching request that is spoiled, from 0; None: all."""
    met: int = 0
    seen: set[tuple[str, str]] = field(default_factory=set)

    def spoils(self, request: PreparedRequest) -> bool:
        """Whether this request goes wrong."""
        if request.method not in METHODS[self.when]:
            return False
        self.met += 1
        if self.only is not None:
            return self.met - 1 == self.only
        path = urlsplit(request.url or "").path.rstrip("/")
        told = (request.method or "", path.rpartition("/")[0] if request.method == "DELETE" else path)
        fresh = told not in self.seen
        self.seen.add(told)
        return self.always or fresh


class FaultAdapter(BaseAdapter):
    """The transport `inner` with a rule."""

    def __init__(self, inner: BaseAdapter, rule: Rule) -> None:
        super().__init__()
        self._inner = inner
        self.rule = rule

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """The answer of the emulator, or what the rule makes of it."""

        def onward() -> Response:
            return self._inner.send(request, stream=stream, timeout=timeout, verify=verify, cert=cert, proxies=proxies)

        return self.rule.act(request, onward) if self.rule.spoils(request) else onward()

    def close(self) -> None:
        """Nothing is held open."""
