"""The sandbox: one folder, in this process or on loopback; strict about what it reads; a page a person can read."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from monctl.errors import UsageError
from monctl.sandbox.emulator import Held, Request, Response, Routed, route
from monctl.sandbox.page import page
from monctl.sandbox.place import Sandbox
from monctl.sandbox.server import LONGEST_BODY, Server
from monctl.sandbox.store import Store
from monctl.target import Settings
from monctl.testing import Memory


class Shelf(Routed):
    """Keeps what it is given."""

    name = "shelf"

    @route("PUT", "/items/{id}")
    def put(self, request: Request, id: str) -> Response:
        self.store.put("item", id, request.json())
        return Response(200, request.json(), {"X-Base": request.base_url})

    @route("GET", "/items")
    def list(self, request: Request) -> Response:
        return Response(200, self.store.all("item"))

    @route("GET", "/bug")
    def bug(self, request: Request) -> Response:
        raise RuntimeError("a bug")

    @route("DELETE", "/items/{id}")
    def drop(self, request: Request, id: str) -> Response:
        return Response(204 if self.store.delete("item", id) else 404)

    def held(self) -> Iterator[Held]:
        return (Held(kind, id, body.get("name", id), body) for kind, id, body in self.store.items())

    def environment(self, base_url: str) -> dict[str, str]:
        return {"SHELF_API_URL": base_url, "SHELF_TOKEN": "sandbox"}


class ShelfTarget(Memory):
    """A target with an emulator."""

    def emulator(self, store: Store) -> Shelf:
        return Shelf(store)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with Sandbox(tmp_path, [ShelfTarget("shelf"), Memory("files")]) as opened:
        yield opened


@pytest.fixture
def faults() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def server(sandbox: Sandbox, faults: list[tuple[str, str]]) -> Iterator[Server]:
    with Server(sandbox, on_fault=lambda line, error: faults.append((line, str(error)))) as serving:
        yield serving


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as opened:
        opened.trust_env = False
        yield opened


def raw(server: Server, text: bytes) -> tuple[int, dict[str, str]]:
    """The answer to bytes that no HTTP library would send."""
    parts = urlsplit(server.url)
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(text)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.read()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}


def test_each_target_is_served_below_its_name(server: Server, session: requests.Session) -> None:
    kept = session.put(f"{server.url}/shelf/items/a", json={"name": "A"})

    assert (kept.status_code, kept.json(), kept.headers["X-Base"]) == (200, {"name": "A"}, f"{server.url}/shelf")
    assert session.get(f"{server.url}/shelf/items").json() == [{"name": "A"}]
    assert session.delete(f"{server.url}/shelf/items/a").status_code == 204
    assert session.get(f"{server.url}/shelf/none").status_code == 404


def test_the_same_data_without_a_server(sandbox: Sandbox, server: Server, session: requests.Session) -> None:
    access = sandbox.settings_for(ShelfTarget("shelf"))
    assert (access.url, access.environ["SHELF_TOKEN"]) == ("http://sandbox.invalid/shelf", "sandbox")
    assert access.transport is not None
    session.mount("http://sandbox.invalid", access.transport)

    session.put(f"{access.url}/items/a", json={"name": "A"})

    assert session.get(f"{server.url}/shelf/items").json() == [{"name": "A"}]


def test_data_outlives_the_sandbox(tmp_path: Path) -> None:
    for expected in ([], [{"name": "A"}]):
        with Sandbox(tmp_path, [ShelfTarget("shelf")]) as sandbox:
            shelf = sandbox.emulators["shelf"]
            assert shelf.handle(Request("GET", "/items")).body == expected
            shelf.handle(Request("PUT", "/items/a", body=b'{"name": "A"}'))


def test_a_target_without_an_emulator_has_a_folder(sandbox: Sandbox, tmp_path: Path) -> None:
    access = sandbox.settings_for(Memory("files"))

    assert (access.url, access.environ, access.transport, access.folder) == (None, {}, None, tmp_path / "files")
    with pytest.raises(UsageError, match="has no other"):
        sandbox.settings_for(Memory("other"))


def test_the_environment_points_others_at_it(sandbox: Sandbox) -> None:
    assert sandbox.environment("http://127.0.0.1:8080") == {
        "SHELF_API_URL": "http://127.0.0.1:8080/shelf",
        "SHELF_TOKEN": "sandbox",
        "MONCTL_SHELF_URL": "http://127.0.0.1:8080/shelf",
    }


def test_an_unknown_mount_says_what_there_is(server: Server, session: requests.Session) -> None:
    answer = session.get(f"{server.url}/grafana/api/health")

    assert (answer.status_code, answer.json()["detail"]) == (404, "there is no /grafana here; there is /shelf")


def test_a_bug_of_an_emulator_is_told_and_takes_nothing_down(
    server: Server, session: requests.Session, faults: list[tuple[str, str]]
) -> None:
    assert session.get(f"{server.url}/shelf/bug").status_code == 500
    assert session.get(f"{server.url}/shelf/items").status_code == 200
    assert faults == [("GET /shelf/bug HTTP/1.1", "a bug")]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"PUT /shelf/items/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: {LONGEST_BODY + 1}\r\n\r\n", 413),
        ("PUT /shelf/items/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", 400),
        ("PUT /shelf/items/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
        ("GET / HTTP/1.1\r\n\r\n", 421),
        ("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 405),
    ],
)
def test_what_it_does_not_read_is_refused(server: Server, head: str, status: int) -> None:
    found, headers = raw(server, head.encode())

    assert found == status
    assert (headers.get("connection") == "close") == (status != 405)


def test_only_this_machine_is_served(sandbox: Sandbox, server: Server) -> None:
    with pytest.raises(UsageError, match="serves this machine alone"):
        Server(sandbox, host="0.0.0.0")  # noqa: S104  # what must be refused
    with pytest.raises(UsageError, match=r"cannot serve on 127\.0\.0\.1:"):
        Server(sandbox, port=urlsplit(server.url).port or 0)
    with pytest.raises(UsageError, match=r"cannot serve on 127\.0\.0\.1:99999"):
        Server(sandbox, port=99_999)


SERVE = """
import sys
from pathlib import Path
from monctl.sandbox.place import Sandbox
from monctl.sandbox.server import Server
with Sandbox(Path(sys.argv[1]), []) as sandbox:
    server = Server(sandbox)
    print(server.url, flush=True)
    server.run()
print("ended", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_well_on_a_signal(tmp_path: Path, session: requests.Session, number: signal.Signals) -> None:
    command = [sys.executable, "-c", SERVE, str(tmp_path)]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        # the answer comes over a connection that stays open: an idle client must not hold up the end
        assert session.get(url).status_code == 200
        process.send_signal(number)
        out, errors = process.communicate(timeout=20)

    assert (out, errors, process.returncode) == ("ended\n", "", 0)


class Text(HTMLParser):
    """What a page shows, and its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


HELD = {
    "shelf": [
        Held("alert_rule", "17", "<script>alert(1)</script>", {"note": "[monctl:e/-/site#0123456789]", "x": "</pre><img src=x>"}),
        Held("alert_rule", "18", "Plain [monctl:e/-/api]", {"note": "monctl:e/-/api"}),
        Held("user", "u1", "Ana", {"name": "Ana"}),
    ],
    "empty": [],
}


def test_the_page_counts_and_names_what_is_held() -> None:
    shown = page(HELD)
    words = " ".join(re.sub(r"<[^>]+>", " ", shown).split())

    assert "3 objects. Nothing here reaches the internet." in words
    assert "alert rule 2" in words
    assert "user 1 Ana" in words
    assert "empty 0 objects It holds nothing yet." in words
    assert "> Plain <".replace(" ", "") in shown
    assert 'title="monctl:e/-/site#0123456789"' in shown


def test_nothing_on_the_page_is_obeyed() -> None:
    parser = Text()
    parser.feed(page(HELD))

    assert not {"script", "img"} & set(parser.tags)
    assert "<script>alert(1)</script>" in parser.text


def test_one_provider_can_be_looked_at_alone(server: Server, session: requests.Session) -> None:
    assert 'id="shelf"' in page(HELD, provider="shelf")
    assert 'id="empty"' not in page(HELD, provider="shelf")
    assert "There is no provider of that name here." in page(HELD, provider='"><b>')
    answer = session.get(server.url, params={"provider": "shelf"})

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert 'href="/?provider=shelf" aria-current="page"' in answer.text


def test_data_that_is_none_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "sandbox.sqlite").write_text("hello " * 100, encoding="utf-8")

    with pytest.raises(UsageError, match=r"cannot use .*sandbox.sqlite as the data of a sandbox: file is not a database"):
        Sandbox(tmp_path, [ShelfTarget("shelf")])


def test_settings_of_a_sandbox_make_a_client(sandbox: Sandbox) -> None:
    access = sandbox.settings_for(ShelfTarget("shelf"))
    settings = Settings(access.url, access.environ, transport=access.transport)

    assert settings.credential("SHELF_TOKEN") == "sandbox"
