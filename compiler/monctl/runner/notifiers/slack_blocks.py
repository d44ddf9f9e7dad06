"""A message as Slack shows it: blocks, a coloured bar, buttons, within Slack's limits. Pure.

Limits: https://docs.slack.dev/reference/block-kit/blocks and …/block-elements/button-element (read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from monctl.resource import Json
from monctl.runner.message import Item, Message
from monctl.runner.notifiers import say
from monctl.runner.notifiers.template import Rendered, escaped_for_slack

HEADER, SECTION, FIELD, BUTTON, URL = 150, 3000, 2000, 75, 3000
"""Characters of a header, a section's text, one of its fields, a button's text, its URL."""
FIELDS, BUTTONS = 10, 5
"""Fields of a section (Slack's limit); buttons in a row (Slack takes 25, people read five)."""
_LABELS = 6
GREEN = "#2e9e5b"


def payload(message: Message, body: Rendered) -> dict[str, Json]:
    """`text`, `blocks` and `attachments` of `chat.postMessage` and of incoming webhooks. `text` is what notifications and screen readers get."""
    headline = say.headline(message)
    return {
        "text": say.cut(escaped_for_slack(headline), SECTION),
        "blocks": [{"type": "header", "text": _plain(_header(message, headline), HEADER)}],
        "attachments": [{"color": _color(message), "fallback": say.cut(headline, SECTION), "blocks": _blocks(message, body)}],
    }


def date(at: float, time_zone: str) -> str:
    """A time that Slack shows in each reader's own zone, with ours where it cannot."""
    return f"<!date^{int(at)}^{{date_short_pretty}} {{time}}|{escaped_for_slack(say.when(at, time_zone))}>"


def _blocks(message: Message, body: Rendered) -> list[Json]:
    found: list[Json] = []
    if len(message.items) == 1:
        found.append(_fields(_of(message, message.items[0])))
    found.append({"type": "section", "text": _mrkdwn(body.text, SECTION)}) if body.text else None
    if notes := list(_context(message, body)):
        found.append({"type": "context", "elements": [_mrkdwn(note, FIELD) for note in notes]})
    if buttons := _buttons(message):
        found.append({"type": "actions", "elements": buttons})
    return found


def _of(message: Message, item: Item) -> Mapping[str, str]:
    """The fields of one alert: how bad, since when, what, how much against what."""
    values = {"Severity": item.severity.upper(), "Since": "", "Monitor": item.monitor}
    values |= {"Threshold": item.threshold, "Current value" if item.state == "firing" else "Last value": item.value}
    values |= {"Service": item.service, "Team": item.team}
    labels = sorted(item.labels.items())[:_LABELS]
    values["Labels"] = ", ".join(f"{label}={value}" for label, value in labels) + (", …" if len(item.labels) > _LABELS else "")
    if item.runbook and not say.web(item.runbook):
        values["Runbook"] = item.runbook
    shown = {title: escaped_for_slack(say.plain(value[:FIELD], lines=False)) for title, value in values.items()}
    shown["Since"] = date(item.since, message.time_zone)
    return {title: value for title, value in shown.items() if value}


def _fields(values: Mapping[str, str]) -> Json:
    return {"type": "section", "fields": [_mrkdwn(f"*{title}:*\n{value}", FIELD) for title, value in values.items()][:FIELDS]}


def _context(message: Message, body: Rendered) -> Iterable[str]:
    """The small print: where, for whom, who else knows, and what is wrong with the template."""
    place = f"{message.estate} ({message.environment})" if message.environment else message.estate
    yield escaped_for_slack(place)
    if message.level:
        yield f"Escalation level {message.level}"
    if message.person:
        yield escaped_for_slack(f"For {message.person}")
    if message.told:
        yield escaped_for_slack(f"Also told: {', '.join(message.told)}")
    if body.note:
        yield f"⚠️ {escaped_for_slack(body.note)}"


def _buttons(message: Message) -> list[Json]:
    links = [link for link in say.links(message) if len(link.url) <= URL][:BUTTONS]
    return [
        {
            "type": "button",
            "text": _plain(link.title or "Open", BUTTON),
            "url": link.url,
            **({"style": "primary"} if number == 0 else {}),
        }
        for number, link in enumerate(links)
    ]


def _header(message: Message, headline: str) -> str:
    """For one alert its title, as its severity stands below; else the headline."""
    if message.kind not in {"firing", "resolved"} or len(message.items) != 1:
        return headline
    first = message.items[0]
    return f"{say.OVER} Resolved: {first.title}" if say.over(message) else f"{first.emoji} {first.title}".strip()


def _color(message: Message) -> str:
    return GREEN if say.over(message) else message.items[0].color if message.items else "#5b6470"


def _plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": say.cut(say.plain(text, lines=False) or "–", limit), "emoji": True}


def _mrkdwn(text: str, limit: int) -> Json:
    """Text with markup; `verbatim` keeps Slack from making links, channels and mentions of what looks like some."""
    return {"type": "mrkdwn", "text": _cut(text, limit), "verbatim": True}


def _cut(text: str, limit: int) -> str:
    """Cut without leaving half an entity or half a link behind."""
    if len(text) <= limit:
        return text
    return re.sub(r"(&[a-z]*|<[^>]*)$", "", text[: limit - 1]).rstrip() + "…"
