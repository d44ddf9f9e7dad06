"""Slack: bot token with threads and edits, incoming webhooks, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from monctl.resource import SecretRef
from monctl.runner.message import Message
from monctl.runner.notifiers.notifier import Again, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.slack import Slack
from monctl.runner.notifiers.slack_blocks import payload
from monctl.runner.notifiers.template import Rendered, Templates
from monctl.runner.standins.slack import TOKEN, SlackStandin, faults
from monctl.runner.standins.web import Reply, as_json

SECRET_PATH = "/services/T0/B0/s3cret"
Sends = Callable[..., Any]


@pytest.fixture
def standin() -> SlackStandin:
    return SlackStandin()


@pytest.fixture
def sends(standin: SlackStandin, within: Sends, tools: Callable[..., Tools], receiver: Callable[..., Receiver]) -> Sends:
    """Sends messages one after another, each with what the one before left; gives what became of each."""

    def run(*messages: Message, token: str = TOKEN, webhook: bool = False, channel: str = "#alerts", templates: Any = None) -> list[Any]:
        async def work() -> list[Any]:
            secrets = {"env:TOKEN": token, "env:HOOK": f"{standin.url}{SECRET_PATH}"}
            slack = Slack(tools(secrets, endpoints={"slack": f"{standin.url}/api/"}, templates=templates or {}))
            settings = {"webhook": SecretRef("env:HOOK")} if webhook else {"token": SecretRef("env:TOKEN")}
            found: list[Any] = []
            stored: Any = {}
            for message in messages:
                found.append(await slack.send(receiver("slack", channel=channel, **settings), message, stored))
                stored = found[-1].stored if isinstance(found[-1], Sent) else stored
            await slack.close()
            return found

        return list(within(standin, work))

    return run


def test_the_first_message_is_edited_when_it_is_over_and_the_thread_hears_of_it(
    sends: Sends, standin: SlackStandin, message: Callable[[str], Message]
) -> None:
    became = sends(message("firing"), message("reminder"), message("resolved"))

    stored = {"channel": "CALERTS", "ts": "1795262400.000001"}
    assert became == [Sent(stored), Sent(stored), Sent(stored)]
    assert [one.path for one in standin.received] == [
        "/api/chat.postMessage",
        "/api/chat.postMessage",
        "/api/chat.update",
        "/api/chat.postMessage",
    ]
    first = standin.messages["CALERTS", stored["ts"]]
    assert first["attachments"][0]["color"] == "#2e9e5b"
    assert [(one.json.get("thread_ts"), one.json.get("reply_broadcast")) for one in standin.received] == [
        (None, None),
        (stored["ts"], False),
        (None, None),
        (stored["ts"], False),
    ]


def test_a_rise_in_severity_is_seen_in_the_channel_and_not_in_the_thread_alone(
    sends: Sends, standin: SlackStandin, message: Callable[[str], Message]
) -> None:
    sends(message("firing"), message("update"), message("escalate"))

    assert [one.json.get("reply_broadcast") for one in standin.received] == [None, True, True]


def test_what_can_no_longer_be_edited_is_told_anew(sends: Sends, standin: SlackStandin, message: Callable[[str], Message]) -> None:
    standin.replies.extend([as_json({"ok": True, "channel": "C1", "ts": "1.1"}), as_json({"ok": False, "error": "message_not_found"})])

    became = sends(message("firing"), message("resolved"))

    assert became[1] == Sent({"channel": "CALERTS", "ts": "1795262400.000001"})
    assert [one.path for one in standin.received][1:] == ["/api/chat.update", "/api/chat.postMessage"]


@pytest.mark.parametrize(
    ("reply", "became"),
    [
        (Reply(429, "", {"Retry-After": "30"}), Again("Slack (the-slack) answered 429", 30.0)),
        (as_json({"ok": False, "error": "ratelimited"}), Again("Slack (the-slack) answered ratelimited")),
        (as_json({"ok": False, "error": "internal_error"}), Again("Slack (the-slack) answered internal_error", unknown=True)),
        (Reply(503, "try later"), Again("Slack (the-slack) answered 503: try later", unknown=True)),
        (Reply(0), Again("Slack (the-slack) closed the connection before it answered: it hung up", unknown=True)),
        (Reply(200, "<html>"), Again("Slack (the-slack) gave an answer that cannot be read", unknown=True)),
        (
            as_json({"ok": False, "error": "not_in_channel"}),
            Refused("Slack (the-slack) refused: not_in_channel; invite the bot to the channel"),
        ),
        (
            as_json({"ok": False, "error": "novel"}),
            Refused("Slack (the-slack) refused: novel; see the error in the documentation of Slack"),
        ),
        (
            Reply(302, "", {"Location": "https://e.example"}),
            Refused("Slack (the-slack) answered 302, a redirect, which is not followed; write the final URL"),
        ),
    ],
)
def test_what_slack_answers_decides_about_trying_again(
    reply: Reply, became: object, sends: Sends, standin: SlackStandin, message: Callable[[str], Message]
) -> None:
    standin.replies.append(reply)

    assert sends(message("firing")) == [became]


def test_a_wrong_token_and_a_missing_channel_are_refused(sends: Sends, message: Callable[[str], Message]) -> None:
    assert sends(message("firing"), token="xoxb-wr0ng") == [Refused("Slack (the-slack) refused: invalid_auth; renew the token")]
    assert sends(message("firing"), channel="#missing") == [
        Refused("Slack (the-slack) refused: channel_not_found; check the channel's name, and invite the bot to it")
    ]


def test_a_webhook_takes_every_message_as_a_new_one(sends: Sends, standin: SlackStandin, message: Callable[[str], Message]) -> None:
    assert sends(message("firing"), message("resolved"), webhook=True) == [Sent(), Sent()]
    assert [one.path for one in standin.received] == [SECRET_PATH, SECRET_PATH]
    assert len(standin.messages) == 2


def test_the_webhooks_url_never_shows(sends: Sends, standin: SlackStandin, message: Callable[[str], Message]) -> None:
    standin.replies.extend([Reply(404, "no_service"), Reply(500, f"fault at {SECRET_PATH}")])
    lost, busy = sends(message("firing"), message("firing"), webhook=True)

    assert lost == Refused("Slack (the-slack) refused: no_service; the webhook was removed or disabled; make a new one")
    assert isinstance(busy, Again)
    standin.replies.append(Reply(400, f"bad url {standin.url}{SECRET_PATH}"))
    (echoed,) = sends(message("firing"), webhook=True)
    assert "s3cret" not in echoed.why


def test_a_broken_template_says_so_and_loses_nothing(sends: Sends, standin: SlackStandin, message: Callable[[str], Message]) -> None:
    sends(message("firing"), templates={"slack": "{{ nothing.here }}"})

    text = standin.received[0].body.decode()
    assert "First step:" in text
    assert "The template 'slack' is broken ('nothing' is undefined), so this is the built-in message." in text


def test_a_person_is_reached_by_id(sends: Sends, standin: SlackStandin, message: Callable[[str], Message]) -> None:
    sends(message("escalate"), channel="@U0ANA")

    assert standin.received[0].json["channel"] == "U0ANA"


def test_without_token_or_webhook_it_says_what_to_do(
    within: Sends, tools: Callable[..., Tools], receiver: Callable[..., Receiver], message: Callable[[str], Message]
) -> None:
    slack = Slack(tools())

    became = within(SlackStandin(), lambda: slack.send(receiver("slack", channel="#x"), message("firing"), {}), slack)

    assert became == Refused("the-slack has neither 'token' nor 'webhook'; give it one by reference")
    missing = within(SlackStandin(), lambda: slack.send(receiver("slack", token=SecretRef("env:NO")), message("firing"), {}), slack)
    assert missing == Refused("the secret env:NO is not set; export it")


def test_the_longest_message_stays_within_slacks_limits(message: Callable[[str], Message]) -> None:
    long = "x<&>" * 4000
    item = replace(
        message("firing").items[0],
        title=long,
        monitor=long,
        value=long,
        threshold=long,
        reason=long,
        text=long,
        action=long,
        first_step=long,
        service=long,
        team=long,
        runbook=long,
        links={f"{number} {long}": f"https://example.com/{number}" for number in range(40)},
        labels={f"{number}{long}": long for number in range(40)},
    )
    whole = replace(message("firing"), items=(item,), told=(long,) * 30, estate=long)
    many = replace(whole, items=(item,) * 60)

    for one in (whole, many):
        assert list(faults(payload(one, Templates({}).render("slack", one)))) == []
    assert list(faults(payload(whole, Rendered("y" * 9000, "z" * 9000)))) == []


def test_a_cut_leaves_no_half_entity_behind(message: Callable[[str], Message]) -> None:
    body = payload(message("test"), Rendered("a" * 2996 + "&amp;&amp;"))

    assert body["attachments"][0]["blocks"][0]["text"]["text"] == "a" * 2996 + "…"
