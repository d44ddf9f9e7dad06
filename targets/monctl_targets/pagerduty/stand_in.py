"""Stand-ins (overrides) of v2 schedules: which of them are ours, without a mark to tell. Pure.

An override has no place for a mark. So the schedule's description keeps, in the line before its mark, when the last of ours ends and six
digits of each: `stand-ins until 2027-01-06T08:00:00Z: 1a2b3c 4d5e6f`. Digits are of user, start and end: one that is not listed, and is not
exactly what the spec says, is somebody else's. What is over is history, and left alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from monctl_targets.pagerduty.zone import moment, utc_text

StandIn = Mapping[str, Any]
"""`{"start", "end", "user": {"id"}}`, as it is sent and, with an `id`, as it is read."""
_LINE = re.compile(r"\n?stand-ins until (\S+Z): ((?:[0-9a-f]{6} ?)+)(?=\n|$)")


def ours(live: Iterable[StandIn], wanted: Sequence[StandIn], description: str, *, now: datetime) -> list[StandIn]:
    """Of the live overrides those that are ours, told as the spec tells them; and what the spec has that is over, which nobody can make."""
    listed = recorded(description)[1]
    found = []
    for one in live:
        said = next((other for other in wanted if same(other, one, now)), None)
        if said is not None or digits(one) in listed:
            found.append(said or one)
    return [*found, *(one for one in wanted if moment(one["end"]) <= now)]


def recorded(description: str) -> tuple[datetime | None, frozenset[str]]:
    """When the last of ours ends, and the digits of each."""
    found = _LINE.search(description)
    return (None, frozenset()) if found is None else (moment(found[1]), frozenset(found[2].split()))


def record(stand_ins: Sequence[StandIn]) -> str:
    """The line that says which are ours; empty for none."""
    if not stand_ins:
        return ""
    last = max(moment(one["end"]) for one in stand_ins)
    return f"stand-ins until {utc_text(last)}: {' '.join(sorted(digits(one) for one in stand_ins))}"


def unrecorded(description: str) -> str:
    """The description without that line."""
    return _LINE.sub("", description).strip("\n")


def digits(one: StandIn) -> str:
    """Six hex digits of who, from when and until when."""
    text = f"{one['user']['id']} {utc_text(moment(one['start']))} {utc_text(moment(one['end']))}"
    return hashlib.sha256(text.encode()).hexdigest()[:6]


def coming(wanted: Iterable[StandIn], *, now: datetime) -> list[StandIn]:
    """Those that are not over, as they are sent: what has begun begins now."""
    return [begun(one, now) for one in wanted if moment(one["end"]) > now]


def begun(one: StandIn, now: datetime) -> StandIn:
    """As it is sent: what has begun begins now."""
    return one if moment(one["start"]) >= now else {**one, "start": utc_text(now)}


def among(one: StandIn, others: Iterable[StandIn], now: datetime) -> bool:
    """Whether one of the others is the same."""
    return any(same(one, other, now) for other in others)


def same(one: StandIn, other: StandIn, now: datetime) -> bool:
    """The same person until the same time, from the same time or, both having begun, from whenever."""
    starts = [max(moment(each["start"]), now) for each in (one, other)]
    return one["user"]["id"] == other["user"]["id"] and moment(one["end"]) == moment(other["end"]) and starts[0] == starts[1]
