"""One policy for all providers: what is waited for, what is tried again, what is never repeated, and what is never said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from monctl.errors import (
    AuthError,
    Conflict,
    Garbled,
    Gone,
    NotFound,
    ProviderError,
    RateLimited,
    Rejected,
    Unreachable,
    UsageError,
)
from monctl.rest import Http, Policy, retry_after
from monctl.sandbox.emulator import Held, Request, Response
from monctl.sandbox.transport import EmulatorAdapter


class Script:
    """Answers from a list, the last one again and again, and keeps what it was asked."""

    name = "script"

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []

    def handle(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def held(self) -> list[Held]:
        return []

    def environment(self, base_url: str) -> dict[str, str]:
        return {}


def client(
    script: Script, slept: list[float], on_wait: Callable[[str], None] | None = None, base_url: str = "https://api.example.com/v3"
) -> Http:
    return Http(
        base_url, target="script", headers={"Authorization": "Bearer hunter2"}, secrets=["hunter2"],
        transport=EmulatorAdapter(script), policy=Policy(), on_wait=on_wait, sleep=slept.append,
    )  # fmt: skip


OK = Response(200, {"ok": True})


def test_a_rate_limit_waits_as_long_as_the_server_says_and_costs_no_try() -> None:
    slept: list[float] = []
    told: list[str] = []
    script = Script(*[Response(429, None, {"Retry-After": "7"})] * 9, OK)

    assert client(script, slept, told.append).request("POST", "/monitors", json={}).json == {"ok": True}
    assert slept == [7.0] * 9
    assert told[0] == "script: rate limit, waiting 7.0 s"


@pytest.mark.parametrize("waits", [["3600"], ["100"] * 4])
def test_a_limit_that_lasts_too_long_is_told(waits: list[str]) -> None:
    slept: list[float] = []
    script = Script(*(Response(429, None, {"Retry-After": wait}) for wait in waits))

    with pytest.raises(RateLimited, match=f"the provider asks for {waits[0]} s"):
        client(script, slept).get("/monitors")
    assert sum(slept) <= 360


def test_a_read_is_tried_again_when_the_server_stumbles_and_a_write_never() -> None:
    slept: list[float] = []
    reading, writing = Script(Response(502), Response(503), OK), Script(Response(502), OK)

    assert client(reading, slept).get("/monitors").status == 200
    assert slept == [pytest.approx(0.5, rel=0.2), pytest.approx(1.0, rel=0.2)]
    with pytest.raises(Unreachable, match="the provider failed"):
        client(writing, slept).request("POST", "/monitors", json={})
    assert len(writing.asked) == 1


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (requests.ConnectTimeout(), "nobody took the connection in time"),
        (requests.ReadTimeout(), "it took too long"),
        (requests.exceptions.SSLError(), "its certificate or its TLS is not accepted here"),
        (requests.exceptions.ProxyError(), "the proxy does not let it through"),
        (requests.ConnectionError("NameResolutionError(...)"), "no address is known for this name"),
        (requests.ConnectionError("[Errno 111] Connection refused"), "the connection was refused"),
        (requests.ConnectionError("reset by peer"), "the connection broke off"),
    ],
)
def test_silence_is_told_in_words_with_a_way_out(error: requests.RequestException, why: str) -> None:
    class Silent(EmulatorAdapter):
        def send(self, *_: object, **__: object) -> requests.Response:
            raise error

    with pytest.raises(Unreachable, match=why) as caught:
        Http("http://script.invalid", target="script", transport=Silent(Script()), sleep=lambda _: None).request(
            "POST", "/monitors", json={}
        )
    assert "right URL?" in (caught.value.hint or "")


def test_an_answer_cannot_paint_the_terminal_it_is_shown_on() -> None:
    with pytest.raises(Rejected) as caught:
        client(Script(Response(400, {"detail": "\x1b[2J\u202egone"})), []).get("/monitors")
    assert "gone" in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Rejected), (401, AuthError), (403, AuthError), (404, NotFound), (409, Conflict), (410, Gone), (412, Conflict), (422, Rejected)],
)
def test_every_refusal_has_its_kind_and_is_not_tried_again(status: int, kind: type[ProviderError]) -> None:
    script = Script(Response(status, {"detail": "no, hunter2"}))

    with pytest.raises(kind) as caught:
        client(script, []).get("/monitors", api_key="hunter2")
    assert len(script.asked) == 1
    assert caught.value.status == status
    assert str(caught.value).endswith(f'(GET https://api.example.com/v3/monitors → {status}): {{"detail": "no, ***"}}')


def test_answers_that_are_not_what_the_api_promises_are_garbled() -> None:
    with pytest.raises(Garbled, match="the answer is not JSON"):
        client(Script(Response(200, "<html>")), []).get("/monitors")
    with pytest.raises(Garbled, match="redirects are not followed"):
        client(Script(Response(302, None, {"Location": "https://evil.example/"})), []).get("/monitors")


def test_a_link_to_another_host_is_not_followed() -> None:
    script = Script(OK)
    http = client(script, [])

    assert http.get("https://api.example.com/v3/monitors?cursor=2").json == {"ok": True}
    for url in ("https://evil.example/v3/monitors", "https://api.example.com.evil.example/", "http://api.example.com/v3/monitors"):
        with pytest.raises(Garbled, match="links to another host"):
            http.get(url)
    assert len(script.asked) == 1


@pytest.mark.parametrize("url", ["grafana.example.com", "ftp://x/", "https://", "", "https:///api"])
def test_what_is_no_url_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match="is not the URL of an API"):
        client(Script(OK), [], base_url=url)


def test_a_password_in_the_url_is_not_repeated() -> None:
    with pytest.raises(NotFound) as caught:
        client(Script(Response(404)), [], base_url="https://ana:s3cret@grafana.example.com").get("/api/health")
    assert "s3cret" not in str(caught.value)


def test_a_netrc_does_not_replace_the_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine api.example.com login ana password else\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    script = Script(OK)
    http = client(script, [])
    http._session.trust_env = True  # as without a transport

    http.get("/monitors")

    assert script.asked[0].headers["authorization"] == "Bearer hunter2"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"retry-after": "0"}, 0),
        ({"Retry-After": "Sat, 21 Nov 2026 10:00:30 GMT"}, 30),
        ({"Retry-After": "soon", "ratelimit-reset": "9"}, 9),
        ({"X-Sentry-Rate-Limit-Reset": "1795255212"}, 12),
        ({"X-RateLimit-Reset": "5"}, 5),
        ({"X-RateLimit-Reset": "1795255100"}, 0),
        ({}, 1),
    ],
)
def test_the_servers_own_header_says_how_long(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers, now=1_795_255_200.0) == seconds


def test_a_retired_endpoint_names_what_took_its_place() -> None:
    script = Script(
        Response(410, {"message": "This API no longer exists."}, {"X-Sentry-Replacement-Endpoint": "/api/0/organizations/acme/workflows/"})
    )

    with pytest.raises(Gone) as caught:
        client(script, []).get("/rules")
    assert caught.value.hint == "the provider names /api/0/organizations/acme/workflows/ in its place; a newer monctl may use it"
    assert len(script.asked) == 1
