"""Notices made into messages. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import quote

from monctl.bundle import Bundle
from monctl.runner.core.effect import Notice
from monctl.runner.core.group import Group, latest
from monctl.runner.message import Message


def alone(notice: Notice, bundle: Bundle, now: float, *, page: str = "") -> Message:
    """The message of one notice by itself."""
    channel, person = _meant(notice.receiver)
    return Message(
        kind=notice.kind,
        estate=bundle.title,
        environment=bundle.environment,
        channel=channel,
        dedup_key=dedup_key(notice.receiver, notice.incident, notice.kind, notice.seq),
        thread_key=notice.incident,
        now=now,
        items=(notice.item,),
        level=notice.level,
        told=tuple(_title(bundle, name) for name in notice.told),
        person=bundle.people[person].title if person in bundle.people else "",
        time_zone=_zone(bundle, person),
        page=f"{page}/incidents/{quote(notice.incident, safe='')}" if page else "",
    )


def together(group: Group, notices: Sequence[Notice], bundle: Bundle, now: float, *, page: str = "") -> Message:
    """One message of several notices."""
    found = latest(notices)
    firing = any(notice.item.state == "firing" for notice in found)
    seen = {name: None for notice in found for name in notice.told}
    return Message(
        kind="digest" if group.digest else "firing" if firing else "resolved",
        estate=bundle.title,
        environment=bundle.environment,
        channel=group.receiver,
        dedup_key=dedup_key(group.receiver, group.key, "group", *(f"{notice.incident}:{notice.seq}" for notice in found)),
        thread_key=group.key,
        now=now,
        items=tuple(notice.item for notice in found),
        told=tuple(_title(bundle, name) for name in seen),
        time_zone=_zone(bundle, ""),
        page=page,
        period=group.digest,
    )


def dedup_key(*parts: object) -> str:
    """A short name of one message that every attempt of it bears: 40 hex digits."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:40]


def _meant(receiver: str) -> tuple[str, str]:
    """(channel, person): one of them is empty."""
    if receiver.startswith("person:"):
        return receiver, receiver.removeprefix("person:").partition("/")[0]
    return receiver, ""


def _title(bundle: Bundle, receiver: str) -> str:
    channel, person = _meant(receiver)
    if person:
        return bundle.people[person].title if person in bundle.people else person
    return bundle.channels[channel].title if channel in bundle.channels else channel


def _zone(bundle: Bundle, person: str) -> str:
    """The person's own zone, else the runner's option `time_zone`, else UTC."""
    own = bundle.people[person].time_zone if person in bundle.people else None
    return own or str(bundle.options.get("time_zone") or "UTC")
