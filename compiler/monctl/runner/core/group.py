"""Messages that wait for others: groups (30 s, then every 5 minutes), digests (hour, day, week). Pure; a group is a row, so a restart resets nothing.

Waits are Alertmanager's defaults (`docs/configuration.md`, alertmanager 68fb2d575). Unlike there, a new alert that pages does not wait
for the rest of the interval, and what began and ended while it waited is not told at all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monctl.program import Channel
from monctl.runner.core.effect import Notice
from monctl.runner.core.hours import next_daily

WAIT_S = 30.0
INTERVAL_S = 300.0
DIGEST_MINUTE = 9 * 60
"""Digests of a day or week come at 09:00 local time, a week's on Monday."""


@dataclass(frozen=True, slots=True)
class Group:
    """Notices to one receiver that make one message."""

    key: str
    """`receiver|label=value,…`, `receiver|daily`, `receiver|health:cause`."""
    receiver: str
    flush_at: float
    """Seconds since the epoch."""
    flushed_at: float | None = None
    pending: tuple[Notice, ...] = ()
    digest: str = ""


def group_key(notice: Notice, channel: Channel | None) -> str | None:
    """The group a notice belongs to; None: it goes out at once, by itself.

    PagerDuty is never grouped: it has one event per incident. People are called by themselves too.
    """
    if channel is None or channel.kind == "pagerduty" or notice.kind in {"escalate", "reminder", "acknowledged"}:
        return None
    if notice.digest:
        return f"{channel.name}|{notice.digest}"
    labels = notice.item.labels
    if labels.get("kind") == "health":
        return f"{channel.name}|health:{labels.get('cause', '')}"
    if channel.group_by:
        return f"{channel.name}|" + ",".join(f"{label}={labels.get(label, '')}" for label in channel.group_by)
    return None


def collect(group: Group | None, key: str, notice: Notice, now: float, *, time_zone: str, urgent: bool) -> Group:
    """The group with one more notice. `urgent`: it pages, so it waits no longer than 30 s."""
    if group is None:
        first = _digest_at(notice.digest, now, time_zone) if notice.digest else now + WAIT_S
        return Group(key, notice.receiver, first, pending=(notice,), digest=notice.digest)
    flush_at = group.flush_at
    if not group.pending and not group.digest:
        flush_at = max(flush_at, now)
    if urgent and notice.kind != "resolved" and not group.digest:
        flush_at = min(flush_at, now + WAIT_S)
    return dataclasses.replace(group, flush_at=flush_at, pending=_merged(group.pending, notice))


def flush(
    group: Group, now: float, *, time_zone: str, muted: Callable[[Notice], bool] | None = None
) -> tuple[Group | None, tuple[Notice, ...]]:
    """(what is left of the group, what goes out now as one message). None: nothing came for a whole interval, so it is over.

    What is muted by now stays, until it is not or it is over.
    """
    if now < group.flush_at:
        return group, ()
    if not group.pending:
        return None, ()
    over = {notice.incident for notice in group.pending if notice.kind == "resolved"}
    kept = tuple(notice for notice in group.pending if muted is not None and notice.incident not in over and muted(notice))
    ready = tuple(notice for notice in group.pending if notice not in kept)
    if not ready:
        return dataclasses.replace(group, flush_at=now + WAIT_S), ()
    following = _digest_at(group.digest, now, time_zone) if group.digest else now + INTERVAL_S
    return dataclasses.replace(group, flush_at=following, flushed_at=now, pending=kept), latest(ready)


def latest(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """The newest notice of each incident: those that last first, the most severe first among them."""
    newest = {notice.incident: notice for notice in notices}
    order = {"critical": 0, "error": 1, "warning": 2, "info": 3}
    return tuple(sorted(newest.values(), key=lambda one: (one.item.state != "firing", order[one.item.event], one.item.since)))


def _merged(pending: tuple[Notice, ...], notice: Notice) -> tuple[Notice, ...]:
    """What began and ended while waiting is nobody's news (in a digest it is: the day is told whole)."""
    begun = any(one.incident == notice.incident and one.first for one in pending)
    if notice.kind == "resolved" and begun and not notice.digest:
        return tuple(one for one in pending if one.incident != notice.incident)
    return (*pending, notice)


def _digest_at(digest: str, now: float, time_zone: str) -> float:
    match digest:
        case "hourly":
            return (now // 3600 + 1) * 3600
        case "weekly":
            return next_daily(now, time_zone, DIGEST_MINUTE, weekday=1)
        case _:
            return next_daily(now, time_zone, DIGEST_MINUTE)
