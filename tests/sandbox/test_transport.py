"""requests against an emulator in the same process behaves as over a socket."""

from __future__ import annotations

import pytest
import requests

from monctl.errors import Garbled, NotFound, Unreachable
from monctl.rest import Http, Policy
from monctl.sandbox.emulator import Held, Request, Response, Routed, route
from monctl.sandbox.store import Store
from monctl.sandbox.transport import EmulatorAdapter


class Echo(Routed):
    """Says what it saw."""

    name = "echo"

    @route("POST", "/things/{name}")
    def made(self, request: Request, name: str) -> Response:
        seen = {
            "name": name,
            "query": request.query,
            "body": request.json(),
            "base": request.base_url,
            "auth": request.headers.get("authorization"),
        }
        return Response(201, seen, {"Link": "<next>"})

    @route("GET", "/text")
    def text(self, request: Request) -> Response:
        return Response(200, "grüße")

    @route("DELETE", "/things/{name}")
    def gone(self, request: Request, name: str) -> Response:
        return Response(204)

    @route("GET", "/broken")
    def broken(self, request: Request) -> Response:
        return Response(503, {"detail": "down"})

    def held(self) -> list[Held]:
        return []

    def environment(self, base_url: str) -> dict[str, str]:
        return {"ECHO_URL": base_url}


def client(base_url: str, mount: str = "") -> Http:
    adapter = EmulatorAdapter(Echo(Store.memory("echo")), mount)
    return Http(
        base_url, target="echo", headers={"Authorization": "Bearer t"}, transport=adapter, policy=Policy(tries=2), sleep=lambda _: None
    )


def test_a_request_reaches_the_emulator_whole() -> None:
    reply = client("https://api.example.com").request("POST", "/things/a%2Fb", params={"page": 2, "tag": ["x", "y"]}, json={"q": 1})

    assert reply.status == 201
    assert reply.headers["link"] == "<next>"
    assert reply.json == {
        "name": "a/b",
        "query": [["page", "2"], ["tag", "x"], ["tag", "y"]],
        "body": {"q": 1},
        "base": "https://api.example.com",
        "auth": "Bearer t",
    }


def test_the_mount_is_not_part_of_the_path() -> None:
    base = "http://127.0.0.1:8080/echo"
    reply = client(base, base).request("POST", "/things/a", json={})

    assert reply.json["name"] == "a"
    assert reply.json["base"] == base


def test_a_path_that_only_looks_like_the_mount_is_left_alone() -> None:
    with pytest.raises(NotFound):
        client("http://127.0.0.1/echoes", "http://127.0.0.1/echo").request("POST", "/things/a", json={})


def test_no_content_and_text_arrive_as_such() -> None:
    assert client("http://x").request("DELETE", "/things/a").json is None
    with pytest.raises(Garbled):
        client("http://x").get("/text")

    session = requests.Session()
    session.mount("http://", EmulatorAdapter(Echo(Store.memory("echo"))))

    assert session.get("http://x/text").text == "grüße"


def test_a_failing_read_is_tried_again_and_then_reported() -> None:
    with pytest.raises(Unreachable, match="the provider failed"):
        client("http://x").get("/broken")
