"""[I/O] E-mail by SMTP: one transaction for each message, over TLS unless the relay is on this machine."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage

import aiosmtplib

from monctl.errors import UsageError
from monctl.runner.message import Message
from monctl.runner.notifiers.letter import address, letter
from monctl.runner.notifiers.notifier import Again, Delivered, Receiver, Refused, Sent, Tools
from monctl.runner.notifiers.post import hide, reason
from monctl.runner.notifiers.setting import Reached, refused, several, value
from monctl.runner.notifiers.template import Templates

_TIMEOUT_S = 30.0
_PORTS: Mapping[str, int] = {"none": 25, "starttls": 587, "implicit": 465}
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_HOW = "set host, port, tls (none, starttls, implicit), user, password and sender of the mail server"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Relay:
    """The mail server that takes what we send."""

    host: str
    port: int
    tls: str
    user: str
    password: str
    sender: str
    ca: str
    """A file of certificates to trust; empty: the system's."""

    def __repr__(self) -> str:
        return f"Relay({self.host}:{self.port})"

    @classmethod
    def of(cls, tools: Tools) -> Relay:
        """From the settings. Raises UsageError for what is missing or would send a password in clear."""
        get = {name: value(tools, tools.smtp.get(name)) for name in ("host", "port", "tls", "user", "password", "sender", "ca")}
        tls = get["tls"] or "starttls"
        if not get["host"] or not get["sender"]:
            raise UsageError(f"no mail server is set: '{'host' if not get['host'] else 'sender'}' is missing", hint=_HOW)
        if tls not in _PORTS or (get["port"] and not get["port"].isdecimal()):
            raise UsageError(f"the mail server's '{'tls' if tls not in _PORTS else 'port'}' is not one", hint=_HOW)
        if tls == "none" and get["user"] and get["host"] not in _LOCAL:
            raise UsageError("the mail server's password would travel in clear", hint="set tls to starttls or implicit")
        address(get["sender"])
        port = int(get["port"] or _PORTS[tls])
        return cls(get["host"], port, tls, get["user"], get["password"], get["sender"], get["ca"])

    def context(self) -> ssl.SSLContext | None:
        """Verifies; None without TLS. Raises UsageError for a file that is no certificate."""
        if self.tls == "none":
            return None
        try:
            return ssl.create_default_context(cafile=self.ca or None)
        except (OSError, ssl.SSLError) as error:
            raise UsageError("the mail server's 'ca' is not a file of certificates", hint="name a PEM file") from error


class Mail:
    """Settings: `to`, a list of addresses. The server is `Tools.smtp`."""

    def __init__(self, tools: Tools, *, timeout_s: float = _TIMEOUT_S) -> None:
        self._tools = tools
        self._timeout_s = timeout_s
        self._templates = Templates(tools.templates)
        self._reached = Reached()

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        everyone = several(receiver.settings.get("to"))
        if not everyone:
            return Refused(f"{receiver.name} has nobody in 'to'; write e-mail addresses")
        title, text, page = (self._templates.render(name, message) for name in ("title", "email.txt", "email.html"))
        try:
            relay = Relay.of(self._tools)
            context = relay.context()
            made = letter(message, relay.sender, everyone, title, text, page)
        except UsageError as error:
            return refused(UsageError(f"{receiver.name}: {error}", hint=error.hint))
        left = [one for one in everyone if one not in self._reached.of(message.dedup_key)]
        return await self._deliver(receiver, relay, context, made, left, message.dedup_key) if left else Sent()

    async def close(self) -> None:
        """Nothing is kept open between messages."""

    async def _deliver(
        self, receiver: Receiver, relay: Relay, context: ssl.SSLContext | None, made: EmailMessage, to: list[str], key: str
    ) -> Delivered:
        who = f"the mail server ({receiver.name})"
        client = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            use_tls=relay.tls == "implicit",
            start_tls=relay.tls == "starttls",
            tls_context=context,
            timeout=self._timeout_s,
        )
        try:
            return await self._talk(who, client, relay, made, to, key)
        finally:
            await _bye(client)

    async def _talk(self, who: str, client: aiosmtplib.SMTP, relay: Relay, made: EmailMessage, to: list[str], key: str) -> Delivered:
        try:
            await client.connect()
            if relay.user:
                await client.login(relay.user, relay.password)
        except aiosmtplib.SMTPResponseException as error:
            return _answered(who, relay, error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Again(f"{who} cannot be reached: {_why(error)}")
        try:
            addresses = [address(one).addr_spec for one in to]
            refusals, _ = await client.sendmail(address(relay.sender).addr_spec, addresses, made.as_bytes())
        except aiosmtplib.SMTPRecipientsRefused as error:
            return self._some(who, relay, to, {one.recipient: (one.code, one.message) for one in error.recipients}, key)
        except aiosmtplib.SMTPResponseException as error:
            return _answered(who, relay, error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Again(f"{who} did not confirm: {_why(error)}", unknown=True)
        return self._some(who, relay, to, {one: (answer.code, answer.message) for one, answer in refusals.items()}, key)

    def _some(self, who: str, relay: Relay, to: list[str], refusals: Mapping[str, tuple[int, str]], key: str) -> Delivered:
        """Again while somebody may still get it; the others will not get it twice."""
        for one in to:
            if address(one).addr_spec not in refusals:
                self._reached.add(key, one)
        if later := [answer for answer in refusals.values() if answer[0] < 500]:
            return _answered(who, relay, *later[0])
        got = self._reached.of(key)
        self._reached.forget(key)
        if refusals and not got:
            return _answered(who, relay, *next(iter(refusals.values())))
        for code, said in refusals.values():
            _log.warning("%s refused one of several recipients: %s %s", who, code, hide(said, (relay.password,)))
        return Sent()


def _answered(who: str, relay: Relay, code: int, said: str) -> Again | Refused:
    """RFC 5321 §4.2.1: 4yz passes, 5yz does not."""
    text = f"{who} answered {code}: {hide(said, (relay.password,))}"
    if code < 500:
        return Again(text)
    return Refused(f"{text}; check {'user and password' if code in {530, 534, 535, 538} else 'the sender and the addresses'}")


def _why(error: BaseException) -> str:
    """Aiosmtplib wraps what happened; its own text may hold addresses."""
    cause = error.__cause__ or error
    if isinstance(error, aiosmtplib.SMTPTimeoutError) or isinstance(cause, TimeoutError):
        return "no answer in time"
    if isinstance(error, aiosmtplib.SMTPServerDisconnected):
        return "it hung up"
    return "it offers no STARTTLS" if "STARTTLS" in str(error) else reason(cause)


async def _bye(client: aiosmtplib.SMTP) -> None:
    """Ends the conversation, politely where it still goes on."""
    try:
        if client.is_connected:
            await client.quit()
    except (aiosmtplib.SMTPException, OSError):
        pass  # what was to be learned is known already
    finally:
        client.close()
