"""PagerDuty: events against the stand-in of the account, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monctl.resource import SecretRef
from monctl.runner.message import Message
from monctl.runner.notifiers.notifier import Again, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.pagerduty_events import PagerDutyEvents, event
from monctl.runner.standins.web import Reply, Standin
from monctl.sandbox.emulator import Request
from monctl.sandbox.place import Sandbox
from monctl.sandbox.server import Server
from monctl_targets.pagerduty import target

KEY = SecretRef("env:PD_KEY")


class Account:
    """An account over loopback, with services and their keys."""

    def __init__(self, sandbox: Sandbox, url: str) -> None:
        self.emulator = sandbox.emulators["pagerduty"]
        self.url = f"{url}/pagerduty"

    async def start(self) -> None:
        """It serves already."""

    async def stop(self) -> None:
        """The fixture's."""

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        headers = {
            "Authorization": "Token token=stand-in-of-pagerduty",
            "From": "owner@pagerduty.example",
            "Content-Type": "application/json",
        }
        raw = b"" if body is None else json.dumps(body).encode()
        answer = self.emulator.handle(Request.of(method, path, headers, raw, base_url=self.url))
        assert answer.status < 300, answer.body
        return answer.body

    def key_of(self, name: str) -> str:
        """The integration key of a new service."""
        users = self.ask("GET", "/users")["users"]
        level = {"escalation_delay_in_minutes": 5, "targets": [{"id": users[0]["id"], "type": "user_reference"}]}
        policy = self.ask(
            "POST", "/escalation_policies", {"escalation_policy": {"type": "escalation_policy", "name": name, "escalation_rules": [level]}}
        )
        held = {
            "type": "service",
            "name": name,
            "escalation_policy": {"id": policy["escalation_policy"]["id"], "type": "escalation_policy_reference"},
        }
        service = self.ask("POST", "/services", {"service": held})["service"]
        made = self.ask(
            "POST",
            f"/services/{service['id']}/integrations",
            {"integration": {"type": "events_api_v2_inbound_integration", "name": "monctl"}},
        )
        return str(made["integration"]["integration_key"])

    def incidents(self) -> list[tuple[str, str]]:
        return [(one["incident_key"], one["status"]) for one in self.ask("GET", "/incidents")["incidents"]]


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    with Sandbox(tmp_path, [target]) as sandbox, Server(sandbox) as server:
        yield Account(sandbox, server.url)


@pytest.fixture
def sends(
    account: Account, within: Callable[..., Any], tools: Callable[..., Tools], receiver: Callable[..., Receiver]
) -> Callable[..., Any]:
    """Sends messages one after another; each is told what the last one left."""

    def run(*messages: Message, secrets: dict[str, str], reference: SecretRef | None = KEY, stored: Any = None, url: str = "") -> list[Any]:
        async def work() -> list[Any]:
            pagerduty = PagerDutyEvents(tools(secrets, endpoints={"pagerduty-events": url or account.url}))
            found: list[Any] = []
            for message in messages:
                before = found[-1].stored if found and isinstance(found[-1], Sent) else stored or {}
                found.append(await pagerduty.send(receiver("pagerduty", integration_key=reference), message, before))
            await pagerduty.close()
            return found

        return list(within(account, work))

    return run


def test_trigger_acknowledge_resolve_are_one_incident(
    sends: Callable[..., Any], account: Account, message: Callable[[str], Message]
) -> None:
    secrets = {"env:PD_KEY": account.key_of("database")}
    key = message("firing").thread_key

    assert sends(message("firing"), message("reminder"), secrets=secrets) == [Sent({"routing_key": "env:PD_KEY"})] * 2
    assert account.incidents() == [(key, "triggered")]
    sends(message("acknowledged"), secrets=secrets)
    assert account.incidents() == [(key, "acknowledged")]
    sends(message("resolved"), secrets=secrets)
    assert account.incidents() == [(key, "resolved")]


def test_a_resolve_goes_through_the_key_of_its_trigger(
    sends: Callable[..., Any], account: Account, message: Callable[[str], Message]
) -> None:
    secrets = {"env:PD_KEY": account.key_of("database"), "env:NEW_KEY": account.key_of("application")}
    (triggered,) = sends(message("firing"), secrets=secrets)

    assert sends(message("resolved"), secrets=secrets, reference=SecretRef("env:NEW_KEY"), stored=triggered.stored) == [triggered]
    assert account.incidents() == [(message("firing").thread_key, "resolved")]


def test_what_is_stored_is_the_reference_and_never_the_key(
    sends: Callable[..., Any], account: Account, message: Callable[[str], Message]
) -> None:
    secrets = {"env:PD_KEY": account.key_of("database")}

    assert secrets["env:PD_KEY"] not in repr(sends(message("firing"), secrets=secrets))


def test_a_key_that_is_gone_is_refused_without_showing_it(sends: Callable[..., Any], message: Callable[[str], Message]) -> None:
    (became,) = sends(message("firing"), secrets={"env:PD_KEY": "0" * 32})

    assert became == Refused(
        "PagerDuty (the-pagerduty) refused: Invalid routing key; make a new integration key in PagerDuty, "
        "put it where the channel's integration_key refers to if the key is meant"
    )
    assert isinstance(sends(message("firing"), secrets={})[0], Refused)
    assert sends(message("firing"), secrets={}, reference=None)[0].why.startswith("the-pagerduty has no 'integration_key'")


def test_the_account_takes_every_kind_of_message(case: tuple[str, Message], sends: Callable[..., Any], account: Account) -> None:
    _, message = case

    assert sends(message, secrets={"env:PD_KEY": account.key_of("database")}) == [Sent({"routing_key": "env:PD_KEY"})]


def test_the_account_takes_the_longest_message(sends: Callable[..., Any], account: Account, message: Callable[[str], Message]) -> None:
    long = "é" * 30_000
    item = replace(
        message("firing").items[0], title=long, text=long, reason=long, service=long, monitor=long, labels={f"{n}": long for n in range(50)}
    )
    huge = replace(message("firing"), items=(item,) * 40, thread_key=long, estate=long)

    assert sends(huge, secrets={"env:PD_KEY": account.key_of("database")}) == [Sent({"routing_key": "env:PD_KEY"})]


def test_long_keys_stay_different(message: Callable[[str], Message]) -> None:
    one, other = (event(replace(message("firing"), thread_key="k" * 300 + end), "t")["dedup_key"] for end in "ab")

    assert one != other
    assert len(one) == len(other) == 255


@pytest.mark.parametrize(
    ("reply", "became"),
    [
        (Reply(429, ""), Again("PagerDuty (the-pagerduty) answered 429")),
        (Reply(500, "x"), Again("PagerDuty (the-pagerduty) answered 500: x", unknown=True)),
        (Reply(0), Again("PagerDuty (the-pagerduty) closed the connection before it answered: it hung up", unknown=True)),
    ],
)
def test_trouble_is_tried_again(
    reply: Reply,
    became: object,
    tools: Callable[..., Tools],
    receiver: Callable[..., Receiver],
    within: Callable[..., Any],
    message: Callable[[str], Message],
) -> None:
    standin = Standin()
    standin.replies.append(reply)

    async def work() -> Any:
        pagerduty = PagerDutyEvents(tools({"env:PD_KEY": "0" * 32}, endpoints={"pagerduty-events": standin.url}))
        found = await pagerduty.send(receiver("pagerduty", integration_key=KEY), message("firing"), {})
        await pagerduty.close()
        return found

    assert within(standin, work) == became
