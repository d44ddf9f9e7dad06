"""Hours of a week: whether they cover it, and where they do not. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from monctl.program import Hours, Restriction

DAY_MIN = 1440
WEEK_MIN = 7 * DAY_MIN
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def first_gap(hours: Iterable[Hours | Restriction]) -> str | None:
    """The first minute of the week in none of the hours, as `Saturday from 00:00`; None where they are all of it."""
    covered = bytearray(WEEK_MIN)
    for one in hours:
        length = one.end_min - one.start_min
        length += DAY_MIN if length <= 0 else 0
        for day in one.days:
            for minute in range(length):
                covered[((day - 1) * DAY_MIN + one.start_min + minute) % WEEK_MIN] = 1
    open_ = [minute for minute in range(WEEK_MIN) if not covered[minute]]
    if not open_:
        return None
    first = next((minute for minute in open_ if covered[minute - 1]), 0)
    return f"{_DAYS[first // DAY_MIN]} from {first % DAY_MIN // 60:02}:{first % 60:02}"
