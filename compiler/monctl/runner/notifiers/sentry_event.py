"""[I/O] An event in a Sentry project, through the envelope endpoint of its DSN. All events of one alert make one issue.

https://develop.sentry.dev/sdk/foundations/transport/envelopes/ and …/event-payloads/ (read 2026-11-21).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from monctl.errors import UsageError
from monctl.instant import epoch_text
from monctl.resource import Json
from monctl.runner.message import Item, Message
from monctl.runner.notifiers import say
from monctl.runner.notifiers.notifier import Delivered, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.post import AGENT, Answer, Web, hide
from monctl.runner.notifiers.setting import needed, refused
from monctl.runner.notifiers.template import Templates

_TAG, _TAG_VALUE, _MESSAGE, _ENVIRONMENT = 32, 200, 8192, 64
"""Characters Sentry keeps of a tag's name, its value, a message, an environment."""
_LEVELS: Mapping[str, str] = {"critical": "fatal", "error": "error", "warning": "warning", "info": "info"}
_HOW = "copy the DSN from the project's settings in Sentry (Client Keys)"


@dataclass(frozen=True, slots=True)
class Dsn:
    """Where a project takes events."""

    url: str
    """Of its envelope endpoint."""
    key: str

    @classmethod
    def parse(cls, text: str) -> Dsn:
        """From `https://KEY@HOST/PROJECT`. Raises UsageError without what was written."""
        try:
            parts = urlsplit(text.strip())
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            parts, port = urlsplit(""), ""
        folder, _, project = parts.path.rpartition("/")
        if parts.scheme not in {"http", "https"} or not parts.hostname or not parts.username or not project:
            raise UsageError("the DSN is not one", hint=_HOW)
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return cls(f"{parts.scheme}://{host}{port}{folder}/api/{project}/envelope/", parts.username)


class SentryEvent:
    """Settings: `dsn`."""

    def __init__(self, tools: Tools, web: Web | None = None) -> None:
        self._tools = tools
        self._web = web or Web()
        self._templates = Templates(tools.templates)

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        try:
            dsn = Dsn.parse(needed(self._tools, receiver, "dsn", way_out=_HOW))
        except UsageError as error:
            return refused(UsageError(f"{receiver.name}: {error}", hint=error.hint))
        title = self._templates.render("title", message)
        body = envelope(event(message, title.text, title.note))
        headers = {
            "Content-Type": "application/x-sentry-envelope",
            "X-Sentry-Auth": f"Sentry sentry_version=7, sentry_client={AGENT}, sentry_key={dsn.key}",
        }
        answer = await self._web.post(f"Sentry ({receiver.name})", dsn.url, body, headers, hidden=(dsn.key,))
        if not isinstance(answer, Answer):
            return answer
        if answer.good:
            return Sent()
        return Refused(
            f"Sentry ({receiver.name}) answered {answer.status}: {hide(answer.text, (dsn.url, dsn.key)) or 'no reason given'}; {_HOW}"
        )

    async def close(self) -> None:
        await self._web.close()


def envelope(body: Mapping[str, Json]) -> bytes:
    """One event in the envelope format: header, item header, item, each on its line."""
    item = json.dumps(body, ensure_ascii=False).encode()
    lines = [json.dumps({"event_id": body["event_id"]}), json.dumps({"type": "event", "length": len(item)})]
    return "\n".join(lines).encode() + b"\n" + item + b"\n"


def event(message: Message, title: str, note: str = "") -> dict[str, Json]:
    """The event. The same message has the same id, so that a second attempt is dropped by Sentry."""
    first = message.items[0] if message.items else None
    level = "info" if first is None or say.over(message) else _LEVELS[first.event]
    found: dict[str, Json] = {
        "event_id": say.digest(message.dedup_key),
        "timestamp": message.now,
        "platform": "other",
        "level": level,
        "logger": "monctl",
        "logentry": {"formatted": say.cut(title, _MESSAGE)},
        "fingerprint": ["monctl", message.thread_key],
        "tags": _tags(message, first),
        "contexts": {"alert": _alert(first)} if first else {},
        "extra": _extra(message, note),
    }
    environment = re.sub(r"[\s/]+", "-", message.environment)[:_ENVIRONMENT]
    return found | ({"environment": environment} if environment else {})


def _tags(message: Message, first: Item | None) -> dict[str, str]:
    """Names and values as Sentry takes them: others would be dropped."""
    tags = dict(first.labels) if first else {}
    tags |= {"estate": message.estate, "kind": message.kind, "channel": message.channel}
    if first:
        tags |= {"monitor": first.monitor, "severity": first.severity, "state": first.state, "service": first.service, "team": first.team}
    clean = {re.sub(r"[^A-Za-z0-9_.:-]", "_", tag)[:_TAG]: say.plain(text, lines=False)[:_TAG_VALUE] for tag, text in tags.items()}
    return {tag: text for tag, text in clean.items() if tag and text}


def _alert(item: Item) -> dict[str, Json]:
    found = {
        "title": item.title,
        "value": item.value,
        "threshold": item.threshold,
        "since": epoch_text(item.since),
        "until": epoch_text(item.until) if item.until is not None else "",
        "reason": item.reason,
        "message": item.text,
        "first_step": item.first_step,
        "action": item.action,
        "runbook": item.runbook,
        "affected": ", ".join(item.affected),
    }
    return {name: say.plain(text) for name, text in found.items() if text}


def _extra(message: Message, note: str) -> dict[str, Json]:
    found: dict[str, Json] = {
        "links": {link.title: link.url for link in say.links(message)},
        "others": [f"{say.name(item)}: {say.measured(item)}" for item in say.shown(message)[1:]],
        "folded": say.folded(message),
        "also_told": list(message.told),
        "note": note,
    }
    return {name: text for name, text in found.items() if text}
