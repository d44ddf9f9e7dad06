"""What the routes of the page share: the runner, its store, people, keys, and how a template is filled."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from monctl import __version__
from monctl.instant import epoch_text
from monctl.runner.board import Board, Reader
from monctl.runner.checks import shard
from monctl.runner.core.state import MonitorState
from monctl.runner.page import words
from monctl.runner.page.keys import Keys
from monctl.runner.page.people import People, Tries
from monctl.runner.page.picture import picture
from monctl.runner.page.plot import drawing
from monctl.runner.posted import title_of

if TYPE_CHECKING:
    from monctl.bundle import Bundle
    from monctl.runner.clock import Clock
    from monctl.runner.options import Options
    from monctl.runner.serve import Runner
    from monctl.runner.store.store import Store

HERE = Path(__file__).parent
_FRESH_S = 1.0
"""Several people who look at the same moment are shown the same reading."""


class Site:
    """One page of one runner. Bundle and options are looked up at each request, so that a reload takes effect at once."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.keys = Keys(self.store, self.clock.mono)
        self.people = People(self.store, lambda: self.options.page.users, runner.given.secrets)
        self.tries = Tries()
        self._reader = Reader(self.bundle)
        self._board: Board | None = None
        self._reading = asyncio.Lock()

    @property
    def bundle(self) -> Bundle:
        """What the runner runs now."""
        return self.runner.bundle

    @property
    def options(self) -> Options:
        """Of the runner, as they are now."""
        return self.runner.options

    @property
    def store(self) -> Store:
        """Where everything is read from."""
        return self.runner.given.store

    @property
    def clock(self) -> Clock:
        """The runner's."""
        return self.runner.clock

    @property
    def knows_people(self) -> bool:
        """Whether anybody can sign in."""
        return bool(self.options.page.users or self.options.page.forwarded_user)

    @property
    def secure(self) -> bool:
        """Whether people reach it by https."""
        return (self.options.page.url or "").startswith("https://")

    @property
    def time_zone(self) -> str:
        """Where times are shown."""
        return self.options.time_zone

    @property
    def reader(self) -> Reader:
        """Of the bundle as it is now."""
        if self._reader.bundle is not self.bundle:
            self._reader = Reader(self.bundle)
            self._board = None
        return self._reader

    async def board(self) -> Board:
        """How everything stands, read at most a second ago. Raises StoreLost."""
        async with self._reading:
            reader, now = self.reader, self.clock.wall()
            if self._board is None or not 0 <= now - self._board.at < _FRESH_S:
                self._board = await reader.read(self.store, now, own=self._own())
            return self._board

    def _own(self) -> Mapping[str, MonitorState]:
        """The states this process holds itself."""
        engine = self.runner.engine
        if not engine.in_company:
            return engine.states
        return {name: state for name, state in engine.states.items() if engine.holds(shard(name))}

    def forget(self) -> None:
        """Read anew at the next request: something was asked for."""
        self._board = None

    def cookie(self, name: str, value: str, *, max_age_s: int | None = None) -> str:
        """A Set-Cookie header that scripts cannot read and other sites cannot send."""
        age = "" if max_age_s is None else f"; Max-Age={max_age_s}"
        return f"{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{'; Secure' if self.secure else ''}"

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page, or only its living part when htmx asks for it."""
        part, visitor = "hx-request" in request.headers, request.state.visitor
        common: Mapping[str, Any] = {
            "bundle": self.bundle,
            "visitor": visitor,
            "csrf": lambda: Markup('<input type="hidden" name="csrf" value="{}">').format(visitor.csrf),
            "knows_people": self.knows_people,
            "layout": "part.html" if part else "base.html",
            "here": request.url.path,
            "asked": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "now": self.clock.wall(),
            "zone": self.time_zone,
            "said": words.DONE.get(request.query_params.get("done", ""), ""),
            "version": __version__,
            "public": self.options.page.public,
        }
        return HTMLResponse(self.rendered(template, **{**common, **values}), status, headers={"Vary": "HX-Request"})

    def rendered(self, template: str, **values: Any) -> str:
        """A template filled with these values and nothing else."""
        return templates().get_template(template).render(values)


@cache
def templates() -> Environment:
    """The templates: everything that is put into them is escaped."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals |= {"static": static, "picture": picture, "drawing": drawing}
    made.filters |= {
        "ago": words.ago,
        "when": words.when,
        "iso": epoch_text,
        "span": words.span,
        "path": words.path,
        "percent": words.percent,
        "web": words.web,
        "weekday": words.weekday,
        "ticks": words.ticks,
        "clock": words.clock,
        "receiver_title": lambda name, bundle: title_of(bundle, name),
    }
    return made


@cache
def static(name: str) -> str:
    """The address of a static file, which changes with it, so that browsers may keep it for ever."""
    return f"/static/{name}?{hashlib.sha256((HERE / 'static' / name).read_bytes()).hexdigest()[:12]}"
