from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monctl.quantity import BadQuantity
from monctl.unit import Quantity, Unit, WrongUnit, convert


@pytest.mark.parametrize(
    ("text", "name", "dimension"),
    [
        ("ms", "ms", "time"),
        ("seconds", "s", "time"),
        ("minutes", "min", "time"),
        ("percent", "percent", "ratio"),
        ("%", "percent", "ratio"),
        ("ratio", "ratio", "ratio"),
        ("bytes", "B", "size"),
        ("GiB", "GiB", "size"),
        ("errors/min", "errors/min", "rate"),
        ("requests/second", "requests/s", "rate"),
        ("MB/s", "MB/s", "rate"),
        ("USD", "USD", "money"),
        ("€", "EUR", "money"),
        ("posts", "posts", "count"),
        ("active users", "active users", "count"),
        ("score", "score", "none"),
        ("none", "none", "none"),
    ],
)
def test_units_have_one_name_and_a_dimension(text: str, name: str, dimension: str) -> None:
    unit = Unit.parse(text)

    assert (unit.name, unit.dimension) == (name, dimension)
    assert Unit.parse(unit.name) == unit


@pytest.mark.parametrize(
    ("text", "way_out"),
    [
        ("mb", "write MB"),
        ("Ms", "write ms"),
        ("5ms", "write the unit alone, such as ms"),
        ("requests per second", "write requests/s"),
        ("errors/fortnight", "the periods are s, min, h and d, such as errors/min"),
        ("", "write a unit such as ms, percent, bytes, errors/min or posts"),
        ("?!", "write a unit such as ms, percent, bytes, errors/min or posts"),
    ],
)
def test_a_text_that_is_no_unit_says_how_to_write_it(text: str, way_out: str) -> None:
    with pytest.raises(BadQuantity) as caught:
        Unit.parse(text)

    assert caught.value.help == way_out


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("200ms", "ms", 200.0),
        ("2s", "ms", 2000.0),
        ("1h30m", "min", 90.0),
        ("30d", "d", 30.0),
        ("80%", "percent", 80.0),
        ("80%", "ratio", 0.8),
        ("0.5 ratio", "percent", 50.0),
        ("10", "ms", 10.0),
        ("-3", "score", -3.0),
        ("1GiB", "bytes", 1_073_741_824.0),
        ("1MB", "KB", 1000.0),
        ("5/min", "errors/min", 5.0),
        ("300 errors/h", "errors/min", 5.0),
        ("1MB/s", "bytes/s", 1_000_000.0),
        ("10 post", "posts", 10.0),
        ("1 query", "queries", 1.0),
        ("100 USD", "USD", 100.0),
    ],
)
def test_quantities_are_converted_into_the_metrics_unit(text: str, unit: str, number: float) -> None:
    assert convert(Quantity.parse(text), Unit.parse(unit)) == number


@pytest.mark.parametrize(
    ("text", "unit", "message", "way_out"),
    [
        ("200ms", "percent", "'200ms' is a duration, but 'pool-usage' is measured in percent", "write a percentage such as '> 80%'"),
        ("80%", "ms", "'80%' is a percentage, but 'pool-usage' is measured in ms", "write a duration such as '> 200ms'"),
        (
            "10 errors",
            "posts",
            "'10 errors' is a number of errors, but 'pool-usage' counts posts",
            "write '> 10', or declare the metric's unit as errors",
        ),
        (
            "5/min",
            "errors",
            "'5/min' is a rate, but 'pool-usage' counts errors",
            "write '> 5 in 1m', or declare the metric's unit as errors/min",
        ),
        (
            "5 errors",
            "errors/min",
            "'5 errors' is a number of errors, but 'pool-usage' is a rate, errors/min",
            "write a rate such as '> 5/min'",
        ),
        ("5 EUR", "USD", "'5 EUR' is an amount in EUR, but 'pool-usage' is measured in USD", "write an amount such as '> 100 USD'"),
        ("5ms", "score", "'5ms' is a duration, but 'pool-usage' has no unit", "write the number alone, or give the metric `unit: ms`"),
        ("10MB", "ms", "'10MB' is an amount of data, but 'pool-usage' is measured in ms", "write a duration such as '> 200ms'"),
    ],
)
def test_another_dimension_is_refused_in_words(text: str, unit: str, message: str, way_out: str) -> None:
    with pytest.raises(WrongUnit) as caught:
        convert(Quantity.parse(text, start=2), Unit.parse(unit), name="pool-usage")

    assert (caught.value.message, caught.value.help) == (message, way_out)
    assert (caught.value.start, caught.value.end) == (2, 2 + len(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1e400", "'1e400' is larger than any measurement"),
        ("nan", "'nan' is not a number that can be measured"),
        ("-5ms", "'-5ms' is negative"),
        ("-5/min", "'-5/min' is negative"),
        ("5,000", "'5,000' is not a number"),
        ("ten", "'ten' is not a number"),
        ("$5", "'$5' is not how an amount is written"),
        ("5 active users", "'active users' is more than one word"),
    ],
)
def test_impossible_quantities_are_refused(text: str, message: str) -> None:
    with pytest.raises(BadQuantity) as caught:
        Quantity.parse(text)

    assert caught.value.message == message


def refusal(parse: Callable[[str], object], text: str) -> BadQuantity | None:
    try:
        parse(text)
    except BadQuantity as fault:
        return fault
    return None


@given(st.text(max_size=30))
def test_any_text_is_a_quantity_or_refused_with_a_place_inside_it(text: str) -> None:
    fault = refusal(Quantity.parse, text)

    if fault is None:
        assert Quantity.parse(str(Quantity.parse(text))) == Quantity.parse(text)
    else:
        assert 0 <= fault.start <= fault.end <= len(text)


@given(st.text(max_size=30))
def test_any_text_is_a_unit_or_refused_with_a_place_inside_it(text: str) -> None:
    fault = refusal(Unit.parse, text)

    if fault is None:
        assert Unit.parse(Unit.parse(text).name) == Unit.parse(text)
    else:
        assert 0 <= fault.start <= fault.end <= len(text)
