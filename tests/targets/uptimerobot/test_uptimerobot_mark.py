from __future__ import annotations

import pytest

from monctl.resource import Mark
from monctl_targets.uptimerobot import mark as marks

SHORT = Mark("shop", "", "mail", "0123456789")
LONG = Mark("tradosphere", "production", "slack-uptime", "0123456789")
LONGEST = Mark("tradosphere", "production", "slack-for-everybody-in-engineering-and-beyond", "0123456789")


@pytest.mark.parametrize(
    ("mark", "room", "text"),
    [
        (SHORT, 60, "Operations [monctl:shop/-/mail#0123456789]"),
        (LONG, 60, "Operations [monctl:~eba590/slack-uptime#0123456789]"),
        (LONGEST, 60, "Operations [monctl:~eba590/~092dfeff#0123456789]"),
        (LONGEST, 255, "Operations [monctl:tradosphere/production/slack-for-everybody-in-engineering-and-beyond#0123456789]"),
    ],
)
def test_the_mark_takes_the_room_there_is(mark: Mark, room: int, text: str) -> None:
    assert marks.signed("Operations", mark, room) == text
    assert marks.unsigned(text) == "Operations"
    assert marks.find([text], marks.known([mark.key]), mark.estate, mark.environment) == mark


@pytest.mark.parametrize("mark", [SHORT, LONG, LONGEST])
@pytest.mark.parametrize("name", ["", "A", "Operations", "A name, which is, as names go, rather a long one, and goes on"])
def test_a_signed_name_fits_and_is_cut_the_same_way_twice(mark: Mark, name: str) -> None:
    signed = marks.signed(name, mark, 60)

    assert len(signed) <= 60
    assert marks.unsigned(signed) == marks.cut(name, mark, 60) == marks.cut(marks.cut(name, mark, 60), mark, 60)


def test_a_name_is_cut_alike_with_and_without_a_digest() -> None:
    name = "x" * 60

    assert marks.cut(name, LONG, 60) == marks.cut(name, Mark(LONG.estate, LONG.environment, LONG.key), 60)


def test_another_owners_brief_mark_is_not_ours() -> None:
    found = marks.find([marks.signed("Operations", LONG, 60)], {}, "shop", "")

    assert found == Mark("~eba590", "", "slack-uptime", "0123456789")


def test_a_key_no_spec_names_is_known_by_its_digest() -> None:
    found = marks.find([marks.signed("Operations", LONGEST, 60)], {}, LONGEST.estate, LONGEST.environment)

    assert found == Mark("tradosphere", "production", "~092dfeff", "0123456789")


@pytest.mark.parametrize("mark", [SHORT, LONG, LONGEST])
def test_a_tag_is_lower_case_and_fits(mark: Mark) -> None:
    tag = marks.tag(mark)

    assert len(tag) <= marks.TAG_ROOM
    assert tag == tag.lower()
    assert marks.is_tag(tag)
    assert marks.find([tag], marks.known([mark.key]), mark.estate, mark.environment) == Mark(mark.estate, mark.environment, mark.key)


def test_a_name_without_a_mark_has_none() -> None:
    assert marks.find(["Company blog [draft]", ""], {}, "shop", "") is None
    assert marks.unsigned("Company blog [draft]") == "Company blog [draft]"
