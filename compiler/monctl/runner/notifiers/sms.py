"""[I/O] Text messages through Twilio: one form for each number, short enough to be read on a lock screen.

https://www.twilio.com/docs/messaging/api/message-resource (read 2026-11-21): `Body` at most 1,600 characters; no key makes a request idempotent,
so a message may arrive twice when Twilio's answer was lost.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from monctl.errors import UsageError
from monctl.runner.message import Message
from monctl.runner.notifiers import say
from monctl.runner.notifiers.gsm import fit, plainer
from monctl.runner.notifiers.notifier import Again, Delivered, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.post import Answer, Web, hide
from monctl.runner.notifiers.setting import Reached, endpoint, needed, refused, several
from monctl.runner.notifiers.template import Templates

_API = "https://api.twilio.com"
SEGMENTS = 2
"""306 characters, or 134 where the text needs UCS-2."""
_NOTE = " (template broken)"
_log = logging.getLogger(__name__)


class Sms:
    """Settings: `to` (numbers), `account`, `token`, `sender` (a number, a name, or a messaging service's SID)."""

    def __init__(self, tools: Tools, web: Web | None = None) -> None:
        self._tools = tools
        self._web = web or Web()
        self._templates = Templates(tools.templates)
        self._reached = Reached()

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        try:
            account, token, sender = (
                needed(self._tools, receiver, name, way_out=_way_out(name)) for name in ("account", "token", "sender")
            )
        except UsageError as error:
            return refused(error)
        before = several(stored.get("to", "").split(","))
        # whoever was told that it began is told that it is over, though somebody else is on call by now
        numbers = before if before != ("",) and message.kind in {"resolved", "acknowledged"} else several(receiver.settings.get("to"))
        if not numbers:
            return Refused(f"{receiver.name} has nobody in 'to'; write numbers such as +351910000000")
        rendered = self._templates.render("sms", message)
        body = text(rendered.text + (_NOTE if rendered.note else ""), message)
        failed: list[Again | Refused] = []
        for number in numbers:
            if number in self._reached.of(message.dedup_key):
                continue
            became = await self._one(receiver, account, token, sender, number, body)
            if isinstance(became, Sent):
                self._reached.add(message.dedup_key, number)
            else:
                failed.append(became)
        done = self._verdict(receiver, message, failed)
        return Sent({"to": ",".join(several((*filter(None, before), *numbers)))}) if isinstance(done, Sent) else done

    async def close(self) -> None:
        await self._web.close()

    async def _one(self, receiver: Receiver, account: str, token: str, sender: str, number: str, body: str) -> Delivered:
        url = f"{endpoint(self._tools, 'twilio', _API)}/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
        origin = {"MessagingServiceSid": sender} if sender.startswith("MG") else {"From": sender}
        form = urlencode({"To": number, **origin, "Body": body}).encode()
        basic = base64.b64encode(f"{account}:{token}".encode()).decode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {basic}"}
        who, hidden = f"Twilio ({receiver.name})", (token, account, number, basic)
        answer = await self._web.post(who, url, form, headers, hidden=hidden)
        if not isinstance(answer, Answer):
            return answer
        return Sent() if answer.good else Refused(f"{who} refused {_masked(number)}: {hide(_said(answer), hidden)}")

    def _verdict(self, receiver: Receiver, message: Message, failed: list[Again | Refused]) -> Delivered:
        """Again while one may still get it; refused when nobody did."""
        if again := [one for one in failed if isinstance(one, Again)]:
            waits = [one.after_s for one in again if one.after_s is not None]
            return Again(again[0].why, max(waits) if waits else None, unknown=any(one.unknown for one in again))
        got = self._reached.of(message.dedup_key)
        self._reached.forget(message.dedup_key)
        if failed and not got:
            return failed[0]
        for one in failed:
            _log.warning("%s: %s", receiver.name, one.why)
        return Sent()


def text(rendered: str, message: Message) -> str:
    """The body: plain signs, the link to the page whole, two segments at most."""
    return fit(plainer(rendered), message.page if say.web(message.page) else "", SEGMENTS)


def _way_out(name: str) -> str:
    if name == "sender":
        return "give the channel 'sender': a number of the Twilio account, or a messaging service's SID"
    return f"give the channel '{name}' by reference, as ${{env:NAME}}"


def _masked(number: str) -> str:
    return f"…{number[-3:]}"


def _said(answer: Answer) -> str:
    """Twilio's own sentence and code: `The 'To' number is not valid (21211)`."""
    try:
        said = json.loads(answer.text)
        return f"{said.get('message') or answer.status} ({said.get('code') or answer.status})"
    except (ValueError, AttributeError):
        return str(answer.status)
