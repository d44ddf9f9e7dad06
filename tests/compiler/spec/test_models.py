"""The models: frozen, strict, and as friendly as YAML allows."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from monctl.link.clock import days, minutes
from monctl.model_schema import models
from monctl.spec.base import PATTERN_HELP, Short
from monctl.spec.estate import Estate
from monctl.spec.file import KINDS, PLURAL, SINGULAR, TOP_LEVEL, SpecFile, Template
from monctl.spec.monitors import Alert, Monitor
from monctl.spec.oncall import WeeklyHours


def test_one_list_of_kinds() -> None:
    assert (*KINDS, "moved", "templates") == TOP_LEVEL
    assert {SINGULAR[kind]: kind for kind in KINDS} == PLURAL
    assert set(Template.model_fields) == {"for_each", *KINDS}


@pytest.mark.parametrize("model", list(models(SpecFile)), ids=lambda model: model.__name__)
def test_every_model_is_frozen_and_refuses_unknown_fields(model: Any) -> None:
    assert model.model_config["frozen"]
    assert model.model_config["extra"] == "forbid"


@pytest.mark.parametrize("model", [one for one in models(SpecFile) if issubclass(one, Short)], ids=lambda model: model.__name__)
def test_a_shorthand_names_a_field(model: Any) -> None:
    assert model.shorthand in model.model_fields


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("down", {"when": "down"}),
        ({"op": ">", "limit": 5}, {"when": {"op": ">", "limit": 5}}),
        ([{"state": "down"}], {"when": [{"state": "down"}]}),
        ({"when": "> 5", "notify": ["a"]}, {"when": "> 5", "notify": ["a"]}),
    ],
)
def test_an_alert_may_be_its_condition(written: Any, meant: Any) -> None:
    assert Alert.model_validate(written) == Alert.model_validate(meant)


def test_a_target_without_options_may_be_left_empty() -> None:
    assert Estate.model_validate({"estate": "shop", "targets": {"runner": None}}).targets == {"runner": {}}


def test_several_sources_are_seen_in_their_order() -> None:
    monitor = Monitor.model_validate({"ping": "a", "http": "https://a"})

    assert monitor.sources_given == ("http", "ping")
    assert monitor.source_field == "http"


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("mon", (1,)),
        ("Mon-Fri", (1, 2, 3, 4, 5)),
        ("sat,sun", (6, 7)),
        ("fri-mon", (1, 5, 6, 7)),
        ("weekdays", (1, 2, 3, 4, 5)),
        ("weekend,mon", (1, 6, 7)),
        ("daily", (1, 2, 3, 4, 5, 6, 7)),
    ],
)
def test_days(written: str, numbers: tuple[int, ...]) -> None:
    assert days(WeeklyHours.model_validate({"days": written}).days) == numbers


@pytest.mark.parametrize("written", ["mon-wed-fri", "mon-", ",mon", "monday", "", "mon,,tue", "daily-mon"])
def test_days_that_are_none_are_refused_by_the_model(written: str) -> None:
    with pytest.raises(ValidationError):
        WeeklyHours.model_validate({"days": written})


@pytest.mark.parametrize(("written", "number"), [("00:00", 0), ("09:30", 570), ("23:59", 1439), ("24:00", 1440)])
def test_times_of_day(written: str, number: int) -> None:
    assert minutes(WeeklyHours.model_validate({"end": written}).end) == number


@pytest.mark.parametrize("written", ["24:01", "25:00", "9:00", "09:60", "0900", "09:00:00"])
def test_times_that_are_none_are_refused_by_the_model(written: str) -> None:
    with pytest.raises(ValidationError):
        WeeklyHours.model_validate({"end": written})


def test_every_pattern_says_how_to_write_what_it_wants() -> None:
    assert len(PATTERN_HELP) > 8
    assert [help for help in PATTERN_HELP.values() if not help or help.endswith(".")] == []
