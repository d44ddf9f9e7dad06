"""[I/O through notifiers] A test message through channels, exactly as an alert would go."""

from __future__ import annotations

import dataclasses
import secrets as chance
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from monctl.bundle import Bundle
from monctl.errors import MonctlError
from monctl.resource import SecretRef
from monctl.runner.core.compose import dedup_key
from monctl.runner.message import Item, Message
from monctl.runner.notifiers.notifier import Again, Notifier, Refused, Sent
from monctl.runner.options import notifiers, options
from monctl.runner.receivers import receiver

_CALLS = frozenset({"pagerduty"})
"""Kinds whose test would go on calling people: it is resolved at once."""


async def trial(
    bundle: Bundle, channels: Sequence[str], *, secrets: Callable[[SecretRef], str], root: Path
) -> list[tuple[str, str | None]]:
    """(channel, why it did not take the message; None: it did) of each, one after the other. Raises UsageError for unreadable options."""
    told = notifiers(options(bundle.options), secrets, root)
    try:
        return [(name, await _one(told, bundle, name)) for name in channels]
    finally:
        await told.close()


async def _one(notifiers: Notifier, bundle: Bundle, name: str) -> str | None:
    meant = receiver(bundle, name)
    assert meant is not None
    message = _message(bundle, name, time.time())
    try:
        match await notifiers.send(meant, message, {}):
            case Again(why=why) | Refused(why=why):
                return why
            case Sent(stored=stored):
                if meant.kind not in _CALLS:
                    return None
                match await notifiers.send(meant, _over(message), stored):
                    case Sent():
                        return None
                    case Again(why=why) | Refused(why=why):
                        return f"it took the test, but not its end: {why}. Resolve the alert '{message.items[0].title}' by hand"
    except MonctlError as error:
        return str(error)


def _over(message: Message) -> Message:
    """The same alert, at its end."""
    item = dataclasses.replace(message.items[0], state="resolved", until=message.now)
    return dataclasses.replace(message, kind="resolved", dedup_key=dedup_key(message.dedup_key, "resolved"), items=(item,))


def _message(bundle: Bundle, name: str, now: float) -> Message:
    """As mild as it gets: a test of a channel wakes nobody it need not."""
    severity = max(bundle.severities.values(), key=lambda one: one.rank)
    key = f"{bundle.estate}/test#{chance.token_hex(4)}"
    item = Item(
        incident=key, monitor="", title=f"Test of the channel {name}", severity=severity.name, emoji=severity.emoji, color=severity.color,
        event=severity.event, state="firing", value="", threshold="", since=now, reason="Somebody ran monctl notify-test.",
        action="Nothing is to be done.",
    )  # fmt: skip
    return Message("test", bundle.title, bundle.environment, name, key, key, now, (item,))
