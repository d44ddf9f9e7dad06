"""Letters the sender makes itself: the digest of what a rate limit holds, and the news that something could not be delivered. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from monctl.bundle import Bundle
from monctl.runner.core.compose import dedup_key
from monctl.runner.message import Item, Message
from monctl.runner.notifiers.notifier import Receiver
from monctl.runner.store.store import Letter, Row

FOLDED = "|folded"
"""How the thread of such a digest ends. `store.tables.DUE` knows it too: a receiver's other letters wait while one is open."""
UNDELIVERED = "|undelivered"
_FROM = 3
"""So many letters make one; two are told by themselves as soon as they may."""


def fold(receiver: str, rows: Sequence[Row], now: float, *, at: float) -> tuple[list[Row], Letter] | None:
    """The open rows of a receiver that make one digest, and that digest, due `at`; None: there are too few.

    A thread of which something was tried stays as it is: the digest would tell its later letters before the first.
    """
    tried = {row.letter.thread for row in rows if row.attempts or row.state != "new"}
    fresh = [row for row in rows if row.letter.thread not in tried]
    if len(fresh) < _FROM:
        return None
    items: dict[str, Item] = {}
    for row in fresh:
        for item in row.letter.message.items:
            items.pop(item.incident, None)  # the newest word on each, where it was said
            items[item.incident] = item
    message = dataclasses.replace(
        fresh[0].letter.message,
        kind="digest",
        dedup_key=dedup_key(receiver, "folded", *(row.id for row in fresh)),
        thread_key=f"{receiver}{FOLDED}",
        now=now,
        items=tuple(items.values()),
        collapsed=sum(1 + row.letter.message.collapsed for row in fresh),
        level=0,
        told=(),
        page=fresh[0].letter.message.page.partition("/incidents/")[0],
    )
    return fresh, Letter(receiver, f"{receiver}{FOLDED}", "digest", message, at)


def undelivered(bundle: Bundle, row: Row, meant: Receiver, why: str, now: float) -> Letter | None:
    """What the fallback channel (option `fallback`) is told of a letter that is given up; None: there is none, or it is the one that failed."""
    fallback = str(bundle.options.get("fallback") or "")
    if fallback not in bundle.channels or fallback == meant.name or row.letter.thread.endswith(UNDELIVERED):
        return None
    thread = f"{meant.name}{UNDELIVERED}"
    severity = min(bundle.severities.values(), key=lambda one: one.rank)
    told = ", ".join(item.title for item in row.letter.message.items) or row.letter.kind
    item = Item(
        incident=thread, monitor="", title=f"'{meant.title}' could not be told: {told}", severity=severity.name,
        emoji=severity.emoji, color=severity.color, event=severity.event, state="firing", value="", threshold="", since=now, reason=why,
        action=f"Mend the channel {meant.name}, then send a test: monctl notify-test {meant.name}",
    )  # fmt: skip
    message = Message(
        "firing", bundle.title, bundle.environment, fallback, dedup_key(fallback, "undelivered", row.id), thread, now, (item,),
        time_zone=row.letter.message.time_zone, page=row.letter.message.page,
    )  # fmt: skip
    return Letter(fallback, thread, "firing", message)
