"""What is sent, word for word. `UPDATE_GOLDEN=1` writes the files anew; read the difference before it is kept."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from monctl.resource import Json
from monctl.runner.message import Message
from monctl.runner.notifiers import pagerduty_events, sentry_event, sms, webhook
from monctl.runner.notifiers.letter import letter
from monctl.runner.notifiers.slack_blocks import payload
from monctl.runner.notifiers.template import Templates
from monctl.runner.standins.slack import faults


def _json(body: Json) -> str:
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"


def _sent(message: Message) -> dict[str, str]:
    """Channel's file → what it sends."""
    templates = Templates({})
    title = templates.render("title", message)
    mail = letter(
        message,
        "monctl@example.com",
        ["ana@example.com"],
        title,
        templates.render("email.txt", message),
        templates.render("email.html", message),
    )
    headers = "".join(f"{name}: {text}\n" for name, text in mail.items() if name not in {"Content-Type", "MIME-Version"})
    text, page = mail.iter_parts()
    return {
        "slack.json": _json(payload(message, templates.render("slack", message))),
        "email.txt": f"{headers}\n{text.get_content()}".replace("\r\n", "\n"),
        "email.html": page.get_content().replace("\r\n", "\n"),
        "sms.txt": sms.text(templates.render("sms", message).text, message) + "\n",
        "pagerduty.json": _json(pagerduty_events.event(message, title.text)),
        "sentry.json": _json(sentry_event.event(message, title.text)),
        "webhook.json": _json(webhook.document(message, title.text)),
    }


def test_every_kind_on_every_channel_reads_as_agreed(case: tuple[str, Message], golden: Path) -> None:
    name, message = case
    folder, sent = golden / name, _sent(message)
    if os.environ.get("UPDATE_GOLDEN"):
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in sent.items():
            (folder / file).write_text(text, encoding="utf-8")

    assert sent == {file: (folder / file).read_text(encoding="utf-8") for file in sent}


def test_slack_takes_every_message(case: tuple[str, Message]) -> None:
    _, message = case
    body = payload(message, Templates({}).render("slack", message))

    assert list(faults(body)) == []


@pytest.mark.parametrize("file", ["slack.json", "email.html", "pagerduty.json", "sentry.json"])
def test_no_channel_makes_a_link_of_a_script(file: str, golden: Path) -> None:
    text = (golden / "hostile" / file).read_text(encoding="utf-8")
    links = [part for part in text.replace("'", '"').split('"') if part.startswith("javascript:")]

    assert [link for link in links if f'href="{link}' in text or f'"url": "{link}' in text or f'"href": "{link}' in text] == []


def test_there_is_no_golden_without_a_case(golden: Path) -> None:
    cases = yaml.safe_load((golden.parent / "cases.yaml").read_text(encoding="utf-8"))["cases"]

    assert {path.name for path in golden.iterdir()} == set(cases)
