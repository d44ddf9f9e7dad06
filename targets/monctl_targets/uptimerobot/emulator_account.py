"""What every part of the emulator shares: the account and its plan, the key, the rate limit, pages, errors."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import replace
from typing import ClassVar

from monctl.resource import Json
from monctl.sandbox.emulator import Request, Response, Routed
from monctl.sandbox.store import Store
from monctl_targets.uptimerobot.plan import PLANS


class AccountEmulator(Routed):
    """One account on a plan. `rate_limit` is requests a minute; None: unlimited.

    `lag`: so many times a list is read as it was before a write (the official provider waits for three and more equal reads). `lost`: what the next
    monitors' POSTs answer although the monitor is kept (404 `000-004`: terraform-provider-uptimerobot #274; 500: #273).
    """

    name: ClassVar[str] = "uptimerobot"

    def __init__(
        self,
        store: Store,
        *,
        plan: str = "enterprise",
        monitor_limit: int = 1000,
        rate_limit: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        lag: int = 0,
        lost: Iterable[int] = (),
    ) -> None:
        super().__init__(store)
        self._lost = list(lost)
        self._lag = lag
        self._seen: dict[str, deque[list[Json]]] = {}
        """Kind → its list as it was at the last reads, the oldest first."""
        self._plan = PLANS[plan]
        self._monitor_limit = monitor_limit
        self._rate_limit = rate_limit
        self._clock = clock
        self._window: tuple[float, int] = (clock(), 0)

    def handle(self, request: Request) -> Response:
        """Answers with and without the `/v3` of the vendor's URL."""
        return super().handle(replace(request, path=re.sub(r"^/v3(?=/)", "", request.path)))

    def before(self, request: Request) -> Response | None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not key.strip():
            return Response(401, "Token is required")
        if key.startswith("bad"):
            return Response(401, {"message": "Invalid API key", "code": "003-005"})
        if request.body:
            try:
                request.json()
            except ValueError:
                return bad("Unexpected token in JSON")
        return self._throttled()

    def after(self, request: Request, response: Response) -> Response:
        if self._rate_limit is None:
            return response
        start, used = self._window
        left = {"X-RateLimit-Limit": str(self._rate_limit), "X-RateLimit-Remaining": str(max(0, self._rate_limit - used))}
        # documented as a Unix time, live the seconds until the window ends
        return Response(response.status, response.body, {**response.headers, **left, "X-RateLimit-Reset": str(self._left_s(start))})

    def no_route(self, request: Request) -> Response:
        return Response(404, {"message": f"Cannot {request.method} {request.path}", "error": "Not Found", "statusCode": 404})

    def no_method(self, request: Request, allowed: list[str]) -> Response:
        return self.no_route(request)

    def _page(self, request: Request, found: list[Json], limit: int, *, whole: bool = False) -> Response:
        """Newest first; the cursor is the last id. A full page of monitors always has a next link, the last one none at all."""
        cursor = request.param("cursor")
        ordered = sorted(found, key=lambda body: -int(body["id"]))
        rest = [body for body in ordered if cursor is None or int(body["id"]) < int(cursor)]
        page = rest[:limit]
        more = len(page) == limit if whole else len(rest) > limit
        link = f"{request.base_url}{request.path}?limit={limit}&cursor={page[-1]['id']}" if more else None
        return Response(200, {"data": page} if whole and not more else {"data": page, "nextLink": link})

    def _listed(self, request: Request, kind: str) -> list[Json]:
        """Every object of a kind as a list shows it, which lags; later pages are of the same moment as the first."""
        if not self._lag:
            return self.store.all(kind)
        seen = self._seen.setdefault(kind, deque(maxlen=self._lag + 1))
        if request.param("cursor") is None:
            seen.append(deepcopy(self.store.all(kind)))
        return seen[0]

    def _throttled(self) -> Response | None:
        if self._rate_limit is None:
            return None
        start, used = self._window
        if self._left_s(start) <= 0:
            start, used = self._clock(), 0
        if used >= self._rate_limit:
            return self._too_many(self._left_s(start))
        self._window = (start, used + 1)
        return None

    def _too_many(self, left_s: int) -> Response:
        """The vendor's 429: plain text."""
        headers = {
            "Retry-After": str(left_s),
            "X-RateLimit-Limit": str(self._rate_limit),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(left_s),
        }
        return Response(429, "ThrottlerException: Too Many Requests", headers)

    def _left_s(self, start: float) -> int:
        return max(0, round(start + 60 - self._clock()))


def bad(*messages: str) -> Response:
    """The validator's 400."""
    return Response(400, {"message": list(messages), "error": "Bad Request", "statusCode": 400})


def missing(what: str) -> Response:
    """The 404 of a known path and an unknown id."""
    return Response(404, {"message": f"{what} not found", "code": "000-004"})
