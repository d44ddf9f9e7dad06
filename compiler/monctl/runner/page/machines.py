"""What programs ask: health, metrics, heartbeats of jobs, JSON."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from monctl.runner.limits import Bucket
from monctl.runner.page.gate import whole
from monctl.runner.page.keys import beats
from monctl.runner.page.site import Site
from monctl.runner.page.views import asked_series

LARGEST_BEAT = 10 * 1024
_WORDS = frozenset({"", "start", "fail"})
_BURST, _PER_S = 20, 60.0
"""Calls of one job: twenty at once, then one each three seconds."""
_STRANGERS, _STRANGERS_PER_S = 60, 60.0
"""Calls with a token nobody has, of everybody together: whoever guesses gets no further."""
_REMEMBERED = 10_000
_CODE = 200


async def healthz(request: Request) -> Response:
    """200 while the runner is well, 503 with what is wrong. `strained`: it is well, and has more to do than it can."""
    site: Site = request.app.state.site
    wrong = site.runner.well()
    return JSONResponse({"well": not wrong, "wrong": wrong, "strained": site.runner.strained()}, 503 if wrong else 200)


async def metrics(request: Request) -> Response:
    """In Prometheus' text format."""
    site: Site = request.app.state.site
    return Response(generate_latest(site.runner.gauges.registry), media_type=CONTENT_TYPE_LATEST)


async def board(request: Request) -> Response:
    """All of the first page as JSON: `schemas/status.schema.json`."""
    site: Site = request.app.state.site
    return JSONResponse((await site.board()).record())


async def history(request: Request) -> Response:
    """One series for the plot."""
    site: Site = request.app.state.site
    name = request.path_params["name"]
    if name not in site.reader.watches:
        return JSONResponse({"error": "no such monitor"}, 404)
    return JSONResponse((await asked_series(site, request, name)).record(site.time_zone))


class Beats:
    """Where jobs call: `/beat/TOKEN`, `/beat/TOKEN/start`, `/beat/TOKEN/fail`. Rules of limits are in memory: they protect this process."""

    def __init__(self) -> None:
        self._held: dict[str, Bucket] = {}
        self._strangers = Bucket(_STRANGERS, _STRANGERS_PER_S, _STRANGERS, 0.0)

    async def __call__(self, request: Request) -> Response:
        """`ok` when it was taken."""
        site: Site = request.app.state.site
        token, word, now = request.path_params["token"], request.path_params.get("word", ""), site.clock.mono()
        monitors = beats(site.bundle, await site.keys.key()).get(token)
        if monitors is None or word not in _WORDS:
            if wait := self._strangers.take(now):
                return _later(wait)
            return PlainTextResponse("no job has this address\n", 404)
        if len(self._held) > _REMEMBERED:
            self._held.clear()
        if wait := self._held.setdefault(token, Bucket(_BURST, _PER_S, _BURST, now)).take(now):
            return _later(wait)
        body = await whole(request.receive, LARGEST_BEAT) if request.method == "POST" else b""
        if body is None:
            return PlainTextResponse("10 KiB are enough\n", 413)
        code = " ".join(body.decode("utf-8", "replace").split())[:_CODE] if word == "fail" else ""
        return PlainTextResponse("ok\n" if site.runner.engine.call(monitors[0], word, code=code) else "no monitor waits for it\n")


def _later(wait_s: float) -> Response:
    return PlainTextResponse("too many calls\n", 429, headers={"Retry-After": str(max(1, round(wait_s)))})
