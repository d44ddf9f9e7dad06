import pytest

from monctl.condition import Between, Comparison, State, Term, Trend
from monctl.threshold import ThresholdError, bind, bind_faults, parse
from monctl.unit import MILLISECONDS, PERCENT, Unit, WrongUnit

UNITS = {"response_time": MILLISECONDS, "orphaned_posts": Unit.parse("posts")}


@pytest.mark.parametrize(
    ("sentence", "terms"),
    [
        ("> 80% for 5m", (Comparison(None, ">", 80.0, None, 300.0),)),
        ("response_time > 2s in 10m", (Comparison("response_time", ">", 2000.0, 600.0, 0.0),)),
        ("orphaned_posts between 1 and 5", (Between("orphaned_posts", True, 1.0, 5.0, 0.0),)),
        ("outside 10 and 90 for 90s", (Between(None, False, 10.0, 90.0, 90.0),)),
        ("orphaned_posts increasing for 15m", (Trend("orphaned_posts", "increasing", 900.0),)),
        ("down for 2m or no data", (State("down", 120.0), State("no data", 0.0))),
    ],
)
def test_conditions_are_bound_to_the_units_of_their_values(sentence: str, terms: tuple[Term, ...]) -> None:
    assert bind(parse(sentence), UNITS, PERCENT) == terms


def test_a_wrong_dimension_is_told_at_its_quantity() -> None:
    sentence = "down or > 200ms"
    (fault,) = bind_faults(parse(sentence), {}, PERCENT, name="pool-usage")

    assert isinstance(fault, WrongUnit)
    assert fault.message == "'200ms' is a duration, but 'pool-usage' is measured in percent"
    assert sentence[fault.start : fault.end] == "200ms"


def test_the_message_names_the_value_where_one_is_named() -> None:
    (fault,) = bind_faults(parse("response_time > 5%"), UNITS, None, name="site")

    assert fault.message == "'5%' is a percentage, but 'response_time' is measured in ms"


def test_all_faults_are_told_at_once() -> None:
    faults = bind_faults(parse("> 200ms or > 1GiB or down"), {}, PERCENT, name="pool-usage")

    assert [fault.message.split(",")[0] for fault in faults] == ["'200ms' is a duration", "'1GiB' is an amount of data"]


def test_binding_raises_the_first_fault() -> None:
    with pytest.raises(WrongUnit, match="200ms"):
        bind(parse("> 200ms or > 1GiB"), {}, PERCENT)


@pytest.mark.parametrize(
    ("sentence", "message", "way_out"),
    [
        ("orphaned_post > 5", "'orphaned_post' is not a value of 'posts'", "did you mean 'orphaned_posts'?"),
        ("lag increasing for 5m", "'lag' is not a value of 'posts'", "the values of 'posts' are orphaned_posts, response_time"),
        ("> 5", "'posts' has several values: response_time, orphaned_posts", "write which one: 'response_time > 5'"),
    ],
)
def test_a_value_must_be_one_of_the_source(sentence: str, message: str, way_out: str) -> None:
    (fault,) = bind_faults(parse(sentence), UNITS, None, name="posts")

    assert isinstance(fault, ThresholdError)
    assert (fault.message, fault.help) == (message, way_out)


def test_the_name_of_the_only_value_may_be_left_out() -> None:
    (fault,) = bind_faults(parse("cpu > 5%"), {"value": PERCENT}, PERCENT, name="a")

    assert (fault.message, fault.help) == ("'cpu' is not a value of 'a'", "leave the name out: '> 5%'")


def test_a_near_miss_of_the_only_value_is_told_as_one() -> None:
    (fault,) = bind_faults(parse("respnse_time > 5s"), {"response_time": MILLISECONDS}, MILLISECONDS, name="a")

    assert fault.help == "did you mean 'response_time'?"


def test_a_source_of_one_value_takes_no_name() -> None:
    (fault,) = bind_faults(parse("lag > 5 for 5m"), {}, PERCENT, name="cpu")

    assert (fault.message, fault.help) == ("'lag' is not a value of 'cpu'", "leave the name out: '> 5 for 5m'")
    assert (fault.start, fault.end) == (0, 3)
