"""Carries `requests` to an emulator in the same process instead of the network."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from http.client import responses
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from monctl.sandbox import emulator as sandbox
from monctl.sandbox.emulator import Emulator


class EmulatorAdapter(BaseAdapter):
    """Answers every URL from one emulator; give it to `Settings.transport` or to a session's `mount`.

    The emulator sees the path without scheme and host, and without the path of `base_url` where the URL begins with it.
    """

    def __init__(self, emulator: Emulator, base_url: str = "") -> None:
        super().__init__()
        self._emulator = emulator
        self._mount = urlsplit(base_url).path.rstrip("/")

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """The emulator's answer as `requests` would have read it from a socket."""
        parts = urlsplit(request.url or "")
        path, mount = parts.path or "/", ""
        if self._mount and (path == self._mount or path.startswith(self._mount + "/")):
            path, mount = path[len(self._mount) :] or "/", self._mount
        answer = self._emulator.handle(
            sandbox.Request.of(
                request.method or "GET",
                path + (f"?{parts.query}" if parts.query else ""),
                dict(request.headers),
                _bytes(request.body),
                base_url=f"{parts.scheme}://{parts.netloc}{mount}",
            )
        )
        return _received(request, answer)

    def close(self) -> None:
        """Nothing is held open."""


def encoded(answer: sandbox.Response) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (with a content type where there is a body) and body of an emulator's answer, as they go over a wire."""
    headers = {name: str(value) for name, value in answer.headers.items()}
    match answer.body:
        case None:
            return answer.status, headers, b""
        case bytes() as data:
            kind = "application/octet-stream"
        case str() as text:
            data, kind = text.encode(), "text/plain; charset=utf-8"
        case body:
            data, kind = json.dumps(body, ensure_ascii=False).encode(), "application/json"
    if not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = kind
    return answer.status, headers, data


def _bytes(body: object) -> bytes:
    match body:
        case None:
            return b""
        case bytes():
            return body
        case str():
            return body.encode()
        case _:
            raise TypeError(f"a body of {type(body).__name__} cannot be carried to an emulator")


def _received(request: PreparedRequest, answer: sandbox.Response) -> Response:
    status, headers, data = encoded(answer)
    response = Response()
    response.status_code = status
    response.reason = responses.get(status, "")
    response.headers = CaseInsensitiveDict(headers)
    response.encoding = "utf-8"
    response.request = request
    response.url = request.url or ""
    response.raw = io.BytesIO(b"" if request.method == "HEAD" else data)
    return response
