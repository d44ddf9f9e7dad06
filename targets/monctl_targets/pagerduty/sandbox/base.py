"""What every area of the PagerDuty emulator stands on: credentials, pages, errors, ids, the clock and the rate limit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, Routed
from monctl.sandbox.store import Store
from monctl_targets.pagerduty.sandbox.shape import Shape

Body = dict[str, Any]
Clock = Callable[[], datetime]
"""Gives the present instant, with a zone."""


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Refused(Exception):
    """Ends a handler with an error answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def error(status: int, code: int, message: str, errors: Json = None) -> Response:
    """PagerDuty's error body. https://developer.pagerduty.com/docs/errors (read 2026-11-20)."""
    return Response(status, {"error": {"message": message, "code": code, **({} if errors is None else {"errors": errors})}})


def invalid(*errors: str) -> Refused:
    """400, code 2001."""
    return Refused(error(400, 2001, "Invalid Input Provided", list(errors)))


def missing() -> Refused:
    """404, code 2100: also what a reference to something that is not there gives."""
    return Refused(error(404, 2100, "Not Found"))


class Base(Routed):
    """Routing with PagerDuty's manners. `rate_limit` is requests a minute and token; None: no limit."""

    name: ClassVar[str] = "pagerduty"

    def __init__(self, store: Store, *, rate_limit: int | None = None, now: Clock = utc_now) -> None:
        super().__init__(store)
        self.now = now
        self._rate_limit = rate_limit
        self._minute = (0, 0)

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        with self.store.lock:
            try:
                return super().handle(request)
            except Refused as refusal:
                return self.after(request, refusal.response)

    def before(self, request: Request) -> Response | None:
        """401 without a credential, 429 over the limit, 400 for a body that is not JSON."""
        if request.path.startswith("/v2/"):
            return None  # the Events API: the routing key in the body is the credential
        scheme, _, credential = request.headers.get("authorization", "").partition(" ")
        token = credential.removeprefix("token=")
        known = scheme == "Bearer" or (scheme == "Token" and token != credential)
        if not known or not token or token.startswith("bad"):
            return error(401, 2006, "Authentication failed")
        if self._rate_limit is not None:
            minute = int(self.now().timestamp()) // 60
            used = self._minute[1] + 1 if self._minute[0] == minute else 1
            self._minute = (minute, used)
            if used > self._rate_limit:
                # https://developer.pagerduty.com/docs/rest-api-rate-limits (read 2026-11-20)
                return self.after(request, error(429, 2020, "Rate Limit Exceeded"))
        return None

    def after(self, request: Request, response: Response) -> Response:
        """The rate-limit headers; `ratelimit-reset` is in seconds from now."""
        if self._rate_limit is None:
            return response
        left = max(0, self._rate_limit - self._minute[1])
        reset = 60 - math.floor(self.now().timestamp()) % 60
        own = {"ratelimit-limit": str(self._rate_limit), "ratelimit-remaining": str(left), "ratelimit-reset": str(reset)}
        return Response(response.status, response.body, {**response.headers, **own})

    def no_route(self, request: Request) -> Response:
        """404 as for anything else that is not there."""
        return error(404, 2100, "Not Found")

    def no_method(self, request: Request, allowed: list[str]) -> Response:
        """405."""
        return error(405, 2015, "Method Not Allowed")

    def body(self, request: Request, name: str, shape: Shape) -> Body:
        """The object inside the envelope, checked."""
        sent = self.sent(request)
        if not isinstance(sent, dict) or not isinstance(sent.get(name), dict):
            raise invalid(f"{name} cannot be blank")
        wrong = shape(sent[name]) + [f"{other} is not a field of the API" for other in sent if other != name]
        if wrong:
            raise invalid(*wrong)
        held: Body = sent[name]
        return held

    def sent(self, request: Request) -> Json:
        """The whole body, or 400."""
        try:
            return request.json()
        except ValueError:
            raise Refused(error(400, 2001, "Invalid JSON")) from None

    def held_as(self, kind: str, id: str) -> Body:
        """An object, or 404."""
        found = self.store.get(kind, id)
        if not isinstance(found, dict):
            raise missing()
        return found

    def new_id(self, letter: str) -> str:
        """`PT00001`: seven characters, as most of PagerDuty's ids."""
        number, text = self.store.next("id"), ""
        while number:
            number, digit = divmod(number, 36)
            text = _DIGITS[digit] + text
        return f"P{letter}{text:0>5}"

    def page(self, request: Request, name: str, items: list[Body], show: Callable[[Body], Json], *, match: str = "name") -> Response:
        """One page of a list, newest first, filtered by `query`. https://developer.pagerduty.com/docs/pagination (read 2026-11-20)."""
        limit, offset = _number(request, "limit", 25), _number(request, "offset", 0)
        if not 1 <= limit <= 100 or offset + limit > 10_000:
            raise invalid("Limit must be between 1 and 100, and offset + limit at most 10000")
        query = (request.param("query") or "").lower()
        teams = set(request.params("team_ids[]"))
        found = [
            item
            for item in reversed(items)
            if query in " ".join(str(item.get(name, "")) for name in match.split()).lower()
            and (not teams or teams & set(item.get("teams", [])))
        ]
        total = len(found) if request.param("total") == "true" else None
        shown = [show(item) for item in found[offset : offset + limit]]
        return Response(200, {name: shown, "limit": limit, "offset": offset, "more": offset + limit < len(found), "total": total})

    def reference(self, request: Request, kind: str, id: str) -> Json:
        """A reference to an object, as answers hold them."""
        held = self.store.get(kind, id) or {}
        return {"id": id, "type": f"{kind}_reference", "summary": held.get("name"), **self.links(request, kind, id)}

    def links(self, request: Request, kind: str, id: str) -> Mapping[str, str]:
        """`self` and `html_url`."""
        plural = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
        return {"self": f"{request.base_url}/{plural}/{id}", "html_url": f"https://sandbox.pagerduty.example/{plural}/{id}"}

    def head(self, request: Request, kind: str, item: Body) -> Body:
        """The fields every answer begins with."""
        return {"id": item["id"], "type": kind, "summary": item["name"], **self.links(request, kind, item["id"])}


def _number(request: Request, name: str, default: int) -> int:
    try:
        return max(0, int(request.param(name) or default))
    except ValueError:
        raise invalid(f"{name} must be an integer") from None
