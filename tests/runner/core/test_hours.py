"""Wall time as instants: hours that come twice, never, or over midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from monctl.program import Calendar, Hours, Maintenance
from monctl.runner.core.hours import covers, ends, instant, is_open, opens

BERLIN = "Europe/Berlin"


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        ("2026-01-05T09:00", "2026-01-05T08:00"),
        ("2026-07-05T09:00", "2026-07-05T07:00"),
        ("2026-03-29T02:00", "2026-03-29T01:00"),
        ("2026-03-29T02:30", "2026-03-29T01:00"),
        ("2026-03-29T03:00", "2026-03-29T01:00"),
        ("2026-10-25T02:30", "2026-10-25T00:30"),
        ("2026-10-25T03:00", "2026-10-25T02:00"),
    ],
    ids=[
        "winter",
        "summer",
        "the first that does not exist",
        "does not exist",
        "the first after it",
        "comes twice: the first",
        "after both",
    ],
)
def test_a_wall_time_is_one_instant(wall: str, expected: str) -> None:
    assert instant(datetime.fromisoformat(wall), BERLIN) == utc(expected)


def test_a_window_of_one_night_ends_with_it_and_one_over_midnight_the_next_day() -> None:
    night = Maintenance("n", "n", BERLIN, (), None, None, (Hours((1, 2), 22 * 60, 4 * 60),))

    assert not covers(night, utc("2026-01-05T20:59"))
    assert covers(night, utc("2026-01-05T21:00"))
    assert covers(night, utc("2026-01-06T02:59"))
    assert not covers(night, utc("2026-01-06T03:00"))
    assert ends(night, utc("2026-01-05T23:00")) == utc("2026-01-06T03:00")


def test_windows_that_touch_end_together() -> None:
    days = Maintenance("d", "d", "UTC", (), None, None, (Hours((1,), 600, 1440), Hours((2,), 0, 60)))

    assert ends(days, utc("2026-01-05T12:00")) == utc("2026-01-06T01:00")


def test_a_calendar_opens_after_its_holidays() -> None:
    office = Calendar("o", "o", BERLIN, (Hours((1, 2, 3, 4, 5), 540, 1020),), (date(2026, 1, 5), date(2026, 1, 6)))

    assert not is_open(office, utc("2026-01-05T10:00"))
    assert opens(office, utc("2026-01-02T17:00")) == utc("2026-01-07T08:00")
    assert opens(office, utc("2026-01-07T09:00")) == utc("2026-01-07T09:00")
    assert (
        opens(
            Calendar("x", "x", "UTC", (Hours((1,), 0, 1440),), tuple(date.fromordinal(n) for n in range(739_600, 740_200))),
            utc("2026-01-02T17:00"),
        )
        is None
    )
