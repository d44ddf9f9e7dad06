"""[I/O] PagerDuty Events API v2: trigger, acknowledge, resolve; a resolve goes through the key of its trigger.

https://developer.pagerduty.com/docs/events-api-v2-overview and …/send-alert-event (read 2026-11-20).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from monctl.errors import UsageError
from monctl.instant import epoch_text
from monctl.resource import Json, SecretRef
from monctl.runner.message import Item, Message
from monctl.runner.notifiers import say
from monctl.runner.notifiers.notifier import Delivered, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.post import Answer, Web, hide
from monctl.runner.notifiers.setting import endpoint, refused, value
from monctl.runner.notifiers.template import Templates

_API = "https://events.pagerduty.com"
_SUMMARY, _TEXT, _HREF, _KEY = 1024, 1024, 2048, 255
"""Characters of what would be refused, or cut, when longer."""
_DETAIL = 4000
_LARGEST = 512 * 1024
_ACTIONS: Mapping[str, str] = {"resolved": "resolve", "acknowledged": "acknowledge"}
_HOW = "make a new integration key in PagerDuty, put it where the channel's integration_key refers to"


class PagerDutyEvents:
    """One event for each message. Settings: `integration_key`, always by reference."""

    def __init__(self, tools: Tools, web: Web | None = None) -> None:
        self._tools = tools
        self._web = web or Web()
        self._templates = Templates(tools.templates)

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        reference = _reference(receiver, stored)
        if reference is None:
            return Refused(f"{receiver.name} has no 'integration_key'; {_HOW}")
        try:
            key = value(self._tools, reference)
        except UsageError as error:
            return refused(error)
        title = self._templates.render("title", message)
        body = json.dumps({"routing_key": key, **event(message, title.text, title.note)}, ensure_ascii=False).encode()
        if len(body) > _LARGEST:
            body = json.dumps({"routing_key": key, **event(message, title.text, title.note, details=False)}, ensure_ascii=False).encode()
        url = f"{endpoint(self._tools, 'pagerduty-events', _API)}/v2/enqueue"
        answer = await self._web.post(f"PagerDuty ({receiver.name})", url, body, {"Content-Type": "application/json"}, hidden=(key,))
        if not isinstance(answer, Answer):
            return answer
        if answer.good:
            return Sent({"routing_key": reference.reference})
        return Refused(
            f"PagerDuty ({receiver.name}) refused: {hide(_said(answer.text), (key,)) or answer.status}; {_HOW} if the key is meant"
        )

    async def close(self) -> None:
        await self._web.close()


def event(message: Message, title: str, note: str = "", *, details: bool = True) -> dict[str, Json]:
    """The event without its routing key."""
    action = "resolve" if say.over(message) else _ACTIONS.get(message.kind, "trigger")
    found: dict[str, Json] = {"event_action": action, "dedup_key": say.key(message.thread_key, _KEY)}
    if action != "trigger":
        return found
    first = message.items[0] if message.items else None
    payload: dict[str, Json] = {
        "summary": say.cut(title, _SUMMARY),
        "source": _source(message, first),
        "severity": first.event if first else "info",
        "timestamp": epoch_text(first.since if first else message.now),
        "group": _cut(f"{message.estate}/{message.environment}" if message.environment else message.estate),
    }
    if first and first.service:
        payload["component"] = _cut(first.service)
    if first:
        payload["class"] = _cut(first.monitor)
    if details:
        payload["custom_details"] = _details(message, note)
    found |= {"payload": payload, "client": "monctl"}
    if say.web(message.page) and len(message.page) <= _HREF:
        found["client_url"] = message.page
    links = [{"href": link.url, "text": _cut(link.title)} for link in say.links(message) if len(link.url) <= _HREF]
    return found | ({"links": links} if links else {})


def _details(message: Message, note: str) -> dict[str, Json]:
    """What the alert's page shows. One alert is told flat, several as a list."""
    items = [_detail(item, message.time_zone) for item in say.shown(message)]
    found: dict[str, Json] = dict(items[0]) if len(items) == 1 else {"alerts": items} if items else {}
    extra = {
        "folded": say.folded(message),
        "escalation_level": message.level,
        "also_told": ", ".join(message.told),
        "note": note,
    }
    return found | {name: text for name, text in extra.items() if text}


def _detail(item: Item, time_zone: str) -> dict[str, Json]:
    found: dict[str, Json] = {
        "title": item.title,
        "monitor": item.monitor,
        "priority": item.severity,
        "value": item.value,
        "threshold": item.threshold,
        "since": say.when(item.since, time_zone),
        "reason": item.reason,
        "message": item.text,
        "first_step": item.first_step,
        "action": item.action,
        "runbook": item.runbook,
        "team": item.team,
        "labels": {say.plain(label): say.cut(say.plain(text), _DETAIL) for label, text in item.labels.items()},
        "affected": ", ".join(item.affected),
    }
    return {name: say.cut(say.plain(text), _DETAIL) if isinstance(text, str) else text for name, text in found.items() if text}


def _source(message: Message, first: Item | None) -> str:
    """What is ill: the instance or host where a label names it, else the service, else the estate."""
    labels = first.labels if first else {}
    found = labels.get("instance") or labels.get("host") or (first.service if first else "") or message.estate
    return _cut(found) or "monctl"


def _reference(receiver: Receiver, stored: Mapping[str, str]) -> SecretRef | None:
    """The key of the trigger: an event through another one is dropped without a word. Else the channel's."""
    if held := stored.get("routing_key"):
        return SecretRef(held)
    given = receiver.settings.get("integration_key")
    return given if isinstance(given, SecretRef) else None


def _cut(text: str) -> str:
    return say.cut(say.plain(text, lines=False), _TEXT)


def _said(text: str) -> str:
    """The errors of the answer in one sentence."""
    try:
        said = json.loads(text)
        return ", ".join(map(str, said.get("errors") or ())) or str(said.get("message") or "")
    except (ValueError, AttributeError, TypeError):
        return text
