"""The document `monctl status -o json` and the runner's `/api/board` give: plain data, described by `schemas/status.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

FORMAT_VERSION: Literal[1] = 1
Delivered = Literal["told", "waiting", "retrying", "failed"]
StandingWord = Literal["ok", "pending", "firing", "unknown"]


@dataclass(frozen=True, slots=True)
class ToldTo:
    """One receiver of an incident, and whether the last message really arrived there."""

    receiver: str
    """A channel, or `person:NAME/KIND`."""
    title: str
    """What people call it."""
    at: float
    """When it was decided."""
    state: Delivered
    """`told`: the other side took it. `waiting`: not sent yet. `retrying`: it failed and is tried again. `failed`: given up, nobody there knows."""
    why: str
    """What the last attempt said, or what it waits for."""
    attempts: int
    """So far."""
    next_at: float | None
    """The next attempt, where one is to come."""
    over: bool
    """The last message says that it is over."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One incident."""

    key: str
    """`{estate}/{monitor}/{instance}#{n}`: what `monctl ack` takes."""
    monitor: str
    """Its monitor."""
    title: str
    """What people call it."""
    severity: str
    """How bad it is now."""
    rank: int
    """Of the severity: 0 is the most severe."""
    color: str
    """Of the severity, `#rrggbb`."""
    emoji: str
    """Of the severity."""
    service: str
    """Empty: none."""
    team: str
    """Empty: none."""
    since: float
    """When it began."""
    over: float | None
    """When it ended; some receivers are not told yet."""
    value: str
    """What was measured, with its unit."""
    text: str
    """The condition that holds."""
    reason: str
    """Of the last change."""
    held: str
    """Why nobody is told now: maintenance, a silence, something it depends on, flapping; empty: nothing holds it."""
    told: tuple[ToldTo, ...]
    """By when it was decided."""
    acked_by: str
    """Who has it; empty: nobody."""
    acked_at: float | None
    """Since when somebody has it."""
    acked_until: float | None
    """When the acknowledgement lapses."""
    next_at: float | None
    """The next step of an escalation; None: none is to come."""
    next_who: tuple[str, ...]
    """Whom that step calls."""
    kind: Literal["alert", "health"]
    """`health`: it cannot be evaluated."""


@dataclass(frozen=True, slots=True)
class ShownSilence:
    """One silence, or maintenance somebody began by hand."""

    id: str
    """What `monctl silence --end` takes."""
    what: str
    """Its matchers: `service=database`."""
    start: float
    """Inclusive."""
    end: float
    """Exclusive."""
    by: str
    """Who asked."""
    comment: str
    """Why."""
    maintenance: bool
    """Heartbeats wait as well, and the time does not count against uptime."""


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """One message that has not gone out, or never will."""

    receiver: str
    """A channel, or `person:NAME/KIND`."""
    title: str
    """What people call the receiver."""
    kind: str
    """`firing`, `resolved`, `escalate`, …"""
    about: tuple[str, ...]
    """Titles of what it tells."""
    state: Literal["waiting", "retrying", "failed"]
    """`failed`: given up."""
    attempts: int
    """So far."""
    why: str
    """What the last attempt said."""
    created: float
    """When it was decided."""
    next_at: float | None
    """The next attempt; None when it was given up."""


@dataclass(frozen=True, slots=True)
class ShownRunner:
    """One runner that wrote here."""

    id: str
    """Host, process, and a few letters."""
    at: float
    """Its last sign of life."""
    started: float
    """When it began."""
    working: bool
    """Its sign of life is fresh, and it did not end."""
    wrong: Mapping[str, str]
    """What is wrong with it, by part; empty: it is well."""


@dataclass(frozen=True, slots=True)
class ShownMonitor:
    """How one monitor stands."""

    state: StandingWord
    """`unknown`: nobody has looked for a while, it could not be evaluated, or it was never called."""
    severity: str
    """Of what fires or is on its way to; empty otherwise."""
    note: str
    """Why it is so, where that is known."""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """How one estate stands. Times are seconds since the epoch."""

    format_version: Literal[1]
    """Grows when this document changes in a way that breaks readers."""
    estate: str
    """Its name."""
    title: str
    """What people call it."""
    environment: str
    """Empty when the estate has none."""
    at: float
    """When this was read."""
    runners: tuple[ShownRunner, ...]
    """Newest sign of life first."""
    incidents: tuple[Shown, ...]
    """Most severe first, then the oldest; those that are over come last."""
    monitors: Mapping[str, ShownMonitor]
    """All that are active."""
    silences: tuple[ShownSilence, ...]
    """Those that have not ended."""
    letters: tuple[ShownLetter, ...]
    """Messages that have been waiting for a minute, failed once, or were given up in the last day."""


def status_schema(*, id: str, title: str) -> dict[str, Any]:
    """The JSON Schema; the texts under the fields are its descriptions."""
    from monctl.shape import schema_of

    return schema_of(StatusReport, id=id, title=title)
