"""What people do on the page: sign in and out, take and give back, silence and end. Each leaves an order for the runner, and goes back to a page."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from monctl.errors import UsageError
from monctl.program import to_json
from monctl.quantity import BadQuantity, Duration
from monctl.runner.board import named
from monctl.runner.matching import matchers
from monctl.runner.page.gate import SESSION, Visitor
from monctl.runner.page.people import LONGEST_S
from monctl.runner.page.site import Site
from monctl.runner.page.views import missing

_LONGEST_SILENCE_S = 366 * 86_400.0
_COMMENT = 500


async def sign_in(request: Request) -> Response:
    """A session for name and password, if they fit and were not tried too often."""
    site, form = _given(request)
    name, password, after = form.get("name", "").strip()[:200], form.get("password", "")[:1000], local_path(form.get("next", "/"))
    address = request.client.host if request.client is not None else "unix"
    if wait := site.tries.wait(name, address, site.clock.mono()):
        wrong = f"Too many tries. The next one is possible in {max(1, round(wait))} s."
        return site.page(request, "login.html", 429, next=after, wrong=wrong, name=name)
    token = await site.people.sign_in(name, password, site.clock.wall(), await site.keys.key())
    if token is None:
        return site.page(request, "login.html", 401, next=after, wrong="Name and password do not fit.", name=name)
    site.tries.forget(name, address)
    answer = RedirectResponse(after, 303)
    answer.headers.append("Set-Cookie", site.cookie(SESSION, token, max_age_s=int(LONGEST_S)))
    return answer


async def sign_out(request: Request) -> Response:
    """The session ends, here and in the store."""
    site, _ = _given(request)
    if token := request.cookies.get(SESSION):
        await site.people.sign_out(token)
    answer = RedirectResponse("/login", 303)
    answer.headers.append("Set-Cookie", site.cookie(SESSION, "", max_age_s=0))
    return answer


async def acknowledge(request: Request) -> Response:
    """Somebody takes an incident, or all of a monitor's."""
    site, form = _given(request)
    try:
        length = _length(form.get("for", "") or "24h")
    except UsageError as error:
        return _refused(site, request, error)
    return await _order(site, request, form, "ack", site.clock.wall() + length)


async def give_back(request: Request) -> Response:
    """Somebody gives it back."""
    site, form = _given(request)
    return await _order(site, request, form, "unack", None)


async def silence(request: Request) -> Response:
    """Quiet for some alerts, or an ad-hoc maintenance."""
    site, form = _given(request)
    try:
        words = [word for word in form.get("what", "").replace(",", "\n").splitlines() if word.strip()]
        if not words:
            raise UsageError("say what to silence", hint="a monitor's name, or LABEL=VALUE such as service=database")
        found, length = matchers(words, site.bundle.monitors), _length(form.get("for", ""))
    except UsageError as error:
        return _refused(site, request, error)
    now = site.clock.wall()
    body = {
        "id": secrets.token_hex(3), "matchers": to_json(found), "start": now, "end": now + length, "comment": form.get("comment", "").strip()[:_COMMENT],
    }  # fmt: skip
    await site.store.order("maintenance" if form.get("maintenance") else "silence", _visitor(request).name, now, body)
    return _back(site, form, "silence", "/silences")


async def end_silence(request: Request) -> Response:
    """A silence ends now."""
    site, form = _given(request)
    name = form.get("id", "")
    if not await site.store.values(f"silence:{name}"):
        return missing(site, request, f"No silence is called '{name[:50]}'.", "It may have ended already.")
    await site.store.order("unsilence", _visitor(request).name, site.clock.wall(), {"id": name})
    return _back(site, form, "ended", "/silences")


def local_path(given: str) -> str:
    """A path of this page, whatever was given: never an address elsewhere."""
    parts = urlsplit(given)
    safe = given.startswith("/") and not given.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc and given.isprintable()
    return given if safe else "/"


async def _order(site: Site, request: Request, form: Mapping[str, str], kind: str, until: float | None) -> Response:
    wanted = named((await site.board()).incidents, form.get("key", ""))
    if not wanted:
        return missing(site, request, "That is not on any more.", "It ended, or somebody removed its monitor.")
    for one in wanted:
        body: dict[str, Any] = {"monitor": one.monitor, "incident": one.key, "until": until}
        await site.store.order(kind, _visitor(request).name, site.clock.wall(), body)
    return _back(site, form, kind, "/")


def _length(text: str) -> float:
    """Seconds of a duration as specs write it. Raises UsageError."""
    try:
        seconds = Duration.parse(text.strip()).seconds
    except BadQuantity as error:
        raise UsageError(str(error), hint="write it as 30m, 2h or 1d") from None
    if not 0 < seconds <= _LONGEST_SILENCE_S:
        raise UsageError("it must be longer than nothing and at most a year", hint="write it as 30m, 2h or 1d")
    return seconds


def _given(request: Request) -> tuple[Site, Mapping[str, str]]:
    """The site, and the form the gate has read and approved."""
    return request.app.state.site, request.state.form


def _visitor(request: Request) -> Visitor:
    found: Visitor = request.state.visitor
    return found


def _back(site: Site, form: Mapping[str, str], done: str, otherwise: str) -> Response:
    site.forget()
    parts = urlsplit(local_path(form.get("next") or otherwise))
    query = [(name, value) for name, value in parse_qsl(parts.query) if name != "done"]
    return RedirectResponse(f"{parts.path}?{urlencode([*query, ('done', done)])}", 303)


def _refused(site: Site, request: Request, error: UsageError) -> Response:
    said = str(error)
    return missing(site, request, said[:1].upper() + said[1:] + ".", f"Go back and {error.hint}." if error.hint else "", 400)
