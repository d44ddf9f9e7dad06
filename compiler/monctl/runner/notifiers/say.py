"""The words of messages: headlines, durations, times, what is folded. Pure; every channel speaks with these."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monctl.number import counted
from monctl.quantity import Duration
from monctl.runner.message import Item, Message

SHOWN = 20
"""Alerts a message lists; the rest are counted. Labels, links and names likewise."""
SHORT, LONG = 300, 4000
"""Characters of a text on one line, and of one that may be a paragraph."""
OVER = "✅"
_LEADS: Mapping[str, str] = {
    "update": "changed",
    "reminder": "still firing",
    "flapping": "flapping",
    "acknowledged": "acknowledged",
}
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Control, direction and invisible characters, which hide or forge what people read. The joiners of scripts and emoji are none of them."""


@dataclass(frozen=True, slots=True)
class Link:
    """A place to click."""

    title: str
    url: str


def plain(text: str, *, lines: bool = True) -> str:
    """The text without control, direction and invisible characters; with `lines=False` on one line."""
    kept = _UNSEEN.sub(" " if not lines else "", text) if not text.isprintable() or not text.isascii() else text
    return kept if lines else " ".join(kept.split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis where something is left out."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)].rstrip() + "…"


def lasted(seconds: float) -> str:
    """`25m`, `1h5m`, `3d4h`: two units at most, as a person would say it."""
    rest = max(int(seconds), 0)
    grain = 1 if rest < 600 else 60 if rest < 86_400 else 3600
    return str(Duration(rest // grain * grain * 1000))


def when(at: float, time_zone: str) -> str:
    """`2026-11-21 13:05 CET`; in UTC where the zone is not known here."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    local = datetime.fromtimestamp(at, zone)
    return f"{local:%Y-%m-%d %H:%M} {local.tzname() or time_zone}"


def lately(at: float, now: float, time_zone: str) -> str:
    """The time, without the day where it is today's."""
    text = when(at, time_zone)
    return text[11:] if text[:10] == when(now, time_zone)[:10] else text


def web(url: str) -> bool:
    """Whether a browser would open it: an absolute http or https address without blanks."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and not re.search(r"\s", url)


def links(message: Message) -> tuple[Link, ...]:
    """Where to look, in order: the runner's page, the runbook, links of the first alert. Each address once, only what a browser opens."""
    open_page = message.kind in {"resolved", "acknowledged", "digest"} or over(message)
    found = [Link("Open" if open_page else "Acknowledge or silence", message.page)]
    for item in message.items[:1]:
        found += [Link("Runbook", item.runbook), *(Link(title, url) for title, url in item.links.items())]
    seen: dict[str, Link] = {}
    for link in found:
        if web(link.url):
            seen.setdefault(link.url, link)
    return tuple(seen.values())


def name(item: Item) -> str:
    """What the alert is called: `CRITICAL: Orphaned posts`."""
    return f"{item.severity.upper()}: {item.title}"


def measured(item: Item) -> str:
    """The value against the threshold: `12 posts, threshold > 10 for 5m`."""
    return ", threshold ".join(part for part in (item.value, item.threshold) if part) if item.value else _alone(item.threshold)


def headline(message: Message) -> str:
    """One line that says it all, with an emoji in front: subject, fallback, summary."""
    return plain(_headline(message), lines=False)


def _headline(message: Message) -> str:
    if not message.items:
        return f"🔔 Test message from {_place(message)}"
    first = message.items[0]
    if message.kind == "digest":
        firing = sum(item.state == "firing" for item in message.items)
        among = f"{counted(len(message.items), 'alert')}, {firing or 'none'} still firing"
        return f"🗞 Digest{f' of {message.period}' if message.period else ''}: {among}"
    more = f" and {len(message.items) - 1} more" if len(message.items) > 1 else ""
    if over(message):
        after = f", after {lasted(first.until - first.since)}" if first.until is not None and not more else ""
        return f"{OVER} Resolved: {first.title}{more}{after}"
    lead = f"escalated to level {message.level}" if message.kind == "escalate" else _LEADS.get(message.kind, "")
    said = "" if more else measured(first)
    return f"{first.emoji} {first.severity.upper()}{lead and f', {lead}'}: {first.title}{more}{said and f' ({said})'}".strip()


def over(message: Message) -> bool:
    """Whether nothing of what the message tells of lasts."""
    return message.kind == "resolved" or (
        message.kind != "digest" and bool(message.items) and all(i.state == "resolved" for i in message.items)
    )


def shown(message: Message) -> tuple[Item, ...]:
    """The alerts that are listed."""
    return message.items[:SHOWN]


def folded(message: Message) -> str:
    """What is left out: `and 7 more alerts; 3 further messages were folded into this one`; empty when nothing is."""
    beyond = len(message.items) - SHOWN
    parts = [f"and {counted(beyond, 'more alert')}"] if beyond > 0 else []
    if message.collapsed:
        parts.append(f"{counted(message.collapsed, 'further message')} {'was' if message.collapsed == 1 else 'were'} folded into this one")
    return "; ".join(parts)


def mapped(message: Message, change: Callable[[str], str]) -> Message:
    """The message for people: every text changed and of a length one reads, short ones on one line; keys, addresses and numbers stay."""

    def short(text: str) -> str:
        return change(cut(plain(text[:LONG], lines=False), SHORT))

    def long(text: str) -> str:
        return change(cut(text, LONG))

    return replace(
        message,
        items=tuple(_mapped(item, long, short) for item in message.items),
        estate=short(message.estate),
        environment=short(message.environment),
        told=tuple(map(short, message.told[:SHOWN])),
        person=short(message.person),
        period=short(message.period),
    )


def key(text: str, limit: int) -> str:
    """The key within a limit: a longer one ends in a hash of the whole, so that different ones stay different."""
    return text if len(text) <= limit else f"{text[: limit - 33]}#{digest(text)}"


def digest(text: str) -> str:
    """32 hexadecimal digits that stand for the text."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _mapped(item: Item, long: Callable[[str], str], short: Callable[[str], str]) -> Item:
    return replace(
        item,
        monitor=short(item.monitor),
        title=short(item.title),
        severity=short(item.severity),
        value=short(item.value),
        threshold=short(item.threshold),
        reason=long(item.reason),
        action=long(item.action),
        text=long(item.text),
        service=short(item.service),
        team=short(item.team),
        first_step=long(item.first_step),
        runbook=item.runbook if web(item.runbook) else short(item.runbook),
        labels={short(label): short(value) for label, value in list(item.labels.items())[:SHOWN]},
        links={short(title): url for title, url in list(item.links.items())[:SHOWN] if web(url)},
        affected=tuple(map(short, item.affected[:SHOWN])),
    )


def _alone(threshold: str) -> str:
    return f"threshold {threshold}" if threshold else ""


def _place(message: Message) -> str:
    return f"{message.estate} ({message.environment})" if message.environment else message.estate
