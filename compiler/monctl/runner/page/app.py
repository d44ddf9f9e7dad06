"""The routes of the page, and the gate around all of them."""

from __future__ import annotations

import logging

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from monctl.runner.page import actions, machines, views
from monctl.runner.page.gate import Gate
from monctl.runner.page.site import HERE, Site
from monctl.runner.store.store import StoreLost

LOG = logging.getLogger("monctl.runner.page")


def application(site: Site) -> Starlette:
    """The app of one site."""
    beat = machines.Beats()
    routes: list[BaseRoute] = [
        Route("/", views.firing),
        Route("/incidents/{key:path}", views.incident),
        Route("/monitors", views.monitors),
        Route("/monitors/{name}", views.monitor),
        Route("/services", views.services),
        Route("/silences", views.silences),
        Route("/outbox", views.outbox),
        Route("/reports", views.reports),
        Route("/public", views.public),
        Route("/login", views.login, methods=["GET"]),
        Route("/login", actions.sign_in, methods=["POST"]),
        Route("/logout", actions.sign_out, methods=["POST"]),
        Route("/ack", actions.acknowledge, methods=["POST"]),
        Route("/unack", actions.give_back, methods=["POST"]),
        Route("/silence", actions.silence, methods=["POST"]),
        Route("/silence/end", actions.end_silence, methods=["POST"]),
        Route("/healthz", machines.healthz),
        Route("/metrics", machines.metrics),
        Route("/api/board", machines.board),
        Route("/api/monitors/{name}/history", machines.history),
        Route("/beat/{token}", beat.__call__, methods=["GET", "POST"]),
        Route("/beat/{token}/{word}", beat.__call__, methods=["GET", "POST"]),
        Mount("/static", _Kept(directory=HERE / "static")),
    ]
    made = Starlette(
        routes=routes,
        middleware=[Middleware(Gate, site=site)],
        exception_handlers={StoreLost: _store_lost, HTTPException: _not_there, Exception: _bug},
    )
    made.state.site = site
    made.router.redirect_slashes = False
    return made


class _Kept(StaticFiles):
    """Files that browsers may keep for ever: their address changes with them."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        answer = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed on as it came
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


async def _not_there(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return views.missing(request.app.state.site, request, "There is no such page.", "")
    return PlainTextResponse(f"{error.detail}\n", error.status_code, headers=error.headers)


async def _store_lost(request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error}\n", 503)


async def _bug(request: Request, error: Exception) -> Response:
    """What is wrong with us is logged, and never shown."""
    LOG.error("the page raised", exc_info=error, extra={"path": request.url.path})
    return PlainTextResponse("Something is wrong with this page; its log says what.\n", 500)
