"""The one place that decides who may do what: every request goes through here before any route is looked at. What is not named public needs a person.

Sources: the security findings of other status pages (uptime-kuma CVE-2026-32230: one badge route forgot to ask; GHSA-g9v2-wqcj-j99g: sessions
outlived a changed password), OWASP's CSRF and session cheat sheets (cheatsheetseries.owasp.org, read 2026-11-21).
"""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Literal
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monctl.runner.page.keys import same, signed
from monctl.runner.page.site import Site
from monctl.runner.store.store import StoreLost

PUBLIC = frozenset({"/healthz", "/login", "/public"})
"""Paths anybody may ask; `/public` answers only when the option is on."""
PUBLIC_BELOW = ("/beat/", "/static/")
"""And all below these: a heartbeat's address is its own secret."""
LOCAL = frozenset({"/metrics"})
"""What this machine may read without signing in, also where users are named."""
SESSION, SEED = "monctl_session", "monctl_seed"
LARGEST_FORM = 64 * 1024
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
HOW = "name a user under targets.runner.page.users (monctl run --hash-password makes the hash), reload, and sign in"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, as the gate found out."""

    name: str
    """Empty: nobody we know."""
    how: Literal["session", "proxy", "local", ""]
    """`local`: reads from this machine, where no user is named. Empty: nobody."""
    csrf: str
    """What a form must bring back."""
    seed: str = ""
    """A new cookie to set, for somebody who had none."""

    @property
    def may_read(self) -> bool:
        """Whether pages are shown."""
        return self.how != ""

    @property
    def may_write(self) -> bool:
        """Nobody writes without a name."""
        return self.name != "" and self.how in {"session", "proxy"}


class Gate:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app, self._site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # no websockets here, and no lifespan to wait for
        try:
            visitor = await self._visitor(scope)
            refusal, receive = await self._judge(scope, receive, visitor)
        except StoreLost as error:
            visitor, refusal = Visitor("", "", ""), PlainTextResponse(f"{error}\n", 503)
        scope.setdefault("state", {})["visitor"] = visitor

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._dress(scope, MutableHeaders(scope=message), visitor)
            await send(message)

        await (refusal or self._app)(scope, receive, guarded)

    async def _visitor(self, scope: Scope) -> Visitor:
        headers = Headers(scope=scope)
        cookies = _cookies(headers)
        key = await self._site.keys.key()
        now = self._site.clock.wall()
        if token := cookies.get(SESSION, ""):
            name = await self._site.people.who(token, now, key)
            if name is not None:
                return Visitor(name, "session", signed(key, "csrf", token, name))
        seed = cookies.get(SEED, "")
        fresh = "" if len(seed) >= 22 else secrets.token_urlsafe(32)
        if name := self._of_proxy(scope, headers):
            return Visitor(name, "proxy", signed(key, "csrf", seed or fresh, name), fresh)
        how: Literal["local", ""] = "local" if not self._site.knows_people and _is_here(scope, headers) else ""
        return Visitor("", how, signed(key, "csrf", seed or fresh, ""), fresh)

    def _of_proxy(self, scope: Scope, headers: Headers) -> str:
        """The name a proxy on this machine vouches for; whoever comes from elsewhere could write any name."""
        wanted = self._site.options.page.forwarded_user
        given = headers.getlist(wanted) if wanted else []
        return given[0].strip()[:200] if len(given) == 1 and _peer_is_local(scope) else ""

    async def _judge(self, scope: Scope, receive: Receive, visitor: Visitor) -> tuple[Response | None, Receive]:
        """(the refusal, None when it may go on; what the app reads the body from)."""
        path, method, headers = scope["path"], scope["method"], Headers(scope=scope)
        public = path in PUBLIC or path.startswith(PUBLIC_BELOW)
        if path.startswith("/beat/"):
            return None, receive
        if method in _SAFE:
            if public or visitor.may_read or (path in LOCAL and _is_here(scope, headers)):
                return None, receive
            return self._refused(scope, headers), receive
        if not public and not visitor.may_write:
            if visitor.may_read:
                return PlainTextResponse(f"Nobody may change anything here yet: {HOW}.\n", 403), receive
            return self._refused(scope, headers), receive
        return await self._form(scope, receive, headers, visitor)

    async def _form(self, scope: Scope, receive: Receive, headers: Headers, visitor: Visitor) -> tuple[Response | None, Receive]:
        """Every write brings back the token of its own visitor, and comes from our own pages."""
        if not self._from_here(headers):
            return PlainTextResponse("This request came from another site.\n", 403), receive
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            return PlainTextResponse("Only forms are taken here.\n", 415), receive
        body = await whole(receive, LARGEST_FORM)
        if body is None:
            return PlainTextResponse("The form is too large.\n", 413), receive
        try:
            form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50))
        except ValueError:
            return PlainTextResponse("The form cannot be read.\n", 400), receive
        if not same(form.get("csrf", ""), visitor.csrf):
            return PlainTextResponse(
                "This form is too old, or not ours. Go back, load the page again, and send it once more.\n", 403
            ), receive
        scope.setdefault("state", {})["form"] = form
        return None, receive

    def _from_here(self, headers: Headers) -> bool:
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return False
        origin = headers.get("origin")
        if origin is None:
            return True
        own = urlsplit(self._site.options.page.url or "").netloc
        return urlsplit(origin).netloc in {headers.get("host", ""), own} - {""}

    def _refused(self, scope: Scope, headers: Headers) -> Response:
        if not self._site.knows_people:
            return PlainTextResponse(f"Without users, the page is for this machine only: {HOW}.\n", 403)
        wants_page = "text/html" in headers.get("accept", "") and "hx-request" not in headers and scope["method"] in _SAFE
        if wants_page and not scope["path"].startswith("/api/"):
            asked = quote(scope["path"]) + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
            return RedirectResponse(f"/login?next={quote(asked, safe='')}", 303)
        return JSONResponse({"error": "sign in first"}, 401)

    def _dress(self, scope: Scope, headers: MutableHeaders, visitor: Visitor) -> None:
        for name, value in _HEADERS.items():
            headers[name] = value
        headers.setdefault("Cache-Control", "no-store")
        if visitor.seed and (scope["path"] == "/login" or visitor.may_read):
            headers.append("Set-Cookie", self._site.cookie(SEED, visitor.seed))


async def whole(receive: Receive, largest: int) -> bytes | None:
    """The whole body; None when it is larger than this, or the other side went away."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > largest:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def _cookies(headers: Headers) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    for line in headers.getlist("cookie"):
        try:
            jar.load(line)
        except CookieError:
            continue
    return {name: morsel.value for name, morsel in jar.items()}


def _peer_is_local(scope: Scope) -> bool:
    """The other end of the connection is on this machine; a Unix socket has no address."""
    client = scope.get("client")
    if client is None:
        return True
    try:
        return ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return True  # a Unix socket again, by its path


def _is_here(scope: Scope, headers: Headers) -> bool:
    """Somebody at this machine, not somebody behind a proxy on it, nor a page elsewhere whose name points here (DNS rebinding)."""
    if not _peer_is_local(scope) or any(name in headers for name in _PASSED_ON):
        return False
    host = urlsplit(f"//{headers.get('host', '')}").hostname
    return host in _LOCAL_NAMES
