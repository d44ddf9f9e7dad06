"""Heartbeats: when a job that calls us is late. Pure.

Rules as healthchecks.io's (`hc/api/models.py`, healthchecks 29b5ec25): down at the last call plus period plus grace; a start gives its grace;
a reported failure is down at once. A job that never called is new, and never down.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from monctl.runner.outcome import Measured, Reading


@dataclass(frozen=True, slots=True)
class Beat:
    """What is known of one job. Times are seconds since the epoch."""

    last: float | None = None
    """The last successful call."""
    started: float | None = None
    """It said it began, and has not ended since."""
    failed: float | None = None
    """It said it failed, and has not succeeded since."""
    code: str = ""
    """What it said when it failed."""


def called(beat: Beat, word: str, now: float, *, code: str = "") -> Beat:
    """The beat after a call: `start`, `fail`, or anything else for success. Time never decreases."""
    now = max(now, beat.last or 0.0, beat.started or 0.0, beat.failed or 0.0)
    if word == "start":
        return dataclasses.replace(beat, started=now)
    if word == "fail":
        return dataclasses.replace(beat, failed=now, started=None, code=code)
    return Beat(last=now)


def deadline(beat: Beat, *, period_s: float, grace_s: float, floor: float = 0.0) -> float | None:
    """When it is down; None for one that is new. `floor`: the runner's own start, or the end of a maintenance: nobody is blamed for those.

    A floor gives the grace, and no more: `max(deadline, floor + grace)`.
    """
    if beat.failed is not None:
        return beat.failed
    found = [beat.last + period_s + grace_s] if beat.last is not None else []
    if beat.started is not None:
        found.append(beat.started + grace_s)
    if not found:
        return None
    return max(min(found), floor + grace_s) if floor else min(found)


def outcome(beat: Beat, now: float, *, period_s: float, grace_s: float, floor: float = 0.0) -> Measured | None:
    """What the beat says now; None where nothing is known: it is new, or late by a time nobody listened in."""
    due = deadline(beat, period_s=period_s, grace_s=grace_s, floor=floor)
    own = deadline(beat, period_s=period_s, grace_s=grace_s)
    if due is None or own is None or own <= now < due:
        return None
    if now < due:
        return Measured((Reading({"up": 1.0}),))
    if beat.failed is not None:
        return Measured((Reading({"up": 0.0}, note=f"it reported a failure{': ' + beat.code if beat.code else ''}"),))
    if beat.started is not None and beat.started >= (beat.last or 0.0):
        return Measured((Reading({"up": 0.0}, note="it began and did not end"),))
    return Measured((Reading({"up": 0.0}, note="it did not call in time"),))
