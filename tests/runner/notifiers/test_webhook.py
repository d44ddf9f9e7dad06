"""Webhooks: signed, idempotent, versioned; and the HTTP that all notifiers share."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import aiohttp
import pytest

from monctl.resource import SecretRef
from monctl.runner.message import Message
from monctl.runner.notifiers.notifier import Again, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.post import Web, hide, retry_after
from monctl.runner.notifiers.webhook import Webhook, key
from monctl.runner.standins.web import Reply
from monctl.runner.standins.webhook import WebhookStandin


@pytest.fixture
def standin() -> WebhookStandin:
    return WebhookStandin()


@pytest.fixture
def sends(
    standin: WebhookStandin, within: Callable[..., Any], tools: Callable[..., Tools], receiver: Callable[..., Receiver], clock: Any
) -> Callable[..., Any]:
    """Sends a message; gives what became of it."""

    def run(message: Message, url: str = "{standin}/hook?key=s3cret", *, times: int = 1, **settings: object) -> Any:
        async def work() -> Any:
            secrets = {"env:URL": url.replace("{standin}", standin.url), "env:KEY": "shared-key", "env:AUTH": "Bearer t0ken"}
            hook = Webhook(tools(secrets), clock=clock)
            found = [await hook.send(receiver("webhook", url=SecretRef("env:URL"), **settings), message, {}) for _ in range(times)]
            await hook.close()
            return found[-1]

        return within(standin, work)

    return run


def test_two_attempts_are_one_message_to_who_looks_at_the_key(
    sends: Callable[..., Any], standin: WebhookStandin, message: Callable[[str], Message]
) -> None:
    firing = message("firing")

    assert sends(firing, times=2) == Sent()
    assert len(standin.received) == 2
    assert list(standin.messages) == [key(firing)]
    assert standin.messages[key(firing)]["id"] == firing.dedup_key


def test_the_signature_is_over_time_and_body(sends: Callable[..., Any], standin: WebhookStandin, message: Callable[[str], Message]) -> None:
    sends(message("hostile"), secret=SecretRef("env:KEY"), headers={"Authorization": SecretRef("env:AUTH"), "X-Team": "backend"})

    taken = standin.received[0]
    wanted = hmac.new(b"shared-key", b"1795262700." + taken.body, hashlib.sha256).hexdigest()
    assert taken.headers["monctl-signature"] == f"t=1795262700,v1={wanted}"
    assert (taken.headers["authorization"], taken.headers["x-team"]) == ("Bearer t0ken", "backend")
    assert taken.headers["content-type"] == "application/json"
    assert taken.json["format_version"] == 1


def test_without_a_secret_nothing_is_signed(sends: Callable[..., Any], standin: WebhookStandin, message: Callable[[str], Message]) -> None:
    sends(message("firing"))

    assert "monctl-signature" not in standin.received[0].headers


@pytest.mark.parametrize(
    ("reply", "became"),
    [
        (Reply(202), Sent()),
        (Reply(400, "no field x"), Refused("the webhook of the-webhook answered 400: no field x; check its URL, headers and secret")),
        (Reply(410, ""), Refused("the webhook of the-webhook answered 410; check its URL, headers and secret")),
        (Reply(408, ""), Again("the webhook of the-webhook answered 408")),
        (Reply(429, "", {"Retry-After": "soon"}), Again("the webhook of the-webhook answered 429")),
        (Reply(503, "", {"Retry-After": "120"}), Again("the webhook of the-webhook answered 503", 120.0, unknown=True)),
        (Reply(500, "KEY=shared-key\r\n t0ken"), Again("the webhook of the-webhook answered 500: KEY=*** t0ken", unknown=True)),
        (
            Reply(307, "", {"Location": "http://169.254.169.254/"}),
            Refused("the webhook of the-webhook answered 307, a redirect, which is not followed; write the final URL"),
        ),
    ],
)
def test_what_is_answered_decides_about_trying_again(
    reply: Reply, became: object, sends: Callable[..., Any], standin: WebhookStandin, message: Callable[[str], Message]
) -> None:
    standin.replies.append(reply)

    assert sends(message("firing"), secret=SecretRef("env:KEY")) == became
    assert len(standin.received) == 1


def test_who_listens_not_has_surely_received_nothing(sends: Callable[..., Any], message: Callable[[str], Message]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        became = sends(message("firing"), f"http://127.0.0.1:{taken.getsockname()[1]}/s3cret")

    assert became == Again("the webhook of the-webhook cannot be reached: connection refused")


def test_who_is_not_found_has_surely_received_nothing(sends: Callable[..., Any], message: Callable[[str], Message]) -> None:
    became = sends(message("firing"), "http://nowhere.example/s3cret")

    assert isinstance(became, Again)
    assert not became.unknown
    assert "s3cret" not in became.why
    assert became.why.startswith("the webhook of the-webhook cannot be reached: ")


def test_who_answers_too_late_may_have_received_it(
    within: Callable[..., Any], message: Callable[[str], Message], tools: Callable[..., Tools], receiver: Callable[..., Receiver]
) -> None:
    class Silent(WebhookStandin):
        async def _handle(self, request: Any) -> Any:
            await asyncio.Event().wait()

    silent = Silent()

    async def work() -> Any:
        hook = Webhook(tools(), Web(session=lambda: aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.05))))
        became = await hook.send(receiver("webhook", url=silent.url), message("firing"), {})
        await hook.close()
        return became

    became = within(silent, work)
    assert isinstance(became, Again)
    assert became.unknown


@pytest.mark.parametrize("url", ["ftp://example.com/s3cret", "not a url s3cret", "http://"])
def test_a_url_that_is_none_is_refused(url: str, sends: Callable[..., Any], message: Callable[[str], Message]) -> None:
    became = sends(message("firing"), url)

    assert isinstance(became, Refused)
    assert "s3cret" not in became.why


@pytest.mark.parametrize("headers", [{"X-A": "b\r\nX-Evil: 1"}, {"X-A\r\nX-Evil": "1"}, {"X A": "1"}])
def test_a_header_that_would_add_another_is_refused(
    headers: dict[str, str], sends: Callable[..., Any], standin: WebhookStandin, message: Callable[[str], Message]
) -> None:
    became = sends(message("firing"), headers=headers)

    assert isinstance(became, Refused)
    assert standin.received == []


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("30", 30.0),
        ("0.5", 0.5),
        ("-4", 0.0),
        ("999999999", 86_400.0),
        ("nan", None),
        ("tomorrow", None),
        ("", None),
        (formatdate(1_795_262_760, usegmt=True), 60.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(said: str, wanted: float | None, clock: Any) -> None:
    assert retry_after({"Retry-After": said} if said else {}, clock) == wanted


def test_secrets_are_hidden_in_every_spelling() -> None:
    assert hide("a b/c+d and b%2Fc%2Bd\nline", ["b/c+d", ""]) == "a *** and *** line"
