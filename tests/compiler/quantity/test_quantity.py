from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from monctl.quantity import BadQuantity, Duration, DurationField, Percent, PercentField, Rate, RateField, Size, SizeField


class Model(BaseModel):
    model_config = ConfigDict(frozen=True)

    every: DurationField | None = None
    size: SizeField | None = None
    objective: PercentField | None = None
    limit: RateField | None = None


def fault_of(**fields: Any) -> BadQuantity:
    with pytest.raises(ValidationError) as caught:
        Model(**fields)
    fault = caught.value.errors()[0]["ctx"]["error"]
    assert isinstance(fault, BadQuantity)
    return fault


def refusal(parse: Callable[[str], object], text: str) -> BadQuantity | None:
    try:
        parse(text)
    except BadQuantity as fault:
        return fault
    return None


@pytest.mark.parametrize(
    ("text", "ms", "printed"),
    [
        ("5m", 300_000, "5m"),
        ("1h30m", 5_400_000, "1h30m"),
        ("90s", 90_000, "1m30s"),
        ("2w", 1_209_600_000, "2w"),
        ("500ms", 500, "500ms"),
        ("1d", 86_400_000, "1d"),
        ("30d", 2_592_000_000, "30d"),
        ("7d", 604_800_000, "1w"),
        ("1.5h", 5_400_000, "1h30m"),
        ("0.2s", 200, "200ms"),
        ("0s", 0, "0s"),
        ("0m", 0, "0s"),
        ("1m500ms", 60_500, "1m500ms"),
    ],
)
def test_durations_are_read_and_printed_in_one_form(text: str, ms: int, printed: str) -> None:
    duration = Duration.parse(text)

    assert (duration.ms, str(duration)) == (ms, printed)


@given(st.integers(0, 36_525 * 86_400_000))
def test_a_printed_duration_reads_back(ms: int) -> None:
    assert Duration.parse(str(Duration(ms))) == Duration(ms)


def test_durations_are_ordered_by_length() -> None:
    assert sorted(map(Duration.parse, ["1h", "90s", "2m"])) == [Duration.parse("90s"), Duration.parse("2m"), Duration.parse("1h")]
    assert Duration.parse("90s").seconds == 90.0


@pytest.mark.parametrize(
    ("text", "message", "way_out"),
    [
        ("", "the duration is empty", "write a duration such as 5m"),
        ("5", "'5' has no unit", "write 5s or 5m"),
        ("5 minutes", "'5 minutes' is not how a duration is written", "write 5m"),
        ("5M", "'5M' is not how a duration is written", "write 5m"),
        ("30m1h", "'30m1h' is not how a duration is written", "write 1h30m"),
        ("5m5m", "'5m5m' names a unit twice", "write each unit once, such as 1h30m"),
        ("5 months", "'months' is not a unit of time", "write 150d"),
        ("3y", "'y' is not a unit of time", "write 1095d"),
        ("5x", "'x' is not a unit of time", "the units are ms, s, m, h, d and w, such as 5m or 1h30m"),
        ("-5m", "'-5m' is negative", "write a duration such as 5m"),
        ("nan", "'nan' is not a number that can be measured", "write a duration such as 5m"),
        ("inf", "'inf' is not a number that can be measured", "write a duration such as 5m"),
        ("1e400s", "'1e400' is larger than any measurement", "write a duration such as 5m"),
        ("99999999d", "'99999999d' is longer than 100 years", "write a duration such as 5m, 12h or 30d"),
        ("0.0001s", "'0.0001s' is finer than a millisecond", "write a whole number of milliseconds"),
        ("soon", "'soon' is not a duration", "write a number and a unit (ms, s, m, h, d, w), such as 5m or 1h30m"),
        ("٣m", "'٣m' is not a duration", "write a number and a unit (ms, s, m, h, d, w), such as 5m or 1h30m"),
    ],
)
def test_a_text_that_is_no_duration_says_how_to_write_it(text: str, message: str, way_out: str) -> None:
    with pytest.raises(BadQuantity) as caught:
        Duration.parse(text)

    assert (caught.value.message, caught.value.help) == (message, way_out)
    assert 0 <= caught.value.start <= caught.value.end <= len(text)


def test_the_fault_points_at_the_unit() -> None:
    with pytest.raises(BadQuantity) as caught:
        Duration.parse("5 months")

    assert (caught.value.start, caught.value.end) == (2, 8)


@given(st.sampled_from([Duration, Size, Percent, Rate]), st.text(max_size=30))
def test_any_text_is_read_or_refused_with_a_place_inside_it(kind: type[Duration | Size | Percent | Rate], text: str) -> None:
    fault = refusal(kind.parse, text)

    if fault is None:
        assert kind.parse(str(kind.parse(text))) == kind.parse(text)
    else:
        assert 0 <= fault.start <= fault.end <= len(text)
        assert fault.message
        assert fault.help


@pytest.mark.parametrize("text", ["9" * 6_000, "9" * 6_000 + "m", "0." + "0" * 6_000 + "1s", "1e-99999%", "1e99999/min"])
def test_absurd_numbers_are_refused_without_counting_their_digits(text: str) -> None:
    for kind in (Duration, Size, Percent, Rate):
        with pytest.raises(BadQuantity):
            kind.parse(text)


@pytest.mark.parametrize(
    ("text", "size", "printed"),
    [
        ("512B", 512, "512B"),
        ("10KB", 10_000, "10KB"),
        ("10KiB", 10_240, "10KiB"),
        ("1.5GiB", 1_610_612_736, "1536MiB"),
        ("1000KB", 1_000_000, "1MB"),
        ("0GB", 0, "0B"),
    ],
)
def test_sizes_are_read_and_printed_in_one_form(text: str, size: int, printed: str) -> None:
    assert (Size.parse(text).bytes, str(Size.parse(text))) == (size, printed)


@given(st.integers(0, 10**17))
def test_a_printed_size_reads_back(size: int) -> None:
    assert Size.parse(str(Size(size))) == Size(size)


@pytest.mark.parametrize(
    ("text", "message", "way_out"),
    [
        ("5", "'5' has no unit", "write 5MiB or 5B"),
        ("5mb", "'mb' is not how a unit of data is written", "write 5MB"),
        ("5 apples", "'apples' is not a unit of data", "the units are B, KB, MB, GB, TB, PB and KiB, MiB, GiB, TiB, PiB"),
        ("0.3B", "'0.3B' is finer than a byte", "write a whole number of bytes"),
        ("-1B", "'-1B' is negative", "write a size such as 10MiB"),
    ],
)
def test_a_text_that_is_no_size_says_how_to_write_it(text: str, message: str, way_out: str) -> None:
    with pytest.raises(BadQuantity) as caught:
        Size.parse(text)

    assert (caught.value.message, caught.value.help) == (message, way_out)


def test_percentages_are_a_share_of_the_whole() -> None:
    assert Percent.parse("99.9%").ratio == pytest.approx(0.999)
    assert str(Percent.parse("80.0%")) == "80%"
    with pytest.raises(BadQuantity, match="more than the whole"):
        Percent.parse("101%")


def test_rates_know_their_period() -> None:
    rate = Rate.parse("30/min")

    assert (rate.per_second, rate.period_s, str(rate)) == (0.5, 60, "30/min")


def test_a_rate_by_another_word_is_told_the_symbol() -> None:
    with pytest.raises(BadQuantity) as caught:
        Rate.parse("5 per minute")

    assert caught.value.help == "write 5/min"


def test_fields_read_text_the_type_itself_and_for_durations_a_timedelta() -> None:
    model = Model(every="5m", size=Size(1024), objective=" 99.9% ", limit="5/min")  # type: ignore[arg-type]  # what a YAML file gives

    assert model == Model(every=timedelta(minutes=5), size="1KiB", objective=Percent(99.9), limit=Rate(5.0, "min"))  # type: ignore[arg-type]  # and Python


def test_fields_are_written_back_as_a_user_would_write_them() -> None:
    model = Model(every="90m", size="2048B", objective="99.90%", limit="5.0/min")  # type: ignore[arg-type]  # what a YAML file gives

    assert model.model_dump(mode="json") == {"every": "1h30m", "size": "2KiB", "objective": "99.9%", "limit": "5/min"}
    assert model.model_dump() == model.model_dump(mode="json")


@pytest.mark.parametrize(
    ("fields", "message", "way_out"),
    [
        ({"every": 5}, "'5' has no unit", "write 5s or 5m"),
        ({"every": -5}, "'-5' is negative", "write a duration such as 5m"),
        ({"every": float("nan")}, "'nan' is not a number that can be measured", "write a duration such as 5m"),
        ({"every": float("inf")}, "'inf' is not a number that can be measured", "write a duration such as 5m"),
        ({"every": 10**5_000}, "'1e400' is larger than any measurement", "write a duration such as 5m"),
        ({"every": True}, "a duration is a text, not true or false", None),
        ({"every": {"m": 5}}, "a duration is a text, not a map", None),
        ({"objective": 99.9}, "'99.9' has no unit", "write 99.9%"),
    ],
)
def test_fields_refuse_what_has_no_unit(fields: dict[str, Any], message: str, way_out: str | None) -> None:
    fault = fault_of(**fields)

    assert (fault.message, fault.help) == (message, way_out)


def test_the_schema_helps_editors() -> None:
    every = Model.model_json_schema()["properties"]["every"]["anyOf"][0]

    assert every["type"] == "string"
    assert every["description"]
    assert "5m" in every["examples"]


@pytest.mark.parametrize("field", ["every", "size", "objective", "limit"])
def test_the_examples_of_the_schema_fit_its_pattern_and_the_parser(field: str) -> None:
    import re

    schema = Model.model_json_schema()["properties"][field]["anyOf"][0]

    for example in schema["examples"]:
        assert re.search(schema["pattern"], example)
        assert getattr(Model(**{field: example}), field) is not None
    assert not re.search(schema["pattern"], "5")
    assert not re.search(schema["pattern"], "")
