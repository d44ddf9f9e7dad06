"""Names made of titles, severities made of delays, and who names whom."""

from __future__ import annotations

import pytest

from monctl.ladder import Ladder
from monctl.mentions import needed, unmentioned
from monctl.program import Program, Severity
from monctl.saying import Names, SaidObject, secret_name, slug


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Main site", "main-site"),
        ("Überwachung (Köln)", "uberwachung-koln"),
        ("  -- ", ""),
        ("日本", ""),
        ("a" * 80, "a" * 56),
        ("9 lives", "9-lives"),
    ],
)
def test_a_title_becomes_a_name(title: str, name: str) -> None:
    assert slug(title) == name


def test_names_are_unique_and_recipients_share_them() -> None:
    names = Names({"teams": ["Database"], "monitors": ["shop"]})

    taken = [
        names.take("channels", "database"),
        names.take("rotations", "Database"),
        names.take("rotations", "database"),
        names.take("rotations", "DATABASE"),
    ]

    assert taken == ["database-channel", "database-rotation", "database-2", "database-3"]
    assert [names.take("monitors", "Shop"), names.take("monitors", "shop"), names.take("monitors", "!")] == ["shop-2", "shop-3", "monitor"]


def test_a_secret_has_the_name_of_a_variable() -> None:
    assert secret_name("slack", "webhook", "alerts-1").reference == "env:SLACK_WEBHOOK_ALERTS_1"
    assert secret_name("1 hook").reference == "env:_1_HOOK"


def severity(name: str, rank: int, urgency: str) -> Severity:
    return Severity(name, rank, name, "", None, "high" if urgency == "high" else "low", urgency == "high", None, "", "#000000", "critical")


def test_a_new_estate_gets_the_severities_that_are_asked_for() -> None:
    ladder = Ladder(Program(estate="x", title="X", description="", environment="", targets={}), fresh=True)

    assert [ladder.step(0), ladder.step(1), ladder.step(9), ladder.named("SEV3"), ladder.named("blue"), ladder.named("P1", "low")] == [
        "critical", "warning", None, "SEV3", None, "P1",
    ]  # fmt: skip
    assert [ladder.step(1, below="P1"), ladder.step(1, below="high")] == ["P2", "warning"]
    assert [one.name for one in ladder.objects()] == ["critical", "P1", "P2", "warning", "SEV3"]


def test_an_estate_that_is_there_keeps_its_scale() -> None:
    scale = {"SEV1": severity("SEV1", 0, "high"), "SEV2": severity("SEV2", 1, "low")}
    ladder = Ladder(Program(estate="x", title="X", description="", environment="", targets={}, severities=scale), fresh=False)

    assert [ladder.step(0), ladder.step(1), ladder.step(2), ladder.urgent("low"), ladder.named("critical"), ladder.named("SEV2")] == [
        "SEV1", "SEV2", None, "SEV2", None, "SEV2",
    ]  # fmt: skip
    assert ladder.pages("SEV1")
    assert not ladder.pages("SEV2")


def test_what_nobody_names_any_more_goes_and_what_is_named_comes_along() -> None:
    ana, team, idle = (
        SaidObject("people", "ana", {}, support=True),
        SaidObject("teams", "ops", {"members": ["ana"]}, support=True),
        SaidObject("people", "ben", {}, support=True),
    )
    level = SaidObject("escalations", "e", {"levels": [{"after": "0s", "notify": ["team.ops"]}]})
    shop = SaidObject("monitors", "shop", {"alert": {"P1": "down"}, "escalation": "e"})
    scale = SaidObject("severities", "P1", {}, support=True)
    every = [ana, idle, team, level, shop, scale]

    assert unmentioned(every) == [ana, team, level, shop, scale]
    assert unmentioned([ana, idle, team, shop, scale]) == [shop, scale]
    assert needed([shop], every) == [ana, team, level, shop, scale]
