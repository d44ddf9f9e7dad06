"""What a notifier is: one way of telling. It tries once; trying again is the outbox's, which survives a crash."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from monctl.resource import SecretRef
from monctl.runner.message import Message


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where one message goes: a channel of the bundle, or a person through a kind of channel."""

    name: str
    """`slack-critical`, or `person:ana/sms`."""
    kind: str
    """slack, email, pagerduty, sms, webhook, sentry, apprise."""
    title: str
    settings: Mapping[str, object]
    """As `monctl.program.Channel.settings`; secrets are SecretRef."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has it."""

    stored: Mapping[str, str] = field(default_factory=dict)
    """What the next message of the same thread needs: Slack's `ts` and channel, PagerDuty's routing key (as its reference, never the value)."""


@dataclass(frozen=True, slots=True)
class Again:
    """Not now: 429, 5xx, a lost connection. The outbox decides when."""

    why: str
    after_s: float | None = None
    """What Retry-After asked for; None: the outbox's own back-off."""
    unknown: bool = False
    """The other side may have it all the same: the reply was lost."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Never: a wrong address, a revoked key. Trying again would not help."""

    why: str
    """The sentence for a person, without secrets, with the way out."""


Delivered = Sent | Again | Refused


@dataclass(frozen=True, slots=True)
class Tools:
    """What notifiers share."""

    secrets: Callable[[SecretRef], str]
    smtp: Mapping[str, object] = field(default_factory=dict)
    """`host`, `port`, `user`, `password` (SecretRef), `tls` (`none`, `starttls`, `implicit`), `sender`, `ca` (a PEM file to trust)."""
    templates: Mapping[str, str] = field(default_factory=dict)
    """A user's own templates, by name (`title`, `sms`, `slack`, `email.txt`, `email.html`, or `<channel>/<name>`); they replace ours."""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Base URLs that are not the vendor's own: `slack`, `pagerduty-events`, `twilio`."""


class Notifier(Protocol):
    """Tells. Never raises for what the other side does; an exception is a bug."""

    async def send(self, receiver: Receiver, message: Message, stored: Mapping[str, str]) -> Delivered:
        """One attempt. `stored` is what the last message of this thread left for this receiver."""

    async def close(self) -> None:
        """Give back connections. Called once."""
