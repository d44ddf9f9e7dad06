"""[I/O] A webhook: the message as versioned JSON, signed, with a key that makes attempts of the same message one.

`Monctl-Signature: t=<seconds>,v1=<hex>` is HMAC-SHA256 of `<seconds>.<body>` with the channel's secret. A receiver compares it in constant
time and refuses a `t` that is older than a few minutes; `t` is the time of the attempt.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict

from monctl.errors import UsageError
from monctl.instant import epoch_text
from monctl.resource import Json, SecretRef
from monctl.runner.clock import Clock, SystemClock
from monctl.runner.message import Item, Message
from monctl.runner.notifiers import say
from monctl.runner.notifiers.notifier import Delivered, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.post import Answer, Web, hide
from monctl.runner.notifiers.setting import header_safe, needed, refused, value
from monctl.runner.notifiers.template import Templates

FORMAT_VERSION = 1
"""Grows when the body changes in a way that breaks receivers; new fields do not."""


class Webhook:
    """Settings: `url`, `headers`, `secret`."""

    def __init__(self, tools: Tools, web: Web | None = None, clock: Clock | None = None) -> None:
        self._tools = tools
        self._clock = clock or SystemClock()
        self._web = web or Web(self._clock)
        self._templates = Templates(tools.templates)

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        try:
            url = needed(self._tools, receiver, "url", way_out="give the channel 'url'")
            given = receiver.settings.get("headers") or {}
            own = {str(name): value(self._tools, text) for name, text in given.items()} if isinstance(given, Mapping) else {}
            secret = value(self._tools, receiver.settings.get("secret"))
            headers = header_safe({"Content-Type": "application/json", "Idempotency-Key": key(message), **own})
        except UsageError as error:
            return refused(error)
        title = self._templates.render("title", message)
        body = json.dumps(document(message, title.text, title.note), ensure_ascii=False, separators=(",", ":")).encode()
        if secret:
            headers["Monctl-Signature"] = signature(body, secret, int(self._clock.wall()))
        hidden = [secret, *(own[name] for name, text in _items(given) if isinstance(text, SecretRef))]
        answer = await self._web.post(f"the webhook of {receiver.name}", url, body, headers, hidden=hidden)
        if not isinstance(answer, Answer):
            return answer
        if answer.good:
            return Sent()
        said = hide(answer.text, (url, *hidden))
        return Refused(
            f"the webhook of {receiver.name} answered {answer.status}{f': {said}' if said else ''}; check its URL, headers and secret"
        )

    async def close(self) -> None:
        await self._web.close()


def document(message: Message, title: str, note: str = "") -> dict[str, Json]:
    """The body. Times are RFC 3339 in UTC; `alerts` are most severe first and all there."""
    found: dict[str, Json] = {
        "format_version": FORMAT_VERSION,
        "kind": message.kind,
        "state": "resolved" if say.over(message) else "firing" if message.items else "test",
        "title": title,
        "estate": message.estate,
        "environment": message.environment,
        "channel": message.channel,
        "id": message.dedup_key,
        "thread": message.thread_key,
        "at": epoch_text(message.now),
        "alerts": [_alert(item) for item in message.items],
        "collapsed": message.collapsed,
        "escalation_level": message.level,
        "person": message.person,
        "also_told": list(message.told),
        "period": message.period,
        "page": message.page,
    }
    return found | ({"note": note} if note else {})


def signature(body: bytes, secret: str, at: int) -> str:
    """`t=…,v1=…` for a body sent at `at`, seconds since the epoch."""
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def key(message: Message) -> str:
    """The idempotency key: the same for every attempt, safe in a header, at most 64 characters."""
    return say.digest(message.dedup_key)


def _alert(item: Item) -> dict[str, Json]:
    found = {name: dict(text) if isinstance(text, Mapping) else text for name, text in asdict(item).items()}
    return found | {
        "since": epoch_text(item.since),
        "until": None if item.until is None else epoch_text(item.until),
        "affected": list(item.affected),
    }


def _items(given: object) -> list[tuple[str, object]]:
    return [(str(name), text) for name, text in given.items()] if isinstance(given, Mapping) else []
