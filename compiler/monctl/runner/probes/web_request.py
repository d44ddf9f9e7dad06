"""Requests of a check: the first, and the one a redirect leads to. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from yarl import URL

from monctl import __version__
from monctl.measure import Http

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization", "host"})
"""Headers that belong to one origin. `host` is no secret, and wrong anywhere else."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class BadRequest(ValueError):
    """A request that cannot be sent. `str()` is a sentence that never holds a header's value."""


class BadRedirect(ValueError):
    """A redirect that is not followed. `str()` is a clause."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request."""

    method: str
    url: URL
    headers: Mapping[str, str]
    """Values may be secret."""
    body: str | None
    secret: frozenset[str] = frozenset()
    """Names of headers, lower case, whose value is a secret."""

    def __repr__(self) -> str:
        return f"Request({self.method} {place(self.url)})"


def first(source: Http, headers: Mapping[str, str], secret: frozenset[str]) -> Request:
    """The request of a source whose headers are resolved. Raises BadRequest."""
    try:
        url = URL(source.url)
        known = url.scheme in {"http", "https"} and bool(url.host)
    except ValueError:
        known = False
        url = URL()
    if not known:
        raise BadRequest("the URL cannot be read: write http:// or https://, a host and a path")
    for name, value in headers.items():
        if _CONTROL.search(name) or _CONTROL.search(value):
            raise BadRequest(f"the value of the header {name!r} holds a line break or another control character: take it out")
    names = {name.lower() for name in headers}
    added = {} if "user-agent" in names else {"User-Agent": f"monctl/{__version__}"}
    if source.body is not None and "content-type" not in names:
        added["Content-Type"] = content_type(source.body)
    return Request(source.method, url, {**added, **headers}, source.body, secret)


def redirected(request: Request, status: int, location: str) -> Request:
    """The request a redirect leads to, as browsers make it (https://fetch.spec.whatwg.org/#http-redirect-fetch). Raises BadRedirect.

    Another origin gets no secret: neither headers whose values are references nor credentials by name.
    """
    try:
        url = request.url.join(URL(location))
        known = url.scheme in {"http", "https"} and bool(url.host)
    except ValueError:
        raise BadRedirect(f"it answered {status} and redirects to something that is not a URL") from None
    if not known:
        raise BadRedirect(f"it answered {status} and redirects to a '{url.scheme}:' address, which is not followed")
    moved = replace(request, url=url)
    if (status == 303 and request.method != "HEAD") or (status in {301, 302} and request.method == "POST"):
        kept = {name: value for name, value in request.headers.items() if name.lower() not in {"content-type", "content-length"}}
        moved = replace(moved, method="GET", body=None, headers=kept)
    if url.origin() != request.url.origin():
        drop = _CREDENTIALS | request.secret
        moved = replace(moved, headers={name: value for name, value in moved.headers.items() if name.lower() not in drop})
    return moved


def place(url: URL) -> str:
    """What notes call a URL: scheme, host and port. The rest may hold secrets."""
    return str(url.origin())


def content_type(body: str) -> str:
    """What a body looks like, for those who did not say: JSON, a form, text."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        form = body and all("=" in part for part in body.split("&")) and not re.search(r"\s", body)
        return "application/x-www-form-urlencoded" if form else "text/plain; charset=utf-8"
    return "application/json"
