"""Which notifier sends what, and the long tail behind apprise."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from monctl.errors import UsageError
from monctl.resource import SecretRef
from monctl.runner.message import Message
from monctl.runner.notifiers.notifier import Again, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.registry import KINDS, Notifiers, notifier
from monctl.runner.standins.web import Reply, Standin
from monctl.spec.routing import CHANNEL_KINDS


def test_every_kind_of_channel_has_a_notifier(tools: Callable[..., Tools]) -> None:
    assert set(KINDS) == {*CHANNEL_KINDS, "apprise"}

    async def work() -> None:
        for kind in KINDS:
            await notifier(kind, tools()).close()

    asyncio.run(work())


def test_a_kind_that_is_not_known_is_named(tools: Callable[..., Tools]) -> None:
    with pytest.raises(UsageError, match="no way of telling is called 'pigeon'"):
        notifier("pigeon", tools())


def test_nothing_heavy_is_loaded_before_the_first_message() -> None:
    code = "import sys, json, monctl.runner.notifiers.registry; print(json.dumps([m for m in ('aiohttp', 'aiosmtplib', 'apprise', 'jinja2') if m in sys.modules]))"

    assert json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout) == []


def test_a_package_that_is_missing_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, tools: Callable[..., Tools], receiver: Callable[..., Receiver], message: Callable[[str], Message]
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)

    became = asyncio.run(Notifiers(tools(), apprise=True).send(receiver("apprise", urls=["json://x"]), message("firing"), {}))
    assert became == Refused("the-apprise: channels of kind 'apprise' need the package apprise; pip install 'monctl-compiler[more]'")


def test_one_place_sends_to_every_kind(
    within: Callable[..., Any], tools: Callable[..., Tools], receiver: Callable[..., Receiver], message: Callable[[str], Message]
) -> None:
    standin = Standin()

    async def work() -> list[Any]:
        every = Notifiers(tools({"env:HOOK": f"{standin.url}/services/x"}))
        found = [
            await every.send(receiver("slack", webhook=SecretRef("env:HOOK")), message("firing"), {}),
            await every.send(receiver("webhook", url=f"{standin.url}/hook"), message("firing"), {}),
            await every.send(receiver("pigeon"), message("firing"), {}),
        ]
        await every.close()
        return found

    assert within(standin, work)[:2] == [Sent(), Sent()]
    assert [one.path for one in standin.received] == ["/services/x", "/hook"]
    assert within(standin, work)[2].why.startswith("the-pigeon: no way of telling is called 'pigeon'; there are apprise, email")


def _by_apprise(within: Any, tools: Any, receiver: Any, message: Message, standin: Standin, url: str, *, allowed: bool = True) -> Any:
    async def work() -> Any:
        every = Notifiers(tools({"env:URL": url.replace("{host}", standin.url.removeprefix("http://"))}), apprise=allowed)
        found = await every.send(receiver("apprise", urls=(SecretRef("env:URL"),)), message, {})
        await every.close()
        return found

    return within(standin, work)


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise imports it, until Python 3.13
@pytest.mark.parametrize(
    ("url", "reply", "became"),
    [
        ("json://{host}/s3cret", Reply(), Sent()),
        ("json://{host}/s3cret", Reply(500), Again("the-apprise: apprise could not deliver to 1 of 1", unknown=True)),
        (
            "pigeon://s3cret",
            Reply(),
            Refused("the-apprise: apprise does not know one of its 'urls'; see its list of services, and check for typing slips"),
        ),
    ],
)
def test_apprise_delivers_where_it_is_allowed(
    url: str, reply: Reply, became: object, within: Any, tools: Any, receiver: Any, message: Callable[[str], Message]
) -> None:
    standin = Standin()
    standin.replies.append(reply)

    assert _by_apprise(within, tools, receiver, message("firing"), standin, url) == became
    sent = [one.json for one in standin.received]
    assert [one["title"] for one in sent] == ["🔴 CRITICAL: Orphaned posts (12 posts, threshold > 10 for 5m)"] * len(sent)
    assert [one["type"] for one in sent] == ["failure"] * len(sent)


def test_apprise_does_nothing_where_it_is_not_allowed(within: Any, tools: Any, receiver: Any, message: Callable[[str], Message]) -> None:
    standin = Standin()

    became = _by_apprise(within, tools, receiver, message("firing"), standin, "json://{host}/x", allowed=False)
    assert isinstance(became, Refused)
    assert standin.received == []
