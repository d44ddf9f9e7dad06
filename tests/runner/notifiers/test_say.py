"""The words of messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from monctl.runner.message import Message
from monctl.runner.notifiers import say


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0s"),
        (-5, "0s"),
        (59.9, "59s"),
        (599, "9m59s"),
        (601, "10m"),
        (3_900, "1h5m"),
        (90_061, "1d1h"),
        (604_800, "1w"),
        (700_000, "8d2h"),
    ],
)
def test_durations_are_said_in_two_units_at_most(seconds: float, said: str) -> None:
    assert say.lasted(seconds) == said


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Lisbon", "2026-07-01 13:00 WEST"),
        ("America/New_York", "2026-07-01 08:00 EDT"),
        ("Mars/Olympus", "2026-07-01 12:00 UTC"),
        ("../../etc/passwd", "2026-07-01 12:00 UTC"),
        ("", "2026-07-01 12:00 UTC"),
    ],
)
def test_times_are_shown_in_the_readers_zone(zone: str, said: str) -> None:
    assert say.when(1_782_907_200, zone) == said


def test_the_day_is_left_out_only_today() -> None:
    noon = 1_782_907_200.0

    assert say.lately(noon, noon + 3600, "UTC") == "12:00 UTC"
    assert say.lately(noon - 86_400, noon, "UTC") == "2026-06-30 12:00 UTC"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "/path", "https://", "https://a b", "http://[::1", "ftp://x.y", "Slow API", ""]
)
def test_only_what_a_browser_opens_is_a_link(url: str, message: Callable[[str], Message]) -> None:
    item = replace(message("firing").items[0], runbook=url, links={"L": url})

    assert say.links(replace(message("firing"), items=(item,), page=url)) == ()


def test_beyond_twenty_alerts_the_rest_are_counted(message: Callable[[str], Message]) -> None:
    many = replace(message("firing"), items=message("firing").items * 27, collapsed=1)

    assert len(say.shown(many)) == 20
    assert say.folded(many) == "and 7 more alerts; 1 further message was folded into this one"
    assert say.folded(message("firing")) == ""


def test_what_cannot_be_seen_is_taken_out_and_emoji_stay_whole() -> None:
    assert say.plain("a\x00\u200b\u202eb\ufeff 👩‍💻\r\n\tc") == "ab 👩‍💻\n\tc"
    assert say.plain("a\r\nb\x85c", lines=False) == "a b c"


def test_a_cut_says_so() -> None:
    assert (say.cut("abc", 3), say.cut("abcd", 3), say.cut("ab cd", 4)) == ("abc", "ab…", "ab…")
