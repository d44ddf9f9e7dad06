"""A seat's turns as recurring shifts: what a calendar rule needs to say who is on call. Pure.

A shift belongs to one turn, so hours are cut where a hand-off falls into them, and a rule has as many shifts in every turn. Where that
cannot be, `Uncountable` says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monctl_targets.pagerduty.rotation import DAY_MIN, Seat, Window
from monctl_targets.pagerduty.zone import UTC_NAME, instant

DAY_S, WEEK_S, HOUR_S = 86_400, 604_800, 3_600
WEEK_MIN = 7 * DAY_MIN
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Span = tuple[int, int]
"""Second of the week it begins (0 is Monday 00:00), and its length."""


class Uncountable(Exception):
    """Turns and hours that no rule with the same number of shifts in every turn can say. The text says why."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift of a seat, and how it recurs."""

    starts: datetime
    """UTC instant the first one begins: in the first turn of the first person, or whole rounds before it."""
    ends: datetime
    """UTC instant the first one ends."""
    time_zone: str
    """Whose wall clock it recurs by."""
    rule: str
    """An RFC 5545 recurrence: `FREQ=WEEKLY;BYDAY=MO,TU`."""
    per_turn: int
    """How many of them one person has before it is the next one's turn."""


def shifts(seat: Seat) -> tuple[Shift, ...]:
    """The shifts that together are the seat's turns. Raises Uncountable."""
    turn = int(seat.turn_s)
    spans = _open(seat.windows)
    if turn % DAY_S:
        if spans is not None:
            raise Uncountable("hours of the day and turns that are not whole days go together by no rule")
        if turn % HOUR_S:
            raise Uncountable("a turn is a whole number of hours")
        # counted on a clock without daylight saving, as v2 counts turns that are not whole days
        return (Shift(seat.starts, seat.starts + timedelta(seconds=turn), UTC_NAME, f"FREQ=HOURLY;INTERVAL={turn // HOUR_S}", 1),)
    days = turn // DAY_S
    weekly = days % 7 == 0
    if spans is None:
        rule = f"FREQ=WEEKLY;INTERVAL={days // 7}" if weekly else f"FREQ=DAILY;INTERVAL={days}"
        return (_placed(seat, timedelta(), timedelta(days=days), rule.replace(";INTERVAL=1", ""), 1),)
    return tuple(_recurring(seat, spans, weekly=weekly, days=days))


def _recurring(seat: Seat, spans: Iterable[Span], *, weekly: bool, days: int) -> Iterator[Shift]:
    first = _wall(seat)
    hand_off = first.weekday() * DAY_S + (first - first.replace(hour=0, minute=0, second=0)).seconds
    cuts = [hand_off] if weekly else [day * DAY_S + hand_off % DAY_S for day in range(7)]
    grouped: dict[tuple[int, int], list[int]] = {}
    for start, length in (piece for span in spans for piece in _cut(span, cuts)):
        grouped.setdefault((start % DAY_S, length), []).append(start // DAY_S)
    for (clock, length), on in sorted(grouped.items()):
        if not weekly and len(on) < 7:
            raise Uncountable("hours that are not the same every day need turns of whole weeks")
        after = min((day * DAY_S + clock - hand_off) % WEEK_S for day in on)
        rule = f"FREQ=WEEKLY;BYDAY={','.join(_CODES[day] for day in sorted(on))}" if weekly else "FREQ=DAILY"
        per_turn = days // 7 * len(on) if weekly else days
        yield _placed(seat, timedelta(seconds=after), timedelta(seconds=length), rule, per_turn)


def _placed(seat: Seat, after: timedelta, length: timedelta, rule: str, per_turn: int) -> Shift:
    """The first shift, `after` the first hand-off by the wall clock; a whole round earlier as long as the clock skips its begin or end."""
    begin, a_round = _wall(seat) + after, timedelta(seconds=seat.turn_s) * len(seat.people)
    while not (_exists(begin, seat.time_zone) and _exists(begin + length, seat.time_zone)):
        begin -= a_round
    return Shift(instant(begin, seat.time_zone), instant(begin + length, seat.time_zone), seat.time_zone, rule, per_turn)


def _wall(seat: Seat) -> datetime:
    return seat.starts.astimezone(ZoneInfo(seat.time_zone)).replace(tzinfo=None)


def _exists(local: datetime, zone: str) -> bool:
    return instant(local, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local


def _open(windows: Iterable[Window]) -> list[Span] | None:
    """The hours of a week, each minute once, joined over midnight; None: all of them."""
    covered = bytearray(WEEK_MIN)
    for window in windows:
        for day in window.days:
            for minute in range(window.length_min):
                covered[((day - 1) * DAY_MIN + window.start_min + minute) % WEEK_MIN] = 1
    if all(covered) or not any(covered):
        return None
    begins = [minute for minute in range(WEEK_MIN) if covered[minute] and not covered[minute - 1]]
    return [(begin * 60, (covered + covered).index(0, begin) * 60 - begin * 60) for begin in begins]


def _cut(span: Span, cuts: Iterable[int]) -> Iterator[Span]:
    start, length = span
    inside = sorted({offset for cut in cuts if 0 < (offset := (cut - start) % WEEK_S) < length})
    for begin, end in zip([0, *inside], [*inside, length], strict=True):
        yield (start + begin) % WEEK_S, end - begin
