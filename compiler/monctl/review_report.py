"""The document `monctl report -o json` gives: plain data, described by `schemas/review.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

FORMAT_VERSION: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class MonitorReview:
    """How often one monitor told somebody."""

    monitor: str
    """Its name."""
    incidents: int
    """How many."""
    seconds: float
    """How long they lasted together."""


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """One that was on at the end."""

    key: str
    """`{estate}/{monitor}/{instance}#{n}`."""
    monitor: str
    """Its monitor."""
    severity: str
    """The worst it was."""
    opened: float
    """When it began."""


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """How a period of alerting went. Times are seconds, instants seconds since the epoch; null where there is nothing to count."""

    format_version: Literal[1]
    """Grows when this document changes in a way that breaks readers."""
    estate: str
    """Its name."""
    since: float
    """Inclusive."""
    until: float
    """Exclusive; the time of asking when the period is not over."""
    complete: bool
    """The period is over."""
    incidents: int
    """Somebody was told of."""
    suppressed: int
    """Nobody was told of: maintenance, silences, something they depend on."""
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
    by_severity: Mapping[str, int]
    """Severity → incidents."""
    by_monitor: tuple[MonitorReview, ...]
    """Most first."""
    unresolved: tuple[OpenIncident, ...]
    """Still on at the end."""
    goals: Mapping[str, str]
    """What the estate's reports set out to reach: `mttd`, `mtta`, `mttr`, `noise`, `acknowledged`, `resolved`."""


def review_schema(*, id: str, title: str) -> dict[str, Any]:
    """The JSON Schema; the texts under the fields are its descriptions."""
    from monctl.shape import schema_of

    return schema_of(ReviewReport, id=id, title=title)
