"""What a doctor finds out about one target: checks as values, and what all vendors' answers tell alike. Targets yield these from `examine`.

A client may offer `examine() -> Iterable[Check]`: who am I, what may I do, what does the plan allow. It only reads. It may offer
`scratch() -> tuple[Resource, Resource]` as well: one small harmless object in two versions, for the round trip.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

SKEW_S = 60
"""Seconds two clocks may differ before it is worth a word: schedules and windows are made for times."""


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    NOTE = "note"
    """Worth knowing; nothing is wrong."""
    WARNING = "warning"
    FAILED = "failed"
    """The answer is no."""
    UNASKED = "unasked"
    """It could not be asked."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    """One or two words: `who`, `scopes`, `rate limit`."""
    verdict: Verdict
    said: str
    help: str = ""
    """The way out."""


def clock(headers: Mapping[str, str], *, now: datetime | None = None) -> Iterator[Check]:
    """How far the provider's clock is from ours, by the `Date` of an answer (names in lower case). Nothing where there is none."""
    try:
        there = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return
    if there.tzinfo is None:
        there = there.replace(tzinfo=UTC)
    skew = round(((now or datetime.now(UTC)) - there).total_seconds())
    if abs(skew) <= SKEW_S:
        yield Check("clock", Verdict.OK, f"within {SKEW_S} s of the provider's")
    else:
        said = f"{abs(skew)} s {'ahead of' if skew > 0 else 'behind'} the provider's"
        yield Check("clock", Verdict.WARNING, said, "set this machine's clock by NTP: shifts and windows begin at times it tells")


def allowance(limit: str | None, left: str | None, per: str) -> Iterator[Check]:
    """A rate limit as the provider tells it; nothing when it does not."""
    if limit:
        yield Check("rate limit", Verdict.OK, f"{limit} requests {per}" + (f", {left} left" if left else ""))


def scopes(wanted: Collection[str], held: Collection[str], *, word: str, help: str, writing: Collection[str] = ()) -> Check:
    """Which of the wanted scopes are missing, by name. Those in `writing` are needed for apply alone: without them a plan still works."""
    missing = [name for name in wanted if name not in held]
    if not missing:
        return Check(word, Verdict.OK, f"all {len(wanted)} that are needed")
    only_writing = all(name in writing for name in missing)
    said = f"missing: {', '.join(missing)}" + ("; enough to plan, not to apply" if only_writing else "")
    return Check(word, Verdict.WARNING if only_writing else Verdict.FAILED, said, help)
