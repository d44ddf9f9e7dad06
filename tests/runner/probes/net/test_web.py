"""The http probe against real servers."""

from __future__ import annotations

import asyncio
import errno
import gzip
import socket
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from aiohappyeyeballs import AddrInfoType
from aiohttp import web

from monctl.measure import Http, JsonAssertion
from monctl.resource import SecretRef
from monctl.runner.outcome import Failed, Fault, Outcome, Reading
from monctl.runner.probes.dial import Dial, Line
from monctl.runner.probes.web import HttpProbe
from monctl.runner.probes.web_answer import MOST
from tests.runner.probes.net.servers import SLOT, Certificate, ask, closed_port, means, only, serving, speaking

TOKEN = "kaffee-4711-geheim"


def against(answer: web.Response, **fields: object) -> Reading:
    """What the probe finds where every request gets this answer."""

    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    async def run() -> Outcome:
        async with serving(handler) as port:
            return await ask(HttpProbe(Http(f"http://127.0.0.1:{port}/", **fields), means()))  # type: ignore[arg-type]  # each test's own

    return only(asyncio.run(run()))


def test_an_answer_gives_all_values_and_where_the_time_went() -> None:
    reading = against(web.Response(text="hello"), contains="ell")

    assert reading.values["up"] == 1.0
    assert reading.values["status"] == 200.0
    assert reading.values["response_time"] > 0
    assert set(reading.values) == {"up", "status", "response_time"}
    assert reading.note.startswith("connection ")
    assert "first byte after" in reading.note


@pytest.mark.parametrize(
    ("status", "wanted", "up"),
    [
        (204, ("2xx",), 1),
        (404, ("2xx", "404"), 1),
        (404, ("2xx",), 0),
        (500, ("2xx", "3xx"), 0),
        (503, ("5xx",), 1),
        (304, ("2xx", "3xx"), 1),
    ],
)
def test_status_is_one_of_the_accepted_or_of_their_classes(status: int, wanted: tuple[str, ...], up: int) -> None:
    reading = against(web.Response(status=status), status=wanted)

    assert (reading.values["up"], reading.values["status"]) == (up, status)
    if not up:
        assert f"it answered {status}, not {' or '.join(wanted)}" in reading.note


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"contains": "Add to basket"}, "'Add to basket' is not in the answer"),
        ({"lacks": "Sorry"}, "'Sorry' is in the answer"),
        ({"json": (JsonAssertion("$.a", "exists"),)}, "the answer is not JSON"),
    ],
)
def test_a_body_that_is_not_as_it_should_be_is_down(fields: dict[str, object], why: str) -> None:
    reading = against(web.Response(text="Sorry, sold out"), **fields)

    assert (reading.values["up"], reading.values["status"]) == (0.0, 200.0)
    assert why in reading.note


def test_json_assertions_say_what_was_found() -> None:
    checks = (JsonAssertion("$.database.status", "==", "up"), JsonAssertion("$.queue", "<", 100.0))
    answer = web.json_response({"database": {"status": "degraded"}, "queue": 7})

    assert against(answer, json=checks).note.endswith('$.database.status is "degraded", not "up"')


def test_text_is_found_in_other_charsets_and_in_packed_bodies() -> None:
    latin = web.Response(body="Grüße".encode("latin-1"), headers={"Content-Type": "text/plain; charset=iso-8859-1"})
    packed = web.Response(body=gzip.compress("Grüße".encode()), headers={"Content-Encoding": "gzip"})

    assert against(latin, contains="Grüße").values["up"] == 1.0
    assert against(packed, contains="Grüße").values["up"] == 1.0


def test_no_more_of_a_body_is_read_than_the_cap() -> None:
    reading = against(web.Response(body=b"x" * MOST + b"needle"), contains="needle")

    assert reading.values["up"] == 0.0
    assert "'needle' is not in the first 1024 KiB of the answer" in reading.note


def test_a_packed_bomb_is_read_to_the_cap_only() -> None:
    reading = against(
        web.Response(body=gzip.compress(b"0" * (64 * MOST)), headers={"Content-Encoding": "gzip"}), json=(JsonAssertion("$", "exists"),)
    )

    assert "the answer is longer than 1024 KiB and is not read as JSON" in reading.note


def test_head_and_post_say_what_they_should() -> None:
    seen: list[tuple[str, str, str]] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.method, request.headers.get("Content-Type", ""), await request.text()))
        return web.Response()

    async def run() -> None:
        async with serving(handler) as port:
            url = f"http://127.0.0.1:{port}/"
            for source in (
                Http(url, method="HEAD"),
                Http(url, method="POST", body='{"a": 1}'),
                Http(url, method="PUT", body="a=1&b=2"),
                Http(url, method="POST", body="hi there"),
                Http(url, method="POST", body="<a/>", headers={"content-type": "text/xml"}),
            ):
                assert only(await ask(HttpProbe(source, means()))).values["up"] == 1.0

    asyncio.run(run())

    assert seen == [
        ("HEAD", "", ""),
        ("POST", "application/json", '{"a": 1}'),
        ("PUT", "application/x-www-form-urlencoded", "a=1&b=2"),
        ("POST", "text/plain; charset=utf-8", "hi there"),
        ("POST", "text/xml", "<a/>"),
    ]


def test_redirects_are_followed_as_browsers_do_with_cookies_kept_for_this_check_only() -> None:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(f"{request.method} {request.path} {await request.text()}".strip())
        if request.path == "/":
            return web.Response(status=302, headers={"Location": "/two"})
        if request.path == "/two":
            return web.Response(status=307, headers={"Location": "three?a=b"})
        return web.Response(text="here")

    async def run() -> None:
        async with serving(handler) as port:
            source = Http(f"http://127.0.0.1:{port}/", method="POST", body="x", contains="here")
            assert only(await ask(HttpProbe(source, means()))).values["up"] == 1.0

    asyncio.run(run())

    assert seen == ["POST / x", "GET /two", "GET /three"]


def test_a_redirect_is_an_answer_like_another_when_it_is_not_followed() -> None:
    answer = web.Response(status=301, headers={"Location": "http://169.254.169.254/"})

    assert against(answer, follow_redirects=False, status=("301",)).values["up"] == 1.0


@pytest.mark.parametrize(
    ("location", "why"),
    [("/", "redirects more than 10 times"), ("ftp://example.com/x", "redirects to a 'ftp:' address"), ("http://[", "is not a URL")],
)
def test_a_redirect_that_leads_nowhere_is_down(location: str, why: str) -> None:
    reading = against(web.Response(status=302, headers={"Location": location}))

    assert reading.values == {"up": 0.0}
    assert why in reading.note


def test_secret_headers_are_sent_and_never_follow_a_redirect_to_another_origin() -> None:
    seen: list[tuple[str, str | None, str | None]] = []

    async def note(request: web.Request) -> web.Response:
        seen.append((request.path, request.headers.get("X-Key"), request.headers.get("X-Plain")))
        return web.Response()

    async def run() -> None:
        async with serving(note) as other:

            async def away(request: web.Request) -> web.Response:
                await note(request)
                return web.Response(status=307, headers={"Location": "/same" if request.path == "/" else f"http://127.0.0.1:{other}/other"})

            async with serving(away) as port:
                headers: dict[str, str | SecretRef] = {"X-Key": SecretRef("env:KEY"), "X-Plain": "yes"}
                await ask(HttpProbe(Http(f"http://127.0.0.1:{port}/", headers=headers), means(KEY=TOKEN)))

    asyncio.run(run())

    assert seen == [("/", TOKEN, "yes"), ("/same", TOKEN, "yes"), ("/other", None, "yes")]


def test_secrets_are_redacted_even_when_the_server_repeats_them() -> None:
    async def echo(request: web.Request) -> web.Response:
        return web.json_response({"said": request.headers["Authorization"], "bare": TOKEN})

    checks = (JsonAssertion("$.said", "==", "x"), JsonAssertion("$.bare", "==", "x"))

    async def run() -> Outcome:
        async with serving(echo) as port:
            headers: dict[str, str | SecretRef] = {"Authorization": SecretRef("env:AUTH")}
            return await ask(HttpProbe(Http(f"http://127.0.0.1:{port}/", headers=headers, json=checks), means(AUTH=f"Bearer {TOKEN}")))

    outcome = asyncio.run(run())

    assert TOKEN not in repr(outcome)
    assert only(outcome).note.endswith('$.said is "***", not "x"; $.bare is "***", not "x"')


def test_a_secret_that_is_not_set_and_one_that_no_header_can_hold_cannot_be_asked() -> None:
    source = Http("http://127.0.0.1/", headers={"X-Key": SecretRef("env:KEY")})

    unset = asyncio.run(ask(HttpProbe(source, means())))
    broken = asyncio.run(ask(HttpProbe(source, means(KEY=f"{TOKEN}\r\nHost: elsewhere"))))

    assert unset == Failed("the secret env:KEY is not set", "the secret env:KEY is not set: export KEY")
    assert isinstance(broken, Failed)
    assert "the header 'X-Key' holds a line break" in broken.note
    assert TOKEN not in repr(broken)


def test_refused_closed_garbled_and_silent_servers_are_down_each_with_its_sentence() -> None:
    async def run() -> list[str]:
        async with (
            speaking(b"") as (closing, _),
            speaking(b"SSH-2.0-x\r\n") as (ssh, _),
            speaking(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") as (cut, _),
            speaking() as (silent, _),
        ):
            ports = (closed_port(), closing, ssh, cut, silent)
            outcomes = [await ask(HttpProbe(Http(f"http://127.0.0.1:{port}/"), means()), 0.3) for port in ports]
        assert [only(outcome).values for outcome in outcomes] == [{"up": 0.0}] * 5
        return [only(outcome).note.partition(": ")[2] for outcome in outcomes]

    refused, closed, garbled, cut, silent = asyncio.run(run())

    assert refused == "the connection was refused"
    assert closed == "the server closed the connection without an answer"
    assert garbled == "what it answered is not HTTP"
    assert cut == "the answer broke off"
    assert silent == "connected, but no whole answer within 0.3 s"


def test_a_url_that_cannot_be_asked_is_not_down() -> None:
    outcome = asyncio.run(ask(HttpProbe(Http("http://ex ample:99999/"), means())))

    assert isinstance(outcome, Failed)
    assert "the URL cannot be read" in outcome.note


def test_a_path_that_is_not_understood_is_not_down() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response({"a": 1})

    async def run() -> Outcome:
        async with serving(handler) as port:
            return await ask(HttpProbe(Http(f"http://127.0.0.1:{port}/", json=(JsonAssertion("$.a[?(@.b)]", "exists"),)), means()))

    outcome = asyncio.run(run())

    assert isinstance(outcome, Failed)
    assert "the JSONPath $.a[?(@.b)] is not understood at character 4" in outcome.note


def test_a_name_that_does_not_exist_is_down() -> None:
    reading = only(asyncio.run(ask(HttpProbe(Http("http://nowhere.invalid/"), means()))))

    assert reading == Reading({"up": 0.0}, note="http://nowhere.invalid: the name does not exist")


@pytest.mark.parametrize("alive", [True, False])
def test_a_dead_resolver_of_this_machine_is_never_a_state_of_the_target(alive: bool) -> None:
    async def lookup(host: str, port: int) -> Sequence[AddrInfoType]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    async def living(within_s: float) -> bool:
        return alive

    outcome = asyncio.run(ask(HttpProbe(Http("http://shop.example/"), means(), line=Line(lookup=lookup, alive=living))))

    if alive:
        assert only(outcome).note == "http://shop.example: the name cannot be resolved"
    else:
        assert isinstance(outcome, Fault)
        assert outcome.cause == "resolver"


def test_a_lookup_that_never_ends_is_told_apart_the_same_way() -> None:
    async def lookup(host: str, port: int) -> Sequence[AddrInfoType]:
        await asyncio.Event().wait()
        raise AssertionError

    async def dead(within_s: float) -> bool:
        return False

    outcome = asyncio.run(ask(HttpProbe(Http("http://shop.example/"), means(), line=Line(lookup=lookup, alive=dead)), 0.2))

    assert isinstance(outcome, Fault)
    assert outcome.cause == "resolver"


@pytest.mark.parametrize(
    ("number", "cause"), [(errno.EMFILE, "files"), (errno.ENFILE, "files"), (errno.ENOMEM, "memory"), (errno.EADDRNOTAVAIL, "ports")]
)
def test_what_this_machine_runs_out_of_is_never_a_state_of_the_target(number: int, cause: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def make_socket(self: Dial, info: AddrInfoType) -> socket.socket:
        self.short = OSError(number, "no")
        raise self.short

    monkeypatch.setattr(Dial, "make_socket", make_socket)
    outcome = asyncio.run(ask(HttpProbe(Http("http://127.0.0.1:9/"), means())))

    assert isinstance(outcome, Fault)
    assert outcome.cause == cause


def _https(certificate: Certificate, trust: bool, **fields: object) -> Outcome:
    async def handler(request: web.Request) -> web.Response:
        return web.Response()

    async def run() -> Outcome:
        async with serving(handler, certificate) as port:
            source = Http(f"https://127.0.0.1:{port}/", **fields)  # type: ignore[arg-type]  # each test's own
            return await ask(HttpProbe(source, means(), trust=certificate.trust() if trust else None))

    return asyncio.run(run())


def test_a_good_certificate_tells_its_days_at_no_cost(tmp_path: Path) -> None:
    reading = only(_https(Certificate.make(tmp_path), trust=True, certificate_expires_in_s=86_400.0))

    assert reading.values["up"] == 1.0
    assert reading.values["certificate_expires_in"] == 26_339.0
    assert "certificate" not in reading.note


def test_a_certificate_with_less_left_than_asked_for_is_told(tmp_path: Path) -> None:
    reading = only(_https(Certificate.make(tmp_path), trust=True, certificate_expires_in_s=86_400.0 * 30_000))

    assert reading.values["up"] == 1.0
    assert reading.note.endswith("the certificate is good until 2099-01-01 00:00 UTC")


def test_an_expired_certificate_is_down_and_still_tells_its_days(tmp_path: Path) -> None:
    expired = Certificate.make(tmp_path, SLOT - timedelta(days=12))
    reading = only(_https(expired, trust=True, certificate_expires_in_s=86_400.0))

    assert reading.values == {"up": 0.0, "certificate_expires_in": -12.0}
    assert "certificate has expired" in reading.note
    assert reading.note.endswith("the certificate expired on 2026-11-09 00:00 UTC")


def test_verify_false_accepts_any_certificate(tmp_path: Path) -> None:
    foreign = Certificate.make(tmp_path)

    assert only(_https(foreign, trust=False)).values["up"] == 0.0
    assert only(_https(foreign, trust=False, verify=False)).values["up"] == 1.0


def test_nothing_is_sent_to_a_server_whose_certificate_is_not_accepted(tmp_path: Path) -> None:
    expired = Certificate.make(tmp_path, SLOT - timedelta(days=1))

    async def run() -> list[bytes]:
        async with speaking(tls=expired) as (port, heard):
            headers: dict[str, str | SecretRef] = {"Authorization": SecretRef("env:AUTH")}
            source = Http(f"https://127.0.0.1:{port}/", headers=headers, certificate_expires_in_s=1.0)
            reading = only(await ask(HttpProbe(source, means(AUTH=TOKEN), trust=expired.trust())))
            assert reading.values["certificate_expires_in"] == -1.0
        return heard

    assert asyncio.run(run()) == []


def test_the_body_of_a_deep_json_answer_cannot_break_the_probe() -> None:
    text = "[" * 100_000 + "]" * 100_000

    assert "the answer is not JSON" in against(web.Response(text=text), json=(JsonAssertion("$..a", "exists"),)).note
