"""How fast a receiver may be told: a token bucket each, and what is left to wait. Pure: the time is passed in.

Slack takes a message a second for each channel (https://docs.slack.dev/apis/web-api/rate-limits, read 2026-11-21); PagerDuty about 120 events a
minute for each key (PagerDuty/developer-docs, docs/events-API-v2, commit 9422439); a person reads no more than ten texts in an hour.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from monctl.bundle import Bundle
from monctl.runner.notifiers.notifier import Receiver

DEFAULT: dict[str, tuple[int, float]] = {"slack": (1, 1.0), "pagerduty": (120, 60.0), "sms": (10, 3600.0)}
"""Kind of channel → so many messages in so many seconds."""
LONGEST_BACKOFF_S = 300.0
KEPT_S = 86_400.0
"""A message that could not be sent for a day is dead, and that is told."""


@dataclass(slots=True)
class Bucket:
    """So many messages in so many seconds, all of them at once if they have been saved up."""

    size: int
    per_s: float
    tokens: float
    at: float

    def take(self, now: float) -> float:
        """0.0 when a message may go now, and then it counts; else how many seconds to wait."""
        if wait := self.left(now):
            return wait
        self.tokens -= 1
        return 0.0

    def left(self, now: float) -> float:
        """Seconds until a message may go; 0.0: now."""
        if now < self.at:  # the clock was set back
            self.at = now
        self.tokens = min(float(self.size), self.tokens + (now - self.at) * self.size / self.per_s)
        self.at = now
        return max(0.0, (1 - self.tokens) * self.per_s / self.size)


def bucket(bundle: Bundle, receiver: Receiver, now: float) -> Bucket | None:
    """A full bucket for a receiver: the channel's own `rate`, else its kind's; None: no limit."""
    channel = bundle.channels.get(receiver.name)
    rate = channel.rate if channel is not None and channel.rate is not None else DEFAULT.get(receiver.kind)
    return None if rate is None else Bucket(rate[0], rate[1], float(rate[0]), now)


def backoff(attempts: int, chance: random.Random) -> float:
    """Seconds until the next attempt: full jitter over `2 ** attempts`, five minutes at most."""
    return chance.uniform(0.0, min(LONGEST_BACKOFF_S, 2.0 ** min(attempts, 30)))
