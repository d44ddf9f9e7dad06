"""How a period went: how fast faults were found, taken and ended, and how much of the alerting was noise. Pure, from incidents."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monctl.review_report import FORMAT_VERSION, MonitorReview, OpenIncident, ReviewReport
from monctl.runner.core.effect import Chronicle

ACKNOWLEDGED_WITHIN_S = 300.0
NOISE_S = 300.0
"""An alert that ended by itself so soon, with nobody taking it, was noise."""


@dataclass(frozen=True, slots=True)
class Review:
    """Figures of one period. Times are seconds; None where there is nothing to count."""

    since: float
    until: float
    incidents: int
    """Somebody was told of."""
    suppressed: int
    """Nobody was told of: maintenance, silences, a parent that was down."""
    mttd_s: float | None
    """Mean time to detect: from the first bad result to the first message."""
    mtta_s: float | None
    """Mean time to acknowledge, of those that were: from the first message."""
    mttr_s: float | None
    """Mean time to resolve: from the start to the end."""
    noise: float | None
    """Share that ended within five minutes with nobody taking it, 0 to 1."""
    acknowledged: float | None
    """Share acknowledged within five minutes of the first message, of those that lasted so long, 0 to 1."""
    unresolved: tuple[Chronicle, ...]
    """Still on at the end."""
    by_monitor: tuple[tuple[str, int, float], ...]
    """(monitor, incidents, seconds), most first."""
    by_severity: tuple[tuple[str, int], ...]


def review(chronicles: Iterable[Chronicle], since: float, until: float) -> Review:
    """The figures of `[since, until)`, of the incidents that began in it; those that were on before count as unresolved only."""
    every = [one for one in chronicles if one.opened < until]
    alerts = [one for one in every if one.kind == "alert" and one.opened >= since]
    told = [one for one in alerts if one.told is not None]
    over = [one for one in told if one.over is not None and one.over <= until]
    lasting = [one for one in told if one.acked is not None or _length(one, until) >= ACKNOWLEDGED_WITHIN_S]
    quick = [one for one in lasting if one.acked is not None and one.acked - (one.told or 0.0) <= ACKNOWLEDGED_WITHIN_S]
    count: Counter[str] = Counter(one.monitor for one in told)
    length: Counter[str] = Counter()
    for one in told:
        length[one.monitor] += int(_length(one, until))
    return Review(
        since,
        until,
        len(told),
        len(alerts) - len(told),
        _mean([(one.told or 0.0) - one.detected for one in told]),
        _mean([one.acked - one.told for one in told if one.acked is not None and one.told is not None]),
        _mean([(one.over or 0.0) - one.opened for one in over]),
        _share([one for one in over if one.acked is None and (one.over or 0.0) - one.opened < NOISE_S], told),
        _share(quick, lasting),
        tuple(one for one in every if one.over is None or one.over > until),
        tuple((name, number, float(length[name])) for name, number in count.most_common()),
        tuple(Counter(one.severity for one in told).most_common()),
    )


def month_of(text: str | None, now: float) -> tuple[float, float]:
    """`[start, end)` of a month (`2026-10`; None: the last whole one) in UTC, seconds since the epoch. Raises ValueError."""
    today = datetime.fromtimestamp(now, UTC)
    year, number = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    if text is not None:
        found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", text, re.ASCII)
        if found is None or not 1970 < int(found[1]) < 9999:
            raise ValueError(f"'{text[:50]}' is not a month")
        year, number = int(found[1]), int(found[2])
    following = (year, number + 1) if number < 12 else (year + 1, 1)
    return datetime(year, number, 1, tzinfo=UTC).timestamp(), datetime(*following, 1, tzinfo=UTC).timestamp()


def report(found: Review, estate: str, *, complete: bool, goals: Mapping[str, str]) -> ReviewReport:
    """The review as `schemas/review.schema.json` describes it."""
    return ReviewReport(
        FORMAT_VERSION, estate, found.since, found.until, complete, found.incidents, found.suppressed, found.mttd_s, found.mtta_s, found.mttr_s,
        found.noise, found.acknowledged, dict(found.by_severity), tuple(MonitorReview(*one) for one in found.by_monitor),
        tuple(OpenIncident(one.key, one.monitor, one.severity, one.opened) for one in found.unresolved), dict(goals),
    )  # fmt: skip


def _length(one: Chronicle, until: float) -> float:
    return max(0.0, (one.over if one.over is not None else until) - one.opened)


def _mean(values: Sequence[float]) -> float | None:
    return statistics.fmean(values) if values else None


def _share(some: Sequence[Chronicle], of: Sequence[Chronicle]) -> float | None:
    return len(some) / len(of) if of else None
