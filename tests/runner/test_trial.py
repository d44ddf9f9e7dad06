"""Test messages through channels, against stand-ins: taken, refused, and for PagerDuty over at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from monctl.bundle import Bundle
from monctl.resource import SecretRef
from monctl.runner.reading import compiled
from monctl.runner.standins.slack import SlackStandin
from monctl.runner.standins.web import Reply, Standin, as_json
from monctl.runner.trial import trial

SPECS = """
severities: {critical: {}, warning: {}}
people: {ana: {email: ana@shop.example}}
escalations: {all: {levels: [{after: 0m, notify: [ana]}]}}
channels:
  pager: {pagerduty: {service: Shop, escalation: all, integration_key: "${env:KEY}"}}
  room: {slack: {channel: "#ops", webhook: "${env:SLACK}"}}
  hook: {webhook: {url: "${env:HOOK}"}}
"""


def bundle(folder: Path, pagerduty: str, slack: str) -> Bundle:
    endpoints = f"{{pagerduty-events: '{pagerduty}', slack: '{slack}'}}"
    (folder / "monctl.yaml").write_text(f"estate: shop\ntargets: {{runner: {{endpoints: {endpoints}}}}}\n", encoding="utf-8")
    (folder / "specs.yaml").write_text(SPECS, encoding="utf-8")
    return compiled(folder, None)


class Events(Standin):
    """PagerDuty's Events API: takes what it is sent."""

    def __init__(self, *, ends: bool = True) -> None:
        super().__init__()
        self._ends = ends

    def answer(self, request: object) -> Reply:
        (body,) = (one.json for one in self.received[-1:])
        if body["event_action"] == "resolve" and not self._ends:
            return as_json({"status": "invalid event", "errors": ["the key is gone"]}, 400)
        return as_json({"status": "success", "dedup_key": body["dedup_key"]}, 202)


def tried(
    folder: Path, events: Events, channels: list[str], *, hook: int = 200
) -> tuple[list[tuple[str, str | None]], list[dict[str, str]]]:
    async def work() -> tuple[list[tuple[str, str | None]], list[dict[str, str]]]:
        slack, web = SlackStandin(), Standin()
        for one in (events, slack, web):
            await one.start()
        web.replies.append(Reply(hook, "no"))
        values = {"env:KEY": "k" * 32, "env:SLACK": f"{slack.url}/services/T0/B0/x", "env:HOOK": f"{web.url}/hook"}

        def secret(reference: SecretRef) -> str:
            return values[reference.reference]

        try:
            found = await trial(bundle(folder, events.url, slack.url), channels, secrets=secret, root=folder)
        finally:
            for one in (events, slack, web):
                await one.stop()
        return found, [one.json for one in events.received]

    return asyncio.run(work())


def test_a_pagerduty_test_is_resolved_at_once(tmp_path: Path) -> None:
    found, events = tried(tmp_path, Events(), ["pager"])

    assert found == [("pager", None)]
    assert [one["event_action"] for one in events] == ["trigger", "resolve"]
    assert len({one["dedup_key"] for one in events}) == 1
    assert len({one["routing_key"] for one in events}) == 1


def test_a_test_that_could_not_be_resolved_is_said(tmp_path: Path) -> None:
    ((name, why),), _ = tried(tmp_path, Events(ends=False), ["pager"])

    assert name == "pager"
    assert why is not None
    assert why.startswith("it took the test, but not its end: PagerDuty (pager) refused: the key is gone")
    assert why.endswith("Resolve the alert 'Test of the channel pager' by hand")


@pytest.mark.parametrize(("status", "took"), [(200, True), (404, False)])
def test_each_channel_says_for_itself_whether_it_took_it(status: int, took: bool, tmp_path: Path) -> None:
    found, _ = tried(tmp_path, Events(), ["pager", "room", "hook"], hook=status)

    assert [(name, why is None) for name, why in found] == [("pager", True), ("room", True), ("hook", took)]
