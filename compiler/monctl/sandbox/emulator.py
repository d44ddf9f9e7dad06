"""What a provider emulator is, and the small router they share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from monctl.resource import Json
from monctl.sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as an emulator sees it. The path is relative to the emulator's mount and not decoded."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    base_url: str = ""
    """Scheme, host and mount the request came to, for links in answers: `http://127.0.0.1:8080/sentry`."""

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str], body: bytes, *, base_url: str = "") -> Request:
        """A request from a method and a path with an optional query string."""
        parts = urlsplit(url)
        lowered = {name.lower(): value for name, value in headers.items()}
        return cls(method.upper(), parts.path, tuple(parse_qsl(parts.query, keep_blank_values=True)), lowered, body, base_url)

    def param(self, name: str, default: str | None = None) -> str | None:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), default)

    def params(self, name: str) -> list[str]:
        """All values of a repeated query parameter."""
        return [value for key, value in self.query if key == name]

    def json(self) -> Json:
        """The body as JSON; raises ValueError when it is not."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True)
class Response:
    """What an emulator answers. A str or bytes body is sent as it is, anything else as JSON; None sends no body."""

    status: int
    body: Json = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """One object an emulator holds, for the page that lists them."""

    kind: str
    id: str
    name: str
    body: Json


class Emulator(Protocol):
    """A stand-in of one provider's API on top of a Store. As strict as the vendor: refuses unknown fields and bad enums, adds defaults on read."""

    @property
    def name(self) -> str:
        """The target it stands in for."""

    def handle(self, request: Request) -> Response:
        """Answer one request. Never raises for what a client sent."""

    def held(self) -> Iterable[Held]:
        """Everything it holds, for the sandbox page."""

    def environment(self, base_url: str) -> Mapping[str, str]:
        """Environment variables (URL and a working credential) that point monctl and others at it."""


Handler = Callable[..., Response]
_ROUTES = "_monctl_routes"


class Routed:
    """Base of the emulators: methods marked with `@route` answer; 404 and 405 come from here and can be overridden.

    A path pattern holds `{name}` for one segment and `{name:rest}` for the rest of the path; matched parts are passed by name, percent-decoded.
    """

    name: ClassVar[str] = ""
    _routes: ClassVar[tuple[tuple[str, re.Pattern[str], str], ...]] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = [
            (method, _pattern(path), attribute) for attribute, value in vars(cls).items() for method, path in getattr(value, _ROUTES, ())
        ]
        cls._routes = (*own, *cls._routes)

    def __init__(self, store: Store) -> None:
        self.store = store

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        refused = self.before(request)
        if refused is not None:
            return refused
        allowed = []
        for method, pattern, attribute in self._routes:
            found = pattern.fullmatch(request.path)
            if found is None:
                continue
            if method != request.method:
                allowed.append(method)
                continue
            parts: dict[str, Any] = {name: unquote(value) for name, value in found.groupdict().items()}
            return self.after(request, getattr(self, attribute)(request, **parts))
        return self.no_method(request, allowed) if allowed else self.no_route(request)

    def before(self, request: Request) -> Response | None:
        """Authentication, rate limits, malformed JSON: answers instead of the route when it returns something."""
        return None

    def after(self, request: Request, response: Response) -> Response:
        """Headers every answer carries."""
        return response

    def no_route(self, request: Request) -> Response:
        """The vendor's 404 for a path it does not know."""
        return Response(404, {"detail": "Not found"})

    def no_method(self, request: Request, allowed: list[str]) -> Response:
        """The vendor's 405."""
        return Response(405, {"detail": f"Method {request.method} not allowed"}, {"Allow": ", ".join(sorted(set(allowed)))})


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Marks a method of a Routed emulator as the answer to a method and path; may be repeated on one method."""

    def mark(function: Handler) -> Handler:
        setattr(function, _ROUTES, (*getattr(function, _ROUTES, ()), (method, path)))
        return function

    return mark


def _pattern(path: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)(:rest)?\}", path)
    text = re.escape(pieces[0])
    for name, rest, literal in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        text += f"(?P<{name}>{'.+' if rest else '[^/]+'})" + re.escape(literal)
    return re.compile(text)
