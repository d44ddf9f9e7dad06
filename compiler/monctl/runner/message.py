"""What is told: everything a template may say about one alert, or several. Plain data, JSON in the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["firing", "update", "reminder", "escalate", "flapping", "resolved", "acknowledged", "digest", "test"]


@dataclass(frozen=True, slots=True)
class Item:
    """One alert as a message tells it. Times are seconds since the epoch."""

    incident: str
    """`{namespace}/{monitor}/{instance}#{n}`: one alert from its start to its end."""
    monitor: str
    title: str
    severity: str
    emoji: str
    color: str
    """`#rrggbb`."""
    event: Literal["critical", "error", "warning", "info"]
    """The word for the severity in event APIs."""
    state: Literal["firing", "resolved"]
    value: str
    """The value with its unit, as people write it: `12 posts`; empty when there is none."""
    threshold: str
    """The condition as its sentence: `> 10 for 5m`."""
    since: float
    until: float | None = None
    """When it was over; None while it lasts."""
    reason: str = ""
    """What the transition was for: the probe's note, `missing`, `removed`, `cannot evaluate: …`."""
    action: str = ""
    """What to do, in a sentence."""
    text: str = ""
    """The monitor's own message; empty: the template's default."""
    service: str = ""
    team: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    """Title → URL: service links, the runner's page."""
    runbook: str = ""
    """URL, or title where it has none."""
    first_step: str = ""
    """The runbook's first step."""
    affected: tuple[str, ...] = ()
    """What depends on it: services downstream."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one receiver."""

    kind: Kind
    estate: str
    environment: str
    channel: str
    """Name of the channel it goes through."""
    dedup_key: str
    """Unique per message: `Idempotency-Key`, `Message-ID`. Equal for every attempt of the same message."""
    thread_key: str
    """Equal for all messages of one incident or group: PagerDuty's `dedup_key` (at most 255 characters), e-mail threads, Slack threads."""
    now: float
    """When it was decided."""
    items: tuple[Item, ...]
    """One for most; several in a group or digest, most severe first. Empty only for a test."""
    collapsed: int = 0
    """Further messages that a rate limit folded into this one."""
    level: int = 0
    """Escalation level, counted from 1; 0 when it is not an escalation."""
    told: tuple[str, ...] = ()
    """Who else was told of this: channel and person titles."""
    person: str = ""
    """Who is meant, where a person is; empty for a channel."""
    time_zone: str = "UTC"
    """IANA zone times are shown in."""
    page: str = ""
    """URL of the runner's page of this alert, where it has one; acknowledge and silence are there."""
    period: str = ""
    """For a digest: what it covers."""
