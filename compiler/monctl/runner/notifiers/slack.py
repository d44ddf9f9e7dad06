"""[I/O] Slack, by bot token (threads, and the first message turns green when it is over) or incoming webhook (one message each time)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from monctl.errors import UsageError
from monctl.resource import Json
from monctl.runner.message import Message
from monctl.runner.notifiers.notifier import Again, Delivered, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.post import Answer, Web, hide
from monctl.runner.notifiers.setting import endpoint, refused, value
from monctl.runner.notifiers.slack_blocks import payload
from monctl.runner.notifiers.template import Templates

_API = "https://slack.com/api"
_BUSY = frozenset({"fatal_error", "internal_error", "ratelimited", "rate_limited", "request_timeout", "service_unavailable"})
"""Errors that pass. https://docs.slack.dev/reference/methods/chat.postMessage (read 2026-11-21)"""
_GONE = frozenset({"cant_update_message", "channel_not_found", "edit_window_closed", "is_archived", "message_not_found"})
"""The stored message cannot be edited any more; a new one is posted."""
_WAYS_OUT: Mapping[str, str] = {
    "account_inactive": "the bot was removed; install the app again and renew the token",
    "action_prohibited": "an administrator forbids posting there",
    "channel_is_archived": "unarchive the channel, or name another",
    "channel_not_found": "check the channel's name, and invite the bot to it",
    "invalid_auth": "renew the token",
    "invalid_token": "renew the webhook",
    "is_archived": "unarchive the channel, or name another",
    "missing_scope": "give the bot the scope chat:write",
    "no_service": "the webhook was removed or disabled; make a new one",
    "no_team": "the workspace is gone; make a new webhook",
    "not_authed": "renew the token",
    "not_in_channel": "invite the bot to the channel",
    "token_expired": "renew the token",
    "token_revoked": "renew the token",
    "user_not_found": "check the person's Slack identity",
}
_NEWS = frozenset({"firing", "update", "escalate"})
"""What must be seen in the channel though it stands in a thread."""

_QUIET: Mapping[str, Json] = {"unfurl_links": False, "unfurl_media": False, "link_names": False, "parse": "none"}


class Slack:
    """Tells in a channel, or a person directly. Settings: `channel`, and `token` or `webhook`."""

    def __init__(self, tools: Tools, web: Web | None = None) -> None:
        self._tools = tools
        self._web = web or Web()
        self._templates = Templates(tools.templates)

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        try:
            token = value(self._tools, receiver.settings.get("token"))
            webhook = "" if token else value(self._tools, receiver.settings.get("webhook"))
        except UsageError as error:
            return refused(error)
        body = payload(message, self._templates.render("slack", message))
        if token:
            return await self._by_token(receiver, token, message, body, stored)
        if webhook:
            return await self._by_webhook(receiver, webhook, body)
        return Refused(f"{receiver.name} has neither 'token' nor 'webhook'; give it one by reference")

    async def close(self) -> None:
        await self._web.close()

    async def _by_webhook(self, receiver: Receiver, url: str, body: Json) -> Delivered:
        """https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (read 2026-11-21): 200 `ok`, else an error word as text."""
        answer = await self._web.post(f"Slack ({receiver.name})", url, _json(body), {"Content-Type": "application/json"}, hidden=(url,))
        if not isinstance(answer, Answer):
            return answer
        return Sent() if answer.good else _refusal(receiver, hide(answer.text, (url,)) or str(answer.status))

    async def _by_token(self, receiver: Receiver, token: str, message: Message, body: Json, stored: Mapping[str, str]) -> Delivered:
        thread, channel = stored.get("ts", ""), stored.get("channel", "")
        known = {"channel": channel, "ts": thread}
        if not thread or not channel:
            return await self._call(receiver, token, "chat.postMessage", {"channel": _channel(receiver), **body})
        if message.kind in {"resolved", "acknowledged"}:
            edited = await self._call(receiver, token, "chat.update", {**body, **known})
            if isinstance(edited, Again) or (isinstance(edited, Refused) and not any(word in edited.why for word in _GONE)):
                return edited
            if isinstance(edited, Refused):
                return await self._call(receiver, token, "chat.postMessage", {"channel": _channel(receiver), **body})
            body = {"text": body["text"]}  # nobody is notified of an edit: those in the thread get one line
        reply = {**body, "channel": channel, "thread_ts": thread, "reply_broadcast": message.kind in _NEWS}
        done = await self._call(receiver, token, "chat.postMessage", reply)
        return Sent(known) if isinstance(done, Sent) else done

    async def _call(self, receiver: Receiver, token: str, method: str, body: Json) -> Delivered:
        """One method of the Web API. Sent with where the message stands."""
        url = f"{endpoint(self._tools, 'slack', _API)}/{method}"
        headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {token}"}
        quiet = _QUIET if method == "chat.postMessage" else {}
        answer = await self._web.post(f"Slack ({receiver.name})", url, _json({**quiet, **body}), headers, hidden=(token,))
        if not isinstance(answer, Answer):
            return answer
        said = _read(answer.text)
        if said.get("ok") is True:
            return Sent({"channel": str(said.get("channel", "")), "ts": str(said.get("ts", ""))})
        error = hide(str(said.get("error") or answer.status), (token,))
        if error in _BUSY:
            return Again(f"Slack ({receiver.name}) answered {error}", unknown=error not in {"ratelimited", "rate_limited"})
        if answer.good and not said:
            return Again(f"Slack ({receiver.name}) gave an answer that cannot be read", unknown=True)
        return _refusal(receiver, error)


def _refusal(receiver: Receiver, error: str) -> Refused:
    return Refused(f"Slack ({receiver.name}) refused: {error}; {_WAYS_OUT.get(error, 'see the error in the documentation of Slack')}")


def _channel(receiver: Receiver) -> str:
    """`#name`, or the id of a person or channel: `@U0123` is written `U0123`."""
    named = str(receiver.settings.get("channel") or "")
    return named[1:] if named.startswith("@") and named[1:2] in {"U", "W", "D"} else named


def _json(body: Json) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _read(text: str) -> Mapping[str, Json]:
    try:
        said = json.loads(text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
