"""Text messages: what Twilio is sent and what its answers mean, and how long a message is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from monctl.resource import SecretRef
from monctl.runner.message import Message
from monctl.runner.notifiers.gsm import fit, plainer, segments
from monctl.runner.notifiers.notifier import Again, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.sms import SEGMENTS, Sms, text
from monctl.runner.standins.twilio import ACCOUNT, TOKEN, TwilioStandin
from monctl.runner.standins.web import Reply, as_json

ANA, RUI = "+351910000001", "+351910000002"


@pytest.fixture
def standin() -> TwilioStandin:
    return TwilioStandin()


@pytest.fixture
def sends(
    standin: TwilioStandin, within: Callable[..., Any], tools: Callable[..., Tools], receiver: Callable[..., Receiver]
) -> Callable[..., Any]:
    """Sends a message so many times; gives what became of each attempt."""

    def run(message: Message, *, to: tuple[str, ...] = (ANA,), times: int = 1, token: str = TOKEN, **settings: object) -> list[Any]:
        async def work() -> list[Any]:
            sms = Sms(tools({"env:SID": ACCOUNT, "env:TOKEN": token}, endpoints={"twilio": standin.url}))
            given = {"account": SecretRef("env:SID"), "token": SecretRef("env:TOKEN"), "sender": "+15550100", "to": to, **settings}
            found = [await sms.send(receiver("sms", **given), message, {}) for _ in range(times)]
            await sms.close()
            return found

        return list(within(standin, work))

    return run


def test_each_number_gets_one_form(sends: Callable[..., Any], standin: TwilioStandin, message: Callable[[str], Message]) -> None:
    assert sends(message("firing"), to=(ANA, RUI, ANA)) == [Sent({"to": f"{ANA},{RUI}"})]
    assert [(form["To"], form["From"]) for form in standin.messages] == [(ANA, "+15550100"), (RUI, "+15550100")]
    assert standin.messages[0]["Body"].endswith(" https://monitoring.example.com/alerts/orphaned-posts/3")


def test_a_messaging_service_is_a_sender(sends: Callable[..., Any], standin: TwilioStandin, message: Callable[[str], Message]) -> None:
    sends(message("firing"), sender="MG" + "0" * 32)

    assert standin.messages[0]["MessagingServiceSid"] == "MG" + "0" * 32
    assert "From" not in standin.messages[0]


def test_a_second_attempt_goes_to_those_who_have_it_not(
    sends: Callable[..., Any], standin: TwilioStandin, message: Callable[[str], Message]
) -> None:
    standin.replies.extend([as_json({"sid": "SM1"}, 201), Reply(429, "", {"Retry-After": "7"})])

    assert sends(message("firing"), to=(ANA, RUI), times=2) == [Again("Twilio (the-sms) answered 429", 7.0), Sent({"to": f"{ANA},{RUI}"})]
    assert [form["To"] for form in standin.messages] == [RUI]


def test_one_wrong_number_of_two_is_no_refusal(
    sends: Callable[..., Any], standin: TwilioStandin, message: Callable[[str], Message]
) -> None:
    assert sends(message("firing"), to=("123", RUI)) == [Sent({"to": f"123,{RUI}"})]
    assert [form["To"] for form in standin.messages] == [RUI]


def test_refusals_say_why_without_the_number_or_the_token(sends: Callable[..., Any], message: Callable[[str], Message]) -> None:
    assert sends(message("firing"), to=("12345",)) == [Refused("Twilio (the-sms) refused …345: Invalid 'To' Phone Number: *** (21211)")]
    assert sends(message("firing"), token="wr0ng") == [Refused("Twilio (the-sms) refused …001: Authenticate (20003)")]
    assert sends(message("firing"), to=()) == [Refused("the-sms has nobody in 'to'; write numbers such as +351910000000")]
    assert sends(message("firing"), sender=None) == [
        Refused("the-sms has no 'sender'; give the channel 'sender': a number of the Twilio account, or a messaging service's SID")
    ]


@pytest.mark.parametrize("reply", [Reply(500, "x"), Reply(0)])
def test_a_lost_answer_may_have_been_a_message(
    reply: Reply, sends: Callable[..., Any], standin: TwilioStandin, message: Callable[[str], Message]
) -> None:
    standin.replies.append(reply)
    (became,) = sends(message("firing"))

    assert isinstance(became, Again)
    assert became.unknown


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_segments_are_counted_as_telephones_do(body: str, count: int) -> None:
    assert segments(body) == count


def test_what_is_too_long_loses_words_and_never_the_link(case: tuple[str, Message]) -> None:
    _, message = case
    link = message.page if message.page.startswith("https") else ""
    for word in ("word ", "слово ", "€"):
        body = text(word * 400, message)

        assert segments(body) == SEGMENTS
        assert body.endswith(f"... {link}".rstrip())


def test_a_link_that_leaves_no_room_is_left_out(message: Callable[[str], Message]) -> None:
    long = replace(message("firing"), page="https://example.com/" + "x" * 400)

    assert text("Down", long) == "Down"


def test_typography_and_emoji_do_not_halve_the_room() -> None:
    assert plainer("🔴 “Ana’s” – 5 µs ≥ 4… ✅ ок") == '"Ana\'s" - 5 us >= 4... ок'
    assert fit("a", "https://e.example", 1) == "a https://e.example"
    assert fit("see https://e.example", "https://e.example", 1) == "see https://e.example"
