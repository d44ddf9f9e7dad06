"""Sentry: the envelope, and the DSN it goes by."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from monctl.errors import UsageError
from monctl.resource import SecretRef
from monctl.runner.message import Message
from monctl.runner.notifiers.notifier import Again, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.sentry_event import Dsn, SentryEvent, event
from monctl.runner.standins.web import Reply, Standin


def _send(
    standin: Standin, within: Callable[..., Any], tools: Any, receiver: Any, message: Message, dsn: str = "http://k3y@{host}/42"
) -> Any:
    async def work() -> Any:
        value = dsn.replace("{host}", standin.url.removeprefix("http://"))
        sentry = SentryEvent(tools({"env:DSN": value}))
        found = await sentry.send(receiver("sentry", dsn=SecretRef("env:DSN")), message, {})
        await sentry.close()
        return found

    return within(standin, work)


@pytest.fixture
def send(within: Callable[..., Any], tools: Callable[..., Tools], receiver: Callable[..., Receiver]) -> Callable[..., Any]:
    """`send(standin, message)`."""
    return lambda standin, message, **more: _send(standin, within, tools, receiver, message, **more)


def test_an_event_goes_in_an_envelope_to_its_project(send: Callable[..., Any], message: Callable[[str], Message]) -> None:
    standin = Standin()

    assert send(standin, message("firing")) == Sent()
    (taken,) = standin.received
    head, item, body = taken.body.decode().splitlines()
    assert taken.path == "/api/42/envelope/"
    assert "sentry_key=k3y" in taken.headers["x-sentry-auth"]
    assert json.loads(item) == {"type": "event", "length": len(body.encode())}
    assert json.loads(head) == {"event_id": json.loads(body)["event_id"]}
    assert json.loads(body) == event(message("firing"), "🔴 CRITICAL: Orphaned posts (12 posts, threshold > 10 for 5m)")


def test_one_alert_is_one_issue_and_each_message_one_event(message: Callable[[str], Message]) -> None:
    firing, over = event(message("firing"), "a"), event(replace(message("resolved"), dedup_key="other"), "b")

    assert firing["fingerprint"] == over["fingerprint"]
    assert firing["event_id"] != over["event_id"]
    assert (firing["level"], over["level"]) == ("fatal", "info")


@pytest.mark.parametrize(
    ("reply", "became"),
    [
        (Reply(429, "", {"Retry-After": "60"}), Again("Sentry (the-sentry) answered 429", 60.0)),
        (Reply(502, ""), Again("Sentry (the-sentry) answered 502", unknown=True)),
        (
            Reply(403, '{"detail":"k3y unknown"}'),
            Refused(
                'Sentry (the-sentry) answered 403: {"detail":"*** unknown"}; copy the DSN from the project\'s settings in Sentry (Client Keys)'
            ),
        ),
    ],
)
def test_what_sentry_answers_decides_about_trying_again(
    reply: Reply, became: object, send: Callable[..., Any], message: Callable[[str], Message]
) -> None:
    standin = Standin()
    standin.replies.append(reply)

    assert send(standin, message("firing")) == became


@pytest.mark.parametrize(
    "dsn", ["https://sentry.io/42", "k3y@host/42", "https://k3y@host/", "https://k3y@host:port/42", "", "https://[::1/4"]
)
def test_a_dsn_that_is_none_is_refused_and_not_shown(dsn: str, send: Callable[..., Any], message: Callable[[str], Message]) -> None:
    became = send(Standin(), message("firing"), dsn=dsn)

    assert isinstance(became, Refused)
    assert "k3y" not in became.why
    with pytest.raises(UsageError):
        Dsn.parse(dsn)


def test_a_dsn_of_a_server_in_a_folder_keeps_it() -> None:
    assert Dsn.parse("https://key:old@sentry.example.com:9000/errors/7") == Dsn(
        "https://sentry.example.com:9000/errors/api/7/envelope/", "key"
    )
    assert Dsn.parse("http://key@[::1]:9000/7").url == "http://[::1]:9000/api/7/envelope/"
